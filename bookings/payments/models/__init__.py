"""Accounts with providers, attempts to pay, refunds, the inbox, receipts, differences, and the sandbox's ledger."""

from bookings.payments.models.accounts import PaymentAccount
from bookings.payments.models.attempts import Payment, Refund
from bookings.payments.models.differences import Difference
from bookings.payments.models.inbox import ProviderEvent
from bookings.payments.models.receipts import Receipt, ReceiptCounter
from bookings.payments.models.sandbox import SandboxCheckout, SandboxRefund

__all__ = [
    "Difference",
    "Payment",
    "PaymentAccount",
    "ProviderEvent",
    "Receipt",
    "ReceiptCounter",
    "Refund",
    "SandboxCheckout",
    "SandboxRefund",
]
