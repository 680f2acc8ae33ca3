"""A session is cancelled or moved while the worker is about to remind its client."""

from datetime import timedelta

import pytest
from django.core import mail

from bookings.booking import services
from bookings.booking.states import Status
from bookings.catalogue.models import Service
from bookings.notifications import delivery
from bookings.notifications.models import OutboxMessage
from tests import factories
from tests.factories import TEN
from tests.invariants import check_invariants
from tests.races.steps import overtake, queue_up
from tests.races.threads import race

pytestmark = pytest.mark.django_db(transaction=True)

DUE = TEN - timedelta(hours=1)
LATER = TEN + timedelta(hours=3)


@pytest.fixture
def offered(transactional_db):
    return factories.service(payment_policy=Service.PaymentPolicy.ON_SITE)


@pytest.fixture
def booking(host, offered):
    return factories.approved(host, offered)


def canceller(booking, staff):
    return lambda: services.cancel_as(booking_id=booking.pk, viewer=staff, now=DUE)


def mover(booking, staff):
    return lambda: services.reschedule(booking_id=booking.pk, viewer=staff, starts_at=LATER, now=DUE)


def sweep():
    return services.remind_due(now=DUE)


def statuses():
    return list(OutboxMessage.objects.filter(template="reminder").values_list("status", flat=True))


def assert_nothing_of_the_old_time_leaves(booking):
    delivery.deliver_due(DUE + timedelta(minutes=1))
    booking.refresh_from_db()
    assert "QUEUED" not in statuses()
    assert "SENT" not in statuses()
    assert [sent.subject for sent in mail.outbox if sent.subject.startswith("Reminder")] == []
    check_invariants()


@pytest.mark.parametrize("act", [canceller, mover])
def test_remind__overtaken_by_a_change_queues_nothing(booking, staff, monkeypatch, act):
    run = overtake(
        monkeypatch, slow=sweep, at="bookings.booking.services.remind._remind", quick=act(booking, staff)
    )

    assert (run.accidents, run.refusals, run.ends[0]) == ([], [], 0)
    assert statuses() == []
    assert_nothing_of_the_old_time_leaves(booking)


@pytest.mark.parametrize("act", [canceller, mover])
def test_change__overtaken_by_the_reminder_takes_it_back(booking, staff, monkeypatch, act):
    slow = act(booking, staff)
    at = {canceller: "cancel.lapse", mover: "reschedule.lapse"}[act]

    run = overtake(monkeypatch, slow=slow, at=f"bookings.booking.services.{at}", quick=sweep)

    assert (run.accidents, run.refusals, run.ends[1]) == ([], [], 1)
    assert statuses() == ["DROPPED"]
    assert_nothing_of_the_old_time_leaves(booking)


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("act", [canceller, mover])
def test_remind__that_waits_for_the_lock_of_a_change_sees_what_it_did(booking, staff, monkeypatch, act):
    run = queue_up(
        monkeypatch,
        slow=act(booking, staff),
        at="bookings.booking.machine.record",
        behind=[sweep],
    )

    assert (run.accidents, run.refusals, run.ends[1]) == ([], [], 0)
    assert statuses() == []
    assert_nothing_of_the_old_time_leaves(booking)


@pytest.mark.only_on("postgresql")
def test_cancel__that_waits_for_the_lock_of_the_reminder_takes_it_back(booking, staff, monkeypatch):
    run = queue_up(
        monkeypatch,
        slow=sweep,
        at="bookings.booking.services.remind.lock_row",
        after=True,
        behind=[canceller(booking, staff)],
    )

    assert (run.accidents, run.refusals, run.ends[0]) == ([], [], 1)
    assert statuses() == ["DROPPED"]
    assert_nothing_of_the_old_time_leaves(booking)


def test_remind__two_workers_at_once_remind_once(booking):
    run = race([sweep, sweep, sweep])

    assert (run.accidents, run.refusals, sum(run.ends)) == ([], [], 1)
    assert len(statuses()) == 1


@pytest.mark.prove
@pytest.mark.busy
def test_remind_and_cancel__at_once_never_remind_of_what_is_cancelled(host, offered, staff):
    for place in range(20):
        start = TEN + timedelta(days=place)
        booking = factories.approved(host, offered, starts_at=start)
        due = start - timedelta(hours=1)

        run = race(
            [
                lambda booking=booking, due=due: services.cancel_as(
                    booking_id=booking.pk, viewer=staff, now=due
                ),
                lambda due=due: services.remind_due(now=due),
            ]
        )

        assert run.accidents == []
        booking.refresh_from_db()
        assert (booking.status, booking.remind_at) == (Status.CANCELLED, None)
        assert "QUEUED" not in statuses()
    check_invariants()
