"""What ought to become of money, in plain Python, when the bank answers, fails, or says nothing.

A fault takes one call of the bank. What is unheard is as if nothing were known: no move is made on it, whoever asked is
told to try again, and the worker asks again by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bookings.booking.states import TABLE, ActorKind, Move, Status
from bookings.common.errors import ErrorCode
from tests.booking.kept import USUAL_TIERS, Attempt, Back, Kept, Refused, share
from tests.payments.faulty import BEFORE, Fault

A_SECOND = timedelta(seconds=1)
UNFINISHED = {"REQUESTED", "PENDING"}


class Silent(Exception):
    """The bank was not heard."""


class SaidNo(Exception):
    """The bank refused."""


@dataclass(eq=False)
class Posted:
    """An event in our inbox that is still to be worked on."""

    event_id: str
    attempt: Attempt
    kept: Kept
    due: datetime | None


class MoneyModel:
    """Payments and refunds of all bookings; the lifecycle is beside it."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.bookings: list[Kept] = []
        self.events: list[Posted] = []
        self.plan: dict[str, list[Fault]] = {}
        self.refunds_begin_as = "SUCCEEDED"

    # ── the bank ────────────────────────────────────────────────────────────────────────────────

    def call(self, verb: str, act: Callable[[], Any], *, firm: bool = False) -> Any:
        """Ask the bank. firm: what it did before under this key it does not refuse."""
        plan = self.plan.get(verb)
        fault = plan.pop(0) if plan else None
        if fault is Fault.REFUSED and not firm:
            raise SaidNo
        if fault in BEFORE:
            raise Silent
        answer = act()
        if fault is not None and fault not in {Fault.REFUSED, Fault.CANNOT}:
            raise Silent
        return answer

    def ask(self, attempt: Attempt) -> str:
        return str(self.heard("ask", lambda: attempt.told(self.now)))

    def close(self, attempt: Attempt) -> str:
        cannot = self.plan.get("close", [])[:1] == [Fault.CANNOT]

        def act() -> str:
            if attempt.page == "OPEN" and not cannot:
                attempt.page = "CLOSED"
            return attempt.told(self.now)

        return str(self.heard("close", act))

    def heard(self, verb: str, act: Callable[[], Any]) -> Any:
        """Ask, or be told to try again."""
        try:
            return self.call(verb, act)
        except (Silent, SaidNo):
            raise Refused(ErrorCode.PAYMENT_PROVIDER_ERROR) from None

    # ── attempts ────────────────────────────────────────────────────────────────────────────────

    def settle(self, kept: Kept, attempt: Attempt) -> None:
        told = self.ask(attempt)
        if told == "PAID" and attempt.ours != "SUCCEEDED":
            self._paid(kept, attempt)
        elif told == "FAILED" and attempt.is_open:
            attempt.ours = "FAILED"
            self._is_over(kept)

    def _paid(self, kept: Kept, attempt: Attempt) -> None:
        """It confirms where it is what is due; any other money goes back by itself."""
        was_open = attempt.is_open
        attempt.ours, attempt.paid = "SUCCEEDED", attempt.there
        waits = kept.status in TABLE[Move.CONFIRM_PAYMENT].sources
        if attempt.there == attempt.asked and waits and attempt.asked == kept.due_online:
            attempt.confirms = True
            self.go(kept, Move.CONFIRM_PAYMENT)
            return
        late = "DUPLICATE" if kept.confirming else "LATE"
        fits = attempt.there == attempt.asked and not waits
        self.give_back(attempt, attempt.paid, late if fits else "MISMATCH")
        if was_open:
            self._is_over(kept)

    def end_attempt(self, kept: Kept, attempt: Attempt | None = None) -> None:
        """Ask about an attempt, the open one if none is named, and close it."""
        attempt = attempt or kept.open_attempt
        if attempt is None:
            return
        self.settle(kept, attempt)
        if not attempt.is_open:
            return
        if self.close(attempt) == "PAID":
            self.settle(kept, attempt)
            return
        attempt.ours = "CLOSED"
        self._is_over(kept)

    def _is_over(self, kept: Kept) -> None:
        in_time = kept.pay_by is None or self.now < kept.pay_by
        if kept.status == Status.PAYMENT_PENDING and kept.open_attempt is None and in_time:
            self.go(kept, Move.FAIL_PAYMENT)

    def start_payment(self, kept: Kept, kind: ActorKind) -> None:
        self.lapse(kept)
        latest = kept.attempts[-1] if kept.attempts else None
        if latest is not None and latest.ours != "SUCCEEDED":
            in_time = latest.is_open and self.now < latest.expires_at
            if in_time and kept.status == Status.PAYMENT_PENDING:
                if latest.ours == "CREATING":
                    self._open_page(kept, latest)
                return
            self.end_attempt(kept, latest)
        self.require(kept, Move.START_PAYMENT, kind)
        self.go(kept, Move.START_PAYMENT)
        assert kept.deadline is not None
        kept.attempts.append(Attempt(kept.deadline, kept.due_online))
        self._open_page(kept, kept.attempts[-1])

    def _open_page(self, kept: Kept, attempt: Attempt) -> None:
        """Whoever was not heard is asked again under the same reference; whoever says no ends the attempt."""

        def act() -> None:
            attempt.page = attempt.page or "OPEN"

        try:
            self.call("create_checkout", act)
        except Silent:
            raise Refused(ErrorCode.PAYMENT_PROVIDER_ERROR) from None
        except SaidNo:
            self.settle(kept, attempt)
            if attempt.is_open:
                attempt.ours = "FAILED"
                self._is_over(kept)
            if attempt.ours == "SUCCEEDED":
                return
            raise Refused(ErrorCode.PAYMENT_PROVIDER_ERROR) from None
        attempt.ours = "OPEN"

    def confirm_payment(self, kept: Kept) -> None:
        """The client says that it is paid: the bank is asked about the latest attempt."""
        if not kept.attempts:
            raise Refused(ErrorCode.PAYMENT_NOT_DUE)
        self.settle(kept, kept.attempts[-1])

    # ── refunds ─────────────────────────────────────────────────────────────────────────────────

    def give_back(self, attempt: Attempt, amount: Decimal, reason: str) -> None:
        attempt.refunds.append(Back(amount, reason, self.now + A_SECOND))

    def give_back_at_cancellation(self, kept: Kept, kind: ActorKind) -> None:
        """All of it where the practice calls off; for a client what was agreed for the notice that is left."""
        payment = kept.confirming
        if payment is None or payment.left <= 0:
            return
        notice = kept.start - self.now
        percent = next((part for least, part in USUAL_TIERS if notice >= least), 0)
        percent = percent if kind is ActorKind.CLIENT else 100
        due = min(max(share(payment.paid, percent) - payment.refunded, Decimal(0)), payment.left)
        if due > 0:
            self.give_back(payment, due, "CANCELLATION")

    def refund_by_staff(self, payment: Attempt, amount: Decimal | None) -> None:
        amount = payment.left if amount is None else amount
        if not 0 < amount <= payment.left:
            raise Refused(ErrorCode.VALIDATION_FAILED)
        self.give_back(payment, amount, "STAFF")
        if not payment.page:  # it was paid at the practice, and is given back there
            payment.refunds[-1].ours, payment.refunds[-1].due = "SUCCEEDED", None

    def run_refund(self, back: Back) -> None:
        """One step at the bank, under one key: what it did once it does not do again."""
        verb = "ask_refund" if back.ours == "PENDING" else "refund"

        def act() -> str:
            back.there = back.there or self.refunds_begin_as
            return back.there

        try:
            told = self.call(verb, act, firm=bool(back.there))
        except Silent:
            return
        except SaidNo:
            told = "FAILED"
        back.ours = "PENDING" if told == "STUCK" else told

    # ── staff ───────────────────────────────────────────────────────────────────────────────────

    def record_on_site(self, kept: Kept) -> None:
        if kept.status not in {Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW}:
            raise Refused(ErrorCode.INVALID_TRANSITION)
        if kept.balance <= 0:
            raise Refused(ErrorCode.ALREADY_PAID)
        left = kept.balance
        kept.on_site.append(Attempt(self.now, left, ours="SUCCEEDED", paid=left))

    def discount(self, kept: Kept, percent: int) -> None:
        """Off what is not paid yet; whoever pays just now is not to be overtaken."""
        self.lapse(kept)
        latest = kept.attempts[-1] if kept.attempts else None
        asks = latest is not None and not latest.is_open and latest.ours != "SUCCEEDED"
        if latest is not None and asks and kept.status == Status.APPROVED:
            self.settle(kept, latest)
        if kept.status == Status.PAYMENT_PENDING:
            raise Refused(ErrorCode.PAYMENT_UNDER_WAY)
        if kept.status not in {Status.PENDING, Status.APPROVED, Status.CONFIRMED}:
            raise Refused(ErrorCode.INVALID_TRANSITION)
        most, off = kept.price, share(kept.price, percent)
        if kept.status == Status.CONFIRMED:
            has_more = kept.is_on_site or kept.deposit
            most = min(kept.balance, kept.price - kept.deposit) if has_more else Decimal(0)
        if most <= 0:
            raise Refused(ErrorCode.ALREADY_PAID)
        if not 0 < off <= most:
            raise Refused(ErrorCode.VALIDATION_FAILED)
        if kept.status == Status.CONFIRMED:
            kept.price -= off
            return
        kept.cost(kept.price - off)
        if kept.status == Status.APPROVED and (kept.price == 0 or kept.is_on_site):
            self.go(kept, Move.CONFIRM_UNPAID)

    # ── the worker ──────────────────────────────────────────────────────────────────────────────

    def sweep_money(self) -> None:
        """Events first, then refunds, those that are due longest before the others."""
        for event in sorted(due(self.events, self.now), key=lambda event: event.due):
            try:
                self.settle(event.kept, event.attempt)
            except Refused:
                continue
            self.events.remove(event)
            for back in event.attempt.refunds:
                if back.ours == "PENDING":
                    back.due = self.now
        for back in sorted(due(self.backs, self.now), key=lambda back: (back.due, back.pk)):
            self.run_refund(back)

    @property
    def backs(self) -> list[Back]:
        return [
            back for kept in self.bookings for payment in kept.payments for back in payment.refunds
            if back.ours in UNFINISHED
        ]  # fmt: skip


def due(waiting: list[Any], now: datetime) -> list[Any]:
    return [one for one in waiting if one.due is not None and one.due <= now]
