"""A year of sessions for the calendar, written at once: what is measured is reading them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db import connection

from bookings.booking.models import Booking
from bookings.booking.states import Status
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant

YEAR = datetime(2029, 1, 1, tzinfo=UTC)
"""Sessions that took place: they hold no claim, and need none of a slot's guards."""
FIRST = 9
A_DAY = 8


def fill_a_year(service: Service, hosts: Sequence[Consultant], number: int) -> None:
    """Write so many completed sessions, spread evenly over 2029 and its working hours."""
    Booking.objects.bulk_create(
        (_session(service, hosts, number, place) for place in range(number)), batch_size=2000
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # all tables: what earlier tests left known of others changes plans, too


def _session(service: Service, hosts: Sequence[Consultant], number: int, place: int) -> Booking:
    day, turn = divmod(place * 365, number)
    start = YEAR + timedelta(days=day, hours=FIRST + turn * A_DAY // number)
    return Booking(
        acknowledgement_id=f"YR-{service.pk}-{place}",
        business=service.business,
        service=service,
        consultant=hosts[place % len(hosts)],
        status=Status.COMPLETED,
        full_name=f"Client {place}",
        client_timezone="UTC",
        mode=Booking.Mode.ONLINE,
        payment_mode=Booking.PaymentMode.ON_SITE,
        consent_version="1",
        consented_at=start,
        starts_at=start,
        ends_at=start + timedelta(hours=1),
        timezone="UTC",
        duration=60,
        price=0,
        currency="EUR",
    )
