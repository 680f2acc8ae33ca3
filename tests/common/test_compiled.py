"""Statements that are kept: each is what the ORM would do, on both databases."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext

from bookings.booking.models import Booking, BookingEvent
from bookings.catalogue.models import Service
from bookings.common.compiled import Argument, Compiled, Insertion
from bookings.notifications.models import OutboxMessage
from tests import factories
from tests.factories import NOW

KEY = models.BigIntegerField()
MOMENT = models.DateTimeField()
WHOLE_ROWS = Compiled(
    lambda: Booking.objects.select_related("business__owner", "consultant", "resource").filter(
        service=Argument("service", KEY), created_at__lte=Argument("until", MOMENT)
    )
)
TUPLES = Compiled(
    lambda: (
        Booking.objects.filter(service__is_active=True, pk=Argument("pk", KEY))
        .order_by("pk")
        .values_list("intake", "starts_at", "price", "pending_lifetime", "refund_tiers")[:1]
    )
)
ONCE_PER_KEY = Insertion(OutboxMessage, unless=(("key",), ""))

pytestmark = pytest.mark.django_db


def columns_of(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def drafted(**fields):
    service = factories.service()
    return factories.draft(factories.consultant(service), service, **fields)


def message(**fields):
    return OutboxMessage(
        key="event:1", template="booked", recipient="a@example.org", next_attempt_at=NOW, **fields
    )


def test_rows__are_those_of_the_queryset_with_what_it_joins():
    booking = drafted(intake={"city": "Zagreb"}, message="Ring twice")
    drafted()

    (found,) = WHOLE_ROWS.rows(service=booking.service_id, until=NOW)
    with CaptureQueriesContext(connection) as captured:
        joined = (found.business.owner.email, found.consultant.full_name, found.resource)

    assert columns_of(found) == columns_of(Booking.objects.get(pk=booking.pk))
    assert joined == (booking.business.owner.email, booking.consultant.full_name, None)
    assert len(captured) == 0


def test_rows__every_call_has_its_own_values():
    one, other = drafted(), drafted()
    asked = [(one.service_id, NOW), (other.service_id, NOW), (one.service_id, NOW - timedelta(days=1))]

    found = [WHOLE_ROWS.rows(service=service, until=until) for service, until in asked]

    assert [[row.pk for row in rows] for rows in found] == [[one.pk], [other.pk], []]


def test_rows__a_value_that_lacks_is_an_error():
    with pytest.raises(KeyError, match="until"):
        WHOLE_ROWS.rows(service=1)


def test_first__tuples_hold_what_the_queryset_would_give():
    booking = drafted(intake={"city": "Zagreb"})

    assert (
        TUPLES.first(pk=booking.pk)
        == TUPLES.write()
        .query.model.objects.filter(pk=booking.pk)
        .values_list("intake", "starts_at", "price", "pending_lifetime", "refund_tiers")
        .get()
    )
    assert TUPLES.first(pk=0) is None


def test_rows__are_put_together_once():
    calls = []
    kept = Compiled(lambda: calls.append(1) or Service.objects.filter(pk=Argument("pk", KEY)))

    for pk in range(3):
        kept.rows(pk=pk)

    assert calls == [1]


def test_insert__writes_what_save_would():
    booking = drafted(intake={"city": "Zagreb"}, message="Ring twice")
    twin = Booking.objects.get(pk=booking.pk)
    twin.pk, twin.acknowledgement_id = None, "MS-TWIN00"

    assert Insertion(Booking).insert(twin)

    expected = columns_of(booking) | {"id": twin.pk, "acknowledgement_id": "MS-TWIN00"}
    assert columns_of(Booking.objects.get(pk=twin.pk)) == expected
    assert not twin._state.adding
    twin.full_name = "Ana"
    twin.save()
    assert Booking.objects.filter(full_name="Ana").count() == 1


def test_insert__a_row_that_is_there_leaves_the_transaction_usable():
    with transaction.atomic():
        first, second = message(secrets={"code": "1"}), message()
        assert [ONCE_PER_KEY.insert(first), ONCE_PER_KEY.insert(second)] == [True, False]
        assert second.pk is None
        assert OutboxMessage.objects.get().pk == first.pk


def test_insert__any_other_constraint_is_raised():
    booking = drafted()
    again = BookingEvent(booking=booking, sequence=1, move="DRAFT", to_status="DRAFT", at=NOW)

    with pytest.raises(IntegrityError), transaction.atomic():
        Insertion(BookingEvent, unless=(("id",), "")).insert(again)
    with pytest.raises(IntegrityError), transaction.atomic():
        ONCE_PER_KEY.insert(message(booking_id=None, attempts=-1))
