"""Money on its way back."""

from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
import time_machine
from django.db import connection, transaction

from bookings.common.errors import DomainError, ErrorCode
from bookings.common.money import Money
from bookings.payments import providers, sandbox, selectors, services
from bookings.payments.models import Payment, Refund
from bookings.payments.providers.base import (
    PaymentState,
    ProviderPayment,
    ProviderRefused,
    ProviderUnavailable,
)
from bookings.payments.services import refunds
from tests import factories
from tests.factories import NOW, later
from tests.payments import bank
from tests.payments.bank import Bank

Status = Refund.Status
Reason = Refund.Reason


def eur(amount):
    return Money(Decimal(amount), "EUR")


def paid_payment(booking, *, amount=None):
    amount = amount or eur(60)
    payment = services.open_attempt(
        booking_id=booking.pk, amount=amount, provider_name="bank", expires_at=later(hours=1), now=NOW
    )
    told = ProviderPayment(payment.reference, PaymentState.PAID, live=payment.live, amount=amount)
    services.record_success(payment=payment, told=told, now=NOW)
    return payment


@pytest.fixture
def answers(monkeypatch):
    """Make the bank a provider and say what it answers."""
    monkeypatch.setitem(providers._PROVIDERS, "bank", Bank)
    monkeypatch.setattr(Bank, "asked", [])

    def _answers(*given):
        monkeypatch.setattr(Bank, "answers", list(given))

    _answers(bank.DONE)
    return _answers


@pytest.fixture
def payment(booking, answers):
    return paid_payment(booking)


def requested(payment, amount="60", key="k", reason=Reason.LATE):
    return services.request_refund(payment=payment, amount=eur(amount), reason=reason, key=key, now=NOW)


def reserved(payment):
    return Payment.objects.get(pk=payment.pk).refunded_amount


# Asking for one


def test_request_refund__reserves_its_amount_and_nudges(payment, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as nudges:
        refund = requested(payment, "20")

    assert (refund.status, refund.money, refund.reason) == (Status.REQUESTED, eur(20), Reason.LATE)
    assert reserved(payment) == payment.refunded_amount == 20
    assert len(nudges) == 1
    assert Bank.asked == []


def test_request_refund__under_the_same_key_is_the_same(payment):
    first = requested(payment, "60")

    assert requested(payment, "60") == first
    assert reserved(payment) == 60


def test_request_refund__under_the_key_of_another_is_refused(payment):
    requested(payment, "20")

    with pytest.raises(DomainError) as refusal:
        requested(payment, "30")
    assert refusal.value.code == ErrorCode.IDEMPOTENCY_MISMATCH
    assert reserved(payment) == 20


def test_request_refund__up_to_the_last_mill(booking, answers):
    payment = paid_payment(booking, amount=eur("0.300"))

    requested(payment, "0.1", key="a")
    requested(payment, "0.2", key="b")

    assert reserved(payment) == Decimal("0.300")


@pytest.mark.parametrize("amount", ["40.001", "60", "0", "-1"])
def test_request_refund__of_more_than_is_left_or_of_nothing_is_refused(payment, amount):
    requested(payment, "20")

    with pytest.raises(DomainError) as refusal:
        requested(payment, amount, key="other")
    assert (refusal.value.code, refusal.value.field) == (ErrorCode.VALIDATION_FAILED, ["amount"])
    assert (reserved(payment), Refund.objects.count()) == (20, 1)


def test_request_refund__in_another_currency_is_refused(payment):
    with pytest.raises(DomainError) as refusal:
        services.request_refund(
            payment=payment, amount=Money(Decimal(1), "USD"), reason=Reason.STAFF, key="k", now=NOW
        )
    assert refusal.value.code == ErrorCode.VALIDATION_FAILED


def test_request_refund__of_what_was_not_paid_is_refused(attempt):
    with pytest.raises(DomainError) as refusal:
        requested(attempt, "1")
    assert refusal.value.code == ErrorCode.VALIDATION_FAILED


@pytest.mark.django_db(transaction=True)
def test_request_refund__many_at_once_give_back_what_was_paid_and_no_more(answers):
    offered = factories.service()
    payment = paid_payment(factories.approved(factories.consultant(offered), offered))
    start, outcomes = Barrier(8), []

    def ask_ten_times(name):
        connection.ensure_connection()
        start.wait()
        for number in range(10):
            try:
                outcomes.append(requested(payment, "1", key=f"{name}/{number}").status)
            except DomainError as refusal:
                outcomes.append(refusal.code)
        connection.close()

    threads = [Thread(target=ask_ten_times, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (outcomes.count(Status.REQUESTED), outcomes.count(ErrorCode.VALIDATION_FAILED)) == (60, 20)
    assert (reserved(payment), Refund.objects.count()) == (60, 60)


def test_request_refund__keeps_who_and_why(payment):
    manager = factories.user()

    services.request_refund(
        payment=payment,
        amount=eur(1),
        reason=Reason.STAFF,
        key="k",
        note="Late train.",
        requested_by=manager,
        now=NOW,
    )

    refund = Refund.objects.get()
    assert (refund.note, refund.requested_by) == ("Late train.", manager)


def test_request_refund__of_what_was_paid_on_site_is_done_at_once(
    booking, answers, django_capture_on_commit_callbacks
):
    payment = services.record_on_site(
        booking_id=booking.pk,
        amount=eur(60),
        method="CASH",
        tax_rate=Decimal(0),
        recorded_by=None,
        paid_at=NOW,
        now=NOW,
    )

    with django_capture_on_commit_callbacks() as nudges:
        refund = requested(payment, "60")

    assert (refund.status, refund.done_at, refund.method) == (Status.SUCCEEDED, NOW, "CASH")
    assert not refund.is_left_to_a_person
    assert reserved(payment) == 60
    assert nudges == []
    assert services.run_due_refunds(now=later(days=1)) == 0
    assert Bank.asked == []


# Carrying it out


def test_run_refund__done_at_once(payment):
    refund = requested(payment)
    ended = []

    services.run_refund(refund.pk, now=later(seconds=1), when_done=ended.append)

    refund.refresh_from_db()
    assert (refund.status, refund.done_at, refund.provider_refund_id) == (
        Status.SUCCEEDED,
        later(seconds=1),
        "re_1",
    )
    assert Bank.asked == [("refund", (payment.reference, eur(60), "k"))]
    assert reserved(payment) == 60
    assert ended == [refund]


def test_run_refund__by_the_sandbox(booking, checkout):
    payment = booking.payments.get()
    sandbox.settle_checkout(reference=payment.reference, status=checkout.Status.SUCCESS, now=NOW)
    told = selectors.provider_of(payment).ask(selectors.known_as(payment))
    services.record_success(payment=payment, told=told, now=NOW)
    refund = requested(payment)

    services.run_refund(refund.pk, now=NOW)

    refund.refresh_from_db()
    checkout.refresh_from_db()
    assert (refund.status, checkout.refunded_minor) == (Status.SUCCEEDED, 6000)


def test_run_refund__twice_asks_once(payment):
    refund = requested(payment)

    services.run_refund(refund.pk, now=later(seconds=1))
    again = services.run_refund(refund.pk, now=later(hours=1))

    assert again is None
    assert len(Bank.asked) == 1


def test_run_refund__is_left_to_whoever_claimed_it(payment, answers):
    refund = requested(payment)
    Refund.objects.filter(pk=refund.pk).update(attempts=1, next_attempt_at=later(seconds=60))

    assert services.run_refund(refund.pk, now=later(seconds=59)) is None
    assert Bank.asked == []
    assert services.run_refund(refund.pk, now=later(seconds=60)) is not None


def test_run_refund__stands_outside_transactions(payment, answers, monkeypatch):
    refund = requested(payment)
    depth = len(connection.savepoint_ids)
    depths = []
    answer = Bank._answer

    def noting(self, verb, given):
        depths.append(len(connection.savepoint_ids))
        return answer(self, verb, given)

    monkeypatch.setattr(Bank, "_answer", noting)
    services.run_refund(refund.pk, now=NOW)

    assert depths == [depth]


def test_run_refund__refused_gives_the_reservation_back(payment, answers):
    answers(ProviderRefused("too old"))
    refund = requested(payment)
    ended = []

    services.run_refund(refund.pk, now=NOW, when_done=ended.append)

    refund.refresh_from_db()
    assert (refund.status, refund.last_error, refund.done_at) == (Status.FAILED, "too old", NOW)
    assert reserved(payment) == 0
    assert ended == [refund]
    assert requested(payment, key="again").status == Status.REQUESTED


def test_run_refund__pending_is_asked_about_until_it_is_done(payment, answers):
    answers(bank.PENDING, bank.PENDING, bank.DONE)
    refund = requested(payment)
    ended = []

    for minutes in (0, 2, 60):
        services.run_refund(refund.pk, now=later(minutes=minutes), when_done=ended.append)

    refund.refresh_from_db()
    assert [verb for verb, _ in Bank.asked] == ["refund", "ask_refund", "ask_refund"]
    assert (refund.status, ended) == (Status.SUCCEEDED, [refund])


def test_run_refund__pending_that_fails_gives_the_reservation_back(payment, answers):
    answers(bank.PENDING, bank.FAILED)
    refund = requested(payment)

    for minutes in (0, 2):
        services.run_refund(refund.pk, now=later(minutes=minutes))

    refund.refresh_from_db()
    assert (refund.status, refund.last_error) == (Status.FAILED, "account_closed")
    assert reserved(payment) == 0


@pytest.mark.parametrize("trouble", [ProviderUnavailable("timed out"), RuntimeError("secret of somebody")])
def test_run_refund__without_an_answer_is_tried_again_under_its_key(payment, answers, trouble):
    answers(trouble, bank.DONE)
    refund = requested(payment)

    services.run_refund(refund.pk, now=NOW)
    refund.refresh_from_db()
    waiting = (refund.status, refund.last_error, reserved(payment))
    services.run_refund(refund.pk, now=refund.next_attempt_at)

    refund.refresh_from_db()
    assert waiting == (Status.REQUESTED, type(trouble).__name__, 60)
    assert refund.status == Status.SUCCEEDED
    assert [given[2] for _, given in Bank.asked] == ["k", "k"]


def test_run_refund__that_may_be_on_its_way_is_left_alone_as_long_as_the_provider_wants(payment, answers):
    answers(ProviderUnavailable("timed out", wait=timedelta(minutes=5)), bank.DONE)
    refund = requested(payment)

    services.run_refund(refund.pk, now=NOW)
    early = services.run_refund(refund.pk, now=later(minutes=4))

    refund.refresh_from_db()
    assert (early, refund.next_attempt_at, len(Bank.asked)) == (None, later(minutes=5), 1)


@time_machine.travel(later(minutes=10), tick=False)
def test_run_refund__whose_turn_comes_late_is_held_from_then_on(payment, answers):
    answers(ProviderUnavailable("timed out", wait=timedelta(minutes=5)), bank.DONE)
    refund = requested(payment)

    services.run_refund(refund.pk, now=NOW)

    refund.refresh_from_db()
    assert refund.next_attempt_at == later(minutes=15)


def test_run_refund__that_is_under_way_is_held_longer_than_a_turn_takes(payment, answers, monkeypatch):
    refund = requested(payment)
    held = []

    def look(self, **_):
        refund.refresh_from_db()
        held.append((refund.next_attempt_at, services.run_refund(refund.pk, now=later(seconds=299))))
        return bank.DONE

    monkeypatch.setattr(Bank, "refund", look)
    services.run_refund(refund.pk, now=NOW)

    assert held == [(later(minutes=5), None)]


def test_run_refund__without_any_answer_is_left_to_a_person_with_the_amount_reserved(payment, answers):
    answers(ProviderUnavailable("timed out"))
    refund, now, pauses = requested(payment), NOW, []

    while refund.next_attempt_at is not None:
        services.run_refund(refund.pk, now=now)
        refund.refresh_from_db()
        if refund.next_attempt_at is not None:
            pauses.append(refund.next_attempt_at - now)
            now = refund.next_attempt_at

    assert len(Bank.asked) == refunds.MOST_ATTEMPTS
    assert (refund.status, reserved(payment)) == (Status.REQUESTED, 60)
    assert timedelta(seconds=1) <= pauses[0] <= timedelta(seconds=2)
    assert timedelta(minutes=30) <= pauses[-1] <= timedelta(hours=1)
    assert services.run_refund(refund.pk, now=later(days=30)) is None


@pytest.mark.parametrize("before", [[], [bank.PENDING]], ids=["at once", "after a while"])
def test_run_refund__that_waits_for_a_person_there_stays_pending_and_is_looked_at_daily(
    payment, answers, before
):
    answers(*before, bank.STUCK, bank.STUCK, bank.DONE)
    refund, now = requested(payment), NOW
    for _ in before:
        services.run_refund(refund.pk, now=now)
        now = later(hours=1)

    services.run_refund(refund.pk, now=now)
    refund.refresh_from_db()
    stuck = (refund.status, refund.is_left_to_a_person, refund.last_error, refund.next_attempt_at - now)
    services.run_refund(refund.pk, now=refund.next_attempt_at)
    refund.refresh_from_db()
    still = (refund.status, refund.is_left_to_a_person, refund.last_error, refund.next_attempt_at - now)
    services.run_refund(refund.pk, now=refund.next_attempt_at)
    refund.refresh_from_db()

    day = timedelta(days=1)
    assert stuck == (Status.PENDING, True, "needs_attention", day)
    assert still == (Status.PENDING, True, "needs_attention", 2 * day)
    assert (refund.status, refund.is_left_to_a_person, reserved(payment)) == (Status.SUCCEEDED, False, 60)


def test_run_refund__that_no_longer_waits_for_a_person_is_asked_about_soon(payment, answers):
    answers(bank.STUCK, bank.PENDING)
    refund = requested(payment)

    services.run_refund(refund.pk, now=NOW)
    services.run_refund(refund.pk, now=later(days=1))

    refund.refresh_from_db()
    assert (refund.status, refund.is_left_to_a_person) == (Status.PENDING, False)
    assert refund.next_attempt_at <= later(days=1, minutes=1)


def test_run_refund__stuck_and_then_refused_gives_the_reservation_back(payment, answers):
    answers(bank.STUCK, bank.FAILED)
    refund = requested(payment)

    services.run_refund(refund.pk, now=NOW)
    services.run_refund(refund.pk, now=later(days=1))

    refund.refresh_from_db()
    assert (refund.status, refund.needs_person, reserved(payment)) == (Status.FAILED, False, 0)


def test_needs_person__rows_and_objects_agree(payment):
    refund = requested(payment)
    states = [
        {"status": status, "needs_person": needs, "next_attempt_at": at}
        for status in Status
        for needs in (False, True)
        for at in (None, NOW)
    ]

    for state in states:
        Refund.objects.update(**state)
        refund.refresh_from_db()
        assert refund.is_left_to_a_person == Refund.objects.filter(Refund.NEEDS_PERSON).exists(), state


def test_retry_refund__looks_at_once_at_one_that_waits_for_a_person(payment, answers):
    answers(bank.STUCK, bank.DONE)
    refund = requested(payment)
    services.run_refund(refund.pk, now=NOW)

    assert services.retry_refund(refund=refund, now=NOW)
    assert services.run_due_refunds(now=later(seconds=1)) == 1
    refund.refresh_from_db()
    assert (refund.status, [verb for verb, _ in Bank.asked]) == (Status.SUCCEEDED, ["refund", "ask_refund"])


def test_retry_refund__begins_again(payment, answers):
    refund = requested(payment)
    Refund.objects.filter(pk=refund.pk).update(attempts=refunds.MOST_ATTEMPTS, next_attempt_at=None)

    assert services.retry_refund(refund=refund, now=NOW)
    assert services.run_due_refunds(now=later(seconds=1)) == 1
    refund.refresh_from_db()
    assert refund.status == Status.SUCCEEDED


def test_retry_refund__waits_where_the_last_try_may_yet_be_acted_on(payment, answers):
    answers(ProviderUnavailable("no answer"), bank.DONE)
    refund = requested(payment)
    Refund.objects.filter(pk=refund.pk).update(attempts=refunds.MOST_ATTEMPTS - 1, next_attempt_at=NOW)
    services.run_refund(refund.pk, now=NOW)
    refund.refresh_from_db()
    assert refund.is_left_to_a_person

    assert services.retry_refund(refund=refund, now=later(seconds=30))
    assert services.run_refund(refund.pk, now=later(minutes=5)) is None
    assert services.run_due_refunds(now=later(minutes=6)) == 1
    refund.refresh_from_db()
    assert refund.status == Status.SUCCEEDED


def test_retry_refund__leaves_what_is_under_way_or_done(payment):
    refund = requested(payment)

    assert not services.retry_refund(refund=refund, now=NOW)
    services.run_refund(refund.pk, now=NOW)
    assert not services.retry_refund(refund=refund, now=NOW)


def test_run_due_refunds__takes_what_is_due_and_no_more(payment):
    first = requested(payment, "10", key="a")
    second = requested(payment, "10", key="b")
    Refund.objects.filter(pk=second.pk).update(next_attempt_at=later(minutes=5))

    handled = services.run_due_refunds(now=later(seconds=1))

    first.refresh_from_db()
    second.refresh_from_db()
    assert (handled, first.status, second.status) == (1, Status.SUCCEEDED, Status.REQUESTED)


def test_hasten_refunds__makes_pending_ones_due(payment, answers):
    answers(bank.PENDING, bank.DONE)
    refund = requested(payment)
    services.run_refund(refund.pk, now=NOW)

    assert services.run_due_refunds(now=later(seconds=2)) == 0
    assert services.hasten_refunds(payment_id=payment.pk, now=later(seconds=2)) == 1
    assert services.run_due_refunds(now=later(seconds=2)) == 1
    refund.refresh_from_db()
    assert refund.status == Status.SUCCEEDED


def test_when_done__failing_leaves_the_refund_to_be_recorded_again(payment, answers):
    refund = requested(payment)

    def stumble(_):
        raise RuntimeError

    with pytest.raises(RuntimeError), transaction.atomic():
        services.run_refund(refund.pk, now=NOW, when_done=stumble)
    services.run_refund(refund.pk, now=later(minutes=2))

    refund.refresh_from_db()
    assert (refund.status, reserved(payment)) == (Status.SUCCEEDED, 60)
