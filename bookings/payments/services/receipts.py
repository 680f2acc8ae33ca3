"""Receipts: one for money that is kept, one for each part of it that went back; numbered without a gap.

The counter's row is locked until the caller's transaction ends, after booking and payment: whoever is given a number
keeps it or, where the transaction is rolled back, leaves it to the next.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from bookings.businesses.models import Business
from bookings.common.money import Money
from bookings.common.zones import zone
from bookings.payments import selectors
from bookings.payments.models import Payment, Receipt, ReceiptCounter, Refund
from bookings.payments.tax import tax_in, tax_of_part


def issue_receipt(
    *, payment: Payment, business: Business, buyer_email: str, details: Mapping[str, Any], now: datetime
) -> Receipt:
    """Give the receipt of money that came in and is kept, inside the caller's transaction; the one there is, again.

    details: plain JSON values, kept as they are for ever. Raises ValueError where no money came in.
    """
    with transaction.atomic():
        paid = selectors.locked(payment.pk)
        if paid.status != Payment.Status.SUCCEEDED:
            raise ValueError("a receipt is for money that came in")
        before = Receipt.objects.filter(payment=paid, kind=Receipt.Kind.PAYMENT).first()
        if before is not None:
            return before
        return _issue(
            business,
            now,
            payment=paid,
            amount=paid.paid.amount,
            currency=paid.paid.currency,
            tax_rate=paid.tax_rate,
            tax_amount=tax_in(paid.paid, paid.tax_rate).amount,
            buyer_email=buyer_email,
            details=dict(details),
        )


def issue_refund_receipt(*, refund: Refund, now: datetime) -> Receipt | None:
    """Give the receipt of money that went back, which names the one that it corrects; the one there is, again.

    Inside the transaction that ends the refund. None where the payment had no receipt: then nothing was sold. A refund
    that was done and came back left its receipt behind: the next is only of what that one does not say already.
    Raises ValueError for a refund that is not done.
    """
    with transaction.atomic():
        payment = selectors.locked(refund.payment_id)
        if refund.status != Refund.Status.SUCCEEDED:
            raise ValueError("a receipt is for money that went back")
        issued = list(Receipt.objects.select_related("business").filter(payment=payment))
        corrected = next((receipt for receipt in issued if receipt.kind == Receipt.Kind.PAYMENT), None)
        if corrected is None:
            return None
        before = next((receipt for receipt in issued if receipt.refund_id == refund.pk), None)
        if before is not None:
            return before
        so_far = _corrected_so_far(payment)
        money = Money(min(refund.amount, _gone_back(payment) - so_far), corrected.currency)
        if money.amount <= 0:
            return None
        return _issue(
            corrected.business,
            now,
            kind=Receipt.Kind.REFUND,
            payment=payment,
            refund=refund,
            amount=money.amount,
            currency=money.currency,
            tax_rate=corrected.tax_rate,
            tax_amount=tax_of_part(money, corrected.tax_rate, before=so_far).amount,
            buyer_email=corrected.buyer_email,
            details={**corrected.details, "corrects": corrected.label, **_way_back(refund)},
        )


def _issue(business: Business, now: datetime, **columns: Any) -> Receipt:
    year = now.astimezone(zone(business.timezone)).year
    number = _next_number(business, year)
    return Receipt.objects.create(business=business, year=year, number=number, issued_at=now, **columns)


def _next_number(business: Business, year: int) -> int:
    """Count on, under the lock of the counter's row; the first receipt of a year makes the row."""
    own = ReceiptCounter.objects.select_for_update().filter(business=business, year=year)
    counter = own.first()
    if counter is None:
        ReceiptCounter.objects.get_or_create(business=business, year=year)
        counter = own.get()
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last


def _corrected_so_far(payment: Payment) -> Decimal:
    issued = Receipt.objects.filter(payment=payment, kind=Receipt.Kind.REFUND)
    return sum(issued.values_list("amount", flat=True), Decimal(0))


def _gone_back(payment: Payment) -> Decimal:
    done = Refund.objects.filter(payment=payment, status=Refund.Status.SUCCEEDED)
    return sum(done.values_list("amount", flat=True), Decimal(0))


def _way_back(refund: Refund) -> dict[str, Any]:
    """Give what the refund says otherwise than its payment."""
    told = {"left": "", "provider_reference": refund.provider_refund_id}
    return {**told, "method": refund.method} if refund.method else told
