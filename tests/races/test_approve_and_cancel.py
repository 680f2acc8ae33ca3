"""The practice says yes while the client calls off."""

from datetime import timedelta

import pytest

from bookings.booking import services
from bookings.booking.models import Claim
from bookings.booking.states import Status
from bookings.catalogue.models import Service
from bookings.slots.models import Occupation
from bookings.verification import services as verification
from tests import factories
from tests.factories import NOW, TEN, later
from tests.invariants import check_invariants
from tests.races.steps import overtake, queue_up
from tests.races.threads import race
from tests.witness import history, told

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 20


def proven(booking):
    """What the client who asked to cancel reads in the mailbox."""
    services.request_cancellation(acknowledgement_id=booking.acknowledgement_id, now=NOW)
    code = factories.secrets_of(booking, "confirm_cancellation")["code"]
    return verification.pass_by_code(purpose="CANCEL_BOOKING", subject=booking.subject, code=code, now=NOW)


def approver(booking, staff):
    return lambda: services.approve(booking_id=booking.pk, viewer=staff, now=later(minutes=1))


def canceller(booking):
    proof = proven(booking)
    return lambda: services.cancel(passed=proof, now=later(minutes=1))


def assert_cancelled(booking, *, approved):
    middle = [Status.APPROVED] if approved else []
    assert history(booking) == [Status.DRAFT, Status.PENDING, *middle, Status.CANCELLED]
    sent = [template for template, _ in told(booking)]
    assert (sent.count("approved_pay_by"), sent.count("cancelled")) == (int(approved), 1)


@pytest.mark.prove
@pytest.mark.busy
def test_approve_and_cancel__at_once_end_cancelled(host, offered, staff):
    for place in range(ROUNDS):
        booking = factories.pending(host, offered, starts_at=TEN + timedelta(days=place))

        run = race([approver(booking, staff), canceller(booking)])

        assert run.accidents == []
        assert run.refusals in ([], ["INVALID_TRANSITION"])
        assert_cancelled(booking, approved=not run.refusals)
    assert not Occupation.objects.exists()
    assert not Claim.objects.exists()
    check_invariants()


def test_approve__overtaken_by_cancel_is_refused(host, offered, staff, monkeypatch):
    booking = factories.pending(host, offered)

    run = overtake(
        monkeypatch,
        slow=approver(booking, staff),
        at="bookings.booking.services.approve.lapse",
        quick=canceller(booking),
    )

    assert (run.accidents, run.refusals) == ([], ["INVALID_TRANSITION"])
    assert_cancelled(booking, approved=False)
    check_invariants()


def test_cancel__overtaken_by_approve_cancels_what_is_approved(host, offered, staff, monkeypatch):
    booking = factories.pending(host, offered)

    run = overtake(
        monkeypatch,
        slow=canceller(booking),
        at="bookings.booking.services.cancel._refuse_early",
        after=True,
        quick=approver(booking, staff),
    )

    assert (run.accidents, run.refusals) == ([], [])
    assert_cancelled(booking, approved=True)
    check_invariants()


def test_cancel__overtaken_by_a_confirmation_keeps_to_the_notice(monkeypatch):
    """A request may be called off until its start, a confirmed session until the notice: the last word counts."""
    offered = factories.service(payment_policy=Service.PaymentPolicy.ON_SITE)
    booking = factories.pending(factories.consultant(offered), offered)
    staff = factories.staff_of(offered.business)

    run = overtake(
        monkeypatch,
        slow=canceller(booking),
        at="bookings.booking.services.cancel._refuse_early",
        after=True,
        quick=approver(booking, staff),
    )

    assert (run.accidents, run.refusals) == ([], ["TOO_LATE"])
    assert history(booking)[-1] == Status.CONFIRMED
    check_invariants()


@pytest.mark.only_on("postgresql")
def test_cancel__that_waits_for_the_lock_of_approve_sees_what_it_did(host, offered, staff, monkeypatch):
    booking = factories.pending(host, offered)

    run = queue_up(
        monkeypatch,
        slow=approver(booking, staff),
        at="bookings.booking.services.approve.lock_booking",
        after=True,
        behind=[canceller(booking)],
    )

    assert (run.accidents, run.refusals) == ([], [])
    assert_cancelled(booking, approved=True)
    check_invariants()
