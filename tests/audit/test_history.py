"""Events that are missing or made up are found, and moves of which nobody was told."""

import pytest

from bookings.booking.models import BookingEvent
from bookings.notifications.models import OutboxMessage
from tests import factories
from tests.audit.faults import change, event_of, unguarded_events, wrong
from tests.factories import NOW, later


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
    change(world.paying, expires_at=later(days=10))  # else it is missed that no worker ended it
    OutboxMessage.objects.all().delete()

    assert wrong(now=later(days=10)) == {}
    assert set(wrong(now=later(days=6))) == {"events_without_their_messages"}


def test_events_without_their_messages__consultant_without_an_account_is_not_told(world):
    host = factories.consultant(world.on_site.service)
    factories.approved(host, world.on_site.service)

    assert wrong() == {}
