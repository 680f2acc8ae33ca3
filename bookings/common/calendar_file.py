"""Calendar files (RFC 5545 and 5546): facts of sessions in, bytes out. What stands in them is docs/adr/0037.

Times are in UTC: a session is one instant, and every program shows it on its reader's clock without a table of zones.
The library escapes and folds. What people wrote is made inert here before, as calendars turn addresses into links.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from enum import StrEnum
from typing import Final
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.utils.translation import gettext
from icalendar import Calendar, Event, Timezone, TimezoneStandard, vCalAddress, vText, vUri

from bookings.common.inert import inert, one_line

MADE_BY: Final = "-//Slotwell//Bookings//EN"
READ_AGAIN: Final = timedelta(hours=1)
"""How often a program that subscribes should ask."""
_IN_ADDRESSES: Final = "@!$'*+-._~"
"""What may stand unescaped in an address behind `mailto:`."""


class Method(StrEnum):
    """What a program does with a file: show it, take it over and keep it up to date, or take it away again."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class State(StrEnum):
    """How far a session is settled."""

    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True)
class Session:
    """What a calendar says of one booking, and all that it may say.

    sequence: `Booking.calendar_sequence`; changed_at: when what is told became so; with_whom: the consultant's name, or
    the thing's; place: the practice's, in words; meeting_url: only for whom it may be shown to; page: where its client
    asks how it stands; for_host: whether it is the consultant's copy.
    """

    acknowledgement_id: str
    sequence: int
    changed_at: datetime
    starts_at: datetime
    ends_at: datetime
    service: str
    practice: str
    with_whom: str = ""
    place: str = ""
    is_online: bool = False
    meeting_url: str = ""
    page: str = ""
    for_host: bool = False
    state: State = State.CONFIRMED


def uid(acknowledgement_id: str) -> str:
    """Give the name under which every calendar knows a booking, as stable as a mail's Message-ID."""
    return f"{acknowledgement_id}@{urlsplit(settings.PUBLIC_URL).hostname or 'localhost'}"


def title(session: Session) -> str:
    """Give the title: what is booked and where, or under which id. Nobody's name, and nothing that a person wrote."""
    where = session.acknowledgement_id if session.for_host else inert(session.practice)
    return one_line(f"{inert(session.service)} · {where}")


def location(session: Session, *, with_link: bool) -> str:
    """Give the place in words, or of an online session its link where it may be told."""
    if not session.is_online:
        return inert(session.place, 500)
    return session.meeting_url if session.meeting_url and with_link else gettext("Online")


def description(session: Session) -> str:
    """Give the lines below the title; no link to a meeting, nothing of the client."""
    lines = [gettext("Booking: %(id)s") % {"id": session.acknowledgement_id}]
    if session.for_host:
        lines.append(gettext("Practice: %(name)s") % {"name": inert(session.practice)})
    elif session.with_whom:
        lines.append(gettext("With: %(name)s") % {"name": inert(session.with_whom)})
    if session.page:
        lines.append(gettext("How it stands: %(page)s") % {"page": session.page})
    return "\n".join(lines)


def calendar_file(
    sessions: Iterable[Session], *, method: Method, attendee: str = "", name: str = ""
) -> bytes:
    """Give the file, CRLF at every line's end, the same bytes for the same facts in the same language.

    attendee: the mail address of whoever is to take it over (REQUEST, CANCEL); name: of a calendar to subscribe to.
    """
    calendar = Calendar()
    calendar.add("prodid", MADE_BY)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method.value)
    if name:
        calendar.add("x-wr-calname", vText(name))
        calendar.add("refresh-interval", READ_AGAIN, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
    for session in sessions:
        calendar.add_component(_event(session, method, attendee))
    if not calendar.subcomponents:
        calendar.add_component(_something())
    return calendar.to_ical()


def _something() -> Timezone:
    """Give what a calendar without sessions holds, as the grammar asks for one component at least."""
    zone, always = Timezone(), TimezoneStandard()
    zone.add("tzid", "UTC")
    always.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001 - the grammar wants it without a zone
    always.add("tzoffsetfrom", timedelta())
    always.add("tzoffsetto", timedelta())
    zone.add_component(always)
    return zone


def _event(session: Session, method: Method, attendee: str) -> Event:
    event = Event()
    event.add("uid", uid(session.acknowledgement_id))
    event.add("sequence", session.sequence)
    event.add("dtstamp", session.changed_at.astimezone(UTC))
    event.add("dtstart", session.starts_at.astimezone(UTC))
    event.add("dtend", session.ends_at.astimezone(UTC))
    event.add("summary", title(session))
    event.add("description", description(session))
    if place := location(session, with_link=True):
        event.add("location", place)
    if session.page:
        event.add("url", vUri(session.page))
    event.add("status", State.CANCELLED.value if method is Method.CANCEL else session.state.value)
    event.add("class", "PRIVATE")
    event.add("transp", "OPAQUE")
    organizer = _address(parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
    organizer.params["CN"] = inert(session.practice)
    event.add("organizer", organizer)
    if attendee:
        guest = _address(attendee)
        guest.params["ROLE"] = "REQ-PARTICIPANT"
        guest.params["PARTSTAT"] = "ACCEPTED"
        guest.params["RSVP"] = "FALSE"
        event.add("attendee", guest)
    return event


def _address(mailbox: str) -> vCalAddress:
    """Give a mail address as a calendar writes it; whatever else stands in it is escaped, line ends among it."""
    return vCalAddress(f"mailto:{quote(mailbox, safe=_IN_ADDRESSES)}")
