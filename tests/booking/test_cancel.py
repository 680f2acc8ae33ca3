"""Cancelling: who may until when, what is free again, and how much of what was paid goes back, once."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.models import Booking, BookingNote, Claim
from bookings.booking.states import Status
from bookings.common.errors import ErrorCode
from bookings.common.money import Money
from bookings.notifications.models import OutboxMessage
from bookings.payments import sandbox
from bookings.payments import services as paying
from bookings.payments.models import Payment, Refund, SandboxCheckout
from bookings.payments.providers.base import ProviderUnavailable
from bookings.payments.providers.sandbox import SandboxProvider
from bookings.slots.models import Occupation, Slot
from bookings.verification import services as verification
from tests import factories
from tests.factories import NOW, TEN
from tests.invariants import check_invariants
from tests.lifecycle import confirmed
from tests.witness import everything, history, refusal, told

INSTANT = timedelta(microseconds=1)
NEXT_WEEK = TEN + timedelta(days=7)


@pytest.fixture
def staff(offered):
    return factories.staff_of(offered.business)


@pytest.fixture
def host(offered):
    return factories.consultant(offered, user=factories.user())


def proof(booking, *, now=NOW):
    """The client asks for the mail and follows its link."""
    services.request_cancellation(acknowledgement_id=booking.acknowledgement_id, now=now)
    token = factories.secrets_of(booking, "confirm_cancellation")["link"].partition("#token=")[2]
    return verification.pass_by_token(purpose="CANCEL_BOOKING", token=token, now=now)


@pytest.mark.parametrize(
    "reach", [factories.pending, factories.approved, confirmed], ids=["pending", "approved", "confirmed"]
)
def test_cancel__by_the_client_frees_time_and_place(host, offered, reach):
    booking = reach(host, offered, email="ana@example.org", starts_at=NEXT_WEEK)

    services.cancel(passed=proof(booking), reason=" Ill. ", now=NOW)

    booking.refresh_from_db()
    assert (booking.status, booking.slot_id, booking.claim_id) == (Status.CANCELLED, None, None)
    assert booking.deadline_at is None
    assert not Occupation.objects.exists()
    assert not Claim.objects.exists()
    event = booking.events.latest("sequence")
    assert (event.move, event.actor_kind) == ("CANCEL", "CLIENT")
    note = BookingNote.objects.get()
    assert (note.text, note.event, note.kind) == ("Ill.", event, "REASON")
    assert factories.pending(host, offered, email="ana@example.org", starts_at=NEXT_WEEK).status == "PENDING"
    check_invariants()


def test_cancel__tells_client_and_consultant_once_by_whom_and_what_comes_back(host, offered, staff):
    booking = confirmed(host, offered)
    before = len(told(booking))

    services.cancel_as(booking_id=booking.pk, viewer=staff, reason="Flooded.", now=NOW)

    assert sorted(told(booking)[before:]) == sorted(
        [("cancelled", booking.email), ("consultant_cancelled", host.user.email)]
    )
    to_client = OutboxMessage.objects.get(template="cancelled")
    to_consultant = OutboxMessage.objects.get(template="consultant_cancelled")
    assert (to_client.context["by"], to_client.context["refund"]) == ("STAFF", "60.00 EUR")
    assert to_client.secrets == {"reason": "Flooded."}
    assert not to_consultant.secrets
    assert "Flooded" not in repr((to_consultant.context, to_client.context))


def test_cancel__of_a_draft_is_no_consultants_business(host, offered):
    booking = factories.draft(host, offered)

    services.cancel(passed=proof(booking), now=NOW)

    assert history(booking) == ["DRAFT", "CANCELLED"]
    assert [template for template, _ in told(booking)] == [
        "verify_booking", "confirm_cancellation", "cancelled",
    ]  # fmt: skip


def test_cancel__gives_back_all_that_was_paid_exactly_once(host, offered, staff):
    booking = confirmed(host, offered)

    services.cancel_as(booking_id=booking.pk, viewer=staff, now=NOW)

    payment, refund = Payment.objects.get(), Refund.objects.get()
    assert (refund.payment, refund.reason, refund.amount) == (payment, "CANCELLATION", Decimal("60.00"))
    assert payment.refunded_amount == payment.paid_amount == Decimal("60.00")
    before = everything()
    error = refusal(services.cancel_as, booking_id=booking.pk, viewer=staff, now=NOW)
    assert error.code == ErrorCode.INVALID_TRANSITION
    assert everything() == before
    check_invariants()


def test_cancel__gives_back_what_is_left_after_another_refund(host, offered, staff):
    booking = confirmed(host, offered)
    payment = Payment.objects.get()
    paying.request_refund(
        payment=payment, amount=Money(Decimal(20), "EUR"), reason="GOODWILL", key="some", now=NOW
    )

    services.cancel_as(booking_id=booking.pk, viewer=staff, now=NOW)

    assert Refund.objects.latest("pk").amount == Decimal("40.00")
    check_invariants()


def test_cancel__that_cannot_be_told_reserves_no_refund(host, offered, staff, monkeypatch):
    booking = confirmed(host, offered)
    before = everything()

    def fail(*_args, **_given):
        raise RuntimeError("no room in the outbox")

    monkeypatch.setattr("bookings.booking.messages.announce", fail)
    with pytest.raises(RuntimeError):
        services.cancel_as(booking_id=booking.pk, viewer=staff, now=NOW)

    assert everything() == before


def test_cancel__what_was_never_paid_gives_nothing_back(host, offered, staff):
    booking = factories.approved(host, offered)

    services.cancel_as(booking_id=booking.pk, viewer=staff, now=NOW)

    assert not Refund.objects.exists()
    assert OutboxMessage.objects.get(template="cancelled").context["refund"] == ""


def test_cancel__closes_an_open_attempt_at_the_provider_first(host, offered, staff):
    payment = factories.paying(host, offered)

    services.cancel_as(booking_id=payment.booking_id, viewer=staff, now=NOW)

    payment.refresh_from_db()
    assert not payment.is_open
    assert history(payment.booking)[-2:] == ["APPROVED", "CANCELLED"]
    assert SandboxCheckout.objects.get().status == SandboxCheckout.Status.CLOSED
    check_invariants()


def test_cancel__money_that_came_in_meanwhile_confirms_and_goes_back(host, offered, staff):
    payment = factories.paying(host, offered)
    sandbox.settle_checkout(reference=payment.reference, status=SandboxCheckout.Status.SUCCESS, now=NOW)

    services.cancel_as(booking_id=payment.booking_id, viewer=staff, now=NOW)

    assert history(payment.booking)[-2:] == ["CONFIRMED", "CANCELLED"]
    refund = Refund.objects.get()
    assert (refund.reason, refund.amount) == ("CANCELLATION", Decimal("60.00"))
    check_invariants()


def test_cancel__waits_for_a_provider_that_does_not_answer(host, offered, staff, monkeypatch):
    payment = factories.paying(host, offered)
    before = everything()

    def unreachable(*_args, **_given):
        raise ProviderUnavailable("no answer")

    monkeypatch.setattr(SandboxProvider, "ask", unreachable)

    error = refusal(services.cancel_as, booking_id=payment.booking_id, viewer=staff, now=NOW)
    assert error.code == ErrorCode.PAYMENT_PROVIDER_ERROR
    assert everything() == before


def test_cancel__client_of_a_confirmed_booking_keeps_the_notice_exactly(host, offered):
    booking = confirmed(host, offered, starts_at=NEXT_WEEK)
    account = Viewer(user=factories.user(booking.email))
    last = NEXT_WEEK - timedelta(hours=24)
    before = everything()

    error = refusal(services.cancel_as, booking_id=booking.pk, viewer=account, now=last)
    assert error.code == ErrorCode.TOO_LATE
    assert everything() == before

    cancelled = services.cancel_as(booking_id=booking.pk, viewer=account, now=last - INSTANT)
    assert cancelled.status == Status.CANCELLED


def test_cancel__notice_is_the_one_of_drafting(host, offered):
    booking = confirmed(host, offered, starts_at=NEXT_WEEK)
    type(offered).objects.update(cancellation_notice=timedelta(days=30))

    done = services.cancel_as(
        booking_id=booking.pk, viewer=Viewer(user=factories.user(booking.email)), now=NOW
    )

    assert done.status == Status.CANCELLED


@pytest.mark.parametrize("who", ["staff", "consultant"])
def test_cancel__practice_may_until_the_end_and_not_at_it(host, offered, staff, who):
    viewer = staff if who == "staff" else Viewer(user=host.user)
    booking = confirmed(host, offered)
    end = booking.ends_at

    error = refusal(services.cancel_as, booking_id=booking.pk, viewer=viewer, now=end)
    assert error.code == ErrorCode.TOO_LATE

    done = services.cancel_as(booking_id=booking.pk, viewer=viewer, now=end - INSTANT)
    assert done.status == Status.CANCELLED
    check_invariants()


def test_cancel__access_token_alone_is_not_enough(host, offered):
    booking = factories.pending(host, offered)
    before = everything()

    error = refusal(services.cancel_as, booking_id=booking.pk, viewer=factories.client_of(booking), now=NOW)

    assert error.code == ErrorCode.FORBIDDEN
    assert everything() == before


@pytest.mark.parametrize("reason", ["x" * 2001, "nul \0", "\ud800"])
def test_cancel__reason_that_cannot_be_kept_is_refused(host, offered, staff, reason):
    booking = factories.pending(host, offered)
    before = everything()

    error = refusal(services.cancel_as, booking_id=booking.pk, viewer=staff, reason=reason, now=NOW)

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, ["reason"])
    assert everything() == before


def test_cancel__too_late_expires_the_request_first(host, offered, staff):
    booking = factories.pending(host, offered)

    error = refusal(services.cancel_as, booking_id=booking.pk, viewer=staff, now=TEN)

    assert error.code == ErrorCode.INVALID_TRANSITION
    assert history(booking)[-1] == "EXPIRED"


def test_cancel__in_a_group_gives_back_own_seats_alone(host, staff):
    group = factories.service(host.business, seats=3, payment_policy="ON_SITE")
    host.services.add(group)
    ours = factories.pending(host, group, seats=2)
    theirs = factories.pending(host, group)

    services.cancel_as(booking_id=ours.pk, viewer=staff, now=NOW)

    assert Slot.objects.get().seats_taken == 1
    assert Occupation.objects.count() == 1
    assert Booking.objects.get(pk=theirs.pk).slot_id is not None
    assert factories.pending(host, group, seats=2).status == Status.PENDING
    check_invariants()
