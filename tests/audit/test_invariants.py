"""Every check sees the fault that it is for, and no other one does; sound data passes them all."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from bookings.audit.invariants import CHECKS, audit
from bookings.booking.models import Booking, BookingEvent, Claim
from bookings.common import guards
from bookings.common.guards import Guard
from bookings.guards import GUARDS
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import Refund
from bookings.slots.models import Occupation, Slot
from tests import factories
from tests.factories import NOW, TEN, later

HOUR = timedelta(hours=1)


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


def test_audit__finds_nothing_in_sound_data(world):
    statuses = set(Booking.objects.values_list("status", flat=True))

    assert wrong() == {}
    assert statuses >= {"PENDING", "APPROVED", "PAYMENT_PENDING", "CONFIRMED", "REJECTED", "EXPIRED"}


@pytest.mark.django_db
def test_audit__finds_nothing_where_nothing_is():
    assert wrong() == {}


def test_audit__asks_one_statement_a_check_but_for_the_guards(world, django_assert_num_queries):
    with django_assert_num_queries(len(CHECKS) + 1):  # the guards: their tables, and their names
        audit(now=NOW)


def test_every_check__cites_its_invariants():
    for check in CHECKS:
        told = check.find.__doc__ or ""
        assert told.startswith("Invariant"), check.name
        assert all(
            str(number) in told.split(":")[0] for number in (check.invariants[0], check.invariants[-1])
        )
    assert {number for check in CHECKS for number in check.invariants} == set(range(1, 11))


def second_occupation(slot, schedule, busy_from, busy_until) -> Occupation:
    """A taken slot uses another schedule as well, as a session in a room does."""
    return Occupation.objects.create(slot=slot, schedule=schedule, busy_from=busy_from, busy_until=busy_until)


@pytest.fixture
def room(world):
    return factories.consultant(world.pending.service).schedule


def test_overlapping_occupations__are_found(world, room):
    first, second = world.pending, world.approved
    drop(guard_of("bookings_occupation"))
    second_occupation(first.slot, room, first.starts_at, second.starts_at + HOUR / 2)
    inner = second_occupation(second.slot, room, second.starts_at, second.ends_at)
    planted = ("overlapping_occupations", (inner.pk,))
    if connection.vendor == "sqlite":  # PostgreSQL's constraint cannot be put back over such rows
        guards.install(GUARDS)
        assert wrong() == dict([planted])

    assert planted in wrong().items()
    assert set(wrong()) <= {"overlapping_occupations", "missing_guards"}


def test_overlapping_occupations__one_that_clashes_with_an_earlier_but_one_is_found(world, room):
    first, second, third = world.pending, world.approved, world.free
    drop(guard_of("bookings_occupation"))
    second_occupation(first.slot, room, first.starts_at, third.ends_at)
    clashing = [
        second_occupation(other.slot, room, other.starts_at, other.ends_at) for other in (second, third)
    ]

    assert wrong()["overlapping_occupations"] == tuple(occupation.pk for occupation in clashing)


def test_overlapping_occupations__touching_ones_are_none(world, room):
    first, second = world.pending, world.approved
    second_occupation(first.slot, room, first.starts_at, second.starts_at)
    second_occupation(second.slot, room, second.starts_at, second.ends_at)

    assert wrong() == {}


def test_taken_slots_without_occupation__are_found(world):
    Occupation.objects.get(slot=world.pending.slot).delete()

    assert wrong() == {"taken_slots_without_occupation": (world.pending.slot_id,)}


def test_occupations_without_taken_seats__are_found(world):
    start = TEN + timedelta(days=40)
    slot = Slot.objects.create(schedule=world.host.schedule, starts_at=start, ends_at=start + HOUR)
    left = Occupation.objects.create(
        slot=slot, schedule=slot.schedule, busy_from=start, busy_until=start + HOUR
    )

    assert wrong() == {"occupations_without_taken_seats": (left.pk,)}


def test_occupations_short_of_their_session__are_found(world):
    occupation = Occupation.objects.get(slot=world.pending.slot)
    change(occupation, busy_from=occupation.busy_from + timedelta(minutes=1))

    assert wrong() == {"occupations_short_of_their_session": (occupation.pk,)}


@pytest.mark.parametrize("seats_taken", [1, 2])
def test_miscounted_slots__are_found(world, seats_taken):
    change(world.in_group[0].slot, seats_taken=seats_taken)

    assert wrong() == {"miscounted_slots": (world.in_group[0].slot_id,)}


def test_bookings_without_their_claim__are_found(world):
    change(world.pending.claim, email="somebody@example.org")
    change(world.rejected, claim=Claim.objects.get(pk=world.approved.claim_id))

    assert wrong() == {"bookings_without_their_claim": (world.pending.pk, world.rejected.pk)}


def test_bookings_without_their_claim__somebody_without_an_address_needs_none(world):
    claim = world.pending.claim
    change(world.pending, email="", claim=None)
    claim.delete()

    assert wrong() == {}


def test_claims_without_an_active_booking__are_found(world):
    left = Claim.objects.create(business=world.host.business, email=world.rejected.email, place=1)

    assert wrong() == {"claims_without_an_active_booking": (left.pk,)}


def test_claims_of_several_bookings__are_found(world):
    change(world.approved, email=world.pending.email, claim=world.pending.claim)
    world.approved.claim.delete()

    assert wrong() == {"claims_of_several_bookings": (world.pending.claim_id,)}


def test_events_out_of_sequence__are_found(world):
    event = event_of(world.pending, "VERIFY")
    with unguarded_events():
        change(event, sequence=3)

    assert wrong() == {"events_out_of_sequence": (event.pk,)}


def test_events_that_do_not_follow__are_found(world):
    event = event_of(world.paid.booking, "CONFIRM_PAYMENT")
    with unguarded_events():
        change(event, from_status="APPROVED")

    assert wrong() == {"events_that_do_not_follow": (event.pk,)}


@pytest.mark.parametrize(
    ("move", "columns"),
    [("DRAFT", {"actor_kind": "PROVIDER"}), ("VERIFY", {"move": "START_PAYMENT"})],
    ids=["by whom the table does not name", "a move that leads elsewhere"],
)
def test_events_outside_the_table__are_found(world, move, columns):
    event = event_of(world.pending, move)
    with unguarded_events():
        change(event, **columns)

    assert wrong() == {"events_outside_the_table": (event.pk,)}


def test_events_outside_the_table__a_revived_booking_is_found(world):
    planted = BookingEvent.objects.create(
        booking=world.lapsed,
        sequence=world.lapsed.events.count() + 1,
        move="START_PAYMENT",
        from_status="EXPIRED",
        to_status="EXPIRED",
        actor_kind="STAFF",
        at=NOW,
    )

    assert wrong() == {"events_outside_the_table": (planted.pk,)}


def test_bookings_unlike_their_last_event__are_found(world):
    change(world.rejected, status="EXPIRED")

    assert wrong() == {"bookings_unlike_their_last_event": (world.rejected.pk,)}


def test_bookings_unlike_their_last_event__one_without_a_past_is_found(world):
    draft = factories.draft(world.host, world.pending.service)
    with unguarded_events():
        draft.events.all().delete()

    assert wrong() == {"bookings_unlike_their_last_event": (draft.pk,)}


def test_confirmed_without_money__is_found(world):
    change(world.on_site, payment_mode="ONLINE")
    change(world.paid, paid_amount=Decimal("59.99"))

    assert wrong() == {"confirmed_without_money": (world.paid.booking_id, world.on_site.pk)}


def test_confirmed_without_money__other_currency_is_found(world):
    change(world.paid, paid_currency="USD")

    assert wrong() == {"confirmed_without_money": (world.paid.booking_id,)}


@pytest.mark.parametrize("amount", ["59.999", "0"])
def test_misreckoned_refunds__are_found(world, amount):
    change(world.paid_late, refunded_amount=Decimal(amount))

    assert wrong() == {"misreckoned_refunds": (world.paid_late.pk,)}


def test_misreckoned_refunds__parts_are_summed_exactly(world):
    parts = [Decimal("0.1")] * 3 + [Decimal("0.2")] * 3
    for number, amount in enumerate(parts):
        Refund.objects.create(payment=world.paid, amount=amount, reason="STAFF", key=f"part {number}")
    Refund.objects.create(payment=world.paid, amount=5, reason="STAFF", key="refused", status="FAILED")
    change(world.paid, refunded_amount=sum(parts))

    assert wrong() == {}


@pytest.mark.parametrize(
    ("recipient", "template"),
    [("client", "confirmed"), ("consultant", "consultant_confirmed")],
)
def test_events_without_their_messages__are_found(world, recipient, template):
    event = event_of(world.by_itself, "CONFIRM_UNPAID")
    OutboxMessage.objects.get(key=f"event:{event.pk}:{recipient}:{template}").delete()

    assert wrong() == {"events_without_their_messages": (event.pk,)}


def test_events_without_their_messages__the_practice_is_told_too(world):
    event = event_of(world.pending, "VERIFY")
    OutboxMessage.objects.get(key=f"event:{event.pk}:staff:staff_request_waits").delete()

    assert wrong() == {"events_without_their_messages": (event.pk,)}


def test_events_without_their_messages__what_may_have_been_purged_is_not_missed(world, settings):
    settings.OUTBOX_RETENTION_DAYS = 7
    OutboxMessage.objects.all().delete()

    assert wrong(now=later(days=10)) == {}
    assert set(wrong(now=later(days=6))) == {"events_without_their_messages"}


def test_events_without_their_messages__consultant_without_an_account_is_not_told(world):
    host = factories.consultant(world.on_site.service)
    factories.approved(host, world.on_site.service)

    assert wrong() == {}


def test_payments_with_two_effects__are_found(world):
    Refund.objects.create(payment=world.paid_late, amount=1, reason="DUPLICATE", key="twice", status="FAILED")
    Refund.objects.create(payment=world.paid, amount=1, reason="LATE", key="both", status="FAILED")

    assert wrong() == {"payments_with_two_effects": (world.paid.pk, world.paid_late.pk)}


def test_confirmations_without_their_move__are_found(world):
    Refund.objects.filter(payment=world.paid_late).update(reason="STAFF")
    change(world.paid_late, confirms_booking=True)

    assert wrong() == {"confirmations_without_their_move": (world.paid_late.pk,)}


def test_money_kept_for_nothing__is_found(world):
    Refund.objects.filter(payment=world.paid_late).delete()
    change(world.paid_late, refunded_amount=0)

    assert wrong() == {"money_kept_for_nothing": (world.paid_late.pk,)}


def test_bookings_beside_their_slot__other_time_is_found(world):
    booking = world.pending
    change(booking, starts_at=booking.starts_at + HOUR, ends_at=booking.ends_at + HOUR)

    assert wrong() == {"bookings_beside_their_slot": (booking.pk,)}


def test_bookings_beside_their_slot__other_service_and_other_consultant_are_found(world):
    change(world.pending, service=world.free.service)
    change(world.approved, consultant=factories.consultant(world.approved.service))

    assert wrong() == {"bookings_beside_their_slot": (world.pending.pk, world.approved.pk)}


def test_bookings_beside_their_slot__one_that_gave_its_time_back_is_found(world):
    change(world.rejected, slot=world.pending.slot)

    assert wrong() == {"bookings_beside_their_slot": (world.rejected.pk,)}


def test_payments_of_another_price__are_found(world):
    change(world.paying, amount=Decimal("0.5"))
    change(world.failed, currency="USD")

    assert wrong() == {"payments_of_another_price": (world.paying.pk, world.failed.pk)}


@pytest.mark.parametrize("guard", GUARDS, ids=[guard.table for guard in GUARDS])
def test_missing_guards__are_found_by_name(world, guard):
    drop(guard)

    names = guard.names[connection.vendor]
    assert wrong() == {"missing_guards": tuple(f"The database lacks the guard {name!r}." for name in names)}


def test_missing_constraints__are_found_by_name(world):
    run("DROP INDEX payment_one_open_attempt_per_booking")

    assert wrong() == {"missing_constraints": ("payment_one_open_attempt_per_booking",)}


@pytest.mark.only_on("postgresql")
def test_missing_constraints__unique_and_check_constraints_are_found_by_name(world):
    run(
        "ALTER TABLE bookings_slot DROP CONSTRAINT slot_seats_within_capacity",
        "ALTER TABLE bookings_claim DROP CONSTRAINT claim_once_per_place",
    )

    assert set(wrong()["missing_constraints"]) == {"claim_once_per_place", "slot_seats_within_capacity"}


@pytest.mark.only_on("postgresql")
def test_miscounted_slots__more_than_there_are_is_found(world):
    run("ALTER TABLE bookings_slot DROP CONSTRAINT slot_seats_within_capacity")
    change(world.in_group[0].slot, capacity=2)

    assert wrong() == {
        "miscounted_slots": (world.in_group[0].slot_id,),
        "missing_constraints": ("slot_seats_within_capacity",),
    }
