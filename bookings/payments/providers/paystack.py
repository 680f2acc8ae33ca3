"""Paystack: https://paystack.com/docs/api/. Its words become ours in `paystack_words`.

The reference is its idempotency key for opening a transaction; for refunds it has none, see `_refunded_before`.
"""

import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final, Self
from urllib.parse import quote

from django.conf import settings
from django.utils.translation import gettext

from bookings.common.money import Money
from bookings.common.secrecy import same
from bookings.payments.providers import paystack_words as words
from bookings.payments.providers.base import (
    AlreadyOpened,
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
    SignatureInvalid,
    fitting_reference,
)
from bookings.payments.providers.http import JsonApi, NothingDone, Refused

SIGNATURE_HEADER: Final = "X-Paystack-Signature"
CURRENCIES: Final = frozenset({"NGN", "GHS", "KES", "ZAR", "USD"})
"""XOF and EGP are left out: whether its amounts are hundredths there is not documented where we could read it."""
UNCERTAIN_FOR: Final = timedelta(minutes=5)
"""How long a refund may yet appear that was asked for and not answered."""
ASKED_WITHIN: Final = 25.0
"""Seconds after which no refund is begun any more; with what a POST may take, less than a worker's lease of it."""
PER_PAGE: Final = 50
MOST_PAGES: Final = 20
_KEY: Final = re.compile(r"sk_(test|live)_[A-Za-z0-9_-]{3,200}", re.ASCII)
_LONGEST_DESCRIPTION: Final = 200


class PaystackProvider(Provider):
    """See the module. One secret key asks, and signs the events."""

    name: ClassVar[str] = "paystack"

    def __init__(self, secret_key: str, url: str) -> None:
        key = _KEY.fullmatch(secret_key)
        if key is None:
            raise ValueError(gettext("A secret key of Paystack begins with sk_test_ or sk_live_."))
        self.live = key[1] == "live"
        self._secret = secret_key
        self._api = JsonApi(self.name, url, headers={"authorization": f"Bearer {secret_key}"})
        self._reader = words.Reader(self._api.unreadable, secure=url.startswith("https://"))

    @classmethod
    def from_settings(cls) -> Self | None:
        """Make one with PAYSTACK_SECRET_KEY; None where that is empty, or no such key."""
        keys = settings.PAYMENT_KEYS["paystack"]
        try:
            return cls(keys["secret_key"], keys["url"])
        except ValueError:
            return None

    @classmethod
    def from_keys(cls, *, secret_key: str, webhook_secret: str) -> Self | None:
        """See the base class. The secret key signs the events too; another secret is not used."""
        return cls(secret_key, settings.PAYMENT_KEYS["paystack"]["url"])

    @classmethod
    def accepts(cls, currency: str) -> bool:
        """See the base class. Which of them a practice may use, its contract with Paystack says."""
        return currency in CURRENCIES

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
        """Initialise a transaction. See the base class.

        Its page is told once: a reference that is known there raises AlreadyOpened. It does not end by itself.
        """
        if not _can_ask(reference):
            raise ProviderRefused("a reference is made of letters, digits, dot, equals sign and hyphen")
        shown = {
            "display_name": "Booking",
            "variable_name": "booking",
            "value": description[:_LONGEST_DESCRIPTION],
        }
        request = {
            "email": email,
            "amount": _minor(amount),
            "currency": amount.currency,
            "reference": reference,
            "callback_url": return_url,
            "metadata": {"cancel_action": return_url, "custom_fields": [shown]},
        }
        try:
            data = self._reader.data(self._api.post("/transaction/initialize", request))
        except Refused as refusal:
            if words.is_duplicate(refusal.body):
                raise AlreadyOpened("this reference was opened at Paystack before") from None
            raise
        return self._reader.checkout(data, reference)

    def ask(self, attempt: Attempt) -> ProviderPayment:
        """See the base class. The call's own status says nothing of the payment; the one inside `data` does."""
        reference = attempt.reference
        unknown = ProviderPayment(reference, PaymentState.UNKNOWN, live=self.live)
        if not _can_ask(reference):
            return unknown
        try:
            data = self._reader.data(self._api.get(f"/transaction/verify/{quote(reference, safe='')}"))
        except Refused as refusal:
            if words.is_unknown(refusal.status, refusal.body):
                return unknown
            raise
        return self._reader.payment(data, reference, live=self.live)

    def close(self, attempt: Attempt) -> ProviderPayment:
        """Tell how it stands: Paystack ends no transaction. What may still be paid says OPEN."""
        return self.ask(attempt)

    def refund(self, *, attempt: Attempt, amount: Money, key: str) -> ProviderRefund:
        """See the base class. It is asked for only where Paystack's list has none with our key."""
        begun = time.monotonic()
        minor = _minor(amount)
        money = self._money_of(attempt)
        if not money:
            raise ProviderRefused("nothing was paid under this reference")
        before = self._refunded_before(attempt, money, amount, key)
        if before is not None:
            return before
        if time.monotonic() - begun > ASKED_WITHIN:
            # Another worker may have taken it over by now, and be asking for it.
            raise ProviderUnavailable("paystack was too slow to begin a refund")
        request = {
            "transaction": attempt.reference,
            "amount": minor,
            "currency": amount.currency,
            "merchant_note": words.note_with(key),
        }
        try:
            told = self._reader.refund(self._reader.data(self._api.post("/refund", request)))
        except NothingDone:
            raise
        except ProviderUnavailable as error:
            # It may have been taken on, and be on the list a little later. A second one would be paid as well.
            raise ProviderUnavailable(str(error), wait=UNCERTAIN_FOR) from None
        return told

    def ask_refund(self, *, attempt: Attempt, provider_refund_id: str) -> ProviderRefund:
        """See the base class."""
        if not words.is_number(provider_refund_id):
            raise ProviderRefused("there is no such refund")
        data = self._reader.data(self._api.get(f"/refund/{provider_refund_id}"))
        money = words.money_of_refund(data)
        if attempt.payment_id and money and money != attempt.payment_id:
            raise ProviderRefused("this refund is of another payment")
        return self._reader.refund(data)

    def refunds_of(self, attempt: Attempt) -> list[ProviderRefund]:
        """See the base class."""
        money = self._money_of(attempt)
        return [self._reader.refund(data) for data in self._listed(money)] if money else []

    def read_event(self, raw: bytes, headers: Mapping[str, str]) -> Event:
        """See the base class. The signature is of the bytes as they came, never of JSON that we wrote again."""
        expected = hmac.new(self._secret.encode(), raw, hashlib.sha512).hexdigest()
        if not same(headers.get(SIGNATURE_HEADER, ""), expected):
            raise SignatureInvalid
        try:
            return words.event(json.loads(raw), raw)
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
            raise EventRefused("signed, and no event") from error

    def _refunded_before(
        self, attempt: Attempt, money: str, amount: Money, key: str
    ) -> ProviderRefund | None:
        """Look for a refund that we asked for under this key, as Paystack itself would do it twice."""
        for data in self._listed(money):
            told = self._reader.refund(data)
            if told.key == key:
                if told.amount != amount:
                    raise ProviderRefused("this key stands for another refund")
                return told
        return None

    def _money_of(self, attempt: Attempt) -> str:
        """Give Paystack's own number of the transaction, which its list of refunds wants; nothing where none is."""
        return attempt.payment_id or self.ask(attempt).provider_payment_id

    def _listed(self, money: str) -> Iterator[dict[str, Any]]:
        """Give each refund of a transaction as it is told. Raises ProviderUnavailable for a list without an end."""
        seen = set()
        for page in range(1, MOST_PAGES + 1):
            asked = {"transaction": money, "perPage": str(PER_PAGE), "page": str(page)}
            rows = self._reader.rows(self._api.get("/refund", asked))
            for data in rows:
                # Whether the list was narrowed is not taken on trust: another's refund must not be ours.
                number = data.get("id")
                if words.money_of_refund(data) in {"", money} and number not in seen:
                    seen.add(number)
                    yield data
            if len(rows) < PER_PAGE:
                return
        raise ProviderUnavailable("paystack lists more refunds of one payment than are read")


def _can_ask(reference: str) -> bool:
    """Tell whether a reference can stand in an address. One of dots alone would lead elsewhere."""
    return bool(fitting_reference(reference)) and bool(reference.strip("."))


def _minor(amount: Money) -> int:
    """Give what Paystack counts in. Raises ProviderRefused for a currency of others, a fraction, and nothing."""
    if amount.currency not in CURRENCIES:
        raise ProviderRefused("Paystack does not take this currency")
    try:
        minor = amount.minor
    except ValueError:
        raise ProviderRefused("the amount is finer than the currency's minor unit") from None
    if minor <= 0:
        raise ProviderRefused("there is nothing to pay")
    return minor
