"""What a booking ought to do, in plain Python: statuses by states.TABLE, the rules of time and money beside it.

Knows nothing of the database. The stateful test asks it before every act what will come of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bookings.booking.states import ACTIVE, SEATED, TABLE, ActorKind, Move, Status, Timing
from bookings.common.errors import ErrorCode

DRAFT, PENDING, APPROVED, ATTEMPT = (timedelta(minutes=30), timedelta(hours=48), timedelta(hours=24),
                                     timedelta(minutes=30))  # fmt: skip
NOTICE = timedelta(hours=24)
BOOKING_NOTICE = timedelta(minutes=30)
TOLD_LATE = timedelta(hours=12)
OPENS, CLOSES = 9, 17


class Refused(Exception):
    """The model says no, with this code."""

    def __init__(self, code: ErrorCode) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Sold:
    """A service: an hour with buffers."""

    pk: int
    business: int
    allowed: int
    seats: int = 1
    after: timedelta = timedelta(0)
    needs_approval: bool = True
    is_paid_online: bool = True


@dataclass(eq=False)
class Attempt:
    """One attempt to pay: what the bank says of it, and what we recorded."""

    reference: str
    expires_at: datetime
    bank: str = "OPEN"
    ours: str = "OPEN"
    confirms: bool = False

    def told(self, now: datetime) -> str:
        """What the bank answers."""
        if self.bank == "OPEN":
            return "OPEN" if now < self.expires_at else "FAILED"
        return "PAID" if self.bank == "SUCCESS" else "FAILED"


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
    pay_by: datetime | None = None
    lapsed_unproven_at: datetime | None = None
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def end(self) -> datetime:
        return self.start + timedelta(hours=1)

    @property
    def open_attempt(self) -> Attempt | None:
        return next((attempt for attempt in self.attempts if attempt.ours == "OPEN"), None)

    def busy_with(self, start: datetime, after: timedelta) -> bool:
        return self.start < start + timedelta(hours=1) + after and start < self.end + self.sold.after


class Model:
    """All bookings, and the clock."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.bookings: list[Kept] = []
        self.events: list[tuple[datetime, Attempt, Kept]] = []

    def code_of(self, act: Callable[[], Any]) -> ErrorCode | None:
        """Give the refusal that the model expects; what it did before it refused stays done."""
        try:
            act()
        except Refused as refused:
            return refused.code
        return None

    # ── rules that several moves share ──────────────────────────────────────────────────────────

    def require(self, kept: Kept, move: Move, kind: ActorKind) -> None:
        if kept.status not in TABLE[move].sources:
            raise Refused(ErrorCode.INVALID_TRANSITION)
        timing = TABLE[move].timing
        if timing is Timing.FROM_START and self.now < kept.start:
            raise Refused(ErrorCode.TOO_EARLY)
        notice = NOTICE if kept.status == Status.CONFIRMED else timedelta(0)
        last = kept.start - notice if kind is ActorKind.CLIENT else kept.end
        if timing is Timing.BEFORE_END and self.now >= last:
            raise Refused(ErrorCode.TOO_LATE)

    def go(self, kept: Kept, move: Move) -> None:
        assert kept.status in TABLE[move].sources
        before, kept.status = kept.status, TABLE[move].leads_to(kept.status)
        if move is Move.APPROVE:
            kept.pay_by = min(self.now + APPROVED, kept.start)
        if TABLE[move].target is not None:
            kept.deadline = {
                Status.PENDING: min(self.now + PENDING, kept.start),
                Status.APPROVED: kept.pay_by,
                Status.PAYMENT_PENDING: min(self.now + ATTEMPT, kept.pay_by or kept.start),
            }.get(kept.status)
        if before == Status.DRAFT and move is Move.EXPIRE:
            kept.lapsed_unproven_at = self.now

    def approve_locked(self, kept: Kept, *, free: bool = False) -> None:
        self.go(kept, Move.APPROVE)
        if free or not kept.sold.is_paid_online:
            self.go(kept, Move.CONFIRM_UNPAID)

    def is_due(self, kept: Kept) -> bool:
        return (
            kept.status in TABLE[Move.EXPIRE].sources
            and kept.deadline is not None
            and self.now >= kept.deadline
        )

    def lapse(self, kept: Kept) -> None:
        if not self.is_due(kept):
            return
        self.end_attempt(kept)
        if self.is_due(kept):
            self.go(kept, Move.EXPIRE)

    def fits(
        self, sold: Sold, host: int, start: datetime, seats: int,
        *, notice: bool = False, override: bool = False, own: Kept | None = None,
    ) -> bool:  # fmt: skip
        """Whether the time is free, and offered unless that does not matter."""
        others = [
            other for other in self.bookings
            if other.host == host and other is not own and other.status in SEATED
            and other.busy_with(start, sold.after)
        ]  # fmt: skip
        joined = [other for other in others if other.sold is sold and other.start == start]
        soon = start < self.now + (BOOKING_NOTICE if notice else timedelta(0))
        if soon and not override:
            return False
        if joined:
            return sum(other.seats for other in joined) + seats <= sold.seats
        offered = OPENS <= start.hour < CLOSES and start.minute == 0
        return not others and seats <= sold.seats and (offered or override)

    # ── money ───────────────────────────────────────────────────────────────────────────────────

    def settle(self, kept: Kept, attempt: Attempt) -> None:
        told = attempt.told(self.now)
        if told == "PAID" and attempt.ours != "SUCCEEDED":
            attempt.ours = "SUCCEEDED"
            if kept.status in TABLE[Move.CONFIRM_PAYMENT].sources:
                attempt.confirms = True
                self.go(kept, Move.CONFIRM_PAYMENT)
        elif told == "FAILED" and attempt.ours == "OPEN":
            attempt.ours = "FAILED"
            self._is_over(kept)

    def end_attempt(self, kept: Kept, attempt: Attempt | None = None) -> None:
        """Ask about an attempt, the open one if none is named, and close it."""
        attempt = attempt or kept.open_attempt
        if attempt is None:
            return
        self.settle(kept, attempt)
        if attempt.ours == "OPEN":
            attempt.bank, attempt.ours = "CLOSED", "CLOSED"
            self._is_over(kept)

    def _is_over(self, kept: Kept) -> None:
        in_time = kept.pay_by is None or self.now < kept.pay_by
        if kept.status == Status.PAYMENT_PENDING and kept.open_attempt is None and in_time:
            self.go(kept, Move.FAIL_PAYMENT)

    # ── moves ───────────────────────────────────────────────────────────────────────────────────

    def verify(self, kept: Kept) -> None:
        self.lapse(kept)
        self.require(kept, Move.VERIFY, ActorKind.CLIENT)
        if not self.fits(kept.sold, kept.host, kept.start, kept.seats):
            raise Refused(ErrorCode.SLOT_UNAVAILABLE)
        held = [
            other for other in self.bookings
            if other.email == kept.email and other.sold.business == kept.sold.business
            and other.status in ACTIVE
        ]  # fmt: skip
        if len(held) >= kept.sold.allowed:
            raise Refused(ErrorCode.ACTIVE_BOOKING_EXISTS)
        self.go(kept, Move.VERIFY)
        if not kept.sold.needs_approval:
            self.approve_locked(kept)

    def simple(self, kept: Kept, move: Move, kind: ActorKind) -> None:
        """Any move of the table that needs nothing but its status and its time."""
        self.lapse(kept)
        self.require(kept, move, kind)
        self.go(kept, move)

    def approve(self, kept: Kept, *, free: bool) -> None:
        self.lapse(kept)
        self.require(kept, Move.APPROVE, ActorKind.STAFF)
        self.approve_locked(kept, free=free)

    def start_payment(self, kept: Kept, kind: ActorKind) -> None:
        self.lapse(kept)
        latest = kept.attempts[-1] if kept.attempts else None
        if latest is not None and latest.ours != "SUCCEEDED":
            is_open = latest.ours == "OPEN" and self.now < latest.expires_at
            if is_open and kept.status == Status.PAYMENT_PENDING:
                return
            self.end_attempt(kept, latest)
        self.require(kept, Move.START_PAYMENT, kind)
        self.go(kept, Move.START_PAYMENT)

    def cancel(self, kept: Kept, kind: ActorKind) -> None:
        self.lapse(kept)
        self.require(kept, Move.CANCEL, kind)
        self.end_attempt(kept)
        self.require(kept, Move.CANCEL, kind)
        self.go(kept, Move.CANCEL)

    def relocate(
        self, kept: Kept, move: Move, kind: ActorKind, start: datetime, *, host: int, override: bool
    ) -> None:
        """Reschedule or reassign."""
        office = kind in {ActorKind.STAFF, ActorKind.ADMIN}
        if override and not office:
            raise Refused(ErrorCode.FORBIDDEN)
        self.lapse(kept)
        self.require(kept, move, kind)
        override = override and kept.status != Status.DRAFT
        fits = self.fits(
            kept.sold, host, start, kept.seats,
            notice=kind is ActorKind.CLIENT, override=override, own=kept,
        )  # fmt: skip
        if (start <= self.now and not override) or not fits:
            raise Refused(ErrorCode.SLOT_UNAVAILABLE)
        kept.start, kept.host = start, host
        kept.deadline = min(kept.deadline, start) if kept.deadline else None
        kept.pay_by = min(kept.pay_by, start) if kept.pay_by else None

    def sweep(self) -> None:
        """What the worker does each second."""
        for kept in sorted(filter(self.is_due, self.bookings), key=lambda kept: (kept.deadline, kept.pk)):
            self.lapse(kept)
        for kept in self.bookings:
            if kept.status == Status.CONFIRMED and self.now >= kept.end + TOLD_LATE:
                self.go(kept, Move.COMPLETE)
        due = [event for event in self.events if event[0] <= self.now]
        self.events = [event for event in self.events if event[0] > self.now]
        for _, attempt, kept in due:
            self.settle(kept, attempt)

    def purge(self) -> None:
        """Forget drafts that lapsed thirty days ago."""
        oldest = self.now - timedelta(days=30)
        self.bookings = [
            kept for kept in self.bookings
            if kept.lapsed_unproven_at is None or kept.lapsed_unproven_at > oldest
        ]  # fmt: skip
