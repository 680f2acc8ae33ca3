"""What people do with bookings in the stateful test: ask, prove, approve, move, call off, write; and time passes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import time_machine
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.booking.services.verify import verify_as
from bookings.booking.states import ActorKind, Move, moves_from
from bookings.common.errors import ErrorCode
from tests.booking.kept import Kept, Refused
from tests.booking.money_rules import MoneyRules
from tests.booking.practice import (
    EMAILS,
    PASSING,
    PROVEN,
    REFUSED_PROOFS,
    SIMPLE,
    STAGES,
    WHO,
    Purpose,
    outcome_of,
)


class LifecycleRules(MoneyRules):
    """Beside those about money."""

    # ── the clock ───────────────────────────────────────────────────────────────────────────────

    @rule(seconds=st.sampled_from(PASSING))
    def wait(self, seconds: int) -> None:
        self.model.now += timedelta(seconds=seconds)

    @precondition(lambda self: self.model.bookings)
    @rule(
        number=st.integers(0, 9), what=st.sampled_from(["deadline", "start", "end", "notice", "half", "told"])
    )
    def jump(self, number: int, what: str) -> None:
        """To the very instant at which something changes."""
        kept = self.pick(number)
        moment = {
            "deadline": kept.deadline or kept.start,
            "start": kept.start,
            "end": kept.end,
            "notice": kept.start - kept.sold.notice,
            "half": kept.start - timedelta(hours=12),
            "told": kept.end + timedelta(hours=12),
        }[what]
        self.model.now = max(self.now, moment)

    # ── asking ──────────────────────────────────────────────────────────────────────────────────

    def start_at(self, days: int, hour: int, minute: int = 0) -> datetime:
        day = self.now.astimezone(UTC).date() + timedelta(days=days)
        return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)

    asked: ClassVar[dict[str, Any]] = {
        "what": st.integers(0, 5),
        "host": st.integers(0, 1),
        "email": st.sampled_from(EMAILS),
        "days": st.integers(0, 3),
        "hour": st.sampled_from([8, 9, 10, 11, 12]),
        "seats": st.sampled_from([1, 1, 1, 2]),
    }

    def request(self, what: int, host: int, email: str, start: datetime, seats: int) -> tuple[Kept, Any]:
        sold = self.world.sold[what]
        person = self.world.hosts[sold.business][host]
        request = services.DraftRequest(
            email=email, full_name="Ana <b>", service_id=sold.pk, consultant_id=person.pk, starts_at=start,
            consent=True, seats=seats, phone="+48 1",
        )  # fmt: skip
        deadline = min(self.now + timedelta(minutes=30), start)
        return Kept(0, sold, person.pk, email, start, seats, deadline), request

    @rule(**asked, then=st.sampled_from(STAGES))
    def draft(self, what: int, host: int, email: str, days: int, hour: int, seats: int, then: str) -> None:
        """Ask for a time; often prove the mailbox at once, and pay where that is due."""
        kept, request = self.request(what, host, email, self.start_at(days, hour), seats)

        def predict() -> None:
            if not self.model.fits(kept.sold, kept.host, kept.start, seats, notice=True):
                raise Refused(ErrorCode.SLOT_UNAVAILABLE)

        booking = self.compare(predict, lambda: services.draft(request=request, now=self.now))
        if booking is not None:
            kept.pk = booking.pk
            self.model.bookings.append(kept)
            steps: list[Callable[[], Any]] = [
                lambda: self.prove(0, Purpose.VERIFY_BOOKING, 0, "link"),
                lambda: self.approve(0, "staff", None),
                lambda: self.start_payment(0, "token"),
                lambda: self.at_the_bank(0, "SUCCESS"),
                lambda: self.ask_the_bank(0),
            ]
            for step in steps[: STAGES.index(then)]:
                step()

    @rule(
        **asked, who=st.sampled_from(["staff", "admin", "other staff", "other client"]), mailbox=st.booleans(),
        approve=st.booleans(), override=st.booleans(), minute=st.sampled_from([0, 0, 30]),
    )  # fmt: skip
    def create(
        self, what: int, host: int, email: str, days: int, hour: int, seats: int, who: str, mailbox: bool,
        approve: bool, override: bool, minute: int,
    ) -> None:  # fmt: skip
        """Staff enter a booking, perhaps for somebody without a mailbox, perhaps where nothing is offered."""
        start = self.start_at(days, hour, minute)
        kept, request = self.request(what, host, email if mailbox else "", start, seats)

        def predict() -> None:
            if not self.model.fits(kept.sold, kept.host, start, seats, override=override):
                raise Refused(ErrorCode.SLOT_UNAVAILABLE)
            self.model.go(kept, Move.VERIFY)
            if approve or not kept.sold.needs_approval:
                self.model.approve_locked(kept)

        viewer, kinds = self.caller(who, kept)
        how = services.Creation(approve=approve, override=override)
        booking = self.compare(
            predict,
            lambda: services.create(request=request, how=how, viewer=viewer, now=self.now),
            refusal=None if kinds else ErrorCode.FORBIDDEN,
        )
        if booking is not None:
            kept.pk = booking.pk
            self.model.bookings.append(kept)

    # ── proofs ──────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: self.model.bookings)
    @rule(number=st.integers(0, 9), purpose=st.sampled_from(PROVEN))
    def ask_for_a_proof(self, number: int, purpose: str) -> None:
        """By the acknowledgement id alone; at most one mail a minute and a purpose."""
        kept = self.pick(number)
        verb = {
            Purpose.VERIFY_BOOKING: services.resend_verification,
            Purpose.CANCEL_BOOKING: services.request_cancellation,
            Purpose.BOOKING_ACCESS: services.request_access,
        }[purpose]
        before = self.proofs.get((kept.pk, purpose), [])[:]
        known = Booking.objects.get(pk=kept.pk).acknowledgement_id
        self.compare(
            lambda: self.model.lapse(kept) if kept.email else None,
            lambda: verb(acknowledgement_id=known, now=self.now),
        )
        new = self.proofs.get((kept.pk, purpose), [])[len(before) :]
        assert len(new) <= 1
        if new and before:
            assert before[-1].row.created_at <= self.now - timedelta(minutes=1)

    @precondition(lambda self: self.proofs)
    @rule(
        number=st.integers(0, 9), purpose=st.sampled_from(PROVEN),
        back=st.sampled_from([0, 0, 0, 1]), by=st.sampled_from(["link", "code", "wrong code"]),
    )  # fmt: skip
    def prove(self, number: int, purpose: str, back: int, by: str) -> None:
        """Use a mail, the newest or one before it, and do what it is for."""
        kept = self.pick(number)
        proofs = self.proofs.get((kept.pk, purpose), [])
        if back >= len(proofs) or (by != "link" and not proofs[-1 - back].code):
            return
        newest, proof = proofs[-1], proofs[-1 - back]
        given = proof.code if by == "code" else proof.code[:-1] + str((int(proof.code[-1:] or 0) + 1) % 10)
        in_time = self.now < (newest.row.link_expires_at if by == "link" else newest.row.code_expires_at)
        good = not newest.used and in_time and (proof is newest if by == "link" else given == newest.code)
        if by != "link":
            good = good and newest.tries < 5
            newest.tries += 1
        newest.used = newest.used or good
        what = {"token": proof.token} if by == "link" else {"code": given, "booking_id": kept.pk}
        with time_machine.travel(self.now, tick=False):
            passed, code = outcome_of(lambda: services.pass_challenge(purpose=purpose, now=self.now, **what))
        assert (code is None) == good
        if code is not None:
            assert code in REFUSED_PROOFS
            return
        act: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
            Purpose.VERIFY_BOOKING: (
                lambda: self.model.verify(kept),
                lambda: services.verify(passed=passed, now=self.now),
            ),
            Purpose.CANCEL_BOOKING: (
                lambda: self.model.cancel(kept, ActorKind.CLIENT),
                lambda: services.cancel(passed=passed, now=self.now),
            ),
            Purpose.BOOKING_ACCESS: (
                lambda: None,
                lambda: services.grant_access(passed=passed, now=self.now),
            ),
        }
        self.compare(*act[purpose])

    # ── moves ───────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: self.model.bookings)
    @rule(number=st.integers(0, 9), who=st.sampled_from(["account", "staff", "admin", "nobody"]))
    def verify_without_a_proof(self, number: int, who: str) -> None:
        kept = self.pick(number)
        self.by(
            who, kept, Move.VERIFY, lambda _: self.model.verify(kept),
            lambda viewer: verify_as(booking_id=kept.pk, viewer=viewer, now=self.now),
        )  # fmt: skip

    @precondition(lambda self: self.model.bookings)
    @rule(
        number=st.integers(0, 9), who=WHO, price=st.sampled_from([None, None, Decimal(0), Decimal("45.50")])
    )
    def approve(self, number: int, who: str, price: Decimal | None) -> None:
        kept = self.pick(number)

        def predict(kind: ActorKind) -> None:
            if price is not None and kind is ActorKind.CONSULTANT:
                raise Refused(ErrorCode.FORBIDDEN)
            self.model.approve(kept, price)

        self.by(
            who, kept, Move.APPROVE, predict,
            lambda viewer: services.approve(booking_id=kept.pk, viewer=viewer, now=self.now, price=price),
        )  # fmt: skip

    @precondition(lambda self: self.model.bookings)
    @rule(
        number=st.integers(0, 9), who=WHO,
        move=st.sampled_from(list(SIMPLE)),
        fit=st.booleans(),
    )  # fmt: skip
    def simple_move(self, number: int, who: str, move: Move, fit: bool) -> None:
        kept = self.pick(number)
        fitting = [row.move for row in moves_from(kept.status) if row.move in SIMPLE]
        move = fitting[number % len(fitting)] if fit and fitting else move
        verb = SIMPLE[move]
        self.by(
            who, kept, move, lambda kind: self.model.simple(kept, move, kind),
            lambda viewer: verb(booking_id=kept.pk, viewer=viewer, now=self.now),
        )  # fmt: skip

    @precondition(lambda self: self.model.bookings)
    @rule(number=st.integers(0, 9), who=WHO)
    def cancel(self, number: int, who: str) -> None:
        kept = self.pick(number)
        self.by(
            who, kept, Move.CANCEL, lambda kind: self.model.cancel(kept, kind),
            lambda viewer: services.cancel_as(booking_id=kept.pk, viewer=viewer, now=self.now, reason="Ill."),
        )  # fmt: skip

    @precondition(lambda self: self.model.bookings)
    @rule(
        number=st.integers(0, 9), who=WHO, days=asked["days"], hour=asked["hour"], override=st.booleans(),
        other=st.sampled_from([None, None, 0, 1]), stay=st.booleans(),
    )  # fmt: skip
    def relocate(
        self, number: int, who: str, days: int, hour: int, override: bool, other: int | None, stay: bool
    ) -> None:
        """Another time, or another consultant at this or another time."""
        kept = self.pick(number)
        start = kept.start if stay else self.start_at(days, hour)
        move = Move.RESCHEDULE if other is None else Move.REASSIGN
        host = kept.host if other is None else self.world.hosts[kept.sold.business][other].pk
        given: dict[str, Any] = {"booking_id": kept.pk, "override": override, "now": self.now}
        if other is None or not stay:
            given["starts_at"] = start

        def act(viewer: Viewer) -> Any:
            if other is None:
                return services.reschedule(viewer=viewer, **given)
            return services.reassign(viewer=viewer, consultant_id=host, **given)

        self.by(
            who, kept, move,
            lambda kind: self.model.relocate(kept, move, kind, start, host=host, override=override), act,
        )  # fmt: skip

    @precondition(lambda self: self.model.bookings)
    @rule(number=st.integers(0, 9), who=WHO)
    def write(self, number: int, who: str) -> None:
        """Facts beside the lifecycle: whoever may, or may not, change them, no status moves."""
        kept = self.pick(number)
        viewer, _ = self.caller(who, kept)
        changes = services.Changes(phone="+48 2", note="Rang." if who == "staff" else None)
        for act in (
            lambda: services.update(booking_id=kept.pk, viewer=viewer, changes=changes, now=self.now),
            lambda: services.set_meeting_link(
                booking_id=kept.pk, viewer=viewer, url="https://meet.example.org/1", now=self.now
            ),
        ):
            _, code = outcome_of(act)
            assert code in {None, ErrorCode.FORBIDDEN, ErrorCode.NOT_FOUND, ErrorCode.INVALID_TRANSITION}
        self.collect()
