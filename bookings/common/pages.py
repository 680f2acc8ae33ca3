"""What every built-in page sends along."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self' https: http:; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def strict(view: View[P]) -> View[P]:
    """Send a content security policy under which only our own files run, and no address as referrer.

    A form may lead on to another site (a payment page): browsers hold redirects of a post to `form-action`.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        answer["Content-Security-Policy"] = POLICY
        answer["Referrer-Policy"] = "no-referrer"
        return answer

    return guarded
