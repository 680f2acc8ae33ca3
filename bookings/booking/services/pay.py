"""Paying: open an attempt with the provider, or give the open one again."""

from datetime import datetime, timedelta

from django.db import transaction

from bookings.accounts.viewer import Viewer
from bookings.booking import links, machine, messages, policies
from bookings.booking.locks import lock_booking
from bookings.booking.models import Booking
from bookings.booking.policies import SYSTEM
from bookings.booking.services.access import payment_link
from bookings.booking.services.acting import acting
from bookings.booking.services.expire import lapse
from bookings.booking.services.settle import end_attempt, settle
from bookings.booking.states import Move, Status
from bookings.common.errors import DomainError, ErrorCode
from bookings.common.idempotency import AlreadyDone, Once, transaction_once
from bookings.common.links import link_to
from bookings.payments import selectors as payments
from bookings.payments import services as paying
from bookings.payments.models import Payment
from bookings.payments.providers.base import AlreadyOpened, ProviderError, ProviderUnavailable

BEING_OPENED = timedelta(seconds=30)
"""Longer than a provider's answer takes: so long another call may be about to hear where the page is."""


def start_payment(
    *, booking_id: int, viewer: Viewer, now: datetime, return_url: str = "", once: Once | None = None
) -> Payment:
    """Move APPROVED → PAYMENT_PENDING and give an attempt with the address where the client pays.

    An attempt that is still open is given again. The one before is asked about, and closed, first. Two short
    transactions stand around the provider's call. Raises NOT_FOUND, FORBIDDEN, INVALID_TRANSITION,
    PAYMENT_NOT_DUE, PAYMENT_PROVIDER_ERROR, and AlreadyDone for a replay of `once`, unless that still lacks
    its checkout: then the provider is asked again.
    """
    actor = acting(booking_id=booking_id, viewer=viewer, move=Move.START_PAYMENT)
    try:
        if once is not None:
            once.look_up(now=now)
        lapse(booking_id=booking_id, now=now)
        payment = _still_open(booking_id, now) or _new_attempt(booking_id, actor, now, once, return_url)
    except AlreadyDone as done:
        payment = Payment.objects.get(pk=done.object_id)
        if payment.status != Payment.Status.CREATING:
            raise
    return payment if payment.checkout_url else _with_checkout(payment, now, once)


def _new_attempt(
    booking_id: int, actor: policies.Actor, now: datetime, once: Once | None, return_url: str
) -> Payment:
    """Move the booking and make its attempt; where another tab was faster, give the attempt of that."""
    with transaction_once(once, now=now) as outcome:
        booking = lock_booking(booking_id)
        payment = payments.open_attempt_of(booking_id)
        if payment is not None and booking.status == Status.PAYMENT_PENDING:
            outcome.made(payment.pk)
            return payment
        machine.refuse_unless_allowed(booking, Move.START_PAYMENT)
        if policies.needs_no_payment(booking):
            raise DomainError(ErrorCode.PAYMENT_NOT_DUE)
        machine.apply(booking=booking, move=Move.START_PAYMENT, actor=actor, now=now)
        route = payments.route_for(business_id=booking.business_id, currency=booking.currency)
        payment = paying.open_attempt(
            booking_id=booking.pk,
            amount=policies.due_online(booking),
            provider_name=route.provider.name,
            account=route.account,
            expires_at=booking.deadline_at or now + booking.payment_lifetime,
            now=now,
            purpose=Payment.Purpose.DEPOSIT if booking.deposit else Payment.Purpose.PRICE,
            tax_rate=booking.tax_rate,
            return_url=return_url or link_to(links.STATUS),
        )
        outcome.made(payment.pk)
    if payment.account is not None:
        payment.account.refresh_from_db()  # until the attempt was there, other keys could still take the place of these
    return payment


def _still_open(booking_id: int, now: datetime) -> Payment | None:
    """Give the attempt that can still be paid; ask about one that cannot, and close it."""
    attempt = payments.latest_of(booking_id)
    if attempt is None or attempt.status == Payment.Status.SUCCEEDED:
        return None
    booking = Booking.objects.get(pk=booking_id)
    if attempt.is_open and now < attempt.expires_at and booking.status == Status.PAYMENT_PENDING:
        return attempt
    settle(payment_id=attempt.pk, now=now)
    end_attempt(payment_id=attempt.pk, now=now)
    return None


def _with_checkout(payment: Payment, now: datetime, once: Once | None) -> Payment:
    """Get the checkout from the provider and keep its address. A provider that refuses ends the attempt.

    One whose checkout was never heard of (a crash in between) is asked for again under its reference.
    """
    booking = Booking.objects.select_related("service", "business").get(pk=payment.booking_id)
    try:
        checkout = payments.provider_of(payment).create_checkout(
            reference=payment.reference,
            amount=payment.asked,
            email=booking.email,
            description=f"{booking.service.name} · {booking.acknowledgement_id}",
            return_url=payment.return_url,
            created_at=payment.created_at,
            expires_at=payment.expires_at,
        )
    except ProviderUnavailable as error:  # perhaps it was opened: the next try asks under the same reference
        raise DomainError(ErrorCode.PAYMENT_PROVIDER_ERROR, retry_after=30) from error
    except ProviderError as error:
        return _refused(payment.pk, error, now, once)
    return paying.checkout_created(payment_id=payment.pk, checkout=checkout)


def _refused(payment_id: int, refusal: ProviderError, now: datetime, once: Once | None) -> Payment:
    """End an attempt that was given no checkout, unless another call was given it, or money came by it.

    The provider is asked first: under a reference that it knows already, somebody may have paid. Raises
    PAYMENT_PROVIDER_ERROR where the attempt ended, where it cannot be asked, and where another call is about to hear.
    """
    payment = settle(payment_id=payment_id, now=now)
    may_be_told = isinstance(refusal, AlreadyOpened) and now < payment.created_at + BEING_OPENED
    if payment.status != Payment.Status.CREATING or not may_be_told:
        payment = end_failed_start(payment_id=payment_id, now=now, once=once)
    if payment.status in {Payment.Status.OPEN, Payment.Status.SUCCEEDED}:
        return payment
    raise DomainError(ErrorCode.PAYMENT_PROVIDER_ERROR, retry_after=30) from refusal


def end_failed_start(*, payment_id: int, now: datetime, once: Once | None = None) -> Payment:
    """Take back an attempt for which the provider gave no checkout, and its key: a refusal is judged anew.

    One that was given its checkout meanwhile stays, and so does one that was paid.
    """
    with transaction.atomic():
        payment = Payment.objects.get(pk=payment_id)
        booking = lock_booking(payment.booking_id)
        payment = payments.locked(payment_id)
        if payment.status in {Payment.Status.OPEN, Payment.Status.SUCCEEDED}:
            return payment
        if once is not None:
            once.forget()
        if payment.is_open and booking.status == Status.PAYMENT_PENDING:
            paying.attempt_failed(payment=payment, failure_code="no_checkout", now=now)
            event = machine.apply(booking=booking, move=Move.FAIL_PAYMENT, actor=SYSTEM, now=now)
            messages.announce(
                booking, event, now=now, secrets={"link": payment_link(booking=booking, now=now)}
            )
        return payment
