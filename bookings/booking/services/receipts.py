"""Receipts: what stands on one, put together from the booking, and the mail that brings it."""

from datetime import datetime
from typing import Any

from bookings.booking import amounts, messages
from bookings.booking.models import Booking
from bookings.businesses.models import Business
from bookings.common import clock
from bookings.common.languages import source
from bookings.common.money import Money
from bookings.common.zones import zone
from bookings.payments import services as paying
from bookings.payments.models import Payment, Receipt, Refund
from bookings.payments.receipt_links import link_to_receipt


def give_receipt(*, booking: Booking, payment: Payment, now: datetime) -> Receipt:
    """Issue the receipt of money that is kept and mail it, inside the transaction that recorded the money; once.

    Last in there: the practice's next receipt waits until it ends. Money that goes back by itself at once (late, a
    second time, not what was asked) gets none: nothing was sold for it. Raises ValueError where no money came in.
    """
    receipt = paying.issue_receipt(
        payment=payment,
        business=booking.business,
        buyer_email=booking.email,
        details=_details(booking, payment),
        now=now,
    )
    _mail(booking, receipt, "receipt", now)
    return receipt


def refund_ended(refund: Refund) -> None:
    """Issue the receipt of money that went back, where its payment had one, and mail it; once. Of others do nothing.

    Inside the transaction that ends the refund and has booking and payment locked, in that order: the mail's row points
    at the booking, and PostgreSQL locks what is pointed at.
    """
    if refund.status != Refund.Status.SUCCEEDED:
        return
    now = refund.done_at or clock.now()
    receipt = paying.issue_refund_receipt(refund=refund, now=now)
    if receipt is not None:
        rows = Booking.objects.select_related("business", "service", "consultant", "resource")
        _mail(rows.get(pk=refund.payment.booking_id), receipt, "refund_receipt", now)


def _details(booking: Booking, payment: Payment) -> dict[str, Any]:
    """Give what stands on the receipt beside its amounts, as plain values, with times on the practice's clock."""
    left, clock_of = amounts.balance(booking), booking.business.timezone
    return {
        "seller": _seller(booking.business),
        "buyer": _buyer(booking),
        "service": booking.service.name,
        "acknowledgement_id": booking.acknowledgement_id,
        "starts_at": _on_clock(booking.starts_at, clock_of),
        "ends_at": _on_clock(booking.ends_at, clock_of),
        "timezone": clock_of,
        "seats": booking.seats,
        "price": str(Money(booking.price, booking.currency)),
        "discount": str(Money(booking.discount, booking.currency)) if booking.discount else "",
        "left": str(left) if left.amount else "",
        "paid_at": _on_clock(payment.paid_at, clock_of),
        "purpose": payment.purpose,
        "method": payment.method,
        "provider": payment.provider,
        "reference": payment.reference,
        "provider_reference": payment.provider_payment_id,
        "live": payment.live,
    }


def _on_clock(instant: datetime | None, name: str) -> str:
    """Give an instant with the practice's wall-clock time, which stays whatever becomes of the zone's rules."""
    return instant.astimezone(zone(name)).isoformat() if instant is not None else ""


def _seller(business: Business) -> dict[str, str]:
    """Give who sold it, as far as the practice says; a receipt is given without an address too."""
    return {
        "name": business.name,
        "address": business.address,
        "city": " ".join(part for part in (business.postal_code, business.city) if part),
        "country": business.country,
        "email": business.email,
        "tax_number": business.tax_number,
    }


def _buyer(booking: Booking) -> dict[str, str]:
    """Give to whom it was sold: the person, or the company that staff booked for."""
    company = booking.corporate_client
    if company is None:
        return {"name": booking.full_name}
    return {
        "name": company.company,
        "contact": booking.full_name,
        "address": company.address,
        "tax_number": company.tax_number,
    }


def _mail(booking: Booking, receipt: Receipt, template: str, now: datetime) -> None:
    """Queue the mail; the address of the page opens the receipt to whoever has it, so it is kept as a secret."""
    told = receipt.details
    messages.tell(
        booking,
        messages.Recipient.CLIENT,
        template,
        key=f"receipt:{receipt.pk}",
        now=now,
        secrets={"link": link_to_receipt(receipt.pk)},
        context={
            "amount": str(receipt.money),
            "status_label": "",
            "receipt_number": receipt.label,
            "corrects": str(told.get("corrects") or ""),
            "seller_name": told["seller"]["name"],
            "seller_tax_number": told["seller"]["tax_number"],
            "tax_rate": receipt.rate_label,
            "tax": str(receipt.tax),
            "method": source(receipt.method_label),
        },
    )
