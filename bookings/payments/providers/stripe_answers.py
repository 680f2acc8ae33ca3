"""What Stripe's objects and events say, in our words."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from bookings.common.money import Money
from bookings.payments.models import Payment
from bookings.payments.providers.base import (
    Event,
    EventRefused,
    PaymentState,
    ProviderPayment,
    ProviderRefund,
    ProviderRefused,
    ProviderUnavailable,
    RefundState,
    SignatureInvalid,
    fitting_reference,
)
from bookings.payments.providers.stripe_amounts import from_stripe

TOLERANCE = 300
"""Seconds that a signature's time may differ from ours."""
MOST_SIGNATURES = 20

_Told = TypeVar("_Told")

_REFUND_STATES = {
    "pending": RefundState.PENDING,
    "requires_action": RefundState.STUCK,
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}
_METHODS = {
    **dict.fromkeys(("card", "card_present", "interac_present", "kr_card"), Payment.Method.CARD),
    **dict.fromkeys(
        (
            "acss_debit",
            "au_becs_debit",
            "bacs_debit",
            "bancontact",
            "customer_balance",
            "eps",
            "fpx",
            "giropay",
            "ideal",
            "multibanco",
            "nz_bank_account",
            "p24",
            "pay_by_bank",
            "payto",
            "sepa_debit",
            "sofort",
            "us_bank_account",
        ),
        Payment.Method.BANK_TRANSFER,
    ),
}


class StripeRefused(ProviderRefused):
    """Stripe said no to a request; `code` is its word for why, or nothing."""

    def __init__(self, kind: str, code: str) -> None:
        super().__init__(f"Stripe refused: {kind}{f' ({code})' if code else ''}")
        self.code = code


class KeyNotTaken(ProviderUnavailable):
    """Stripe does not take the key, or not for this. That says nothing of what was asked, or asked for before."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"Stripe does not take the key: {kind}")


def read(reading: Callable[..., _Told], *args: Any) -> _Told:
    """Read an answer in our words. Raises ProviderUnavailable where it lacks what it should hold."""
    try:
        return reading(*args)
    except (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError) as error:
        raise unreadable(error) from None


def unreadable(error: Exception) -> ProviderUnavailable:
    """Give the error for an answer that cannot be read; the text of the first one may repeat it."""
    return ProviderUnavailable(f"Stripe answered what cannot be read: {type(error).__name__}")


def payment_told(reference: str, session: Mapping[str, Any]) -> ProviderPayment:
    """Say how an attempt stands, by its Checkout Session with the payment and its fee inside.

    Raises ValueError, LookupError, TypeError and the like for what Stripe does not send.
    """
    live, checkout_id = bool(session["livemode"]), text(session["id"])
    status, paid = session["status"], session["payment_status"]
    intent = session.get("payment_intent") or {}
    payment_id = name_of(intent)
    if status == "complete" and paid == "paid":
        return _paid(reference, live, checkout_id, intent)
    state, failure = PaymentState.OPEN, ""
    if status == "expired":
        state, failure = PaymentState.FAILED, "expired"
    elif status == "complete" and (
        paid != "unpaid" or intent["status"] in {"requires_payment_method", "canceled"}
    ):
        # It was handed in and is not on its way any more: a bank debit that failed. What is (processing) stays open.
        state, failure = PaymentState.FAILED, _failure(intent)
    elif status not in {"open", "complete"}:
        raise ValueError("no status of a session")
    return ProviderPayment(
        reference,
        state,
        live,
        provider_payment_id=payment_id,
        failure_code=failure,
        checkout_id=checkout_id,
    )


def refund_told(refund: Mapping[str, Any]) -> ProviderRefund:
    """Say how a refund stands. Raises ValueError, LookupError and the like for what Stripe does not send."""
    state = _REFUND_STATES[refund["status"]]
    failed = state is RefundState.FAILED
    return ProviderRefund(
        state,
        text(refund["id"]),
        failure_code=text(refund.get("failure_reason") or refund["status"])[:64] if failed else "",
        amount=from_stripe(refund["amount"], refund["currency"]),
        key=key_of(refund),
    )


def key_of(refund: Mapping[str, Any]) -> str:
    """Give the key under which we asked for a refund; nothing for one that is not ours."""
    return text((refund.get("metadata") or {}).get("key") or "")


def name_of(value: Any) -> str:
    """Give the name of an object that is given whole or by its name alone; nothing where there is none."""
    return text(value.get("id") or "") if isinstance(value, Mapping) else text(value or "")


def text(value: Any) -> str:
    """Give what must be text. Raises TypeError."""
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def event_told(raw: bytes, headers: Mapping[str, str], *, secret: str, now: datetime) -> Event:
    """Check an event's signature, and read what it is about. Raises SignatureInvalid and EventRefused.

    The package's own check reads the machine's clock, takes no bytes that are not UTF-8, and costs its import.
    """
    _check(raw, headers.get("stripe-signature", ""), secret, now)
    try:
        told = json.loads(raw)
        event_id, kind = text(told["id"]), text(told["type"])
        about = (told.get("data") or {}).get("object") or {}
        return _event(event_id, kind, about)
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
        raise EventRefused("signed, and no event") from error


def _check(raw: bytes, header: str, secret: str, now: datetime) -> None:
    """Compare in constant time with each signature of the scheme v1: there are two while a secret is replaced."""
    parts = [part.strip().partition("=") for part in header.split(",", MOST_SIGNATURES)[:MOST_SIGNATURES]]
    times = [value for name, _, value in parts if name == "t"]
    signatures = [value for name, _, value in parts if name == "v1"]
    if len(times) != 1 or not (times[0].isascii() and times[0].isdigit() and len(times[0]) <= 12):
        raise SignatureInvalid
    signed = hmac.new(secret.encode(), times[0].encode() + b"." + raw, hashlib.sha256).hexdigest().encode()
    # Every one is compared, so that the time tells nothing of which fits.
    fits = [hmac.compare_digest(signed, each.encode("utf-8", "replace")) for each in signatures]
    if not any(fits) or abs(now.timestamp() - int(times[0])) > TOLERANCE:
        raise SignatureInvalid


def _event(event_id: str, kind: str, about: Mapping[str, Any]) -> Event:
    """Find our names in what an event is about; objects of other kinds have none."""
    what = about.get("object")
    if what == "checkout.session":
        reference, payment_id = about.get("client_reference_id"), name_of(about.get("payment_intent"))
        return Event(event_id, kind, fitting_reference(reference), text(about["id"]), payment_id)
    if what == "payment_intent":
        payment_id = text(about["id"])
    elif what in {"charge", "refund", "dispute"}:
        payment_id = name_of(about.get("payment_intent"))
    else:
        return Event(event_id, kind, "")
    return Event(
        event_id,
        kind,
        fitting_reference((about.get("metadata") or {}).get("reference")),
        payment_id=payment_id,
        is_dispute=kind == "charge.dispute.created",
    )


def _paid(reference: str, live: bool, checkout_id: str, intent: Mapping[str, Any]) -> ProviderPayment:
    """Say what came in, by the payment itself and not by what was asked."""
    charge = intent.get("latest_charge") or {}
    returned = charge.get("refunded") is True
    amount = from_stripe(intent["amount_received"], intent["currency"])
    return ProviderPayment(
        reference,
        PaymentState.PAID,
        live,
        amount,
        provider_payment_id=text(intent["id"]),
        paid_at=_instant(charge["created"] if "created" in charge else intent["created"]),
        checkout_id=checkout_id,
        method=_METHODS.get(
            (charge.get("payment_method_details") or {}).get("type") or "", Payment.Method.OTHER
        ),
        fee=_fee(charge, amount),
        failure_code="refunded" if returned else "",
        returned=returned,
    )


def _fee(charge: Mapping[str, Any], amount: Money) -> Money | None:
    """Give what Stripe kept, once that is settled, and in the currency that came in: others are not comparable.

    One that cannot be read is not told: the money came all the same.
    """
    settled = charge.get("balance_transaction")
    if not isinstance(settled, Mapping):
        return None
    try:
        fee = from_stripe(settled.get("fee"), settled.get("currency"))
    except ValueError:
        return None
    return fee if fee.currency == amount.currency else None


def _failure(intent: Mapping[str, Any]) -> str:
    code = (intent.get("last_payment_error") or {}).get("code")
    return code[:64] if isinstance(code, str) and code else "failed"


def _instant(seconds: Any) -> datetime:
    return datetime.fromtimestamp(int(seconds), tz=UTC)
