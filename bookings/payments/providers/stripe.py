"""Stripe: a page of its own (a Checkout Session) for each attempt, asked about by its name.

Stripe finds a session by the name that it gave itself, not by our reference. An attempt that knows no such name was
never heard of: then its answer was lost, and nobody was given the address of its page.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.utils.translation import gettext

from bookings.common import clock
from bookings.common.money import Money
from bookings.payments.providers import stripe_amounts, stripe_answers
from bookings.payments.providers.base import (
    Attempt,
    Checkout,
    Event,
    PaymentState,
    Provider,
    ProviderPayment,
    ProviderRefund,
    ProviderRefused,
    ProviderUnavailable,
    SignatureInvalid,
    fitting_reference,
)
from bookings.payments.providers.stripe_answers import KeyNotTaken, StripeRefused, read

if TYPE_CHECKING:
    from bookings.payments.providers.stripe_calls import StripeApi

LEAST = timedelta(minutes=45)
"""Of a session from the attempt's beginning on. Stripe wants 30 minutes from the request on, which may come later."""
LONGEST = timedelta(hours=24) - timedelta(minutes=5)
"""Stripe wants 24 hours at most, by its own clock."""
LONGEST_NAME = 250
_KEY = re.compile(r"(sk|rk)_(test|live)_[A-Za-z0-9_]{8,247}", re.ASCII)
_SECRET = re.compile(r"whsec_[A-Za-z0-9+/=_-]{8,247}", re.ASCII)


class StripeProvider(Provider):
    """See the module and the base class."""

    name: ClassVar[str] = "stripe"

    def __init__(self, *, secret_key: str, webhook_secret: str, url: str) -> None:
        self.live = secret_key.partition("_")[2].startswith("live_")
        self._secret_key = secret_key
        self._webhook_secret = webhook_secret
        self.reads_events = bool(webhook_secret)
        self._url = url.rstrip("/")

    @classmethod
    def from_settings(cls) -> Self | None:
        """Make one with STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET; None where either is empty or no such thing.

        Without the second no event can be told from a forged one.
        """
        keys = settings.PAYMENT_KEYS["stripe"]
        if not keys["webhook_secret"]:
            return None
        try:
            return cls.from_keys(secret_key=keys["secret_key"], webhook_secret=keys["webhook_secret"])
        except ValueError:
            return None

    @classmethod
    def from_keys(cls, *, secret_key: str, webhook_secret: str) -> Self:
        """Make one with a secret or restricted key, and with the signing secret of the endpoint for its events.

        A business has that secret only after it entered the address of its inbox at Stripe, which it gets with the
        account: until then no secret is given, and no event is genuine.
        """
        if not _KEY.fullmatch(secret_key):
            raise ValueError(
                gettext("A secret key of Stripe begins with sk_test_, sk_live_, rk_test_ or rk_live_.")
            )
        if webhook_secret and not _SECRET.fullmatch(webhook_secret):
            raise ValueError(gettext("The signing secret of an endpoint of Stripe begins with whsec_."))
        return cls(
            secret_key=secret_key, webhook_secret=webhook_secret, url=settings.PAYMENT_KEYS["stripe"]["url"]
        )

    @classmethod
    def accepts(cls, currency: str) -> bool:
        """See the base class."""
        return stripe_amounts.accepts(currency)

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
        """Open a session under "checkout/" + the reference as Idempotency-Key. See the base class.

        Every parameter follows from the arguments, as Stripe refuses a repeat with others. A hold that is shorter
        than Stripe's shortest session is ended by `close`.
        """
        if not fitting_reference(reference):
            raise ProviderRefused("a reference is made of letters, digits, dot, equals sign and hyphen")
        params: dict[str, Any] = {
            **_session_of(reference, amount, description, return_url),
            "expires_at": int(min(max(expires_at, created_at + LEAST), created_at + LONGEST).timestamp()),
        }
        if email and email.isascii():  # Stripe refuses others; without one its page asks for it
            params["customer_email"] = email
        try:
            told = self._api.create_session(params, key=f"checkout/{reference}")
        except KeyNotTaken as error:  # nobody was sent anywhere, and no patience makes the key good
            raise ProviderRefused(str(error)) from None
        return read(_checkout, told)

    def ask(self, attempt: Attempt) -> ProviderPayment:
        """See the base class. UNKNOWN also for an attempt without any name of Stripe's: see the module."""
        return self._told(attempt, self._session(attempt))

    def close(self, attempt: Attempt) -> ProviderPayment:
        """End the session. What was handed in and is on its way, such as a bank debit, cannot be: it stays OPEN."""
        session = self._session(attempt)
        if session is None or session.get("status") != "open":
            return self._told(attempt, session)
        try:
            return self._told(attempt, self._api.expire_session(session["id"]))
        except StripeRefused:  # it was paid, or ended, a moment ago
            return self.ask(attempt)

    def refund(self, *, attempt: Attempt, amount: Money, key: str) -> ProviderRefund:
        """See the base class. A refund is looked for before it is made, by the key that it carries.

        Stripe forgets an Idempotency-Key after a day, and until then repeats even its own failure, a stored 500,
        although the refund may have been made. While none is found, such an answer leaves it unknown.
        """
        counted = _counted(amount)
        paid = self.ask(attempt)
        if (
            paid.state is not PaymentState.PAID
            or paid.amount is None
            or paid.amount.currency != amount.currency
        ):
            raise ProviderRefused("nothing was paid under this reference in this currency")
        for before in self._refunds(paid.provider_payment_id):
            if before.key == key:
                if before.amount != amount:
                    raise ProviderRefused("another amount was refunded under this key")
                return before
        params: dict[str, Any] = {
            "payment_intent": paid.provider_payment_id,
            "amount": counted,
            "metadata": {"key": key, "reference": attempt.reference},
        }
        return read(stripe_answers.refund_told, self._api.create_refund(params, key=key))

    def ask_refund(self, *, attempt: Attempt, provider_refund_id: str) -> ProviderRefund:
        """See the base class. A payment that Stripe does not know says nothing of its refunds: ProviderUnavailable."""
        paid = self.ask(attempt)
        if paid.state is PaymentState.UNKNOWN:  # as under the keys of another account
            raise ProviderUnavailable("Stripe does not know the payment of this refund")
        for told in self._refunds(paid.provider_payment_id):
            if told.provider_refund_id == provider_refund_id:
                return told
        raise ProviderRefused("there is no such refund of this payment")

    def refunds_of(self, attempt: Attempt) -> list[ProviderRefund]:
        """See the base class."""
        return self._refunds(self.ask(attempt).provider_payment_id)

    def read_event(self, raw: bytes, headers: Mapping[str, str]) -> Event:
        """See the base class. Needs nothing of Stripe's package."""
        if not self._webhook_secret:  # anybody can sign with none
            raise SignatureInvalid
        return stripe_answers.event_told(raw, headers, secret=self._webhook_secret, now=clock.now())

    @cached_property
    def _api(self) -> "StripeApi":
        # It imports Stripe's package, which takes longer than many a start of ours.
        from bookings.payments.providers.stripe_calls import StripeApi  # noqa: PLC0415

        return StripeApi(secret_key=self._secret_key, url=self._url)

    def _session(self, attempt: Attempt) -> dict[str, Any] | None:
        """Give an attempt's session, its payment inside. None where there is none, or it is another attempt's."""
        session_id = attempt.checkout_id
        if not session_id and attempt.payment_id:
            session_id = self._api.session_of(attempt.payment_id)
        if not session_id:
            return None
        try:
            session = self._api.session(session_id)
        except StripeRefused as error:
            if error.code == "resource_missing":
                return None
            raise
        return session if session.get("client_reference_id") == attempt.reference else None

    def _told(self, attempt: Attempt, session: dict[str, Any] | None) -> ProviderPayment:
        if session is None:
            return ProviderPayment(attempt.reference, PaymentState.UNKNOWN, live=self.live)
        return read(stripe_answers.payment_told, attempt.reference, session)

    def _refunds(self, payment_id: str) -> list[ProviderRefund]:
        """Give a payment's refunds; none where no payment was begun."""
        rows = self._api.refunds(payment_id) if payment_id else []
        return [read(stripe_answers.refund_told, row) for row in rows]


def _session_of(reference: str, amount: Money, description: str, return_url: str) -> dict[str, Any]:
    """Give what a session is opened with. Raises ProviderRefused for an amount that Stripe cannot take."""
    price = {
        "currency": amount.currency.lower(),
        "unit_amount": _counted(amount),
        "product_data": {"name": description[:LONGEST_NAME] or reference},
    }
    return {
        "mode": "payment",
        "line_items": [{"quantity": 1, "price_data": price}],
        "success_url": return_url,
        "cancel_url": return_url,
        "client_reference_id": reference,
        "metadata": {"reference": reference},
        "payment_intent_data": {"metadata": {"reference": reference}},
        # Else an account's setting may show, and take, another currency than was asked.
        "adaptive_pricing": {"enabled": False},
    }


def _checkout(session: Mapping[str, Any]) -> Checkout:
    url, session_id = stripe_answers.text(session["url"]), stripe_answers.text(session["id"])
    if not url.startswith(("http://", "https://")) or not session_id:
        raise ValueError("no session")
    return Checkout(url, session_id)


def _counted(amount: Money) -> int:
    """Give an amount as Stripe counts it. Raises ProviderRefused where it cannot be paid exactly."""
    try:
        return stripe_amounts.to_stripe(amount)
    except ValueError as error:
        raise ProviderRefused(str(error)) from error
