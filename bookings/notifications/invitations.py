"""The calendar file that a mail about a confirmed booking brings, made from the row: the same at every attempt."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bookings.common.calendar_file import Method, Session, calendar_file
from bookings.common.calendar_links import CalendarLinks, links_for
from bookings.notifications.models import OutboxMessage

METHODS: Mapping[str, Method] = {
    "confirmed": Method.REQUEST,
    "rescheduled": Method.REQUEST,
    "meeting_link": Method.REQUEST,
    "cancelled": Method.CANCEL,
    "consultant_confirmed": Method.REQUEST,
    "consultant_moved": Method.REQUEST,
    "consultant_cancelled": Method.CANCEL,
    "consultant_released": Method.CANCEL,
}
"""Which messages bring a file, where their booking is or was confirmed, and what a program does with it."""


@dataclass(frozen=True)
class Invitation:
    """A calendar file, what a program does with it, and the links that add the session by hand (none to cancel)."""

    method: Method
    content: bytes
    links: CalendarLinks | None


def invitation_of(message: OutboxMessage) -> Invitation | None:
    """Give what a message brings, in the language that is active; None where its row holds no calendar's facts."""
    method = METHODS.get(message.template)
    if method is None or "calendar" not in message.context:
        return None
    session = _session(message)
    content = calendar_file([session], method=method, attendee=message.recipient)
    links = None
    if method is not Method.CANCEL and message.booking_id is not None:
        holder = str(message.context["calendar"]["holder"])
        links = links_for(session, booking_id=message.booking_id, holder=holder)
    return Invitation(method, content, links)


def _session(message: OutboxMessage) -> Session:
    told = message.context
    facts = told["calendar"]
    return Session(
        acknowledgement_id=str(told["acknowledgement_id"]),
        sequence=int(facts["sequence"]),
        changed_at=message.created_at,
        starts_at=datetime.fromisoformat(str(told["starts_at"])),
        ends_at=datetime.fromisoformat(str(told["ends_at"])),
        service=str(told["service_name"]),
        practice=str(told["business_name"]),
        with_whom=str(facts["with_whom"]),
        place=str(facts["place"]),
        is_online=bool(facts["is_online"]),
        meeting_url=str(message.secrets.get("meeting_url") or ""),
        page=str(facts["page"]),
        for_host=bool(facts["for_host"]),
    )
