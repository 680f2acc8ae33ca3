from datetime import timedelta

import pytest

from bookings.booking import services
from bookings.booking.states import Status
from bookings.common.errors import ErrorCode
from bookings.common.idempotency import AlreadyDone, Once
from bookings.payments import sandbox
from bookings.payments import services as paying
from bookings.payments.models import Payment, SandboxCheckout
from bookings.payments.providers.base import (
    AlreadyOpened,
    Checkout,
    ProviderRefused,
    ProviderUnavailable,
)
from bookings.payments.providers.sandbox import SandboxProvider
from tests import factories
from tests.factories import NOW, TEN, later
from tests.invariants import check_invariants
from tests.witness import everything, history, refusal, told


def start(booking, *, now=NOW, **changes):
    viewer = changes.pop("viewer", None) or factories.client_of(booking)
    return services.start_payment(booking_id=booking.pk, viewer=viewer, now=now, **changes)


def raising(fault):
    """A provider's method that fails."""

    def fail(*_, **__):
        raise fault

    return fail


def test_start_payment__opens_an_attempt_for_the_price(host, offered):
    booking = factories.approved(host, offered)

    payment = start(booking)

    booking.refresh_from_db()
    checkout = SandboxCheckout.objects.get(reference=payment.reference)
    assert (booking.status, payment.status) == (Status.PAYMENT_PENDING, Payment.Status.OPEN)
    assert (str(payment.asked), payment.provider) == ("60.00 EUR", "sandbox")
    assert (checkout.amount_minor, checkout.currency) == (6000, "EUR")
    assert payment.checkout_url.endswith(f"/payments/sandbox/checkout/{payment.reference}")
    assert booking.acknowledgement_id in checkout.description
    check_invariants()


def test_start_payment__attempt_lasts_30_minutes_and_never_past_pay_by(host, offered):
    booking = factories.approved(host, offered)
    payment = start(booking)
    booking.refresh_from_db()
    assert payment.expires_at == booking.deadline_at == later(minutes=30)

    late = factories.approved(host, offered, starts_at=TEN + timedelta(hours=1))
    payment = start(late, now=TEN + timedelta(minutes=50))
    late.refresh_from_db()
    assert payment.expires_at == late.deadline_at == late.pay_by == TEN + timedelta(hours=1)


def test_start_payment__tells_nobody(host, offered):
    booking = factories.approved(host, offered)
    before = told(booking)

    start(booking)

    assert told(booking) == before


def test_start_payment__open_attempt_is_given_again(host, offered):
    booking = factories.approved(host, offered)
    first = start(booking)
    before = everything()

    again = start(booking, now=later(minutes=29))

    assert (again.pk, again.checkout_url) == (first.pk, first.checkout_url)
    assert everything() == before


def test_start_payment__attempt_that_ended_makes_way_for_a_new_one(host, offered):
    booking = factories.approved(host, offered)
    first = start(booking)

    second = start(booking, now=later(minutes=30))

    first.refresh_from_db()
    assert first.status == Payment.Status.CLOSED
    assert SandboxCheckout.objects.get(reference=first.reference).status == SandboxCheckout.Status.CLOSED
    assert second.reference != first.reference
    assert history(booking)[-3:] == ["PAYMENT_PENDING", "APPROVED", "PAYMENT_PENDING"]
    check_invariants()


def test_start_payment__money_that_came_in_meanwhile_confirms_instead(host, offered):
    booking = factories.approved(host, offered)
    first = start(booking)
    sandbox.settle_checkout(reference=first.reference, status=SandboxCheckout.Status.SUCCESS, now=NOW)

    error = refusal(start, booking=booking, now=later(minutes=31))

    booking.refresh_from_db()
    assert error.code == ErrorCode.INVALID_TRANSITION
    assert booking.status == Status.CONFIRMED
    assert Payment.objects.count() == 1
    check_invariants()


def test_start_payment__failed_attempt_that_was_paid_after_all_confirms_instead(host, offered):
    booking = factories.approved(host, offered)
    first = start(booking)
    checkouts = SandboxCheckout.objects.filter(reference=first.reference)
    checkouts.update(status=SandboxCheckout.Status.FAILED)
    services.settle(payment_id=first.pk, now=NOW)
    checkouts.update(status=SandboxCheckout.Status.SUCCESS, paid_at=NOW)

    error = refusal(start, booking=booking)

    booking.refresh_from_db()
    assert (error.code, booking.status) == (ErrorCode.INVALID_TRANSITION, Status.CONFIRMED)
    assert Payment.objects.count() == 1


def test_start_payment__same_key_gives_the_same_attempt(host, offered):
    booking = factories.approved(host, offered)
    once = Once.of(scope=booking.subject, mutation="startPayment", key="k", given={"a": 1})
    payment = start(booking, once=once)

    with pytest.raises(AlreadyDone) as caught:
        start(booking, once=once)
    other = Once.of(scope=booking.subject, mutation="startPayment", key="k", given={"a": 2})

    assert caught.value.object_id == payment.pk
    assert refusal(start, booking=booking, once=other).code == ErrorCode.IDEMPOTENCY_MISMATCH
    assert Payment.objects.count() == 1


def test_start_payment__page_that_another_call_is_about_to_hear_of_is_left_alone(host, offered, monkeypatch):
    booking = factories.approved(host, offered)
    with monkeypatch.context() as patch:
        patch.setattr(SandboxProvider, "create_checkout", raising(AlreadyOpened("before")))
        error = refusal(start, booking=booking, now=NOW)

    booking.refresh_from_db()
    payment = Payment.objects.get()
    assert (error.code, error.retry_after) == (ErrorCode.PAYMENT_PROVIDER_ERROR, 30)
    assert (booking.status, payment.status) == (Status.PAYMENT_PENDING, Payment.Status.CREATING)
    assert start(booking, now=later(seconds=1)).pk == payment.pk


def test_start_payment__page_that_nobody_heard_of_makes_way_for_a_new_reference(host, offered, monkeypatch):
    booking = factories.approved(host, offered)
    once = Once.of(scope=booking.subject, mutation="startPayment", key="k", given={"a": 1})
    with monkeypatch.context() as patch:
        patch.setattr(SandboxProvider, "create_checkout", raising(AlreadyOpened("before")))
        refusal(start, booking=booking, once=once)
        refusal(start, booking=booking, once=once, now=later(seconds=30))

    first = Payment.objects.get()
    second = start(booking, once=once, now=later(seconds=31))
    assert (first.status, first.failure_code) == (Payment.Status.FAILED, "no_checkout")
    assert (second.status, second.reference == first.reference) == (Payment.Status.OPEN, False)
    check_invariants()


def test_start_payment__money_under_a_reference_whose_page_we_never_heard_of_confirms(
    host, offered, monkeypatch
):
    booking = factories.approved(host, offered)

    def opened_and_paid_before(self, *, reference, amount, **_):
        SandboxCheckout.objects.create(
            reference=reference,
            amount_minor=amount.minor,
            currency=amount.currency,
            return_url="https://www.example.org/",
            status=SandboxCheckout.Status.SUCCESS,
            paid_at=NOW,
            expires_at=later(minutes=30),
        )
        raise AlreadyOpened("before")

    with monkeypatch.context() as patch:
        patch.setattr(SandboxProvider, "create_checkout", opened_and_paid_before)
        payment = start(booking)

    booking.refresh_from_db()
    assert (payment.status, booking.status) == (Payment.Status.SUCCEEDED, Status.CONFIRMED)
    check_invariants()


def test_start_payment__page_that_another_call_was_told_is_given(host, offered, monkeypatch):
    booking = factories.approved(host, offered)

    def told_to_another(self, *, reference, **_):
        payment = Payment.objects.get(reference=reference)
        paying.checkout_created(payment_id=payment.pk, checkout=Checkout("https://pay.example/1", "1"))
        raise AlreadyOpened("before")

    with monkeypatch.context() as patch:
        patch.setattr(SandboxProvider, "create_checkout", told_to_another)
        payment = start(booking)

    booking.refresh_from_db()
    assert (payment.status, payment.checkout_url) == (Payment.Status.OPEN, "https://pay.example/1")
    assert booking.status == Status.PAYMENT_PENDING


def test_start_payment__refused_attempt_of_which_nobody_can_be_asked_stays_open(host, offered, monkeypatch):
    booking = factories.approved(host, offered)
    with monkeypatch.context() as patch:
        patch.setattr(SandboxProvider, "create_checkout", raising(ProviderRefused("no")))
        patch.setattr(SandboxProvider, "ask", raising(ProviderUnavailable("no answer")))
        error = refusal(start, booking=booking)

    booking.refresh_from_db()
    assert error.code == ErrorCode.PAYMENT_PROVIDER_ERROR
    assert (booking.status, Payment.objects.get().status) == (Status.PAYMENT_PENDING, Payment.Status.CREATING)


def test_start_payment__provider_that_refuses_leaves_the_booking_approved(host, offered, monkeypatch):
    booking = factories.approved(host, offered)
    with monkeypatch.context() as patch:
        patch.setattr(SandboxProvider, "create_checkout", raising(ProviderRefused("no")))
        error = refusal(start, booking=booking)

    booking.refresh_from_db()
    assert (error.code, error.retry_after) == (ErrorCode.PAYMENT_PROVIDER_ERROR, 30)
    assert (booking.status, booking.deadline_at) == (Status.APPROVED, booking.pay_by)
    assert Payment.objects.get().status == Payment.Status.FAILED
    assert start(booking).status == Payment.Status.OPEN
    check_invariants()


def test_start_payment__key_of_a_refusal_is_judged_anew(host, offered, monkeypatch):
    booking = factories.approved(host, offered)
    once = Once.of(scope=booking.subject, mutation="startPayment", key="k", given={})
    with monkeypatch.context() as patch:
        patch.setattr(SandboxProvider, "create_checkout", raising(ProviderRefused("no")))
        refusal(start, booking=booking, once=once)

    payment = start(booking, once=once)

    assert payment.status == Payment.Status.OPEN
    assert payment.checkout_url


def test_start_payment__key_without_an_answer_asks_again(host, offered, monkeypatch):
    booking = factories.approved(host, offered)
    once = Once.of(scope=booking.subject, mutation="startPayment", key="k", given={})
    with monkeypatch.context() as patch:
        patch.setattr(SandboxProvider, "create_checkout", raising(ProviderUnavailable("no answer")))
        refusal(start, booking=booking, once=once)

    payment = start(booking, once=once)

    assert (payment.pk, payment.status) == (Payment.objects.get().pk, Payment.Status.OPEN)
    assert payment.checkout_url


@pytest.mark.parametrize("key", [None, "k"])
def test_start_payment__second_tab_gets_the_attempt_of_the_first(host, offered, monkeypatch, key):
    booking = factories.approved(host, offered)
    once = key and Once.of(scope=booking.subject, mutation="startPayment", key=key, given={})
    first = []

    def other_tab_comes_first(*_):
        monkeypatch.undo()
        first.append(start(booking))

    monkeypatch.setattr("bookings.booking.services.pay._still_open", other_tab_comes_first)
    second = start(booking, once=once)

    assert (second.pk, second.checkout_url) == (first[0].pk, first[0].checkout_url)
    assert Payment.objects.count() == 1
    assert history(booking)[-2:] == ["APPROVED", "PAYMENT_PENDING"]


def test_start_payment__without_an_answer_the_next_try_asks_under_the_same_reference(
    host, offered, monkeypatch
):
    booking = factories.approved(host, offered)
    with monkeypatch.context() as patch:
        patch.setattr(SandboxProvider, "create_checkout", raising(ProviderUnavailable("no answer")))
        error = refusal(start, booking=booking)
    attempt = Payment.objects.get()
    assert (error.code, error.retry_after) == (ErrorCode.PAYMENT_PROVIDER_ERROR, 30)
    assert attempt.status == Payment.Status.CREATING

    payment = start(booking)

    assert (payment.pk, payment.status) == (attempt.pk, Payment.Status.OPEN)
    assert history(booking)[-2:] == ["APPROVED", "PAYMENT_PENDING"]
    check_invariants()


def test_start_payment__checkout_that_was_never_heard_of_is_asked_for_again(host, offered, monkeypatch):
    class Crash(Exception):
        """The process dies between the provider's answer and our note of it."""

    booking = factories.approved(host, offered)
    with monkeypatch.context() as patch:
        patch.setattr("bookings.payments.services.checkout_created", raising(Crash))
        with pytest.raises(Crash):
            start(booking)
    creating = Payment.objects.get()
    assert (creating.status, creating.checkout_url) == (Payment.Status.CREATING, "")

    payment = start(booking)

    assert (payment.pk, payment.status) == (creating.pk, Payment.Status.OPEN)
    assert SandboxCheckout.objects.count() == 1


def test_start_payment__without_a_provider_changes_nothing(host, offered, settings):
    booking = factories.approved(host, offered)
    settings.PAYMENT_PROVIDER = "none"
    before = everything()

    assert refusal(start, booking=booking).code == ErrorCode.PAYMENT_PROVIDER_ERROR
    assert everything() == before


def test_start_payment__of_what_is_not_approved_is_refused(host, offered):
    booking = factories.pending(host, offered)
    before = everything()

    assert refusal(start, booking=booking).code == ErrorCode.INVALID_TRANSITION
    assert everything() == before


def test_start_payment__is_not_for_the_consultant(host, offered):
    type(host).objects.update(user=factories.user())
    host.refresh_from_db()
    booking = factories.approved(host, offered)
    before = everything()

    error = refusal(start, booking=booking, viewer=factories.Viewer(user=host.user))

    assert error.code == ErrorCode.FORBIDDEN
    assert everything() == before


def test_start_payment__at_pay_by_the_booking_has_lapsed(host, offered):
    booking = factories.approved(host, offered)

    error = refusal(start, booking=booking, now=TEN)

    assert error.code == ErrorCode.INVALID_TRANSITION
    assert history(booking)[-1] == Status.EXPIRED
    assert not Payment.objects.exists()
