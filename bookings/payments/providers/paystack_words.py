"""What Paystack's JSON says, in our words. Nothing in it is taken on trust: what does not fit counts as no answer."""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from bookings.common.errors import DomainError
from bookings.common.money import Money
from bookings.payments.models import Payment
from bookings.payments.providers.base import (
    MOST,
    Checkout,
    Event,
    PaymentState,
    ProviderPayment,
    ProviderRefund,
    ProviderUnavailable,
    RefundState,
    fitting_reference,
)

CAN_BE_PAID: Final = frozenset({"abandoned", "ongoing", "pending", "processing", "queued"})
"""`abandoned` is where every transaction begins, and stays until somebody pays: the page does not end with it.
If it were an end for us, the attempt would fail in the moment in which it was opened. Our own deadline ends it."""
REFUNDS: Final = {
    "pending": RefundState.PENDING,
    "processing": RefundState.PENDING,
    "processed": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "needs-attention": RefundState.STUCK,
}
METHODS: Final = {
    "card": Payment.Method.CARD,
    "apple_pay": Payment.Method.CARD,
    "bank": Payment.Method.BANK_TRANSFER,
    "bank_transfer": Payment.Method.BANK_TRANSFER,
    "capitec_pay": Payment.Method.BANK_TRANSFER,
    "dedicated_nuban": Payment.Method.BANK_TRANSFER,
    "direct_debit": Payment.Method.BANK_TRANSFER,
    "eft": Payment.Method.BANK_TRANSFER,
    "ussd": Payment.Method.BANK_TRANSFER,
    "mobile_money": Payment.Method.MOBILE_MONEY,
}
"""Any other channel, such as `qr`, is OTHER."""
_NOTE: Final = re.compile(r"slotwell\[(.*)\]", re.DOTALL)
_NUMBER: Final = re.compile(r"[0-9]{1,18}", re.ASCII)
_NO_LETTER: Final = re.compile(r"[^a-z0-9]+")
_FIRST_YEAR: Final = 1970
_LAST_YEAR: Final = 2500
_LONGEST_CODE: Final = 64
_LONGEST_ADDRESS: Final = 2048
_LONGEST_ID: Final = 200


class Reader:
    """Reads answers. unreadable: makes the error for one that is not what it should be. secure: by https alone."""

    def __init__(self, unreadable: Callable[[], ProviderUnavailable], *, secure: bool) -> None:
        self._unreadable = unreadable
        self._schemes = {"https"} if secure else {"https", "http"}

    def data(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Give the object that an answer is about."""
        data = told.get("data")
        if told.get("status") is not True or not isinstance(data, dict):
            raise self._unreadable()
        return data

    def rows(self, told: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Give the objects of a list."""
        rows = told.get("data")
        if told.get("status") is not True or not isinstance(rows, list):
            raise self._unreadable()
        if not all(isinstance(row, dict) for row in rows):
            raise self._unreadable()
        return rows

    def checkout(self, data: Mapping[str, Any], reference: str) -> Checkout:
        """Give where the client pays."""
        url, code = data.get("authorization_url"), data.get("access_code")
        if data.get("reference") != reference or not self._is_page(url) or not _is_id(code):
            raise self._unreadable()
        return Checkout(url=str(url), provider_id=str(code))

    def payment(self, data: Mapping[str, Any], reference: str, *, live: bool) -> ProviderPayment:
        """Say how a transaction stands. live: our key's own, for what is not paid and does not tell.

        `reversed` was paid, and all of it went back, by refunds or by the payer's bank.
        """
        status, number = data.get("status"), self._number(data.get("id"))
        if data.get("reference") != reference:
            raise self._unreadable()
        if status in {"success", "reversed"}:
            return self._paid(data, reference, number, returned=status == "reversed")
        if status in CAN_BE_PAID:
            return ProviderPayment(reference, PaymentState.OPEN, live=live, provider_payment_id=number)
        if status == "failed":
            return ProviderPayment(
                reference,
                PaymentState.FAILED,
                live=live,
                provider_payment_id=number,
                failure_code=_code(data.get("gateway_response")),
            )
        raise self._unreadable()

    def refund(self, data: Mapping[str, Any]) -> ProviderRefund:
        """Say how a refund stands. A state that we do not know is on its way: it is asked about until it is known."""
        status = str(data.get("status")).replace("_", "-")
        state = REFUNDS.get(status, RefundState.PENDING)
        ours = _NOTE.search(str(data.get("merchant_note")))
        return ProviderRefund(
            state,
            self._number(data.get("id")),
            failure_code=status if state in {RefundState.FAILED, RefundState.STUCK} else "",
            amount=self._money(data.get("amount"), data.get("currency")),
            key=ours[1] if ours else "",
        )

    def _paid(
        self, data: Mapping[str, Any], reference: str, number: str, *, returned: bool
    ) -> ProviderPayment:
        """Tell what came in: `amount`, be it other than what was asked for (`requested_amount`) or not."""
        domain, currency = data.get("domain"), data.get("currency")
        amount = self._money(data.get("amount"), currency)
        if domain not in {"live", "test"} or amount.amount <= 0:
            raise self._unreadable()
        return ProviderPayment(
            reference,
            PaymentState.PAID,
            live=domain == "live",
            amount=amount,
            provider_payment_id=number,
            paid_at=_instant(data.get("paid_at")),
            method=_method(data.get("channel")),
            fee=self._fee(data.get("fees"), currency),
            failure_code="reversed" if returned else "",
            returned=returned,
        )

    def _fee(self, minor: object, currency: object) -> Money | None:
        """Read what it kept; None where it does not tell, or so that it cannot be read: the money came all the same."""
        try:
            return self._money(minor, currency)
        except ProviderUnavailable:
            return None

    def _money(self, minor: object, currency: object) -> Money:
        """Read minor units, which it sometimes writes as text."""
        text = str(minor) if isinstance(minor, str | int) and not isinstance(minor, bool) else ""
        if not _NUMBER.fullmatch(text) or not isinstance(currency, str):
            raise self._unreadable()
        try:
            read = Money.from_minor(int(text), currency.upper())
        except DomainError:
            raise self._unreadable() from None
        if read.amount >= MOST:
            raise self._unreadable()
        return read

    def _number(self, value: object) -> str:
        """Read the number of a transaction or refund."""
        text = str(value) if isinstance(value, str | int) else ""
        if not is_number(text):
            raise self._unreadable()
        return text

    def _is_page(self, url: object) -> bool:
        if not isinstance(url, str) or len(url) > _LONGEST_ADDRESS or not url.isascii() or " " in url:
            return False
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        return url.isprintable() and parts.scheme in self._schemes and bool(parts.hostname)


def event(told: Mapping[str, Any], raw: bytes) -> Event:
    """Read an event. Raises KeyError, TypeError, AttributeError for what is none.

    It has no id: the event's name and what it is about stand for one. Refunds' events may lack the refund's number;
    then the very bytes do, as two refunds of one payment may be told in the same words.
    """
    kind, data = told["event"], told["data"]
    if not isinstance(kind, str) or not kind or not isinstance(data, Mapping):
        raise TypeError
    about = data.get("transaction")
    nested: Mapping[str, Any] = about if isinstance(about, Mapping) else {}
    if kind.startswith("refund."):
        reference = data.get("transaction_reference") or nested.get("reference")
        subject = _id_of(data) or f"{reference}:{hashlib.sha256(raw).hexdigest()}"
        return Event(
            f"{kind}:{subject}", kind, fitting_reference(reference), payment_id=money_of_refund(data)
        )
    if kind.startswith("charge.dispute."):
        reference, number = nested.get("reference"), _id_of(data) or nested.get("reference")
        is_new = kind == "charge.dispute.create"
        return Event(
            f"{kind}:{number}",
            kind,
            fitting_reference(reference),
            payment_id=_id_of(nested),
            is_dispute=is_new,
        )
    if kind.startswith("charge."):
        reference = data["reference"]
        return Event(f"{kind}:{reference}", kind, fitting_reference(reference), payment_id=_id_of(data))
    # Transfers, invoices and the like: none of ours, and kept as any event is.
    return Event(f"{kind}:{_id_of(data) or hashlib.sha256(raw).hexdigest()}", kind, "")


def note_with(key: str) -> str:
    """Give the note by which a refund is found again. Staff read it in Paystack's dashboard."""
    return f"slotwell[{key}]"


def is_duplicate(body: Mapping[str, Any]) -> bool:
    """Tell whether a refusal says that the reference was used before."""
    return body.get("code") == "duplicate_reference" or _message(body).startswith("duplicate")


def is_unknown(status: int, body: Mapping[str, Any]) -> bool:
    """Tell whether a refusal says that there is no such transaction."""
    return status in {400, 404} and (
        body.get("code") == "transaction_not_found"
        or _message(body).startswith(("transaction reference not found", "transaction not found"))
    )


def is_number(text: str) -> bool:
    """Tell whether this can be Paystack's number of something."""
    return bool(_NUMBER.fullmatch(text))


def money_of_refund(data: Mapping[str, Any]) -> str:
    """Give the number of the transaction that a refund is of: it is told alone, or within the transaction."""
    about = data.get("transaction")
    return _id_of(about) if isinstance(about, Mapping) else _id_of({"id": about})


def _id_of(data: Mapping[str, Any]) -> str:
    text = str(data.get("id"))
    return text if is_number(text) else ""


def _message(body: Mapping[str, Any]) -> str:
    return str(body.get("message")).lower()


def _is_id(value: object) -> bool:
    return (
        isinstance(value, str) and 0 < len(value) <= _LONGEST_ID and value.isascii() and value.isprintable()
    )


def _code(text: object) -> str:
    """Make a short code of a bank's sentence."""
    words = _NO_LETTER.sub("_", text.lower()) if isinstance(text, str) else ""
    return words.strip("_")[:_LONGEST_CODE] or "failed"


def _method(channel: object) -> str:
    if not isinstance(channel, str) or not channel:
        return ""
    return METHODS.get(channel, Payment.Method.OTHER)


def _instant(text: object) -> datetime | None:
    """Read an instant; None where it is not told, or not in a way that can be read: then it is when we heard of it."""
    try:
        read = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    if read is None or not _FIRST_YEAR <= read.year < _LAST_YEAR:  # others cannot be put on every clock
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read
