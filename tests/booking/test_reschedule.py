"""Another time: old and new change hands at once, and what was agreed goes with the booking."""

from datetime import timedelta

import pytest

from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.models import Claim
from bookings.booking.states import Status
from bookings.common.errors import ErrorCode
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import Payment
from bookings.slots.models import Occupation, Slot
from bookings.verification import services as verification
from tests import factories
from tests.factories import NOW, TEN, later
from tests.invariants import check_invariants
from tests.lifecycle import confirmed
from tests.witness import everything, history, refusal, told

NOON = TEN + timedelta(hours=2)
NEXT_WEEK = TEN + timedelta(days=7)
INSTANT = timedelta(microseconds=1)


@pytest.fixture
def staff(offered):
    return factories.staff_of(offered.business)


@pytest.fixture
def host(offered):
    return factories.consultant(offered, user=factories.user())


def move(booking, viewer, starts_at=NOON, *, now=NOW, **given):
    return services.reschedule(booking_id=booking.pk, viewer=viewer, starts_at=starts_at, now=now, **given)


def busy():
    """What is occupied, from when until when."""
    return list(Occupation.objects.order_by("busy_from").values_list("busy_from", "busy_until"))


@pytest.mark.parametrize(
    "reach", [factories.pending, factories.approved, confirmed], ids=["pending", "approved", "confirmed"]
)
def test_reschedule__old_and_new_time_change_hands(host, offered, staff, reach):
    booking = reach(host, offered)
    status, place = booking.status, booking.claim_id

    move(booking, staff)

    booking.refresh_from_db()
    assert (booking.status, booking.claim_id) == (status, place)
    assert (booking.starts_at, booking.ends_at) == (NOON, NOON + timedelta(hours=1))
    assert busy() == [(NOON, NOON + timedelta(hours=1))]
    event = booking.events.latest("sequence")
    assert (event.move, event.from_status, event.to_status) == ("RESCHEDULE", status, status)
    assert event.data == {"from": TEN.isoformat(), "to": NOON.isoformat()}
    assert factories.pending(host, offered, starts_at=TEN).status == Status.PENDING
    check_invariants()


def test_reschedule__own_old_time_never_blocks_the_new(host, offered, staff):
    type(offered).objects.update(step=30)
    booking = factories.pending(host, offered)

    move(booking, staff, TEN + timedelta(minutes=30))

    assert busy() == [(TEN + timedelta(minutes=30), TEN + timedelta(minutes=90))]
    check_invariants()


def test_reschedule__another_bookings_time_does_and_nothing_is_lost(host, offered, staff):
    factories.pending(host, offered, starts_at=NOON)
    booking = factories.pending(host, offered)
    before = everything()

    error = refusal(move, booking=booking, viewer=staff)

    assert error.code == ErrorCode.SLOT_UNAVAILABLE
    assert error.suggestions(now=NOW)
    assert everything() == before


def test_reschedule__tells_client_and_consultant_once(host, offered, staff):
    booking = confirmed(host, offered)
    before = len(told(booking))

    move(booking, staff)

    assert sorted(told(booking)[before:]) == sorted(
        [("rescheduled", booking.email), ("consultant_moved", host.user.email)]
    )
    assert OutboxMessage.objects.get(template="rescheduled").context["starts_at"] == NOON.isoformat()


def test_reschedule__raises_the_calendars_sequence_each_time(host, offered, staff):
    booking = confirmed(host, offered)
    before = booking.calendar_sequence

    move(booking, staff)
    move(booking, staff, TEN)

    booking.refresh_from_db()
    assert booking.calendar_sequence == before + 2


@pytest.mark.parametrize("reach", [factories.pending, factories.approved], ids=["pending", "approved"])
def test_reschedule__deadlines_never_pass_the_new_start(host, offered, staff, reach):
    booking = reach(host, offered, starts_at=NEXT_WEEK)
    assert booking.deadline_at > NOON

    move(booking, staff, NOON)

    booking.refresh_from_db()
    assert booking.deadline_at == NOON
    assert booking.pay_by in {None, NOON}
    check_invariants()


def test_reschedule__gives_the_time_to_pay_that_was_agreed_on_approval_and_no_more(host, offered, staff):
    booking = factories.approved(host, offered)
    assert booking.pay_by == TEN

    for day in (7, 8):
        move(booking, staff, TEN + timedelta(days=day), now=later(minutes=day))

        booking.refresh_from_db()
        assert (booking.deadline_at, booking.pay_by) == (later(hours=24), later(hours=24))


def test_reschedule__of_a_request_lapses_when_its_lifetime_or_the_new_start_comes(host, offered, staff):
    booking = factories.pending(host, offered)
    assert booking.deadline_at == TEN
    for start, deadline in ((NEXT_WEEK, later(hours=48)), (TEN + timedelta(days=1), TEN + timedelta(days=1))):
        move(booking, staff, start)

        booking.refresh_from_db()
        assert booking.deadline_at == deadline


def test_reschedule__of_a_draft_mails_a_new_proof_and_the_old_is_dead(host, offered):
    booking = factories.draft(host, offered)
    old = factories.secrets_of(booking)
    client = factories.client_of(booking)

    move(booking, client, now=later(minutes=2))

    booking.refresh_from_db()
    assert (booking.status, booking.starts_at) == (Status.DRAFT, NOON)
    assert [template for template, _ in told(booking)] == ["verify_booking", "verify_booking"]
    assert not Slot.objects.exists()
    token = old["link"].partition("#token=")[2]
    error = refusal(verification.pass_by_token, purpose="VERIFY_BOOKING", token=token, now=later(minutes=2))
    assert error.code == ErrorCode.CHALLENGE_INVALID
    now = later(minutes=3)
    done = services.verify(passed=factories.passed(booking, now=now), now=now)
    assert (done.booking.status, done.booking.slot.starts_at) == (Status.PENDING, NOON)
    check_invariants()


def test_reschedule__draft_whose_time_went_to_another_can_move(host, offered):
    booking = factories.draft(host, offered)
    factories.pending(host, offered)
    error = refusal(services.verify, passed=factories.passed(booking), now=NOW)
    assert error.code == ErrorCode.SLOT_UNAVAILABLE
    viewer = Viewer()
    viewer.use_access_token(error.details["access_token"], now=NOW)

    move(booking, viewer)

    done = services.verify(passed=factories.passed(booking), now=NOW)
    assert done.booking.status == Status.PENDING
    check_invariants()


def test_reschedule__client_of_a_confirmed_booking_keeps_the_notice_exactly(host, offered):
    booking = confirmed(host, offered, starts_at=NEXT_WEEK)
    last = NEXT_WEEK - timedelta(hours=24)
    target = NEXT_WEEK + timedelta(days=1)
    before = everything()

    error = refusal(move, booking=booking, viewer=factories.client_of(booking), starts_at=target, now=last)
    assert error.code == ErrorCode.TOO_LATE
    assert everything() == before

    done = move(booking, factories.client_of(booking), target, now=last - INSTANT)
    assert done.starts_at == target


def test_reschedule__client_keeps_notice_and_horizon_for_the_new_time_and_staff_do_not(host, offered, staff):
    type(offered).objects.update(notice=180)
    booking = factories.pending(host, offered, starts_at=NEXT_WEEK)
    client = factories.client_of(booking)

    for start in (TEN, TEN + timedelta(days=70)):
        assert refusal(move, booking=booking, viewer=client, starts_at=start).code == "SLOT_UNAVAILABLE"
        assert move(booking, staff, start).starts_at == start


@pytest.mark.parametrize("override", [False, True])
def test_reschedule__time_that_is_over_is_refused_unless_staff_insist(host, offered, staff, override):
    booking = confirmed(host, offered)
    now = TEN + timedelta(minutes=30)

    if override:
        assert move(booking, staff, TEN - timedelta(hours=1), now=now, override=True).starts_at < now
    else:
        error = refusal(move, booking=booking, viewer=staff, starts_at=TEN - timedelta(hours=1), now=now)
        assert error.code == ErrorCode.SLOT_UNAVAILABLE


def test_reschedule__in_a_group_takes_own_seats_along_and_no_others(host, staff):
    group = factories.service(host.business, seats=3)
    host.services.add(group)
    theirs = factories.pending(host, group)
    ours = factories.pending(host, group, seats=2)
    factories.pending(host, group, starts_at=NOON)

    move(ours, staff)

    seats = dict(Slot.objects.values_list("starts_at", "seats_taken"))
    assert seats == {TEN: 1, NOON: 3}
    theirs.refresh_from_db()
    assert theirs.starts_at == TEN
    check_invariants()


def test_reschedule__within_a_full_group_to_its_own_time_changes_no_seats(host, staff):
    group = factories.service(host.business, seats=2)
    host.services.add(group)
    booking = factories.pending(host, group, seats=2)

    move(booking, staff, TEN)

    assert Slot.objects.get().seats_taken == 2
    check_invariants()


def test_reschedule__keeps_length_buffers_and_price_of_drafting(host, offered, staff):
    type(offered).objects.update(buffer_after=15)
    offered.refresh_from_db()
    booking = factories.pending(host, offered)
    type(offered).objects.update(buffer_after=0, duration=30, price=90)

    move(booking, staff)

    booking.refresh_from_db()
    assert booking.price == 60
    assert booking.ends_at - booking.starts_at == timedelta(hours=1)
    assert busy() == [(NOON, NOON + timedelta(minutes=75))]


def test_reschedule__under_a_payment_is_refused(host, offered, staff):
    payment = factories.paying(host, offered)
    before = everything()

    error = refusal(move, booking=payment.booking, viewer=staff)

    assert error.code == ErrorCode.INVALID_TRANSITION
    assert Payment.objects.get().is_open
    assert everything() == before


def test_reschedule__after_the_deadline_expires_first(host, offered, staff):
    booking = factories.pending(host, offered)

    error = refusal(move, booking=booking, viewer=staff, starts_at=NEXT_WEEK, now=TEN)

    assert error.code == ErrorCode.INVALID_TRANSITION
    assert history(booking)[-1] == "EXPIRED"
    assert not Claim.objects.exists()
