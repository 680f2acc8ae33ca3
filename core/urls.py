"""Every address of the service. `/graphql/` stands first: it is asked most."""

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import RedirectView

from bookings.notifications.report_views import reports_of
from core import health
from schema.http.view import GraphQLView
from schema.root import schema


def no_icon(_request: HttpRequest) -> HttpResponse:
    """Answer browsers that look for a page's icon by themselves: there is none, and that is no error."""
    return HttpResponse(status=204, headers={"Cache-Control": "public, max-age=86400"})


handler403, handler404 = "bookings.admin.refusing.forbidden", "bookings.admin.refusing.not_found"
urlpatterns: list[URLPattern | URLResolver] = [
    # The view itself demands Django's token of callers who come with a session cookie.
    path("graphql/", csrf_exempt(GraphQLView.as_view(schema=schema)), name="graphql"),
    path("health/", health.summary, name="health"),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("account/", include("bookings.accounts.urls")),
    path("bookings/", include("bookings.booking.urls")),
    path("bookings/", include("bookings.reviews.urls")),
    path("calendar/", include("bookings.feeds.urls")),
    path("payments/", include("bookings.payments.urls")),
    path("mail/", include("bookings.notifications.stop_urls")),
    path("privacy/", include("bookings.privacy.urls")),
    path("receipts/", include("bookings.payments.receipt_urls")),
    path("consultant/", include("bookings.consultants.urls")),
    path("staff/", include("bookings.businesses.urls")),
    path("", include("bookings.pictures.urls")),
    path("admin/", admin.site.urls),
    path("favicon.ico", no_icon),
]

if settings.ANYMAIL.get("WEBHOOK_SECRET"):
    urlpatterns.append(path("anymail/", include(reports_of(settings.MAIL))))

if settings.DEBUG:
    urlpatterns += [
        path("mailbox/", include("bookings.notifications.mailbox_urls")),
        path("", RedirectView.as_view(pattern_name="graphql"), name="home"),
    ]
