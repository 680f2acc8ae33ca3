"""How the service reaches the faulty bank: a provider like any other, save that nothing goes over a wire."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, ClassVar

from django.test import Client

from bookings.common.money import Money
from bookings.payments import providers
from bookings.payments.providers import base
from bookings.payments.providers.base import PaymentState, ProviderPayment, ProviderRefund, RefundState
from tests.payments.faulty import Bank, Fault, Given, Page

SECRET = b"the bank's own"
SIGNATURE = "X-Bank-Signature"


class FaultyProvider(base.Provider):
    """See the module."""

    name = "bank"
    live = True
    bank: ClassVar[Bank]

    @classmethod
    def from_settings(cls):
        return cls()

    def create_checkout(self, *, reference, amount, email, description, return_url, created_at, expires_at):
        pages = self.bank.pages

        def act():
            page = pages.setdefault(reference, Page(len(pages) + 1, reference, amount, expires_at))
            if page.asked != amount:
                raise base.ProviderRefused("this reference stands for another amount")
            return base.Checkout(f"https://bank.example/{reference}", f"page_{page.number}")

        return self.bank.serve("create_checkout", reference, act)

    def ask(self, attempt):
        return self.bank.serve("ask", attempt.reference, lambda: self._told(attempt.reference))

    def close(self, attempt):
        plan = self.bank.plan.get("close")
        if plan and plan[0] is Fault.CANNOT:
            plan.pop(0)
            return self.bank.serve("close", attempt.reference, lambda: self._told(attempt.reference))

        def act():
            page = self.bank.pages.get(attempt.reference)
            if page is not None and page.state == "OPEN":
                page.state = "CLOSED"
            return self._told(attempt.reference)

        return self.bank.serve("close", attempt.reference, act)

    def refund(self, *, attempt, amount, key):
        plan = self.bank.plan.get("refund")
        if plan and plan[0] is Fault.REFUSED and self._known(key):
            plan.pop(0)  # what it did once under this key it does not refuse
        return self.bank.serve("refund", attempt.reference, lambda: self._refund(attempt, amount, key))

    def ask_refund(self, *, attempt, provider_refund_id):
        def act():
            for told in self._refunds(attempt.reference):
                if told.provider_refund_id == provider_refund_id:
                    return told
            raise base.ProviderRefused("there is no such refund")

        return self.bank.serve("ask_refund", attempt.reference, act)

    def refunds_of(self, attempt):
        return self.bank.serve("refunds_of", attempt.reference, lambda: self._refunds(attempt.reference))

    def read_event(self, raw: bytes, headers: Mapping[str, str]) -> base.Event:
        if not hmac.compare_digest(headers.get(SIGNATURE, "").encode(), signature(raw).encode()):
            raise base.SignatureInvalid
        told = json.loads(raw)
        return base.Event(told["id"], told["kind"], told["reference"])

    def _refund(self, attempt, amount, key):
        page = self.bank.pages.get(attempt.reference)
        if page is None or page.paid is None or page.paid.currency != amount.currency:
            raise base.ProviderRefused("nothing was paid here in this currency")
        given = self._known(key)
        if given is None:
            if amount.minor > page.paid.minor - page.back_minor:
                raise base.ProviderRefused("this is more than what is left")
            number = f"back_{page.number}_{len(page.refunds)}"
            given = Given(number, key, amount.minor, self.bank.refunds_begin_as)
            page.refunds.append(given)
        elif given not in page.refunds or given.minor != amount.minor:
            raise base.ProviderRefused("this key stands for another refund")
        return _refund_told(given, page.paid.currency)

    def _known(self, key):
        given = (given for page in self.bank.pages.values() for given in page.refunds)
        return next((one for one in given if one.key == key), None)

    def _refunds(self, reference):
        page = self.bank.pages.get(reference)
        if page is None or page.paid is None:
            return []
        return [_refund_told(given, page.paid.currency) for given in page.refunds]

    def _told(self, reference):
        page = self.bank.pages.get(reference)
        if page is None:
            return ProviderPayment(reference, PaymentState.UNKNOWN, live=True)
        names = {"checkout_id": f"page_{page.number}", "provider_payment_id": f"money_{page.number}"}
        if page.paid is not None:
            fee = Money.from_minor(1, page.paid.currency)
            return ProviderPayment(
                reference, PaymentState.PAID, page.live, page.paid, paid_at=page.paid_at, method="CARD",
                fee=fee, **names,
            )  # fmt: skip
        if page.is_open:
            return ProviderPayment(reference, PaymentState.OPEN, live=True, **names)
        failure = "expired" if page.state == "OPEN" else page.state.lower()
        return ProviderPayment(reference, PaymentState.FAILED, live=True, failure_code=failure, **names)


def _refund_told(given: Given, currency: str) -> ProviderRefund:
    failure = "account_closed" if given.state is RefundState.FAILED else ""
    money = Money.from_minor(given.minor, currency)
    return ProviderRefund(given.state, given.number, failure, amount=money, key=given.key)


def signature(raw: bytes) -> str:
    return hmac.new(SECRET, raw, hashlib.sha256).hexdigest()


def event_id(raw: bytes) -> str:
    return str(json.loads(raw)["id"])


def post(raw: bytes, *, signed: str | None = None) -> int:
    """Bring an event to the inbox; gives the answer's status."""
    headers = {SIGNATURE: signature(raw) if signed is None else signed}
    return Client().post("/payments/bank/events", raw, "application/json", headers=headers).status_code


def installed(monkeypatch: Any, settings: Any) -> Bank:
    """Make a bank that begins with nothing the provider of new attempts."""
    monkeypatch.setitem(providers._PROVIDERS, "bank", FaultyProvider)
    monkeypatch.setattr(FaultyProvider, "bank", Bank(), raising=False)
    settings.PAYMENT_PROVIDER = "bank"
    return FaultyProvider.bank
