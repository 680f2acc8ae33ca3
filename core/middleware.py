"""What every request passes through first."""

import re
import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from core.logging import current_request_id

_SANE = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


def request_id(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Give every request an id: the caller's `X-Request-ID` where it is sane, else a random one.

    It is on `request.request_id`, on every log line, and on the response.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        ident = given if _SANE.fullmatch(given) else secrets.token_hex(16)
        request.request_id = ident  # type: ignore[attr-defined]
        token = current_request_id.set(ident)
        try:
            response = get_response(request)
        finally:
            current_request_id.reset(token)
        response["X-Request-ID"] = ident
        return response

    return middleware


def sound_cookies(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Drop cookies that hold NUL, which a quoted value can: PostgreSQL cannot be asked for such a session."""

    def middleware(request: HttpRequest) -> HttpResponse:
        for name in [name for name, value in request.COOKIES.items() if "\0" in value]:
            del request.COOKIES[name]
        return get_response(request)

    return middleware
