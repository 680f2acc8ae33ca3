"""Ways to plant a fault that no service and no guard would let pass, and to see which checks find it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from bookings.audit.invariants import audit
from bookings.booking.models import BookingEvent
from bookings.common import guards
from bookings.common.guards import Guard
from bookings.guards import GUARDS
from tests.factories import NOW


def wrong(*, now=NOW) -> dict[str, tuple[int | str, ...]]:
    return {finding.check.name: finding.ids for finding in audit(now=now)}


def change(row, **columns):
    """Write columns past every service."""
    assert type(row).objects.filter(pk=row.pk).update(**columns) == 1


def event_of(booking, move) -> BookingEvent:
    return BookingEvent.objects.get(booking=booking, move=move)


def run(*statements):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # it alters no table with checks outstanding
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in statements:
            cursor.execute(statement)


def drop(guard: Guard):
    for name in guard.names[connection.vendor]:
        if connection.vendor == "sqlite":
            run(f"DROP TRIGGER {name}")
        elif name == "occupation_never_overlaps":
            run(f"ALTER TABLE {guard.table} DROP CONSTRAINT {name}")
        else:
            run(f"DROP TRIGGER {name} ON {guard.table}")


def guard_of(table: str) -> Guard:
    return next(guard for guard in GUARDS if guard.table == table)


@contextmanager
def unguarded_events() -> Iterator[None]:
    drop(guard_of("bookings_bookingevent"))
    yield
    run()
    guards.install(GUARDS)
