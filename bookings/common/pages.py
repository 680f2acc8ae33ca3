"""What the built-in pages have in common: what they send along, and how they say that something was refused."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from bookings.common import languages
from bookings.common.errors import DomainError, ErrorCode

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self' https: http:; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def spoken(view: View[P]) -> View[P]:
    """Make a page in the language that its reader's browser asks for."""

    @wraps(view)
    def translated(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        with languages.of_request(request):
            return languages.tell(view(request, *args, **kwargs))

    return translated


def strict(view: View[P]) -> View[P]:
    """Send a content security policy under which only our own files run, and no address to other sites.

    It is in its reader's language (`spoken`). A form may lead on to another site (a payment page): browsers hold
    redirects of a post to `form-action`.
    Without any referrer browsers would post our forms with `Origin: null`, which the check against forgery refuses.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        answer["Content-Security-Policy"] = POLICY
        answer["Referrer-Policy"] = "same-origin"
        return answer

    return spoken(guarded)


def mailed(view: View[P]) -> View[P]:
    """Make a page of a mailed link: a GET shows a button, which posts a proof that no report of an error repeats."""
    page = require_http_methods(["GET", "HEAD", "POST"])(view)
    return strict(sensitive_post_parameters()(never_cache(ensure_csrf_cookie(page))))


def refused(request: HttpRequest, template: str, error: DomainError, **shown: object) -> HttpResponse:
    """Show a page again with what went wrong: 409, or 429 with the time to wait for too many tries.

    The token and the address that it was sent are kept, never a code or a password. shown: what else the page needs.
    """
    limited = error.code is ErrorCode.RATE_LIMITED
    kept = {name: request.POST.get(name, "") for name in ("token", "email")}
    answer = render(
        request, template, {**kept, **shown, "error": error.message}, status=429 if limited else 409
    )
    if limited and error.retry_after is not None:
        answer["Retry-After"] = str(error.retry_after)
    return answer
