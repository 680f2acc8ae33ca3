"""The sandbox's test cards: what each does to the booking that is paid with it."""

from datetime import timedelta

import pytest
import time_machine

from bookings import tasks
from bookings.booking import services as booking
from bookings.booking.states import Status
from bookings.notifications.models import OutboxMessage
from bookings.payments import sandbox
from bookings.payments.models import Payment, ProviderEvent, Refund, SandboxCheckout
from bookings.payments.sandbox import Choice
from tests import factories
from tests.factories import NOW, later
from tests.invariants import check_invariants

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at")]


@pytest.fixture
def attempt(db):
    offered = factories.service()
    return factories.paying(factories.consultant(offered), offered)


@pytest.fixture
def at(attempt):
    """Sets the clock that page and sandbox read; it stands still."""
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock.move_to


def page_of(attempt):
    return f"/payments/sandbox/checkout/{attempt.reference}"


def pay_with(client, attempt, number):
    return client.post(page_of(attempt), {"card": number})


def work_off(client, now):
    """What the worker does: what is on its way comes, events are posted to the inbox, and each is processed."""
    tasks.SWEEPS["sandbox"](now)
    for message in OutboxMessage.objects.filter(channel=OutboxMessage.Channel.WEBHOOK, status="QUEUED"):
        told = message.context
        answer = client.post(
            "/payments/sandbox/events",
            told["body"],
            content_type="application/json",
            headers=told["headers"],
        )
        assert answer.status_code == 200
    tasks.sweep_events(now + timedelta(hours=1))


def after(client, attempt, now=NOW):
    work_off(client, now)
    check_invariants()
    attempt.refresh_from_db()
    attempt.booking.refresh_from_db()
    return attempt.booking.status, attempt.status


def test_page__shows_every_card(client, attempt):
    shown = client.get(page_of(attempt)).content.decode()

    assert all(f"{number[:4]} {number[4:8]}" in shown for number in sandbox.CARDS)


@pytest.mark.parametrize("number", sandbox.CARDS)
def test_numbers__are_those_of_cards(number):
    digits = [int(digit) for digit in reversed(number)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]

    assert len(number) == 16
    assert (sum(digits[::2]) + sum(doubled)) % 10 == 0


@pytest.mark.parametrize("number", ["4242 4242 4242 4242", "4242424242424242"])
def test_success__confirms(client, attempt, number):
    pay_with(client, attempt, number)

    assert after(client, attempt) == (Status.CONFIRMED, Payment.Status.SUCCEEDED)


def test_failure__gives_the_booking_back_to_be_paid(client, attempt):
    pay_with(client, attempt, "4000000000000002")

    assert after(client, attempt) == (Status.APPROVED, Payment.Status.FAILED)


def test_late_success__while_the_attempt_is_open_confirms_when_it_comes(client, attempt, at):
    pay_with(client, attempt, "4000000000003063")
    assert after(client, attempt) == (Status.PAYMENT_PENDING, Payment.Status.OPEN)

    at(later(minutes=2))

    assert after(client, attempt, later(minutes=2)) == (Status.CONFIRMED, Payment.Status.SUCCEEDED)


def test_late_success__of_a_booking_that_was_cancelled_meanwhile_goes_back(client, attempt, at):
    pay_with(client, attempt, "4000000000003063")
    booking.cancel_as(
        booking_id=attempt.booking_id,
        viewer=factories.staff_of(attempt.booking.business),
        now=later(minutes=1),
    )

    at(later(minutes=2))

    assert after(client, attempt, later(minutes=2)) == (Status.CANCELLED, Payment.Status.SUCCEEDED)
    assert Refund.objects.get().reason == Refund.Reason.LATE


def test_late_success__is_on_its_way_whatever_the_merchant_closes(attempt):
    sandbox.choose(reference=attempt.reference, choice=Choice.LATE, now=NOW)

    closed = sandbox.settle_checkout(
        reference=attempt.reference, status=SandboxCheckout.Status.CLOSED, now=later(minutes=1)
    )

    assert not closed
    assert sandbox.look(reference=attempt.reference, now=later(seconds=119)).status == "LATE"
    assert sandbox.look(reference=attempt.reference, now=later(seconds=120)).status == "SUCCESS"


def test_double_event__is_told_twice_and_counts_once(client, attempt):
    pay_with(client, attempt, "4000000000000259")
    told = OutboxMessage.objects.filter(channel=OutboxMessage.Channel.WEBHOOK)
    assert told.count() == 2
    assert len({message.context["body"] for message in told}) == 1

    assert after(client, attempt) == (Status.CONFIRMED, Payment.Status.SUCCEEDED)
    assert ProviderEvent.objects.count() == 1
    assert attempt.booking.events.filter(move="CONFIRM_PAYMENT").count() == 1


def test_abandonment__gives_the_booking_back_to_be_paid(client, attempt):
    client.post(page_of(attempt), {"choice": "abandon"})

    assert after(client, attempt) == (Status.APPROVED, Payment.Status.FAILED)


@pytest.mark.parametrize("number", ["", "4242", "4000000000000003", "4242424242424242x"])
def test_card__that_is_none_changes_nothing(client, attempt, number):
    answer = pay_with(client, attempt, number)

    assert answer.status_code == 400
    assert SandboxCheckout.objects.get().status == "OPEN"
