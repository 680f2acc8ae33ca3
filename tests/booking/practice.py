"""Two practices to act in, and how a step is made and compared with the model."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

import time_machine
from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
)

from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.states import TABLE, ActorKind, Move
from bookings.catalogue.models import Service
from bookings.common.errors import DomainError, ErrorCode
from bookings.common.secrecy import token_hash
from bookings.consultants.models import Consultant
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import Payment, ProviderEvent, Refund
from bookings.verification.models import Challenge
from tests import factories
from tests.booking.kept import Kept, Sold
from tests.booking.model import Model
from tests.booking.quick_audit import QuickAudit
from tests.factories import NOW
from tests.payments.faulty import Bank
from tests.payments.faulty_provider import FaultyProvider

EMAILS = ("ana@example.org", "ben@example.org", "cleo@example.org")
PASSING = (0, 1, 61, 600, 1800, 3600, 6 * 3600, 24 * 3600, 48 * 3600, 8 * 86400, 31 * 86400)
WHO = st.sampled_from(
    ["token", "account", "host", "staff", "staff", "owner", "admin", "other client", "other staff", "nobody"]
)
STAGES = ["draft", "verified", "approved", "paying", "paid", "settled"]
Purpose = Challenge.Purpose
PROVEN = (Purpose.BOOKING_ACCESS, Purpose.CANCEL_BOOKING, Purpose.VERIFY_BOOKING)
"""What mails about a booking can prove."""
REFUSED_PROOFS = {
    ErrorCode.CHALLENGE_INVALID,
    ErrorCode.CHALLENGE_EXPIRED,
    ErrorCode.CHALLENGE_ALREADY_USED,
}

SIMPLE: dict[Move, Callable[..., Any]] = {
    Move.REJECT: lambda **given: services.reject(reason="Away.", **given),
    Move.CONFIRM_UNPAID: services.confirm_unpaid,
    Move.COMPLETE: services.complete,
    Move.MARK_NO_SHOW: services.mark_no_show,
    Move.UNDO_NO_SHOW: services.undo_no_show,
}
"""What needs nothing but its status and its time."""


@dataclass(eq=False)
class Proof:
    """The secrets of one mail, and what became of them."""

    code: str
    token: str
    row: Challenge
    used: bool = False
    tries: int = 0


@dataclass
class World:
    """Two practices, one place a client in the first and two in the second; two consultants in each.

    The second lets its clients call off later, takes less back then, and wants a deposit for a talk.
    """

    sold: list[Sold]
    hosts: dict[int, list[Consultant]]
    users: dict[str, Any]
    staff: dict[int, Any]


def make_world() -> World:
    sold, hosts, staff = [], {}, {}
    own = factories.user("host@example.org")
    for allowed, hours, percent in ((1, 24, 0), (2, 2, 30)):
        notice = timedelta(hours=hours)
        practice = factories.business(max_active_bookings=allowed, cancellation_notice=notice)
        talk = factories.service(practice, buffer_after=30, deposit_percent=percent or None)
        rows = (
            (talk, {"after": timedelta(minutes=30), "deposit_percent": percent}),
            (
                factories.service(practice, seats=2, needs_approval=False),
                {"seats": 2, "needs_approval": False},
            ),
            (
                factories.service(practice, payment_policy=Service.PaymentPolicy.ON_SITE),
                {"is_paid_online": False},
            ),
        )
        people = [factories.consultant(talk, user=own), factories.consultant(talk)]
        for row, facts in rows:
            sold.append(Sold(pk=row.pk, business=practice.pk, allowed=allowed, notice=notice, **facts))
            for person in people:
                person.services.add(row)
        hosts[practice.pk] = people
        staff[practice.pk] = {"staff": factories.staff_of(practice).user, "owner": practice.owner}
    users = {email: factories.user(email) for email in EMAILS}
    users |= {"host": own, "admin": factories.user(is_superuser=True), "other client": factories.user()}
    return World(sold, hosts, users, staff)


class Acting(RuleBasedStateMachine):
    """A machine that acts beside its model, inside a savepoint, as anybody."""

    world: ClassVar[World]
    audit: ClassVar[QuickAudit]
    bank: Bank

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint._from_testcase = True  # as Django's TestCase does: durable blocks are allowed inside
        self.savepoint.__enter__()
        self.model = Model(NOW)
        self.proofs: dict[tuple[int, str], list[Proof]] = {}
        self.seen_message = OutboxMessage.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        self.bank = FaultyProvider.bank = Bank()
        self.is_changed = True
        self.watch = connection.execute_wrapper(self.note_changes)
        self.watch.__enter__()

    def note_changes(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Notice statements that change rows: after the others the audit would find what it found before."""
        self.is_changed |= sql.lstrip().startswith(("INSERT", "UPDATE", "DELETE"))
        return execute(sql, params, many, context)

    # ── acting ──────────────────────────────────────────────────────────────────────────────────

    @property
    def now(self) -> datetime:
        return self.model.now

    def compare(
        self, predict: Callable[[], Any], act: Callable[[], Any], *, refusal: ErrorCode | None = None
    ) -> Any:
        """Act; give what came of it, or None where it was refused exactly as the model has it."""
        expected = refusal or self.model.code_of(predict)
        with time_machine.travel(self.now, tick=False):
            outcome, code = outcome_of(act)
        assert code == expected, f"{code} where the model has {expected}"
        self.collect()
        if self.is_changed:
            self.link_money()
        return outcome

    def link_money(self) -> None:
        """Tell the model the names of new rows, and when the worker looks at what waits: that is left to chance."""
        for kept in self.model.bookings:
            if not all(payment.reference for payment in kept.payments):
                self.link_payments(kept)
        known = {payment.reference: payment for kept in self.model.bookings for payment in kept.payments}
        rows: dict[str, list[Refund]] = {}
        for row in Refund.objects.select_related("payment").order_by("pk"):
            rows.setdefault(row.payment.reference, []).append(row)
        for reference, refunds in rows.items():
            for back, row in zip(known[reference].refunds, refunds, strict=True):
                assert row.next_attempt_at is None or row.next_attempt_at <= self.now + timedelta(days=1)
                back.pk, back.due = row.pk, row.next_attempt_at
        for event in self.model.events:
            row = ProviderEvent.objects.get(event_id=event.event_id)
            assert row.next_attempt_at is not None
            event.due = row.next_attempt_at

    def link_payments(self, kept: Kept) -> None:
        rows = Payment.objects.filter(booking=kept.pk).order_by("pk")
        for ours, payments in (
            (rows.exclude(provider="on_site"), kept.attempts),
            (rows.filter(provider="on_site"), kept.on_site),
        ):
            for payment, row in zip(payments, ours, strict=True):
                payment.reference = row.reference

    def collect(self) -> None:
        """Read the mails: their codes and links are what clients prove their mailboxes with."""
        for message in OutboxMessage.objects.filter(pk__gt=self.seen_message).order_by("pk"):
            self.seen_message = message.pk
            token = message.secrets.get("link", "").partition("#token=")[2]
            row = Challenge.objects.filter(token_hash=token_hash(token), purpose__in=PROVEN).first()
            if row is not None:
                proof = Proof(message.secrets.get("code", ""), token, row)
                self.proofs.setdefault((message.booking_id, row.purpose), []).append(proof)

    def pick(self, number: int) -> Kept:
        return self.model.bookings[-1 - number % len(self.model.bookings)]

    def caller(self, who: str, kept: Kept) -> tuple[Viewer, list[ActorKind]]:
        """Give somebody, and in which capacities they stand to the booking, in the order in which they count."""
        own_practice = self.world.staff[kept.sold.business]
        others = next(team for place, team in self.world.staff.items() if place != kept.sold.business)
        user = {
            "token": None, "nobody": None, "account": self.world.users.get(kept.email),
            "other staff": others["staff"], **own_practice,
        }.get(who, self.world.users.get(who))  # fmt: skip
        viewer = Viewer(user=user, subjects={f"booking:{kept.pk}"} if who == "token" else set())
        kinds = {
            "token": ActorKind.CLIENT, "account": ActorKind.CLIENT if kept.email else None,
            "staff": ActorKind.STAFF, "owner": ActorKind.STAFF, "admin": ActorKind.ADMIN,
            "host": ActorKind.CONSULTANT if self.host_of(kept).user_id else None,
        }  # fmt: skip
        kind = kinds.get(who)
        return viewer, [kind] if kind else []

    def host_of(self, kept: Kept) -> Consultant:
        return next(host for host in self.world.hosts[kept.sold.business] if host.pk == kept.host)

    def by(
        self,
        who: str,
        kept: Kept,
        move: Move,
        predict: Callable[[ActorKind], Any],
        act: Callable[[Viewer], Any],
    ) -> Any:
        """Make a move as somebody: who stands in no capacity sees no booking, and the table names the others."""
        viewer, kinds = self.caller(who, kept)
        if move is Move.CANCEL and who == "token":
            kinds = []
            refusal: ErrorCode | None = ErrorCode.FORBIDDEN
        else:
            refusal = None if kinds else ErrorCode.NOT_FOUND
        kind = next((kind for kind in kinds if kind in TABLE[move].actors), None)
        if kinds and kind is None:
            refusal = ErrorCode.FORBIDDEN
        return self.compare(lambda: predict(kind), lambda: act(viewer), refusal=refusal)


def outcome_of(act: Callable[[], Any]) -> tuple[Any, ErrorCode | None]:
    """What came of an act, and the code with which it was refused."""
    try:
        return act(), None
    except DomainError as error:
        return None, error.code
