"""Staff refund while others do: never more goes back than came in, and everybody gets an answer."""

from decimal import Decimal

import pytest

from bookings.booking import services
from bookings.booking.states import Status
from bookings.common.idempotency import AlreadyDone, Once
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import Payment, Refund
from tests.factories import later
from tests.invariants import check_invariants
from tests.lifecycle import confirmed
from tests.races.steps import overtake, queue_up
from tests.races.threads import race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def payment(host, offered):
    return Payment.objects.get(booking=confirmed(host, offered))


def refunder(payment, staff, amount, **given):
    return lambda: services.refund_payment(
        **{
            "payment_id": payment.pk,
            "viewer": staff,
            "amount": Decimal(amount),
            "reason": "Late.",
            "now": later(minutes=1),
            **given,
        }
    )


def canceller(payment, staff):
    return lambda: services.cancel_as(booking_id=payment.booking_id, viewer=staff, now=later(minutes=1))


def amounts():
    return sorted(refund.amount for refund in Refund.objects.all())


def test_refund__two_at_once_for_more_than_is_left_give_one(payment, staff):
    run = race([refunder(payment, staff, "40"), refunder(payment, staff, "40")])

    assert run.accidents == []
    assert (len(run.results), run.refusals) == (1, ["VALIDATION_FAILED"])
    assert amounts() == [40]
    assert OutboxMessage.objects.filter(template="refunded").count() == 1
    check_invariants()


def test_refund__two_at_once_within_what_is_left_both_go_back(payment, staff):
    run = race([refunder(payment, staff, "20"), refunder(payment, staff, "40")])

    assert (run.accidents, run.refusals) == ([], [])
    assert amounts() == [20, 40]
    assert Payment.objects.get().left.amount == 0
    check_invariants()


def test_refund__twice_at_once_under_one_key_is_one(payment, staff):
    once = Once.of(scope="user:1", mutation="refundPayment", key="k", given={})

    run = race([refunder(payment, staff, "20", once=once)] * 2)

    assert [type(accident) for accident in run.accidents] == [AlreadyDone]
    assert amounts() == [20]
    check_invariants()


def test_refund_and_cancel__at_once_give_back_what_was_paid(payment, staff):
    run = race([refunder(payment, staff, "25"), canceller(payment, staff)])

    assert run.accidents == []
    assert run.refusals in ([], ["VALIDATION_FAILED"])
    assert amounts() == ([25, 35] if not run.refusals else [60])
    assert Payment.objects.get().booking.status == Status.CANCELLED
    check_invariants()


def test_cancel__overtaken_by_a_refund_gives_back_the_rest(payment, staff, monkeypatch):
    run = overtake(
        monkeypatch,
        slow=canceller(payment, staff),
        at="bookings.booking.services.cancel._refuse_early",
        after=True,
        quick=refunder(payment, staff, "25"),
    )

    assert (run.accidents, run.refusals) == ([], [])
    assert amounts() == [25, 35]
    assert OutboxMessage.objects.get(template="cancelled").context["refund"] == "35.00 EUR"
    check_invariants()


@pytest.mark.only_on("postgresql")
def test_refund__that_waits_for_a_cancellation_finds_nothing_left(payment, staff, monkeypatch):
    run = queue_up(
        monkeypatch,
        slow=canceller(payment, staff),
        at="bookings.booking.services.cancel.lock_booking",
        after=True,
        behind=[refunder(payment, staff, "25")],
    )

    assert (run.accidents, run.refusals) == ([], ["VALIDATION_FAILED"])
    assert amounts() == [60]
    check_invariants()


@pytest.mark.only_on("postgresql")
def test_cancel__that_waits_for_a_refund_gives_back_the_rest(payment, staff, monkeypatch):
    run = queue_up(
        monkeypatch,
        slow=refunder(payment, staff, "25"),
        at="bookings.booking.services.refund.lock_row",
        after=True,
        behind=[canceller(payment, staff)],
    )

    assert (run.accidents, run.refusals) == ([], [])
    assert amounts() == [25, 35]
    check_invariants()
