"""What every payment provider says and does, in our own words."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import ClassVar, Self

from bookings.common.money import Money

MOST = Decimal(10) ** 9
"""Units of a currency that no payment reaches, as no price does: our columns hold less."""
_REFERENCE = re.compile(r"[A-Za-z0-9.=-]{1,64}", re.ASCII)


class ProviderError(Exception):
    """A provider did not do what was asked. The text holds no secret and no personal data."""


class ProviderUnavailable(ProviderError):
    """No answer, or none that can be read: whether it was done is not known. Ask again under the same key.

    wait: how long to leave it alone at least, where the first request may yet be acted on and a second be added.
    """

    def __init__(self, message: str = "", *, wait: timedelta = timedelta(0)) -> None:
        super().__init__(message)
        self.wait = wait


class ProviderRefused(ProviderError):
    """The provider said no, and nothing was done. The same request will be refused again."""


class AlreadyOpened(ProviderRefused):
    """This reference was opened before, and the provider does not tell again where its page is.

    Whoever opened it may still be about to hear it; where nobody did, nobody can pay under this reference.
    """


class EventRefused(ProviderError):
    """What came in is no event of this provider."""


class SignatureInvalid(EventRefused):
    """The signature is absent, or does not fit the bytes."""


class PaymentState(Enum):
    """How an attempt stands at the provider."""

    PAID = "PAID"
    OPEN = "OPEN"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"


class RefundState(Enum):
    """How a refund stands at the provider. STUCK: it goes on only when a person has done something there."""

    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    STUCK = "STUCK"


@dataclass(frozen=True)
class Attempt:
    """An attempt as it is known: by our reference, and by what the provider calls the page and the money.

    The last two are empty as long as the provider's answer has not been heard.
    """

    reference: str
    checkout_id: str = ""
    payment_id: str = ""


@dataclass(frozen=True)
class Checkout:
    """Where the client pays, and what the provider calls the page."""

    url: str
    provider_id: str


@dataclass(frozen=True)
class ProviderPayment:
    """What the provider says about a reference.

    PAID: `amount` is what came in, more than nothing (else ValueError). OPEN: it may still be paid.
    FAILED: it ended without money; `failure_code` is short and the provider's. UNKNOWN: no such reference.
    live: real money, not a test mode's. method: a value of Payment.Method, or nothing where it is not told.
    fee: what the provider kept, in the currency of the amount. checkout_id: what it calls the page.
    returned: PAID, and all of it went back since: who hears of it only now has nothing to confirm with.
    """

    reference: str
    state: PaymentState
    live: bool
    amount: Money | None = None
    provider_payment_id: str = ""
    paid_at: datetime | None = None
    failure_code: str = ""
    checkout_id: str = ""
    method: str = ""
    fee: Money | None = None
    returned: bool = False

    def __post_init__(self) -> None:
        if self.state is PaymentState.PAID and (self.amount is None or self.amount.amount <= 0):
            raise ValueError("what is paid has an amount")


@dataclass(frozen=True)
class ProviderRefund:
    """What the provider says about a refund. key: under which we asked for it; nothing where it is not ours."""

    state: RefundState
    provider_refund_id: str = ""
    failure_code: str = ""
    amount: Money | None = None
    key: str = ""


@dataclass(frozen=True)
class Event:
    """A provider's event that proved to be genuine: a reason to ask, never a reason to believe.

    event_id: the same for every delivery of one event. reference: ours, or empty where it names none; then
    checkout_id or payment_id, the provider's own names, may lead to the attempt. is_dispute: a bank wants money back.
    """

    event_id: str
    kind: str
    reference: str
    checkout_id: str = ""
    payment_id: str = ""
    is_dispute: bool = False


class Provider(ABC):
    """One payment provider. Every call outside has a timeout (5 s to connect, 15 s to read).

    Methods that call outside raise ProviderUnavailable where the outcome is not known and ProviderRefused
    where the provider said no; they are never called inside a transaction of ours.
    """

    name: ClassVar[str]
    live: bool
    reads_events: bool = True
    """Whether it has what it takes to tell a genuine event from a forged one."""

    @classmethod
    @abstractmethod
    def from_settings(cls) -> Self | None:
        """Make one with the platform's own keys; None where they are not in the settings."""

    @classmethod
    def from_keys(cls, *, secret_key: str, webhook_secret: str) -> Self | None:
        """Make one with a business's own keys; None where this provider knows no such accounts.

        webhook_secret: empty where the key itself signs, or as long as the business has none: then no event is genuine.
        Raises ValueError, whose text may be shown and holds no key, for what cannot be its keys.
        """
        return None

    @classmethod
    def accepts(cls, currency: str) -> bool:
        """Tell whether it takes money in a currency (ISO 4217)."""
        return True

    @abstractmethod
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
        """Open a page to pay on. The same request gives the same checkout, however often it is made.

        A provider that cannot tell it twice raises AlreadyOpened from the second time on.

        return_url: where the client goes afterwards, http or https. created_at: when the attempt was made.
        expires_at: when it stops being payable, as far as the provider can see to it.
        """

    @abstractmethod
    def ask(self, attempt: Attempt) -> ProviderPayment:
        """Tell how an attempt stands. A reference that is not known is UNKNOWN, not an error."""

    @abstractmethod
    def close(self, attempt: Attempt) -> ProviderPayment:
        """End an open attempt so that it cannot be paid any more, and tell how it stands then.

        Repeatable. What was paid before says PAID and stays so; a provider that cannot end it says OPEN.
        """

    @abstractmethod
    def refund(self, *, attempt: Attempt, amount: Money, key: str) -> ProviderRefund:
        """Give money back: once for a key, however often it is asked for.

        Raises ProviderRefused for more than what is left of what was paid, and for a key used otherwise.
        """

    @abstractmethod
    def ask_refund(self, *, attempt: Attempt, provider_refund_id: str) -> ProviderRefund:
        """Tell how a refund stands that was accepted before. Raises ProviderRefused where there is none."""

    @abstractmethod
    def refunds_of(self, attempt: Attempt) -> list[ProviderRefund]:
        """Give every refund that the provider knows of an attempt, amounts included, also those that are not ours."""

    @abstractmethod
    def read_event(self, raw: bytes, headers: Mapping[str, str]) -> Event:
        """Check the signature on the very bytes that came, in constant time, and read the event.

        headers: case-blind. Raises SignatureInvalid, and EventRefused for signed bytes that are no event.
        """


def fitting_reference(value: object) -> str:
    """Give a reference as we make them, or nothing where it cannot be one of ours."""
    return value if isinstance(value, str) and _REFERENCE.fullmatch(value) else ""
