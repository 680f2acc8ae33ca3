"""The built-in provider that takes no real money: a page of our own, and a ledger for a bank."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.urls import reverse

from bookings.common import clock
from bookings.common.money import Money
from bookings.common.secrecy import same
from bookings.payments import sandbox
from bookings.payments.models import Payment, SandboxCheckout, SandboxRefund
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
    RefundState,
    SignatureInvalid,
    fitting_reference,
)


class SandboxProvider(Provider):
    """See the module. Its "server" is `bookings.payments.sandbox`."""

    name: ClassVar[str] = "sandbox"
    live = False

    def __init__(self, secret: str) -> None:
        self._secret = secret

    @classmethod
    def from_settings(cls) -> Self | None:
        """Make one with SANDBOX_SECRET; None where that is empty, as anybody could sign with it."""
        return cls(settings.SANDBOX_SECRET) if settings.SANDBOX_SECRET else None

    def create_checkout(
        self,
        *,
        reference: str,
        amount: Money,
        email: str,
        description: str,
        return_url: str,
        created_at: datetime,
        expires_at: datetime,
    ) -> Checkout:
        """Open a page in this very service. The client's address is not kept. See the base class."""
        if not fitting_reference(reference):
            raise ProviderRefused("a reference is made of letters, digits, dot, equals sign and hyphen")
        try:
            checkout = sandbox.open_checkout(
                reference=reference,
                amount_minor=_minor(amount),
                currency=amount.currency,
                description=description,
                return_url=return_url,
                expires_at=expires_at,
                now=clock.now(),
            )
        except sandbox.Refused as error:
            raise ProviderRefused(str(error)) from error
        path = reverse("payments:sandbox_checkout", args=[checkout.reference])
        return Checkout(url=f"{settings.PUBLIC_URL}{path}", provider_id=f"sc_{checkout.pk}")

    def ask(self, attempt: Attempt) -> ProviderPayment:
        """See the base class."""
        reference = attempt.reference
        now = clock.now()
        return _told(reference, sandbox.look(reference=reference, now=now), now)

    def close(self, attempt: Attempt) -> ProviderPayment:
        """See the base class."""
        closed = SandboxCheckout.Status.CLOSED
        sandbox.settle_checkout(reference=attempt.reference, status=closed, now=clock.now())
        return self.ask(attempt)

    def refund(self, *, attempt: Attempt, amount: Money, key: str) -> ProviderRefund:
        """See the base class. A refund is done at once."""
        checkout = sandbox.look(reference=attempt.reference, now=clock.now())
        if checkout is None or checkout.currency != amount.currency:
            raise ProviderRefused("nothing was paid under this reference in this currency")
        try:
            refund = sandbox.refund_checkout(
                checkout_id=checkout.pk, amount_minor=_minor(amount), key=key, now=clock.now()
            )
        except sandbox.Refused as error:
            raise ProviderRefused(str(error)) from error
        return _refund_told(refund, amount.currency)

    def ask_refund(self, *, attempt: Attempt, provider_refund_id: str) -> ProviderRefund:
        """See the base class."""
        for told in self.refunds_of(attempt):
            if told.provider_refund_id == provider_refund_id:
                return told
        raise ProviderRefused("there is no such refund")

    def refunds_of(self, attempt: Attempt) -> list[ProviderRefund]:
        """See the base class."""
        refunds = SandboxRefund.objects.filter(checkout__reference=attempt.reference).order_by("pk")
        return [
            _refund_told(refund, refund.checkout.currency) for refund in refunds.select_related("checkout")
        ]

    def read_event(self, raw: bytes, headers: Mapping[str, str]) -> Event:
        """See the base class."""
        if not same(headers.get(sandbox.SIGNATURE_HEADER, ""), sandbox.sign(raw, self._secret)):
            raise SignatureInvalid
        try:
            told = json.loads(raw)
            return Event(str(told["id"]), str(told["event"]), fitting_reference(told.get("reference")))
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
            raise EventRefused("signed, and no event") from error


def _refund_told(refund: SandboxRefund, currency: str) -> ProviderRefund:
    return ProviderRefund(
        RefundState.SUCCEEDED,
        f"sr_{refund.pk}",
        amount=Money.from_minor(refund.amount_minor, currency),
        key=refund.key,
    )


def _minor(amount: Money) -> int:
    """Give minor units. Raises ProviderRefused for a fraction of one."""
    try:
        return amount.minor
    except ValueError as error:
        raise ProviderRefused(str(error)) from error


def _told(reference: str, checkout: SandboxCheckout | None, now: datetime) -> ProviderPayment:
    """Say in our words what the ledger says."""
    if checkout is None:
        return ProviderPayment(reference, PaymentState.UNKNOWN, live=False)
    number = f"sc_{checkout.pk}"
    if checkout.status == SandboxCheckout.Status.SUCCESS:
        return ProviderPayment(
            reference,
            PaymentState.PAID,
            False,
            checkout.money,
            provider_payment_id=number,
            paid_at=checkout.paid_at,
            method=Payment.Method.CARD,
            returned=checkout.refunded_minor >= checkout.amount_minor,
        )
    if checkout.status == SandboxCheckout.Status.LATE:
        return ProviderPayment(reference, PaymentState.OPEN, live=False, provider_payment_id=number)
    if checkout.status != SandboxCheckout.Status.OPEN:
        failure = checkout.status.lower()
    elif now >= checkout.expires_at:
        failure = "expired"
    else:
        return ProviderPayment(reference, PaymentState.OPEN, live=False, provider_payment_id=number)
    return ProviderPayment(
        reference, PaymentState.FAILED, live=False, provider_payment_id=number, failure_code=failure
    )
