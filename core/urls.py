"""Every address of the service. `/graphql/` stands first: it is asked most."""

from anymail.urls import urlpatterns as mail_providers
from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import RedirectView

from core import health
from schema.http.view import GraphQLView
from schema.root import schema

urlpatterns: list[URLPattern | URLResolver] = [
    # The view itself demands Django's token of callers who come with a session cookie.
    path("graphql/", csrf_exempt(GraphQLView.as_view(schema=schema)), name="graphql"),
    path("health/", health.summary, name="health"),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("bookings/", include("bookings.booking.urls")),
    path("payments/", include("bookings.payments.urls")),
    path("admin/", admin.site.urls),
]


def reports_of(provider: str) -> list[URLPattern | URLResolver]:
    """Give where one mail provider reports bounces, `<provider>/tracking/`: no other one's address, none for mail."""
    return [
        each
        for each in mail_providers
        if str(each.name).startswith(f"{provider}_") and "inbound" not in str(each.name)
    ]


if settings.ANYMAIL.get("WEBHOOK_SECRET"):
    urlpatterns.append(path("anymail/", include(reports_of(settings.MAIL))))

if settings.DEBUG:
    urlpatterns += [
        path("mailbox/", include("bookings.notifications.mailbox_urls")),
        path("", RedirectView.as_view(pattern_name="graphql"), name="home"),
    ]
