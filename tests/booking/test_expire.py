"""Deadlines: time is free when `expire` commits, exactly from the deadline on."""

from datetime import timedelta

import pytest

from bookings.booking import services
from bookings.booking.models import Booking
from bookings.booking.states import Status
from bookings.common.errors import DomainError
from bookings.payments import sandbox
from bookings.payments.models import Payment, Refund, SandboxCheckout
from bookings.payments.providers.base import ProviderUnavailable
from bookings.payments.providers.sandbox import SandboxProvider
from bookings.slots.models import Occupation
from tests import factories
from tests.factories import NOW, TEN, later
from tests.invariants import check_invariants
from tests.witness import everything, history, told

INSTANT = timedelta(microseconds=1)
NEXT_WEEK = TEN + timedelta(days=7)


def lapsed(booking, *, now):
    services.lapse(booking_id=booking.pk, now=now)
    booking.refresh_from_db()
    return booking


@pytest.mark.parametrize(
    ("reach", "deadline"),
    [
        (factories.draft, later(minutes=30)),
        (factories.pending, later(hours=48)),
        (factories.approved, later(hours=24)),
    ],
    ids=["draft", "pending", "approved"],
)
def test_expire__comes_exactly_at_the_deadline(host, offered, reach, deadline):
    booking = reach(host, offered, starts_at=NEXT_WEEK)
    assert booking.deadline_at == deadline
    before = everything()
    assert services.expire_due(now=deadline - INSTANT) == 0
    assert everything() == before

    assert services.expire_due(now=deadline) == 1

    booking.refresh_from_db()
    assert (booking.status, booking.deadline_at) == (Status.EXPIRED, None)
    assert (booking.slot_id, booking.claim_id) == (None, None)
    assert not Occupation.objects.exists()
    event = booking.events.latest("sequence")
    assert (event.move, event.actor_kind, event.at) == ("EXPIRE", "SYSTEM", deadline)
    check_invariants()
    before = everything()
    assert services.expire_due(now=deadline) == 0
    assert everything() == before


@pytest.mark.parametrize("reach", [factories.pending, factories.approved])
def test_expire__no_request_outlives_its_start(host, offered, reach):
    booking = reach(host, offered)

    assert lapsed(booking, now=TEN - INSTANT).status != Status.EXPIRED
    assert lapsed(booking, now=TEN).status == Status.EXPIRED


def test_expire__tells_the_client_once_and_of_a_draft_nobody(host, offered):
    request = lapsed(factories.pending(host, offered), now=TEN)
    draft = lapsed(factories.draft(host, offered), now=TEN)

    assert told(request)[-1] == ("expired", request.email)
    assert [template for template, _ in told(draft)] == ["verify_booking"]


def test_expire__time_is_free_when_it_commits_and_not_when_the_clock_passes(host, offered):
    booking = factories.pending(host, offered, starts_at=NEXT_WEEK)
    after = later(hours=48)
    with pytest.raises(DomainError):
        factories.draft(host, offered, starts_at=NEXT_WEEK, now=after)

    lapsed(booking, now=after)

    assert factories.draft(host, offered, starts_at=NEXT_WEEK, now=after).status == Status.DRAFT


def test_expire__end_of_the_attempt_gives_approved_back(host, offered):
    payment = factories.paying(host, offered)

    booking = lapsed(payment.booking, now=later(minutes=30))

    payment.refresh_from_db()
    assert (booking.status, booking.deadline_at) == (Status.APPROVED, TEN)
    assert payment.status == Payment.Status.CLOSED
    assert SandboxCheckout.objects.get().status == SandboxCheckout.Status.CLOSED
    assert told(booking)[-1] == ("payment_failed", booking.email)
    check_invariants()


def test_expire__asks_the_provider_first_how_the_attempt_ended(host, offered):
    payment = factories.paying(host, offered)
    sandbox.settle_checkout(reference=payment.reference, status=SandboxCheckout.Status.FAILED, now=NOW)

    booking = lapsed(payment.booking, now=later(minutes=30))

    payment.refresh_from_db()
    assert (booking.status, payment.status) == (Status.APPROVED, Payment.Status.FAILED)
    assert booking.events.get(move="FAIL_PAYMENT").actor_kind == "PROVIDER"


def test_expire__before_the_attempts_end_nothing_happens(host, offered):
    factories.paying(host, offered)
    before = everything()

    assert services.expire_due(now=later(minutes=30) - INSTANT) == 0
    assert everything() == before


def test_expire__pay_by_wins_the_tie_with_the_attempts_end(host, offered):
    booking = factories.approved(host, offered)
    viewer = factories.client_of(booking)
    payment = services.start_payment(booking_id=booking.pk, viewer=viewer, now=TEN - timedelta(minutes=30))
    booking.refresh_from_db()
    assert payment.expires_at == booking.deadline_at == booking.pay_by == TEN
    messages = len(told(booking))

    booking = lapsed(booking, now=TEN)

    payment.refresh_from_db()
    assert history(booking)[-2:] == ["PAYMENT_PENDING", "EXPIRED"]
    assert payment.status == Payment.Status.CLOSED
    assert told(booking)[messages:] == [("expired", booking.email)]
    check_invariants()


@pytest.mark.parametrize("now", [later(minutes=30), TEN, TEN + timedelta(days=1)])
def test_expire__money_that_came_in_confirms_instead(host, offered, now):
    payment = factories.paying(host, offered)
    sandbox.settle_checkout(reference=payment.reference, status=SandboxCheckout.Status.SUCCESS, now=NOW)

    booking = lapsed(payment.booking, now=now)

    assert booking.status == Status.CONFIRMED
    assert told(booking)[-2:] == [("confirmed", booking.email), ("receipt", booking.email)]
    check_invariants()


def test_expire__money_of_another_amount_at_pay_by_goes_back_and_the_booking_lapses(host, offered):
    payment = factories.paying(host, offered)
    SandboxCheckout.objects.update(amount_minor=1)
    sandbox.settle_checkout(reference=payment.reference, status=SandboxCheckout.Status.SUCCESS, now=NOW)

    booking = lapsed(payment.booking, now=TEN)

    assert booking.status == Status.EXPIRED
    assert Refund.objects.get().reason == Refund.Reason.MISMATCH
    check_invariants()


def test_expire__money_that_comes_between_asking_and_closing_confirms_instead(host, offered, monkeypatch):
    payment = factories.paying(host, offered)
    close = SandboxProvider.close

    def paid_first(self, attempt):
        sandbox.settle_checkout(reference=attempt.reference, status=SandboxCheckout.Status.SUCCESS, now=NOW)
        return close(self, attempt)

    monkeypatch.setattr(SandboxProvider, "close", paid_first)

    assert lapsed(payment.booking, now=TEN).status == Status.CONFIRMED
    check_invariants()


@pytest.mark.parametrize("call", ["ask", "close"])
def test_expire__provider_that_does_not_answer_holds_up_nobody_else(host, offered, monkeypatch, call):
    def silent(*_):
        raise ProviderUnavailable("no answer")

    stuck = factories.paying(host, offered).booking
    other = factories.pending(host, offered, starts_at=TEN + timedelta(hours=1))
    monkeypatch.setattr(SandboxProvider, call, silent)

    assert services.expire_due(now=TEN + timedelta(hours=1)) == 1

    stuck.refresh_from_db()
    other.refresh_from_db()
    assert (stuck.status, other.status) == (Status.PAYMENT_PENDING, Status.EXPIRED)
    monkeypatch.undo()
    assert lapsed(stuck, now=TEN + timedelta(hours=1)).status == Status.EXPIRED
    check_invariants()


@pytest.mark.parametrize("end", ["CONFIRMED", "REJECTED", "EXPIRED"])
def test_expire__what_has_no_deadline_stays(host, offered, end):
    booking = factories.pending(host, offered)
    staff = factories.staff_of(offered.business)
    if end == "CONFIRMED":
        services.approve(booking_id=booking.pk, viewer=staff, price=0 * booking.price, now=NOW)
    elif end == "REJECTED":
        services.reject(booking_id=booking.pk, viewer=staff, reason="Away.", now=NOW)
    else:
        lapsed(booking, now=TEN)
    assert Booking.objects.get().status == end
    before = everything()

    assert services.expire_due(now=TEN + timedelta(days=365)) == 0
    assert services.lapse(booking_id=booking.pk, now=TEN + timedelta(days=365)) is False
    assert everything() == before


def test_expire__group_slot_keeps_the_others_seats(db):
    group = factories.service(seats=3)
    host = factories.consultant(group)
    first = factories.pending(host, group, seats=2)
    second = factories.pending(host, group, now=later(minutes=1))
    type(first).objects.filter(pk=first.pk).update(deadline_at=later(hours=1))

    assert services.expire_due(now=later(hours=1)) == 1

    second.refresh_from_db()
    assert second.slot.seats_taken == 1
    check_invariants()
