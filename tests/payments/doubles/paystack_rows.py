"""What Paystack keeps of transactions and refunds, and how it tells of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.payments.doubles.server import Answer, Call, Refusal


@dataclass
class Transaction:
    id: int
    reference: str
    requested: int
    currency: str
    email: str
    callback_url: str
    metadata: Any
    access_code: str
    status: str = "abandoned"
    paid: int = 0
    fees: int | None = None
    channel: str = "card"
    domain: str = "test"
    gateway_response: str = "The transaction was not completed"
    paid_at: datetime | None = None


@dataclass
class Refund:
    id: int
    transaction: Transaction
    amount: int
    currency: str
    merchant_note: str
    status: str = "pending"

    @property
    def went(self) -> int:
        return 0 if self.status == "failed" else self.amount


def body(call: Call, known: set[str]) -> dict[str, Any]:
    if call.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise no(400, "Content type is not application/json")
    given = call.json()
    if not isinstance(given, dict) or set(given) - known:
        raise no(400, "Fields that the documentation does not have")
    return given


def yes(message: str, data: Any) -> Answer:
    return Answer(200, {"status": True, "message": message, "data": data})


def no(status: int, message: str, code: str = "invalid_params", kind: str = "validation_error") -> Refusal:
    meta = {"nextStep": "Ensure that the value(s) you're passing are valid."}
    return Refusal(status, {"status": False, "message": message, "meta": meta, "type": kind, "code": code})


def told(row: Transaction) -> dict[str, Any]:
    paid_at = row.paid_at.isoformat(timespec="milliseconds").replace("+00:00", "Z") if row.paid_at else None
    return {
        "id": row.id,
        "domain": row.domain,
        "status": row.status,
        "reference": row.reference,
        "amount": row.paid or row.requested,
        "requested_amount": row.requested,
        "message": None,
        "gateway_response": row.gateway_response,
        "paid_at": paid_at,
        "paidAt": paid_at,
        "channel": row.channel,
        "currency": row.currency,
        "ip_address": None,
        "metadata": row.metadata,
        "fees": row.fees,
        "customer": {"id": 89929267, "email": row.email, "customer_code": "CUS_i5yosncbl8h2kvc"},
        "authorization": {"channel": row.channel, "last4": "4081"},
        "plan": None,
    }


def refund_told(refund: Refund) -> dict[str, Any]:
    return {
        "id": refund.id,
        "integration": 412829,
        "domain": refund.transaction.domain,
        "transaction": refund.transaction.id,
        "dispute": None,
        "settlement": None,
        "amount": refund.amount,
        "deducted_amount": 0,
        "currency": refund.currency,
        "channel": None,
        "status": refund.status,
        "refunded_by": "staff@example.test",
        "customer_note": f"Refund for transaction {refund.transaction.reference}",
        "merchant_note": refund.merchant_note,
    }
