"""What every payment provider says and does, in our own words."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar, Self

from bookings.common.money import Money

_REFERENCE = re.compile(r"[A-Za-z0-9.=-]{1,64}", re.ASCII)


class ProviderError(Exception):
    """A provider did not do what was asked. The text holds no secret and no personal data."""


class ProviderUnavailable(ProviderError):
    """No answer, or none that can be read: whether it was done is not known. Ask again under the same key."""


class ProviderRefused(ProviderError):
    """The provider said no, and nothing was done. The same request will be refused again."""


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
    """How a refund stands at the provider."""

    PENDING = "PENDING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


@dataclass(frozen=True)
class Checkout:
    """Where the client pays."""

    url: str
    provider_id: str


@dataclass(frozen=True)
class ProviderPayment:
    """What the provider says about a reference.

    PAID: `amount` is what came in, more than nothing (else ValueError). OPEN: it may still be paid.
    FAILED: it ended without money; `failure_code` is short and the provider's. UNKNOWN: no such reference.
    live: real money, not a test mode's.
    """

    reference: str
    state: PaymentState
    live: bool
    amount: Money | None = None
    provider_payment_id: str = ""
    paid_at: datetime | None = None
    failure_code: str = ""

    def __post_init__(self) -> None:
        if self.state is PaymentState.PAID and (self.amount is None or self.amount.amount <= 0):
            raise ValueError("what is paid has an amount")


@dataclass(frozen=True)
class ProviderRefund:
    """What the provider says about a refund."""

    state: RefundState
    provider_refund_id: str = ""
    failure_code: str = ""


@dataclass(frozen=True)
class Event:
    """A provider's event that proved to be genuine: a reason to ask, never a reason to believe.

    event_id: the same for every delivery of one event. reference: ours, or empty where it names none.
    """

    event_id: str
    kind: str
    reference: str


class Provider(ABC):
    """One payment provider. Every call outside has a timeout (5 s to connect, 15 s to read).

    Methods that call outside raise ProviderUnavailable where the outcome is not known and ProviderRefused
    where the provider said no; they are never called inside a transaction of ours.
    """

    name: ClassVar[str]
    live: bool

    @classmethod
    @abstractmethod
    def from_settings(cls) -> Self | None:
        """Make one from its settings; None where they are not set."""

    @abstractmethod
    def create_checkout(
        self,
        *,
        reference: str,
        amount: Money,
        email: str,
        description: str,
        return_url: str,
        expires_at: datetime,
    ) -> Checkout:
        """Open a page to pay on. The same reference gives the same checkout, however often it is asked for.

        return_url: where the client goes afterwards, http or https. expires_at: when it stops being payable,
        as far as the provider can see to it.
        """

    @abstractmethod
    def ask(self, reference: str) -> ProviderPayment:
        """Tell how an attempt stands. A reference that is not known is UNKNOWN, not an error."""

    @abstractmethod
    def close(self, reference: str) -> ProviderPayment:
        """End an open attempt so that it cannot be paid any more, and tell how it stands then.

        Repeatable. What was paid before says PAID and stays so; a provider that cannot end it says OPEN.
        """

    @abstractmethod
    def refund(self, *, reference: str, amount: Money, key: str) -> ProviderRefund:
        """Give money back: once for a key, however often it is asked for.

        Raises ProviderRefused for more than what is left of what was paid, and for a key used otherwise.
        """

    @abstractmethod
    def ask_refund(self, *, reference: str, provider_refund_id: str) -> ProviderRefund:
        """Tell how a refund stands that was accepted before. Raises ProviderRefused where there is none."""

    @abstractmethod
    def read_event(self, raw: bytes, headers: Mapping[str, str]) -> Event:
        """Check the signature on the very bytes that came, in constant time, and read the event.

        headers: case-blind. Raises SignatureInvalid, and EventRefused for signed bytes that are no event.
        """


def fitting_reference(value: object) -> str:
    """Give a reference as we make them, or nothing where it cannot be one of ours."""
    return value if isinstance(value, str) and _REFERENCE.fullmatch(value) else ""
