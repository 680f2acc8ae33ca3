"""Times and people in words."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils.html import format_html_join

from bookings.accounts.models import ServiceKey, User
from bookings.booking import wishes
from bookings.booking.models import Booking, BookingEvent
from bookings.booking.states import ActorKind
from bookings.catalogue.models import Service
from bookings.common.zones import zone

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


def start_or_wish(booking: Booking) -> str:
    """Give the start on the practice's clock, or what was wished where there is none yet."""
    return _wished(booking) if wishes.waits(booking) else at(booking.starts_at, booking.timezone)


def span_or_wish(booking: Booking) -> str:
    """Give when the session takes place on the practice's clock, or what was wished and in which zone."""
    if wishes.waits(booking):
        return f"{_wished(booking)} ({booking.timezone})"
    return span(booking, booking.timezone)


def whose(booking: Booking) -> str:
    """Give whose time it is: a consultant's, a resource's, both, or that of anyone who is still to be found."""
    names = [str(one) for one in (booking.consultant, booking.resource) if one is not None]
    if booking.consultant is None and booking.service.holds != Service.Holds.RESOURCE:
        names.insert(0, "anyone")
    return ", ".join(names) or "any that is free"


def _wished(booking: Booking) -> str:
    return f"wished: {wishes.words(booking)}"


def linked(bookings: Iterable[Booking]) -> str:
    """Give links to the pages of bookings, or a dash; who may not see one meets no page there."""
    links = format_html_join(
        ", ",
        '<a href="{}">{}</a>',
        (
            (reverse("admin:bookings_booking_change", args=[row.pk]), row.acknowledgement_id)
            for row in bookings
        ),
    )
    return links or "–"


def names_of(events: Iterable[BookingEvent]) -> dict[int, str]:
    """Give, for each event, who acted: the kind, and the account or the service key where there is one.

    One statement in all; a second one where keys acted.
    """
    rows = list(events)
    ids = {int(row.actor_id) for row in rows if row.actor_id.isdecimal() and len(row.actor_id) < 19}
    accounts = {str(user.pk): user.full_name or user.email for user in User.objects.filter(pk__in=ids)}
    known = accounts | _keys_of(rows)
    return {row.pk: _name(row, known) for row in rows}


def _keys_of(events: Iterable[BookingEvent]) -> dict[str, str]:
    """Give the service keys that acted, by what events call them."""
    called = {event.actor_id for event in events if event.actor_id.startswith(ServiceKey.CALLED)}
    if not called:
        return {}
    keys = ServiceKey.objects.filter(pk__in=[name.removeprefix(ServiceKey.CALLED) for name in called])
    return {key.called: f"by the service key {key}" for key in keys}


def _name(event: BookingEvent, accounts: dict[str, str]) -> str:
    known = event.actor_kind in ActorKind.values
    kind = str(ActorKind(event.actor_kind).label) if known else event.actor_kind
    name = accounts.get(event.actor_id, event.actor_id)
    return f"{kind}: {name}" if name else kind
