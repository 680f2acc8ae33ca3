"""Two at once make the same move, or claim the same place."""

from datetime import timedelta

import pytest

from bookings.booking import services
from bookings.booking.models import Booking, BookingEvent, Claim
from bookings.booking.services.confirm_payment import confirm_payment
from bookings.booking.services.verify import verify_as
from bookings.booking.states import Status
from bookings.notifications.models import OutboxMessage
from bookings.payments import sandbox
from bookings.payments import services as paying
from bookings.payments.models import Payment, ProviderEvent, Refund, SandboxCheckout
from bookings.slots.models import Occupation
from bookings.tasks import process_provider_event
from tests import factories
from tests.factories import NOW, TEN, later
from tests.invariants import check_invariants
from tests.races.threads import race

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 10


@pytest.fixture
def offered(transactional_db):
    return factories.service()


@pytest.fixture
def host(offered):
    return factories.consultant(offered)


def at(place):
    return TEN + timedelta(days=place)


def moves(booking, move):
    return BookingEvent.objects.filter(booking=booking, move=move).count()


def messages(booking, template):
    return OutboxMessage.objects.filter(booking=booking, template=template).count()


@pytest.mark.parametrize("schedules", ["one schedule", "two schedules"])
def test_verify__one_address_with_two_drafts_at_once_has_one_active_booking(host, offered, schedules):
    other = host if schedules == "one schedule" else factories.consultant(offered)
    for place in range(ROUNDS):
        email = f"ana{place}@example.org"
        drafts = [
            factories.draft(host, offered, email=email, starts_at=at(place)),
            factories.draft(other, offered, email=email, starts_at=at(place) + timedelta(hours=1)),
        ]
        proofs = [factories.passed(draft) for draft in drafts]

        run = race([lambda proof=proof: services.verify(passed=proof, now=NOW) for proof in proofs])

        assert run.accidents == []
        assert (len(run.results), run.refusals) == (1, ["ACTIVE_BOOKING_EXISTS"])
        statuses = Booking.objects.filter(email=email).values_list("status", flat=True)
        assert sorted(statuses) == [Status.DRAFT, Status.PENDING]
    assert Claim.objects.count() == Occupation.objects.count() == ROUNDS
    check_invariants()


def test_verify__two_places_admit_two_of_four_at_once(host, offered):
    type(offered.business).objects.update(max_active_bookings=2)
    drafts = [
        factories.draft(host, offered, email="ana@example.org", starts_at=TEN + timedelta(hours=place))
        for place in range(4)
    ]
    proofs = [factories.passed(draft) for draft in drafts]

    run = race([lambda proof=proof: services.verify(passed=proof, now=NOW) for proof in proofs])

    assert run.accidents == []
    assert (len(run.results), run.refusals) == (2, ["ACTIVE_BOOKING_EXISTS"] * 2)
    check_invariants()


@pytest.mark.parametrize("seats", [1, 3])
def test_verify__of_one_draft_by_client_and_staff_at_once_is_one_event(seats):
    offered = factories.service(seats=seats)
    host = factories.consultant(offered)
    staff = factories.staff_of(offered.business)
    for place in range(ROUNDS):
        draft = factories.draft(host, offered, starts_at=at(place))
        proof = factories.passed(draft)

        run = race(
            [
                lambda proof=proof: services.verify(passed=proof, now=NOW),
                lambda pk=draft.pk: verify_as(booking_id=pk, viewer=staff, now=NOW),
            ]
        )

        assert run.accidents == []
        assert (len(run.results), run.refusals) == (1, ["INVALID_TRANSITION"])
        assert moves(draft, "VERIFY") == 1
    check_invariants()


def test_approve__by_two_of_the_staff_at_once_is_one_event(host, offered):
    viewers = [factories.staff_of(offered.business) for _ in range(2)]
    for place in range(ROUNDS):
        booking = factories.pending(host, offered, starts_at=at(place))

        run = race(
            [
                lambda viewer=viewer, pk=booking.pk: services.approve(booking_id=pk, viewer=viewer, now=NOW)
                for viewer in viewers
            ]
        )

        assert run.accidents == []
        assert (len(run.results), run.refusals) == (1, ["INVALID_TRANSITION"])
        assert moves(booking, "APPROVE") == 1
        assert messages(booking, "approved_pay_by") == 1
    check_invariants()


def test_approve_and_reject__at_once_are_one_of_the_two(host, offered):
    one, other = (factories.staff_of(offered.business) for _ in range(2))
    for place in range(ROUNDS):
        pk = factories.pending(host, offered, starts_at=at(place)).pk

        run = race(
            [
                lambda pk=pk: services.approve(booking_id=pk, viewer=one, now=NOW),
                lambda pk=pk: services.reject(booking_id=pk, viewer=other, reason="Away.", now=NOW),
            ]
        )

        assert run.accidents == []
        assert (len(run.results), run.refusals) == (1, ["INVALID_TRANSITION"])
    check_invariants()


def test_expire__by_two_sweeps_at_once_is_one_event(host, offered):
    booking = factories.pending(host, offered)

    run = race([lambda: services.expire_due(now=TEN)] * 2)

    assert run.accidents == []
    assert (moves(booking, "EXPIRE"), messages(booking, "expired")) == (1, 1)
    check_invariants()


def test_confirm__by_webhook_and_by_confirmPayment_at_once_is_one_confirmation(host, offered):
    for place in range(ROUNDS):
        payment = factories.paying(host, offered, starts_at=at(place))
        reference = payment.reference
        sandbox.settle_checkout(reference=reference, status=SandboxCheckout.Status.SUCCESS, now=NOW)
        event = ProviderEvent.objects.create(
            provider="sandbox",
            event_id=f"{reference}:paid",
            kind="payment.success",
            reference=reference,
            body="{}",
            next_attempt_at=NOW,
        )
        viewer = factories.client_of(payment.booking)

        run = race(
            [
                lambda pk=event.pk: process_provider_event(pk),
                lambda pk=payment.booking_id, viewer=viewer: confirm_payment(
                    booking_id=pk, viewer=viewer, now=NOW
                ),
                lambda pk=payment.pk: services.settle(payment_id=pk, now=NOW),
            ]
        )

        assert run.accidents == []
        assert run.refusals == []
        assert Booking.objects.get(pk=payment.booking_id).status == Status.CONFIRMED
        assert moves(payment.booking, "CONFIRM_PAYMENT") == 1
        assert messages(payment.booking, "confirmed") == 1
    assert Payment.objects.filter(confirms_booking=True).count() == ROUNDS
    assert not Refund.objects.exists()
    check_invariants()


def test_confirm_and_expire__at_once_never_keep_money_for_nothing(host, offered):
    for place in range(ROUNDS):
        payment = factories.paying(host, offered, starts_at=at(place))
        sandbox.settle_checkout(reference=payment.reference, status=SandboxCheckout.Status.SUCCESS, now=NOW)

        run = race(
            [
                lambda pk=payment.pk: services.settle(payment_id=pk, now=at(10)),
                lambda pk=payment.booking_id: services.lapse(booking_id=pk, now=at(10)),
            ]
        )

        assert run.accidents == []
        assert Booking.objects.get(pk=payment.booking_id).status == Status.CONFIRMED
    check_invariants()


def test_start_payment__twice_at_once_opens_one_attempt(host, offered):
    for place in range(ROUNDS):
        booking = factories.approved(host, offered, starts_at=at(place))
        viewer = factories.client_of(booking)

        run = race(
            [
                lambda pk=booking.pk, viewer=viewer: (
                    services.start_payment(booking_id=pk, viewer=viewer, now=NOW).reference
                )
            ]
            * 2
        )

        assert run.accidents == []
        assert len(set(run.results)) == 1
        assert set(run.refusals) <= {"INVALID_TRANSITION"}
        assert Payment.objects.filter(booking=booking).count() == 1
    check_invariants()


def test_refund__two_at_once_never_exceed_what_was_paid(host, offered):
    payment = factories.paying(host, offered)
    sandbox.settle_checkout(reference=payment.reference, status=SandboxCheckout.Status.SUCCESS, now=NOW)
    services.settle(payment_id=payment.pk, now=NOW)
    payment.refresh_from_db()

    run = race(
        [
            lambda key=key: paying.request_refund(
                payment=Payment.objects.get(pk=payment.pk),
                amount=payment.paid,
                reason=Refund.Reason.STAFF,
                key=key,
                now=later(minutes=1),
            )
            for key in ("one", "other")
        ]
    )

    assert run.accidents == []
    assert (len(run.results), run.refusals) == (1, ["VALIDATION_FAILED"])
    check_invariants()
