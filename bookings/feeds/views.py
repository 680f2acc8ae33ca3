"""Calendars for other programs to read, with no session and no account: the address is the proof."""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Concatenate, Final, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt

from bookings.common import calendar_links, clock, languages
from bookings.common.calendar_file import Method, State, calendar_file
from bookings.common.errors import DomainError
from bookings.feeds import selectors, services
from bookings.limits.addresses import network_of
from bookings.limits.policies import Limit
from bookings.limits.services import hit

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

_HEADERS: Final = {
    "Cache-Control": "private, no-cache",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}
"""On every answer, refusals among them."""


def secret_address(view: View[P]) -> View[P]:
    """Let GET and HEAD in, so often from one network and of one calendar.

    Django logs none of its refusals: they would name the address.
    """

    @csrf_exempt
    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            answer = HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        else:
            try:
                hit(Limit.CALENDAR, {"ip": network_of(request), "subject": request.path}, now=clock.now())
                answer = view(request, *args, **kwargs)
            except DomainError as refusal:
                answer = HttpResponse(status=429, headers={"Retry-After": str(refusal.retry_after)})
        answer._has_been_logged = True  # type: ignore[attr-defined]  # what django.utils.log looks for
        for name, value in _HEADERS.items():
            answer[name] = value
        return answer

    return guarded


@secret_address
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """Give a feed. 404 for one that is unknown, malformed, revoked or ended: the same work and the same answer."""
    now = clock.now()
    row = selectors.by_secret(secret)
    if row is None:
        return HttpResponse(status=404)
    services.touch(feed=row, now=now)
    found = selectors.contents(row, now=now)
    with translation.override(languages.language_of(row.created_by.locale if row.created_by else "")):
        name = gettext("My sessions") if row.consultant_id is not None else gettext("My bookings")
        content = calendar_file(found.sessions, method=Method.PUBLISH, name=name)
    answer = _file(request, content, "bookings")
    answer["Last-Modified"] = http_date(found.changed_at.timestamp())
    return _unless_known(request, answer, int(found.changed_at.timestamp()))


@secret_address
def booking(request: HttpRequest, booking_id: str, holder: str, digest: str) -> HttpResponse:
    """Give the file of one booking as it stands; 404 for an address that is not ours, booking or no booking.

    Of one that was called off the file takes it out of the calendar again.
    """
    found = None
    if calendar_links.is_right(int(booking_id), holder, digest):
        found = selectors.session_for(int(booking_id), holder)
    if found is None:
        return HttpResponse(status=404)
    row, session = found
    method = Method.CANCEL if session.state is State.CANCELLED else Method.PUBLISH
    host = row.consultant.user if session.for_host and row.consultant else None
    with translation.override(languages.language_of(host.locale if host else row.locale)):
        content = calendar_file([session], method=method)
    return _unless_known(request, _file(request, content, row.acknowledgement_id, to_keep=True), None)


def _file(request: HttpRequest, content: bytes, name: str, *, to_keep: bool = False) -> HttpResponse:
    way = "attachment" if to_keep else "inline"
    return HttpResponse(
        content,
        content_type="text/calendar; charset=utf-8",
        headers={
            "Content-Disposition": f'{way}; filename="{name}.ics"',
            "ETag": quote_etag(sha256(content).hexdigest()[:32]),
        },
    )


def _unless_known(request: HttpRequest, answer: HttpResponse, changed_at: int | None) -> HttpResponse:
    """Give 304 to whoever has it as it is."""
    found = get_conditional_response(request, answer["ETag"], changed_at, answer)
    return found if isinstance(found, HttpResponse) else answer
