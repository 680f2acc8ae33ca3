"""What clients, staff and the bank do about money in the stateful test, and what goes wrong with the bank."""

from decimal import Decimal
from typing import Any

import time_machine
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from bookings.booking import services
from bookings.booking.rights import Operation
from bookings.booking.services.discount import give_discount
from bookings.booking.services.on_site import record_on_site_payment
from bookings.booking.services.refund import refund_payment
from bookings.booking.states import ActorKind, Move
from bookings.common.errors import ErrorCode
from bookings.common.money import Money
from bookings.payments.models import Payment, ProviderEvent
from bookings.payments.providers.base import RefundState
from tests.booking.kept import Attempt, Kept
from tests.booking.money_model import A_SECOND, Posted
from tests.booking.practice import WHO, Acting
from tests.payments.faulty import Fault
from tests.payments.faulty_provider import event_id, post

NUMBER = st.integers(0, 9)
OFFICE = st.sampled_from(["staff", "staff", "owner", "admin", "host", "account", "token", "other staff"])
VERBS = ["create_checkout", "ask", "ask", "close", "close", "refund", "refund", "ask_refund"]


class MoneyRules(Acting):
    """The rules pick among what is there by a number."""

    # ── the bank ────────────────────────────────────────────────────────────────────────────────

    @rule(verb=st.sampled_from(VERBS), fault=st.sampled_from(list(Fault)))
    def trouble(self, verb: str, fault: Fault) -> None:
        """One of the next calls goes wrong. The bank cannot but know a refund that it took on."""
        if (fault is Fault.CANNOT and verb != "close") or (fault is Fault.REFUSED and verb == "ask_refund"):
            fault = Fault.TIMEOUT_AFTER
        if len(self.bank.plan.get(verb, [])) < 3:
            self.bank.will(verb, fault)
            self.model.plan.setdefault(verb, []).append(fault)

    @rule(state=st.sampled_from([RefundState.SUCCEEDED, RefundState.PENDING, RefundState.STUCK]))
    def refunds_take(self, state: RefundState) -> None:
        """From now on refunds are done at once, or later, or when a person has done something there."""
        self.bank.refunds_begin_as, self.model.refunds_begin_as = state, state.value

    @precondition(lambda self: any(back.there in {"PENDING", "STUCK"} for _, back in self.backs))
    @rule(state=st.sampled_from([RefundState.SUCCEEDED, RefundState.SUCCEEDED, RefundState.FAILED]))
    def refunds_end(self, state: RefundState) -> None:
        """What was under way at the bank is done, or comes back."""
        with time_machine.travel(self.now, tick=False):
            self.bank.finish_refunds(state)
        for _, back in self.backs:
            if back.there in {"PENDING", "STUCK"}:
                back.there = state.value

    @property
    def attempts(self) -> list[tuple[Kept, Attempt]]:
        return [(kept, attempt) for kept in self.model.bookings for attempt in kept.attempts]

    @property
    def pages(self) -> list[tuple[Kept, Attempt]]:
        return [pair for pair in self.attempts if pair[1].page]

    @property
    def backs(self) -> list[tuple[Attempt, Any]]:
        return [(attempt, back) for _, attempt in self.attempts for back in attempt.refunds]

    @precondition(lambda self: self.pages)
    @rule(number=NUMBER, choice=st.sampled_from(["PAID", "PAID", "PAID", "FAILED", "LATE", "OTHER"]))
    def at_the_bank(self, number: int, choice: str) -> None:
        """The client pays, perhaps another amount, or fails; or the bank takes money for what was closed long ago."""
        if not self.pages:
            return
        _, attempt = self.pages[-1 - number % len(self.pages)]
        payable = attempt.page == "OPEN" and self.now < attempt.expires_at
        amount = Money(Decimal(7), "EUR") if choice == "OTHER" else Money(attempt.asked, "EUR")
        with time_machine.travel(self.now, tick=False):
            if choice == "FAILED":
                ended = self.bank.fail(attempt.reference)
            else:
                ended = self.bank.pay(attempt.reference, amount, late=choice == "LATE")
        assert ended == (payable or (choice == "LATE" and attempt.page != "PAID"))
        if ended and choice == "FAILED":
            attempt.page = "FAILED"
        elif ended:
            attempt.page, attempt.there = "PAID", amount.amount

    @precondition(lambda self: any(attempt.page not in {"OPEN", "PAID"} for _, attempt in self.pages))
    @rule(number=NUMBER, prompt=st.booleans())
    def money_comes_late(self, number: int, prompt: bool) -> None:
        """The bank takes money for what had ended; perhaps we hear of it at once."""
        ended = [
            place
            for place, (_, attempt) in enumerate(reversed(self.pages))
            if attempt.page not in {"OPEN", "PAID"}
        ]
        place = ended[number % len(ended)]
        _, attempt = self.pages[-1 - place]
        self.at_the_bank(place, "LATE")
        if prompt:
            self.hear_of(attempt)

    @precondition(lambda self: self.bank.events)
    @rule(number=NUMBER)
    def event_arrives(self, number: int) -> None:
        """One of the bank's events, for the first or the fifth time; the worker reads it with a later sweep."""
        raw = self.bank.events[-1 - number % len(self.bank.events)]
        name = event_id(raw)
        is_new = not ProviderEvent.objects.filter(event_id=name).exists()
        with time_machine.travel(self.now, tick=False):
            assert post(raw) == 200
        if is_new:
            kept, attempt = next(pair for pair in self.attempts if pair[1].reference in raw.decode())
            self.model.events.append(Posted(name, attempt, kept, self.now + A_SECOND))

    # ── clients ─────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: self.model.bookings)
    @rule(number=NUMBER, who=WHO)
    def start_payment(self, number: int, who: str) -> None:
        kept = self.pick(number)
        self.by(
            who, kept, Move.START_PAYMENT, lambda kind: self.model.start_payment(kept, kind),
            lambda viewer: services.start_payment(booking_id=kept.pk, viewer=viewer, now=self.now),
        )  # fmt: skip

    @precondition(lambda self: self.model.bookings)
    @rule(number=NUMBER, who=WHO)
    def confirm_payment(self, number: int, who: str) -> None:
        """Somebody comes back and says that it is paid."""
        kept = self.pick(number)
        viewer, kinds = self.caller(who, kept)
        self.compare(
            lambda: self.model.confirm_payment(kept),
            lambda: services.confirm_payment(booking_id=kept.pk, viewer=viewer, now=self.now),
            refusal=None if kinds else ErrorCode.NOT_FOUND,
        )

    @precondition(lambda self: self.attempts)
    @rule(number=NUMBER)
    def ask_the_bank(self, number: int) -> None:
        if self.attempts:
            self.hear_of(self.attempts[-1 - number % len(self.attempts)][1])

    def hear_of(self, attempt: Attempt) -> None:
        """Somebody has the bank asked about an attempt."""
        kept = next(kept for kept, other in self.attempts if other is attempt)
        payment = Payment.objects.get(reference=attempt.reference)
        self.compare(
            lambda: self.model.settle(kept, attempt),
            lambda: services.settle(payment_id=payment.pk, now=self.now),
        )

    # ── staff ───────────────────────────────────────────────────────────────────────────────────

    def may(
        self, who: str, kept: Kept, what: Operation, *, seen: Operation | None = None
    ) -> ErrorCode | None:
        """Give with what somebody is refused, if at all: whoever may not see it is told that there is nothing."""
        _, kinds = self.caller(who, kept)
        if not kinds or (seen is Operation.SEE_MONEY and kinds == [ActorKind.CONSULTANT]):
            return ErrorCode.NOT_FOUND
        return None if kinds[0] in {ActorKind.STAFF, ActorKind.ADMIN} else ErrorCode.FORBIDDEN

    @precondition(lambda self: any(self.model_payments))
    @rule(number=NUMBER, who=OFFICE, amount=st.sampled_from([None, None, Decimal(10), Decimal("30.5")]))
    def refund(self, number: int, who: str, amount: Decimal | None) -> None:
        """All that is left of a payment, or a part, as often as there is something left."""
        payments = self.model_payments
        kept, payment = payments[-1 - number % len(payments)]
        row = Payment.objects.get(reference=payment.reference)
        viewer, _ = self.caller(who, kept)
        self.compare(
            lambda: self.model.refund_by_staff(payment, amount),
            lambda: refund_payment(
                payment_id=row.pk, viewer=viewer, reason="Ill.", now=self.now, amount=amount
            ),
            refusal=self.may(who, kept, Operation.REFUND, seen=Operation.SEE_MONEY),
        )

    @property
    def model_payments(self) -> list[tuple[Kept, Attempt]]:
        return [(kept, payment) for kept in self.model.bookings for payment in kept.payments]

    @precondition(lambda self: self.model.bookings)
    @rule(number=NUMBER, who=OFFICE)
    def record_on_site(self, number: int, who: str) -> None:
        """The rest, or all of it, was paid at the practice."""
        kept = self.pick(number)
        viewer, _ = self.caller(who, kept)
        self.compare(
            lambda: self.model.record_on_site(kept),
            lambda: record_on_site_payment(booking_id=kept.pk, viewer=viewer, method="CASH", now=self.now),
            refusal=self.may(who, kept, Operation.RECORD_PAYMENT),
        )

    @precondition(lambda self: self.model.bookings)
    @rule(number=NUMBER, who=OFFICE, percent=st.sampled_from([10, 25, 100]))
    def discount(self, number: int, who: str, percent: int) -> None:
        kept = self.pick(number)
        viewer, _ = self.caller(who, kept)
        self.compare(
            lambda: self.model.discount(kept, percent),
            lambda: give_discount(
                booking_id=kept.pk, viewer=viewer, reason="A friend.", now=self.now, percent=percent
            ),
            refusal=self.may(who, kept, Operation.DISCOUNT),
        )
