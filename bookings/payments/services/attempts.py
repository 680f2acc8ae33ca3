"""An attempt to pay, from opening to end. Every change compares the status and sets it in one statement."""

import secrets
import string
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from bookings.common.errors import DomainError, ErrorCode
from bookings.common.money import Money
from bookings.payments import selectors
from bookings.payments.matching import OUR_REFERENCES_BEGIN
from bookings.payments.models import Payment, PaymentAccount
from bookings.payments.providers import provider
from bookings.payments.providers.base import Checkout, PaymentState, ProviderPayment

_ALPHABET = string.ascii_letters + string.digits


def open_attempt(
    *,
    booking_id: int,
    amount: Money,
    provider_name: str,
    expires_at: datetime,
    now: datetime,
    account: PaymentAccount | None = None,
    **terms: Any,
) -> Payment:
    """Make a CREATING attempt under a fresh reference, inside the booking's transaction.

    account: the business's own; None for the platform's. terms: further columns, such as purpose and tax_rate.
    Raises PAYMENT_PROVIDER_ERROR for a provider that is not set up, INVALID_TRANSITION where another attempt
    of the booking is open.
    """
    live = provider(provider_name, account).live
    try:
        with transaction.atomic():
            return Payment.objects.create(
                booking_id=booking_id,
                provider=provider_name,
                account=account,
                reference=new_reference(),
                amount=amount.amount,
                currency=amount.currency,
                live=live,
                created_at=now,
                expires_at=expires_at,
                **terms,
            )
    except IntegrityError:
        if selectors.open_attempt_of(booking_id) is None:
            raise
        raise DomainError(
            ErrorCode.INVALID_TRANSITION, gettext("An attempt to pay for this booking is open.")
        ) from None


def checkout_created(*, payment_id: int, checkout: Checkout) -> Payment:
    """Keep where the client pays. Raises NOT_FOUND.

    An attempt that ended meanwhile stays as it is: look at the status of what comes back.
    """
    with transaction.atomic():
        Payment.objects.filter(pk=payment_id, status=Payment.Status.CREATING).update(
            status=Payment.Status.OPEN, checkout_url=checkout.url, provider_checkout_id=checkout.provider_id
        )
        return selectors.locked(payment_id)


def attempt_failed(*, payment: Payment, failure_code: str, now: datetime) -> bool:
    """Record that the provider ended an open attempt without money; False where it was not open."""
    return _end(payment, Payment.Status.FAILED, now, failure_code)


def attempt_closed(*, payment: Payment, now: datetime) -> bool:
    """Record that we ended an open attempt; False where it was not. Money may come yet."""
    return _end(payment, Payment.Status.CLOSED, now, "")


def record_success(*, payment: Payment, told: ProviderPayment, now: datetime) -> bool:
    """Record what came in, whatever became of the attempt before; False where it was recorded already.

    `told` must be PAID (else ValueError). Whether it fits what was asked is for the caller to compare.
    """
    if told.state is not PaymentState.PAID or told.amount is None:
        raise ValueError("only what is paid is a success")
    paid = {
        "status": Payment.Status.SUCCEEDED,
        "paid_amount": told.amount.amount,
        "paid_currency": told.amount.currency,
        "paid_at": told.paid_at or now,
        "closed_at": now,
        "failure_code": "",
        "provider_payment_id": told.provider_payment_id or payment.provider_payment_id,
        "provider_checkout_id": told.checkout_id or payment.provider_checkout_id,
        "method": told.method,
        "fee_amount": told.fee.amount if told.fee is not None else None,
    }
    with transaction.atomic():
        recorded = (
            Payment.objects.filter(pk=payment.pk).exclude(status=Payment.Status.SUCCEEDED).update(**paid)
        )
        payment.refresh_from_db(fields=[*paid])
    return bool(recorded)


def confirms(*, payment: Payment) -> None:
    """Note that this money confirmed its booking. The database admits one such payment per booking."""
    with transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(confirms_booking=True)
    payment.confirms_booking = True


def _end(payment: Payment, status: Payment.Status, now: datetime, failure_code: str) -> bool:
    ended = {"status": status, "closed_at": now, "failure_code": failure_code[:64]}
    with transaction.atomic():
        changed = Payment.objects.filter(pk=payment.pk, status__in=Payment.OPEN_STATUSES).update(**ended)
        payment.refresh_from_db(fields=[*ended])
    return bool(changed)


def new_reference() -> str:
    """Give a reference that nobody guesses (119 bits), of letters that every provider admits."""
    return OUR_REFERENCES_BEGIN + "".join(secrets.choice(_ALPHABET) for _ in range(20))
