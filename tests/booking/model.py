"""What a booking ought to do, in plain Python: statuses by states.TABLE, the rules of time and money beside it.

Knows nothing of the database. The stateful test asks it before every act what will come of it.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bookings.booking.states import ACTIVE, SEATED, TABLE, ActorKind, Move, Status, Timing
from bookings.common.errors import ErrorCode
from tests.booking.kept import Kept, Refused, Sold
from tests.booking.money_model import MoneyModel

DRAFT, PENDING, APPROVED, ATTEMPT = (timedelta(minutes=30), timedelta(hours=48), timedelta(hours=24),
                                     timedelta(minutes=30))  # fmt: skip
BOOKING_NOTICE = timedelta(minutes=30)
TOLD_LATE = timedelta(hours=12)
OPENS, CLOSES = 9, 17


class Model(MoneyModel):
    """All bookings, and the clock."""

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
        notice = kept.sold.notice if kept.status == Status.CONFIRMED else timedelta(0)
        last = kept.start - notice if kind is ActorKind.CLIENT else kept.end
        if timing is Timing.BEFORE_END and self.now >= last:
            raise Refused(ErrorCode.TOO_LATE)

    def go(self, kept: Kept, move: Move) -> None:
        assert kept.status in TABLE[move].sources
        before, kept.status = kept.status, TABLE[move].leads_to(kept.status)
        if kept.status != before:
            kept.entered = self.now
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

    def approve_locked(self, kept: Kept) -> None:
        self.go(kept, Move.APPROVE)
        if kept.price == 0 or kept.is_on_site:
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
        soon = start < self.now + BOOKING_NOTICE if notice else start <= self.now
        if soon and not override:
            return False
        if joined:
            return sum(other.seats for other in joined) + seats <= sold.seats
        offered = OPENS <= start.hour < CLOSES and start.minute == 0
        return not others and seats <= sold.seats and (offered or override)

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
        if move is Move.CONFIRM_UNPAID:
            kept.is_on_site, kept.deposit = True, Decimal(0)

    def approve(self, kept: Kept, price: Decimal | None) -> None:
        self.lapse(kept)
        self.require(kept, Move.APPROVE, ActorKind.STAFF)
        if price is not None:
            kept.cost(price)
        self.approve_locked(kept)

    def cancel(self, kept: Kept, kind: ActorKind) -> None:
        self.lapse(kept)
        self.require(kept, Move.CANCEL, kind)
        self.end_attempt(kept)
        self.require(kept, Move.CANCEL, kind)
        self.go(kept, Move.CANCEL)
        self.give_back_at_cancellation(kept, kind)

    def relocate(
        self, kept: Kept, move: Move, kind: ActorKind, start: datetime, *, host: int, override: bool
    ) -> None:
        """Reschedule or reassign."""
        office = kind in {ActorKind.STAFF, ActorKind.ADMIN}
        if override and not office:
            raise Refused(ErrorCode.FORBIDDEN)
        self.lapse(kept)
        self.require(kept, move, kind)
        if override and kept.status == Status.DRAFT:
            raise Refused(ErrorCode.VALIDATION_FAILED)
        fits = self.fits(
            kept.sold, host, start, kept.seats,
            notice=kind is ActorKind.CLIENT, override=override, own=kept,
        )  # fmt: skip
        if (start <= self.now and not override) or not fits:
            raise Refused(ErrorCode.SLOT_UNAVAILABLE)
        kept.start, kept.host = start, host
        if kept.pay_by is not None and kept.entered is not None:
            kept.pay_by = min(kept.entered + APPROVED, start)
        if kept.status == Status.DRAFT:
            kept.deadline = min(kept.deadline, start) if kept.deadline else None
        elif kept.entered is not None:
            agreed = {Status.PENDING: min(kept.entered + PENDING, start), Status.APPROVED: kept.pay_by}
            kept.deadline = agreed.get(kept.status)

    def sweep(self) -> None:
        """What the worker does each second."""
        for kept in sorted(filter(self.is_due, self.bookings), key=lambda kept: (kept.deadline, kept.pk)):
            with suppress(Refused):  # the bank was not heard: nothing moves, and it is asked again
                self.lapse(kept)
        for kept in self.bookings:
            if kept.status == Status.CONFIRMED and self.now >= kept.end + TOLD_LATE:
                self.go(kept, Move.COMPLETE)
        self.sweep_money()

    def purge(self) -> None:
        """Forget drafts that lapsed thirty days ago."""
        oldest = self.now - timedelta(days=30)
        self.bookings = [
            kept for kept in self.bookings
            if kept.lapsed_unproven_at is None or kept.lapsed_unproven_at > oldest
        ]  # fmt: skip
