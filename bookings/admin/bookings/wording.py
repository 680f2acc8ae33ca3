"""Times and people in words."""

from collections.abc import Iterable
from datetime import datetime

from bookings.accounts.models import User
from bookings.booking.models import Booking, BookingEvent
from bookings.booking.states import ActorKind
from bookings.businesses.zones import zone

DAY_AND_TIME = "%a %-d %b %Y, %H:%M %Z"


def at(moment: datetime | None, zone_name: str) -> str:
    """Give an instant on a zone's wall clock, with the zone's abbreviation, or a dash."""
    return moment.astimezone(zone(zone_name)).strftime(DAY_AND_TIME) if moment else "–"


def span(booking: Booking, zone_name: str) -> str:
    """Give when a session takes place in a zone, and the zone's name."""
    if booking.starts_at is None or booking.ends_at is None:
        return "–"
    start, end = (moment.astimezone(zone(zone_name)) for moment in (booking.starts_at, booking.ends_at))
    until = end.strftime("%H:%M" if start.date() == end.date() else "%a %-d %b, %H:%M")
    return f"{start:%a %-d %b %Y, %H:%M} – {until} {end:%Z} ({zone_name})"


def names_of(events: Iterable[BookingEvent]) -> dict[int, str]:
    """Give, for each event, who acted: the kind, and the account where there is one. One statement in all."""
    rows = list(events)
    ids = {int(row.actor_id) for row in rows if row.actor_id.isdecimal() and len(row.actor_id) < 19}
    accounts = {str(user.pk): user.full_name or user.email for user in User.objects.filter(pk__in=ids)}
    return {row.pk: _name(row, accounts) for row in rows}


def _name(event: BookingEvent, accounts: dict[str, str]) -> str:
    known = event.actor_kind in ActorKind.values
    kind = str(ActorKind(event.actor_kind).label) if known else event.actor_kind
    name = accounts.get(event.actor_id, event.actor_id)
    return f"{kind}: {name}" if name else kind
