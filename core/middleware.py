"""What every request passes through first."""

import re
import secrets
from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest

from bookings.common import clock
from core import health
from core.logging import current_request_id

ADMIN = "/admin/"
ADMIN_LOADS = (
    "default-src 'none'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The theme's scripts read expressions from attributes, hence `unsafe-eval`; no script stands in a page itself."""
SEEN = "seen_at"
TOUCHED = 60
"""Seconds between two notes that a log-in is still used."""
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


def health_checks(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Answer the health addresses before anything looks at the host: load balancers ask by the machine's address."""

    def middleware(request: HttpRequest) -> HttpResponse:
        view = health.BY_PATH.get(request.path_info)
        return view(request) if view is not None else get_response(request)

    return middleware


def idle_log_out(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Let a log-in by cookie last from its last request on, noted once in TOUCHED; unused ones run out.

    Only where a request asked who is logged in: a probe with a cookie touches no table.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        session, now = request.session, clock.now().timestamp()
        asked = session.accessed and response.status_code < 500  # what fails may fail for want of the table
        if asked and session.get(SESSION_KEY) and now - session.get(SEEN, 0) >= TOUCHED:
            session[SEEN] = int(now)  # which has it saved, with its end moved on
        return response

    return middleware


def private_admin(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Let nobody keep a page of the admin, and its pages load nothing from elsewhere.

    Django's own views forbid keeping for most pages, and for none that fails. No question to them holds NUL, which
    filters would ask PostgreSQL for in vain.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        within = request.path_info.startswith(ADMIN)
        refused = within and "%00" in request.META.get("QUERY_STRING", "")
        response = HttpResponseBadRequest(content_type="text/plain") if refused else get_response(request)
        if within:
            response["Cache-Control"] = "no-store, private"
            response.headers.setdefault("Content-Security-Policy", ADMIN_LOADS)
        return response

    return middleware
