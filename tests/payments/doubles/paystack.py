"""Paystack, as its documentation has it: https://paystack.com/docs/api/.

Where the real one merely ignores what it does not know, this one refuses it: a misspelt field is a bug of ours.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import count
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.payments.doubles.paystack_rows import Refund, Transaction, body, no, refund_told, told, yes
from tests.payments.doubles.server import Answer, Call, Double, Entry

KEY = "sk_test_5f1c2a9be0d34786a1"
REFERENCE = re.compile(r"[A-Za-z0-9.=-]+", re.ASCII)
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
INITIALIZE = {"email", "amount", "currency", "reference", "callback_url", "metadata", "channels"}
REFUND = {"transaction", "amount", "currency", "customer_note", "merchant_note"}
IN_DOUBT = {"abandoned", "ongoing", "pending", "processing", "queued", "failed"}
"""The client may still pay; a card that was declined may be followed by another on the same page."""


class PaystackDouble(Double):
    """One account of Paystack, with one secret key."""

    def __init__(
        self, key: str = KEY, *, currencies: Iterable[str] = ("NGN", "GHS", "KES", "ZAR", "USD")
    ) -> None:
        super().__init__()
        self.key = key
        self.currencies = set(currencies)
        self.transactions: dict[str, Transaction] = {}
        self.refunds: list[Refund] = []
        self.refunds_are = "pending"
        """How refunds begin."""
        self._numbers = count(3_298_598_423)
        self.changes: dict[str, Any] = {}
        """What `verify` tells otherwise than the ledger has it, such as an altered currency."""

    # What happens there without us

    def pay(
        self,
        reference: str,
        *,
        amount: int | None = None,
        currency: str = "",
        channel: str = "card",
        fees: int | None = 150,
    ) -> bool:
        """Let the client pay, all or another amount; False where it is over."""
        with self.lock:
            row = self.transactions[reference]
            if row.status not in IN_DOUBT:
                return False
            row.status, row.gateway_response, row.channel, row.fees = "success", "Successful", channel, fees
            row.paid, row.paid_at = row.requested if amount is None else amount, datetime.now(UTC)
            row.currency = currency or row.currency
            self.tell({"event": "charge.success", "data": told(row)})
            return True

    def fail(self, reference: str, why: str = "Insufficient Funds") -> None:
        """Let the client's bank decline."""
        row = self.transactions[reference]
        if row.status in IN_DOUBT:
            row.status, row.gateway_response = "failed", why

    def stand(self, reference: str, status: str) -> None:
        """Let an open one be `ongoing`, `pending`, `processing` or `queued`, or `abandoned` again."""
        assert self.transactions[reference].status in IN_DOUBT
        self.transactions[reference].status = status

    def refund_there(
        self, reference: str, amount: int, *, note: str = "Refund by staff@example.test"
    ) -> Refund:
        """Refund in Paystack's own dashboard."""
        with self.lock:
            return self._refund(self.transactions[reference], amount, note)

    def move_refund(self, number: int | str, status: str) -> None:
        """Bring a refund to `processing`, `processed`, `failed` or `needs-attention`."""
        with self.lock:
            refund = next(each for each in self.refunds if each.id == int(number))
            self._bring(refund, status)

    def dispute(self, reference: str) -> None:
        """Let the payer's bank want the money back."""
        case = {"id": next(self._numbers), "status": "awaiting-merchant-feedback", "domain": "test"}
        self.tell(
            {
                "event": "charge.dispute.create",
                "data": {**case, "transaction": told(self.transactions[reference])},
            }
        )

    # The base class's

    def ledger(self) -> dict[str, Entry]:
        with self.lock:
            return {
                row.reference: Entry(row.currency, row.paid, sum(each.went for each in self._of(row)))
                for row in self.transactions.values()
            }

    def sign(self, raw: bytes) -> dict[str, str]:
        return {"x-paystack-signature": hmac.new(self.key.encode(), raw, hashlib.sha512).hexdigest()}

    def handle(self, call: Call) -> Answer:
        if call.headers.get("authorization") != f"Bearer {self.key}":
            raise no(401, "Invalid key", "invalid_Key", kind="auth_error")
        match call.method, unquote(call.path).split("/")[1:]:
            case "POST", ["transaction", "initialize"]:
                return self._initialize(body(call, INITIALIZE))
            case "GET", ["transaction", "verify", reference]:
                return self._verify(reference)
            case "POST", ["refund"]:
                return self._create_refund(body(call, REFUND))
            case "GET", ["refund"]:
                return self._list(call.query)
            case "GET", ["refund", number]:
                return self._fetch(number)
        raise no(404, "Route not found", "route_not_found")

    def _initialize(self, given: dict[str, Any]) -> Answer:
        reference, amount = given.get("reference"), given.get("amount")
        if not isinstance(reference, str) or not REFERENCE.fullmatch(reference):
            raise no(400, "Invalid character in transaction reference")
        if type(amount) is not int or amount <= 0:
            raise no(400, "Amount must be an integer", "invalid_amount")
        if not EMAIL.fullmatch(str(given.get("email"))):
            raise no(400, "Invalid Email Address Passed", "invalid_email_address")
        if given.get("currency") not in self.currencies:
            raise no(403, "Currency not supported by merchant", "unsupported_currency")
        if urlsplit(str(given.get("callback_url"))).scheme not in {"http", "https"}:
            raise no(400, "callback_url must be a valid uri")
        if not isinstance(given.get("metadata", {}), dict):
            raise no(400, "metadata must be an object")
        if reference in self.transactions:
            raise no(400, "Duplicate Transaction Reference", "duplicate_reference")
        number = next(self._numbers)
        row = Transaction(
            number, reference, amount, given["currency"], given["email"], given["callback_url"],
            given.get("metadata", ""), f"ac_{number}",
        )  # fmt: skip
        self.transactions[reference] = row
        page = {"authorization_url": f"https://checkout.paystack.com/{row.access_code}"}
        return yes(
            "Authorization URL created", {**page, "access_code": row.access_code, "reference": reference}
        )

    def _verify(self, reference: str) -> Answer:
        row = self.transactions.get(reference)
        if row is None:
            raise no(400, "Transaction reference not found.", "transaction_not_found")
        return yes("Verification successful", told(row) | self.changes)

    def _create_refund(self, given: dict[str, Any]) -> Answer:
        about = str(given.get("transaction"))
        rows = (row for row in self.transactions.values() if about in {row.reference, str(row.id)})
        row = next(rows, None)
        if row is None:
            raise no(404, "Transaction not found", "transaction_not_found")
        amount = given.get("amount", row.paid)
        if row.status not in {"success", "reversed"}:
            raise no(400, "Only successful transactions can be refunded")
        if type(amount) is not int or amount <= 0:
            raise no(400, "Amount must be an integer", "invalid_amount")
        if given.get("currency", row.currency) != row.currency:
            raise no(400, "Currency does not match the transaction's")
        left = row.paid - sum(each.went for each in self._of(row))
        if not left:
            raise no(400, "Transaction has been fully reversed", "transaction_reversed")
        if amount > left:
            raise no(400, "Refund amount cannot be more than what is left of the transaction amount")
        if row.currency == "USD" and amount < 100:
            raise no(400, "Cannot refund less than USD 1")
        refund = self._refund(
            row, amount, given.get("merchant_note") or f"Refund for transaction {row.reference}"
        )
        made = {**refund_told(refund), "transaction": told(row)}
        return yes("Refund has been queued for processing", made)

    def _list(self, query: dict[str, str]) -> Answer:
        if set(query) - {"transaction", "currency", "from", "to", "perPage", "page"}:
            raise no(400, f"Unknown parameters {sorted(query)}")
        if not query.get("transaction", "0").isdigit():
            raise no(400, "Transaction ID should be numeric.")
        wanted = [
            each
            for each in reversed(self.refunds)
            if query.get("transaction", str(each.transaction.id)) == str(each.transaction.id)
        ]
        size, page = int(query.get("perPage", 50)), int(query.get("page", 1))
        rows = [refund_told(each) for each in wanted[size * (page - 1) : size * page]]
        pages = -(-len(wanted) // size)
        meta = {"total": len(wanted), "skipped": 0, "perPage": size, "page": page, "pageCount": pages}
        return Answer(200, {"status": True, "message": "Refunds retrieved", "data": rows, "meta": meta})

    def _fetch(self, number: str) -> Answer:
        for each in self.refunds:
            if str(each.id) == number:
                return yes("Refund retrieved", refund_told(each))
        raise no(404, "Refund not found", "refund_not_found")

    def _refund(self, row: Transaction, amount: int, note: str) -> Refund:
        refund = Refund(next(self._numbers), row, amount, row.currency, note)
        self.refunds.append(refund)
        self._bring(refund, self.refunds_are)
        return refund

    def _bring(self, refund: Refund, status: str) -> None:
        row, refund.status = refund.transaction, status
        if row.status in {"success", "reversed"}:
            done = sum(each.amount for each in self._of(row) if each.status == "processed")
            row.status = "reversed" if done == row.paid else "success"
        self._tell_of(refund)

    def _of(self, row: Transaction) -> list[Refund]:
        return [each for each in self.refunds if each.transaction is row]

    def _tell_of(self, refund: Refund) -> None:
        """Its events tell amounts as text, and the number of the refund in a place of their own."""
        data = {
            "status": refund.status,
            "transaction_reference": refund.transaction.reference,
            "refund_reference": None,
            "id": str(refund.id),
            "amount": str(refund.amount),
            "currency": refund.currency,
            "processor": "instant-transfer",
            "customer": {"email": refund.transaction.email, "first_name": None, "last_name": None},
            "integration": 412829,
            "domain": refund.transaction.domain,
        }
        self.tell({"event": f"refund.{refund.status}", "data": data})
