"""What a calendar may say of a booking: the facts for its file, for its links and for the mails that bring it."""

from collections.abc import Mapping
from typing import Any

from django.db.models import F

from bookings.booking import links
from bookings.booking.models import Booking
from bookings.booking.states import ACTIVE, Status
from bookings.common import calendar_links
from bookings.common.calendar_file import Session, State
from bookings.common.links import link_to

TAKES_PLACE = frozenset({Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW})
"""In which statuses a session stands in calendars as settled."""
SHOWN = TAKES_PLACE | ACTIVE
"""In which it stands in them at all, once it has a time. Drafts do not: anybody may draft in anybody's name."""

_NAMES: Mapping[str, str] = {
    "practice": "business__name",
    "address": "business__address",
    "postal_code": "business__postal_code",
    "city": "business__city",
    "service": "service__name",
    "consultant": "consultant__full_name",
    "account": "consultant__user_id",
    "room": "resource__name",
}
_READ = "calendar_"
READ_WITH: Mapping[str, F] = {f"{_READ}{name}": F(path) for name, path in _NAMES.items()}
"""What to annotate bookings with whose relations are not read."""


def session_of(booking: Booking, *, for_host: bool = False, state: State | None = None) -> Session:
    """Give the facts of a booking that has a time. Other rows' names are read with it, or by its relations.

    The link of a meeting is told to its client only while the booking is confirmed, as everywhere.
    Raises ValueError for a booking without a time (a bug).
    """
    if booking.starts_at is None or booking.ends_at is None:
        raise ValueError("a calendar shows bookings that have a time")
    return Session(
        acknowledgement_id=booking.acknowledgement_id,
        sequence=booking.calendar_sequence,
        changed_at=booking.updated_at,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        service=_name(booking, "service"),
        practice=_name(booking, "practice"),
        meeting_url=booking.meeting_url if for_host or booking.status == Status.CONFIRMED else "",
        for_host=for_host,
        state=state or state_of(booking),
        **_where(booking, for_host=for_host),
    )


def state_of(booking: Booking) -> State:
    """Give how far a booking is settled, as calendars know it."""
    if booking.status in TAKES_PLACE:
        return State.CONFIRMED
    return State.TENTATIVE if booking.status in ACTIVE else State.CANCELLED


def holder_of(booking: Booking, *, for_host: bool) -> str:
    """Give for whom a link to the booking's file is; a consultant's is of the account that they are now."""
    if not for_host:
        return calendar_links.CLIENT
    account = _name(booking, "account")
    return calendar_links.host(int(account) if account else None)


def told(booking: Booking, *, for_host: bool, sequence: int | None = None) -> dict[str, Any]:
    """Give what a mail's row keeps of it beside the facts of every message: plain values, nothing private."""
    return {
        "sequence": booking.calendar_sequence if sequence is None else sequence,
        "for_host": for_host,
        "holder": holder_of(booking, for_host=for_host),
        **_where(booking, for_host=for_host),
    }


def _where(booking: Booking, *, for_host: bool) -> dict[str, Any]:
    room, consultant = _name(booking, "room"), _name(booking, "consultant")
    town = " ".join(part for part in (_name(booking, "postal_code"), _name(booking, "city")) if part)
    return {
        "with_whom": consultant or room,
        "place": ", ".join(part for part in (room, _name(booking, "address"), town) if part),
        "is_online": booking.mode == Booking.Mode.ONLINE,
        "page": "" if for_host else link_to(links.STATUS),
    }


def _name(booking: Booking, name: str) -> str:
    """Give what stands in another row: as it was read with the booking (READ_WITH), or by way of the relation."""
    read = vars(booking).get(f"{_READ}{name}", booking)
    if read is booking:
        relation, column = _NAMES[name].split("__")
        other = getattr(booking, relation)
        read = getattr(other, column) if other is not None else ""
    return str(read or "")
