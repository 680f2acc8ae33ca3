"""Staff say that a session took place while the timer says so too."""

from datetime import timedelta

import pytest

from bookings.booking import services
from bookings.booking.policies import COMPLETED_AFTER
from bookings.booking.states import ActorKind, Status
from bookings.catalogue.models import Service
from tests import factories
from tests.factories import TEN
from tests.invariants import check_invariants
from tests.races.steps import overtake, queue_up
from tests.races.threads import race
from tests.witness import history, told

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 20


@pytest.fixture
def offered(transactional_db):
    return factories.service(payment_policy=Service.PaymentPolicy.ON_SITE)


def sides(booking, staff):
    """Staff, and the timer: at the moment when it is due."""
    due = booking.ends_at + COMPLETED_AFTER
    return (
        lambda: services.complete(booking_id=booking.pk, viewer=staff, now=due),
        lambda: services.complete_due(now=due),
    )


def assert_completed_once(booking, by):
    assert history(booking).count(Status.COMPLETED) == 1
    assert booking.events.latest("sequence").actor_kind == by
    assert [template for template, _ in told(booking)].count("completed") == 1


@pytest.mark.prove
@pytest.mark.busy
def test_complete__by_staff_and_timer_at_once_is_one_event(host, offered, staff):
    for place in range(ROUNDS):
        booking = factories.approved(host, offered, starts_at=TEN + timedelta(days=place))

        run = race(sides(booking, staff))

        assert run.accidents == []
        by_timer = run.refusals == ["INVALID_TRANSITION"]
        assert by_timer or run.refusals == []
        assert run.ends[1] == int(by_timer)
        assert_completed_once(booking, ActorKind.SYSTEM if by_timer else ActorKind.STAFF)
    check_invariants()


def test_complete__by_staff_overtaken_by_the_timer_is_refused(host, offered, staff, monkeypatch):
    booking = factories.approved(host, offered)
    by_staff, by_timer = sides(booking, staff)

    run = overtake(
        monkeypatch, slow=by_staff, at="bookings.booking.services.attendance.lapse", quick=by_timer
    )

    assert (run.accidents, run.refusals, run.ends[1]) == ([], ["INVALID_TRANSITION"], 1)
    assert_completed_once(booking, ActorKind.SYSTEM)
    check_invariants()


def test_complete__by_the_timer_overtaken_by_staff_does_nothing(host, offered, staff, monkeypatch):
    booking = factories.approved(host, offered)
    by_staff, by_timer = sides(booking, staff)

    run = overtake(
        monkeypatch,
        slow=by_timer,
        at="bookings.booking.services.attendance._complete_by_itself",
        quick=by_staff,
    )

    assert (run.accidents, run.refusals, run.ends[0]) == ([], [], 0)
    assert_completed_once(booking, ActorKind.STAFF)
    check_invariants()


@pytest.mark.only_on("postgresql")
def test_complete__by_the_timer_that_waits_for_staff_does_nothing(host, offered, staff, monkeypatch):
    booking = factories.approved(host, offered)
    by_staff, by_timer = sides(booking, staff)

    run = queue_up(
        monkeypatch,
        slow=by_staff,
        at="bookings.booking.services.attendance.lock_booking",
        after=True,
        behind=[by_timer],
    )

    assert (run.accidents, run.refusals, run.ends[1]) == ([], [], 0)
    assert_completed_once(booking, ActorKind.STAFF)
    check_invariants()
