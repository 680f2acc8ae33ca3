"""Sections of sessions: today's, requests that wait for an answer, and what is over and not marked."""

from datetime import datetime, timedelta

from django.db.models import Case, When

from bookings.admin.bookings import wording
from bookings.admin.figures import length
from bookings.admin.home.rows import Desk, Row, Section, read
from bookings.booking import waiting, wishes
from bookings.booking.models import Booking
from bookings.booking.policies import COMPLETED_AFTER
from bookings.booking.states import ACTIVE, Status
from bookings.common.zones import zone

SESSIONS = 12
"""Rows of today's."""
SOON = timedelta(hours=6)
"""A request that lapses within it stands out."""
STANDS = ACTIVE - {Status.PENDING}
"""Whose client should know where an online session takes place."""
SHOWN = ("business", "service", "consultant", "resource")
"""What is read with bookings."""


def today(desk: Desk) -> Section:
    """Give those that begin today."""
    over = Case(When(ends_at__lte=desk.now, then=1), default=0)
    rows = waiting.today(desk.viewer, now=desk.now).select_related(*SHOWN)

    def tell(booking: Booking) -> Row:
        facts = [
            _hours(booking),
            *desk.client(booking),
            str(booking.service),
            wording.whose(booking),
            _where(booking),
        ]
        return _booking_row(desk, booking, facts, _missing(booking, desk.now))

    count, told = read(rows.order_by(over, "starts_at", "pk"), tell, SESSIONS)
    return Section(
        "today",
        "Today’s sessions",
        "By the practice’s own day; those that are over stand last.",
        "No session begins today.",
        count,
        told,
        desk.list_of(Booking, status="held", start="today"),
    )


def requests(desk: Desk) -> Section:
    """Give what waits for an answer, with the time that is left."""
    rows = waiting.requests(desk.viewer).select_related(*SHOWN).order_by("created_at", "pk")

    def tell(booking: Booking) -> Row:
        left = None if booking.deadline_at is None else booking.deadline_at - desk.now
        lapses = (
            "" if left is None else f"lapses in {length(left)}" if left > timedelta(0) else "the time is over"
        )
        soon = left is not None and left < SOON
        facts = [*desk.client(booking), str(booking.service), _start(booking)]
        return _booking_row(desk, booking, [*facts, *([] if soon else [lapses])], lapses if soon else "")

    count, told = read(rows, tell)
    return Section(
        "requests",
        "Requests to answer",
        "The oldest first.",
        "Nobody waits for an answer.",
        count,
        told,
        desk.list_of(Booking, status=Status.PENDING),
    )


def to_mark(desk: Desk) -> Section:
    """Give what is over, of which nobody said whether the client came."""
    rows = waiting.to_mark(desk.viewer, now=desk.now).select_related(*SHOWN).order_by("ends_at", "pk")

    def tell(booking: Booking) -> Row:
        facts = [
            _start(booking),
            *desk.client(booking),
            str(booking.service),
            wording.whose(booking),
        ]
        return _booking_row(desk, booking, facts)

    count, told = read(rows, tell)
    hours = COMPLETED_AFTER // timedelta(hours=1)
    return Section(
        "over",
        "Over, to be marked",
        f"Did the client come? What nobody marks counts as completed {hours} hours after its end.",
        "Every session that is over is marked.",
        count,
        told,
        desk.list_of(Booking, status="over"),
    )


def _booking_row(desk: Desk, booking: Booking, facts: list[str], flag: str = "") -> Row:
    status = Status(booking.status)
    link = desk.page_of(booking)
    told = [*facts, *desk.of(booking)]
    return Row(booking.acknowledgement_id, link, told, flag, status.value, str(status.label))


def _hours(booking: Booking) -> str:
    """Give from when until when, on the practice's clock."""
    if booking.starts_at is None or booking.ends_at is None:
        return "–"
    start, end = (
        moment.astimezone(zone(booking.business.timezone)) for moment in (booking.starts_at, booking.ends_at)
    )
    return f"{start:%H:%M} – {end:%H:%M %Z}"


def _start(booking: Booking) -> str:
    """Give the start on the practice's clock, as all times of this page, or what was wished where there is none yet."""
    if wishes.waits(booking):
        return wording.start_or_wish(booking)
    return wording.at(booking.starts_at, booking.business.timezone)


def _where(booking: Booking) -> str:
    """Give where it takes place; a room is named with whose time it is."""
    return "in person" if booking.mode == Booking.Mode.IN_PERSON else "online"


def _missing(booking: Booking, now: datetime) -> str:
    """Say of a session that stands, is online and is not over that its client has no link to it."""
    if booking.mode != Booking.Mode.ONLINE or booking.meeting_url or booking.status not in STANDS:
        return ""
    return "meeting link missing" if booking.ends_at is not None and now < booking.ends_at else ""
