"""GraphiQL for a person's browser, from our own files alone, and who may read the schema."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bookings.common.errors import DomainError

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # the editor sets sizes and colours on elements
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)


def may_introspect(request: HttpRequest, context: object = None) -> bool:
    """Whether this caller may read the schema: anybody where settings.GRAPHIQL says so, else staff.

    `context` is what resolvers get; its `viewer.account`, perhaps known by a token, counts as well. A service key is no
    account, whoever owns it.
    """
    if settings.GRAPHIQL:
        return True
    try:
        users = (getattr(request, "user", None), getattr(getattr(context, "viewer", None), "account", None))
    except DomainError:  # a token that is no good
        return False
    return any(user is not None and user.is_active and user.is_staff for user in users)


def page(request: HttpRequest) -> HttpResponse:
    """Give GraphiQL to who may introspect, and a sentence to everybody else."""
    template = "schema/graphiql.html" if may_introspect(request) else "schema/closed.html"
    response = render(request, template)
    response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response["Content-Language"] = settings.LANGUAGE_CODE  # it is for developers
    return response
