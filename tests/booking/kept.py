"""What the model keeps of bookings, attempts to pay and refunds: our side, and the bank's."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from bookings.booking.states import Status
from bookings.common.errors import ErrorCode

PRICE = Decimal(60)
USUAL_TIERS = ((timedelta(hours=24), 100), (timedelta(hours=12), 50))


class Refused(Exception):
    """The model says no, with this code."""

    def __init__(self, code: ErrorCode) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Sold:
    """A service: an hour with buffers. notice: how long before the start a confirmed client may call off."""

    pk: int
    business: int
    allowed: int
    seats: int = 1
    after: timedelta = timedelta(0)
    needs_approval: bool = True
    is_paid_online: bool = True
    deposit_percent: int = 0
    notice: timedelta = timedelta(hours=24)


@dataclass(eq=False)
class Back:
    """A refund. there: how it stands at the bank, empty as long as that has not acted."""

    amount: Decimal
    reason: str
    due: datetime | None
    ours: str = "REQUESTED"
    there: str = ""
    pk: int = 0


@dataclass(eq=False)
class Attempt:
    """One attempt to pay: the bank's page, empty as long as there is none, and what we recorded."""

    expires_at: datetime
    asked: Decimal
    reference: str = ""
    page: str = ""
    there: Decimal = Decimal(0)
    """What came in at the bank."""
    ours: str = "CREATING"
    paid: Decimal = Decimal(0)
    confirms: bool = False
    refunds: list[Back] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.ours in {"CREATING", "OPEN"}

    @property
    def refunded(self) -> Decimal:
        """Reserved, or gone."""
        return sum((back.amount for back in self.refunds if back.ours != "FAILED"), Decimal(0))

    @property
    def left(self) -> Decimal:
        return self.paid - self.refunded

    def told(self, now: datetime) -> str:
        """What the bank answers."""
        if not self.page:
            return "UNKNOWN"
        if self.page == "OPEN":
            return "OPEN" if now < self.expires_at else "FAILED"
        return "PAID" if self.page == "PAID" else "FAILED"


@dataclass(eq=False)
class Kept:
    """One booking."""

    pk: int
    sold: Sold
    host: int
    email: str
    start: datetime
    seats: int
    deadline: datetime | None
    status: Status = Status.DRAFT
    entered: datetime | None = None
    pay_by: datetime | None = None
    lapsed_unproven_at: datetime | None = None
    price: Decimal = PRICE
    deposit: Decimal = Decimal(0)
    is_on_site: bool = False
    attempts: list[Attempt] = field(default_factory=list)
    on_site: list[Attempt] = field(default_factory=list)
    """What was paid at the practice."""

    def __post_init__(self) -> None:
        self.is_on_site = not self.sold.is_paid_online
        self.price = PRICE * self.seats
        self.deposit = (
            share(self.price, self.sold.deposit_percent) if self.sold.is_paid_online else Decimal(0)
        )

    @property
    def end(self) -> datetime:
        return self.start + timedelta(hours=1)

    @property
    def open_attempt(self) -> Attempt | None:
        return next((attempt for attempt in self.attempts if attempt.is_open), None)

    @property
    def confirming(self) -> Attempt | None:
        return next((attempt for attempt in self.attempts if attempt.confirms), None)

    @property
    def due_online(self) -> Decimal:
        return self.deposit or self.price

    @property
    def balance(self) -> Decimal:
        """What is left to pay, of a booking that is or was confirmed."""
        counted = [*self.on_site, *([self.confirming] if self.confirming else [])]
        return max(self.price - sum(payment.left for payment in counted), Decimal(0))

    @property
    def payments(self) -> Iterator[Attempt]:
        yield from self.attempts
        yield from self.on_site

    def cost(self, price: Decimal) -> None:
        """Another price; a deposit stays the same share of it, and what would be all or nothing of it is none."""
        deposit = rounded(price * self.deposit / self.price) if self.price else Decimal(0)
        self.deposit = deposit if 0 < deposit < price else Decimal(0)
        self.price = price

    def busy_with(self, start: datetime, after: timedelta) -> bool:
        return self.start < start + timedelta(hours=1) + after and start < self.end + self.sold.after


def share(amount: Decimal, percent: int) -> Decimal:
    return rounded(amount * percent / 100)


def rounded(amount: Decimal) -> Decimal:
    """To the cent, half up."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
