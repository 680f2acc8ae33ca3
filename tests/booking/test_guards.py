"""A booking's events are append-only, whoever asks."""

import pytest
from django.db import IntegrityError, connection, transaction

from bookings.booking.models import BookingEvent
from bookings.common.guards import purge_permit
from tests import factories

pytestmark = pytest.mark.django_db

CHANGES = [
    "UPDATE bookings_bookingevent SET to_status = 'CONFIRMED'",
    "UPDATE bookings_bookingevent SET booking_id = booking_id",
    "DELETE FROM bookings_bookingevent",
]
OTHERS = "booking_id, sequence, move, from_status, actor_kind, actor_id, data, at"


@pytest.fixture
def event(db):
    offered = factories.service()
    return factories.draft(factories.consultant(offered), offered).events.get()


def run(sql):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def check_foreign_keys_now():
    """PostgreSQL truncates no table whose deferred foreign keys are still to be checked."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def rows():
    return list(BookingEvent.objects.order_by("pk").values())


@pytest.mark.parametrize("sql", CHANGES)
def test_event__is_neither_changed_nor_deleted_by_raw_sql(event, sql):
    before = rows()

    with pytest.raises(IntegrityError, match="booking_event_is_append_only"):
        run(sql)

    assert rows() == before


def test_event__is_neither_changed_nor_deleted_through_the_model(event):
    before = rows()
    event.to_status = "CONFIRMED"

    with pytest.raises(IntegrityError), transaction.atomic():
        event.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        BookingEvent.objects.all().delete()

    assert rows() == before


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("key", ["id", "sequence"])
def test_event__is_not_replaced(event, key):
    before = rows()
    pk = event.pk if key == "id" else event.pk + 1

    with pytest.raises(IntegrityError, match="booking_event_is_append_only"):
        run(
            f"INSERT OR REPLACE INTO bookings_bookingevent (id, to_status, {OTHERS})"
            f" SELECT {pk}, 'CONFIRMED', {OTHERS} FROM bookings_bookingevent"
        )

    assert rows() == before


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize(
    "sql", ["TRUNCATE bookings_bookingevent CASCADE", "TRUNCATE bookings_booking CASCADE"]
)
def test_event__is_not_truncated(event, sql):
    check_foreign_keys_now()
    before = rows()

    with pytest.raises(IntegrityError, match="booking_event_is_append_only"):
        run(sql)

    assert rows() == before


def test_purge_permit__lets_events_be_deleted_and_ends_with_its_block(event):
    offered = factories.service()
    with purge_permit():
        run("DELETE FROM bookings_bookingevent")
    assert rows() == []

    factories.draft(factories.consultant(offered), offered)
    with pytest.raises(IntegrityError):
        run("DELETE FROM bookings_bookingevent")


@pytest.mark.parametrize("sql", CHANGES[:2])
def test_purge_permit__lets_nothing_be_changed(event, sql):
    with purge_permit(), pytest.raises(IntegrityError):
        run(sql)


def test_purge_permit__that_failed_leaves_none_behind(event):
    with pytest.raises(ZeroDivisionError):  # noqa: PT012, SIM117 - the block is what fails
        with purge_permit():
            run("DELETE FROM bookings_bookingevent")
            raise ZeroDivisionError

    assert len(rows()) == 1
    with pytest.raises(IntegrityError):
        run("DELETE FROM bookings_bookingevent")


@pytest.mark.only_on("postgresql")
def test_purge_permit__lets_the_table_be_truncated(event):
    check_foreign_keys_now()

    with purge_permit():
        run("TRUNCATE bookings_bookingevent CASCADE")

    assert rows() == []
