"""The figures of a practice, a consultant or the platform: plain values. docs/guides/practice.md has each formula."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from bookings.booking.states import ActorKind, Status
from bookings.common.money import Money


@dataclass
class Count:
    """Bookings that have something in common, by their status; drafts are none. `minutes`: of sessions that hold time.

    lead: from draft to start, of all those that have a start, together.
    """

    by_status: Counter[str] = field(default_factory=Counter)
    minutes: int = 0
    lead: timedelta = timedelta(0)
    timed: int = 0

    @property
    def total(self) -> int:
        """How many there are."""
        return self.by_status.total()

    @property
    def no_show_rate(self) -> float | None:
        """The share of clients who did not come, of those of whom it is known whether they did; None: of nobody."""
        missed, came = self.by_status[Status.NO_SHOW], self.by_status[Status.COMPLETED]
        return missed / (missed + came) if missed + came else None

    @property
    def cancellation_rate(self) -> float | None:
        """The share that was cancelled, of all; None where there are none."""
        return self.by_status[Status.CANCELLED] / self.total if self.total else None

    @property
    def average_lead(self) -> timedelta | None:
        """The mean time from draft to start; None where nothing has a start."""
        return self.lead / self.timed if self.timed else None

    def add(self, status: str, number: int, *, minutes: int, lead: timedelta, timed: int) -> None:
        """Count some more."""
        self.by_status[status] += number
        self.minutes += minutes
        self.lead += lead
        self.timed += timed

    def merge(self, other: "Count") -> None:
        """Count what another has counted."""
        self.by_status.update(other.by_status)
        self.minutes += other.minutes
        self.lead += other.lead
        self.timed += other.timed


@dataclass(frozen=True)
class Part:
    """The bookings of one service or of one consultant. name: as it is called now."""

    pk: int
    name: str
    count: Count


@dataclass(frozen=True)
class Revenue:
    """Money of one currency and mode that moved in the range. Real money is never added to a test mode's."""

    live: bool
    received: Money
    refunded: Money
    fees: Money

    @property
    def net(self) -> Money:
        """What came in, less what went back and what providers kept."""
        left = self.received.amount - self.refunded.amount - self.fees.amount
        return Money(left, self.received.currency)


@dataclass(frozen=True)
class Use:
    """Minutes that calendars were open, and minutes of those that sessions took. A session opens its own time."""

    open: int
    booked: int

    @property
    def share(self) -> float | None:
        """The utilisation, 0 to 1; None where nothing was open."""
        return self.booked / self.open if self.open else None


@dataclass(frozen=True)
class Stars:
    """How many reviews show, and their stars together."""

    number: int
    total: int


@dataclass(frozen=True)
class Figures:
    """All of them. None: not for this viewer (`revenue`), or not told of the whole platform (`use`, parts)."""

    first: date
    last: date
    zone: str
    whole: Count
    days: Mapping[date, Count]
    lately: Mapping[date, Count]
    upcoming: int
    cancelled_by: Mapping[ActorKind, int]
    stars: Stars
    services: list[Part]
    consultants: list[Part]
    revenue: list[Revenue] | None
    consultants_use: Use | None
    resources_use: Use | None


@dataclass(frozen=True)
class Moved:
    """Money of one currency and mode, by the day on which it moved; a day without any is missing."""

    live: bool
    currency: str
    received: Mapping[date, Money]
    refunded: Mapping[date, Money]


@dataclass(frozen=True)
class Week:
    """Monday to Sunday. Use is None where it is not told, as of the whole platform."""

    monday: date
    count: Count
    consultants_use: Use | None
    resources_use: Use | None


@dataclass(frozen=True)
class Course:
    """How figures went: bookings of each day, the weeks that the days lie in, and money, None where it is not shown."""

    days: Mapping[date, Count]
    weeks: list[Week]
    money: list[Moved] | None
