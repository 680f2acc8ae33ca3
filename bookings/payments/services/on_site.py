"""Money that did not come by a provider."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from bookings.accounts.models import User
from bookings.common.money import Money
from bookings.payments.models import Payment
from bookings.payments.services.attempts import new_reference


def record_on_site(
    *,
    booking_id: int,
    amount: Money,
    method: str,
    tax_rate: Decimal,
    recorded_by: User | None,
    paid_at: datetime,
    now: datetime,
) -> Payment:
    """Record money that somebody took at the practice, as a payment that is over: nobody else is to be asked about it.

    How much may be recorded is for the caller to judge, under the booking's lock.
    """
    with transaction.atomic():
        return Payment.objects.create(
            booking_id=booking_id,
            provider=Payment.ON_SITE,
            purpose=Payment.Purpose.ON_SITE,
            reference=new_reference(),
            amount=amount.amount,
            currency=amount.currency,
            paid_amount=amount.amount,
            paid_currency=amount.currency,
            fee_amount=Decimal(0),
            tax_rate=tax_rate,
            method=method,
            recorded_by=recorded_by,
            status=Payment.Status.SUCCEEDED,
            live=True,
            created_at=now,
            expires_at=now,
            closed_at=now,
            paid_at=paid_at,
        )
