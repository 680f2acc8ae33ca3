"""The sandbox provider, its ledger and what it tells us."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings

from bookings.common import clock
from bookings.common.money import Money
from bookings.notifications.models import OutboxMessage
from bookings.payments import sandbox
from bookings.payments.models import SandboxCheckout
from bookings.payments.providers import provider
from bookings.payments.providers.base import Attempt, PaymentState, Provider, ProviderRefused
from bookings.payments.providers.sandbox import SandboxProvider
from tests.payments.contract import ProviderContract

Status = SandboxCheckout.Status


class TestSandboxContract(ProviderContract):
    """The contract, kept by the sandbox."""

    def make(self) -> Provider:
        return provider("sandbox")

    def pay(self, reference: str) -> None:
        sandbox.settle_checkout(reference=reference, status=Status.SUCCESS, now=clock.now())

    def fail(self, reference: str) -> None:
        sandbox.settle_checkout(reference=reference, status=Status.FAILED, now=clock.now())

    def pay_otherwise(self, reference: str, amount: Money) -> None:
        row = SandboxCheckout.objects.filter(reference=reference)
        row.update(amount_minor=amount.minor, currency=amount.currency)
        self.pay(reference)

    def event(self, reference: str) -> bytes:
        kind = "payment.success"
        return json.dumps({"id": f"{reference}:{kind}", "event": kind, "reference": reference}).encode()

    def sign(self, raw: bytes, *, key: str | None = None) -> dict[str, str]:
        return {"x-sandbox-signature": sandbox.sign(raw, key or settings.SANDBOX_SECRET)}


def open_for(**changes):
    given = {
        "reference": "SW-page",
        "amount": Money(Decimal("60.00"), "EUR"),
        "email": "carla@example.org",
        "description": "Talk",
        "return_url": "https://www.example.org/done",
        "created_at": clock.now(),
        "expires_at": clock.now() + timedelta(minutes=30),
    } | changes
    provider("sandbox").create_checkout(**given)
    return SandboxCheckout.objects.get(reference=given["reference"])


def test_sign__is_hmac_sha512():
    # RFC 4231, test case 2
    expected = (
        "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
        "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"
    )
    assert sandbox.sign(b"what do ya want for nothing?", "Jefe") == expected


def test_from_settings__without_a_secret_is_not_set_up(settings):
    settings.SANDBOX_SECRET = ""

    assert SandboxProvider.from_settings() is None


@pytest.mark.parametrize(
    "return_url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "/bookings/",
        "ftp://example.org/",
        "https://",
        "https://a b.example/",
        "https://example.org/\n",
        "https://[::1",
        "https://example.org/" + "a" * 2048,
        "",
    ],
)
def test_create_checkout__leads_back_to_web_addresses_alone(return_url, db):
    with pytest.raises(ProviderRefused):
        open_for(return_url=return_url)
    assert not SandboxCheckout.objects.exists()


@pytest.mark.parametrize("reference", ["", "SW abc", "SW/abc", "SW-é", "x" * 65, "SW-a\n"])
def test_create_checkout__takes_references_of_plain_letters(reference, db):
    with pytest.raises(ProviderRefused):
        open_for(reference=reference)


def test_create_checkout__of_nothing_is_refused(db):
    with pytest.raises(ProviderRefused):
        open_for(amount=Money(Decimal(0), "EUR"))


def test_create_checkout__cuts_a_long_description(db):
    assert open_for(description="é" * 400).description == "é" * 300


def test_settle_checkout__after_its_time_changes_and_tells_nothing(db):
    row = open_for()

    settled = sandbox.settle_checkout(reference=row.reference, status=Status.SUCCESS, now=row.expires_at)

    row.refresh_from_db()
    assert (settled, row.status, row.paid_at) == (False, Status.OPEN, None)
    assert not OutboxMessage.objects.exists()


def test_settle_checkout__in_its_last_instant_is_paid(db):
    row = open_for()

    assert sandbox.settle_checkout(
        reference=row.reference, status=Status.SUCCESS, now=row.expires_at - timedelta(microseconds=1)
    )


def test_ask__after_its_time_says_failed(db):
    row = open_for(expires_at=clock.now())

    told = provider("sandbox").ask(Attempt(row.reference))

    assert (told.state, told.failure_code) == (PaymentState.FAILED, "expired")


def test_settle_checkout__twice_keeps_the_first_choice_and_tells_once(db):
    row = open_for()

    settled = [
        sandbox.settle_checkout(reference=row.reference, status=status, now=clock.now())
        for status in (Status.FAILED, Status.SUCCESS, Status.FAILED)
    ]

    row.refresh_from_db()
    assert (settled, row.status) == ([True, False, False], Status.FAILED)
    assert OutboxMessage.objects.count() == 1


def test_settle_checkout__queues_a_webhook_that_our_inbox_can_read(db):
    row = open_for()

    sandbox.settle_checkout(reference=row.reference, status=Status.SUCCESS, now=clock.now())

    message = OutboxMessage.objects.get(channel=OutboxMessage.Channel.WEBHOOK)
    event = provider("sandbox").read_event(message.context["body"].encode(), message.context["headers"])
    assert message.recipient == f"{settings.PUBLIC_URL}/payments/sandbox/events"
    assert (event.reference, event.kind) == (row.reference, "payment.success")


def test_close__tells_nobody(db):
    row = open_for()

    provider("sandbox").close(Attempt(row.reference))

    assert not OutboxMessage.objects.exists()


def test_refund__in_another_currency_is_refused(db):
    row = open_for()
    sandbox.settle_checkout(reference=row.reference, status=Status.SUCCESS, now=clock.now())

    with pytest.raises(ProviderRefused):
        provider("sandbox").refund(attempt=Attempt(row.reference), amount=Money(Decimal(60), "USD"), key="k")


def test_refund__of_another_amount_under_the_key_is_refused(db):
    row = open_for()
    sandbox.settle_checkout(reference=row.reference, status=Status.SUCCESS, now=clock.now())
    provider("sandbox").refund(attempt=Attempt(row.reference), amount=Money(Decimal(10), "EUR"), key="k")

    with pytest.raises(ProviderRefused):
        provider("sandbox").refund(attempt=Attempt(row.reference), amount=Money(Decimal(11), "EUR"), key="k")
    row.refresh_from_db()
    assert row.refunded_minor == 1000
