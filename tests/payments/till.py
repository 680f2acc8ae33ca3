"""A provider where practices have accounts of their own: each key opens a merchant's book, and signs its events."""

import hashlib
import hmac
import json
from contextlib import contextmanager

from django.db import connection

from bookings.accounts.viewer import Viewer
from bookings.payments import providers, services
from bookings.payments.models import PaymentAccount
from bookings.payments.providers.base import (
    Attempt,
    Checkout,
    Event,
    EventRefused,
    PaymentState,
    Provider,
    ProviderPayment,
    ProviderRefund,
    ProviderRefused,
    ProviderUnavailable,
    RefundState,
    SignatureInvalid,
    fitting_reference,
)
from tests.factories import NOW

SIGNATURE = "X-Till-Signature"
PLATFORM = "tk_test_of_the_platform"
KEY, ROLLED, OTHER, LIVE = "tk_test_first_0001", "tk_test_rolled_0002", "tk_test_other_0003", "tk_live_0004"


class Till(Provider):
    """Nobody is asked inside a transaction. merchants: whose book a key opens; books: what they say, by reference."""

    name = "till"
    merchants: dict[str, str] = {}
    books: dict[str, dict[str, ProviderPayment]] = {}
    asked: list[tuple[str, Attempt]] = []
    is_down = False

    def __init__(self, secret_key: str) -> None:
        self.key = secret_key
        self.live = secret_key.startswith("tk_live_")

    @classmethod
    def from_settings(cls):
        return cls(PLATFORM)

    @classmethod
    def from_keys(cls, *, secret_key, webhook_secret):
        if not secret_key.startswith(("tk_test_", "tk_live_")):
            raise ValueError("A key of this provider begins with tk_test_ or tk_live_.")
        return cls(secret_key)

    @classmethod
    def accepts(cls, currency):
        return currency != "JPY"

    @classmethod
    def says(cls, merchant, payment, state=PaymentState.PAID, amount=None):
        """Write into a merchant's book how a payment stands."""
        paid = amount or payment.asked if state is PaymentState.PAID else None
        told = ProviderPayment(
            payment.reference,
            state,
            payment.live,
            paid,
            provider_payment_id=f"tp_{payment.reference}",
            checkout_id=f"tc_{payment.reference}",
        )
        cls.books.setdefault(merchant, {})[payment.reference] = told

    def _book(self):
        if self.is_down:
            raise ProviderUnavailable("no answer")
        if self.key not in self.merchants:
            raise ProviderRefused("no such key")
        return self.books.setdefault(self.merchants[self.key], {})

    def ask(self, attempt):
        assert all(getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)
        self.asked.append((self.key, attempt))
        book = self._book()
        for told in book.values():
            if attempt.reference == told.reference:
                return told
        return ProviderPayment(attempt.reference, PaymentState.UNKNOWN, self.live)

    def close(self, attempt):
        return self.ask(attempt)

    def create_checkout(self, *, reference, amount, email, description, return_url, created_at, expires_at):
        self._book()[reference] = ProviderPayment(reference, PaymentState.OPEN, self.live)
        return Checkout(f"https://till.example/{reference}", f"tc_{reference}")

    def refund(self, *, attempt, amount, key):
        if attempt.reference not in self._book():
            raise ProviderRefused("nothing was paid under this reference")
        return ProviderRefund(RefundState.SUCCEEDED, f"tr_{key}", amount=amount, key=key)

    def ask_refund(self, *, attempt, provider_refund_id):
        raise ProviderRefused("there is no such refund")

    def refunds_of(self, attempt):
        return []

    def read_event(self, raw, headers):
        if not hmac.compare_digest(headers.get(SIGNATURE, ""), sign(raw, self.key)):
            raise SignatureInvalid
        try:
            told = json.loads(raw)
            return Event(
                told["id"],
                told["event"],
                fitting_reference(told.get("reference")),
                checkout_id=told.get("checkout", ""),
                payment_id=told.get("payment", ""),
                is_dispute=told["event"] == "dispute",
            )
        except (ValueError, TypeError, KeyError) as error:
            raise EventRefused("signed, and no event") from error


def sign(raw: bytes, key: str) -> str:
    return hmac.new(key.encode(), raw, hashlib.sha512).hexdigest()


def written(event_id: str = "evt_1", event: str = "paid", **told: str) -> bytes:
    """An event's bytes."""
    return json.dumps({"id": event_id, "event": event, **told}).encode()


def deliver(client, raw: bytes, *, key: str = PLATFORM, account: str = "") -> int:
    """Post an event, to an account's own address where one is named; gives the HTTP status."""
    path = "/payments/till/events" + (f"/{account}" if account else "")
    headers = {SIGNATURE: sign(raw, key)}
    return client.post(path, raw, content_type="application/json", headers=headers).status_code


@contextmanager
def down():
    """A block in which it gives no answer."""
    Till.is_down = True
    try:
        yield
    finally:
        Till.is_down = False


def install(monkeypatch) -> type[Till]:
    """Put it among the providers for one test, with a book for the platform and one for each key."""
    monkeypatch.setitem(providers._PROVIDERS, "till", Till)
    keys = {PLATFORM: "platform", KEY: "first", ROLLED: "first", OTHER: "other", LIVE: "live"}
    monkeypatch.setattr(Till, "merchants", keys)
    monkeypatch.setattr(Till, "books", {})
    monkeypatch.setattr(Till, "asked", [])
    return Till


def account(place, key=KEY, **fields) -> PaymentAccount:
    """An account of a practice's, as its owner entered it."""
    given = {"provider": "till", "currency": "EUR", "secret_key": key, "now": NOW, **fields}
    return services.save_account(viewer=Viewer(user=place.owner), business_id=place.pk, **given)
