"""A bank in this process that keeps its own books, and fails as a test tells it to.

Its money is counted in minor units by our reference, its refunds by their key, as the real ones do. It is no part of
our books: what the tests compare with them. It notes each call that comes while a transaction of ours is open.
"""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from django.db import connection

from bookings.common import clock
from bookings.common.money import Money
from bookings.payments.providers import base
from bookings.payments.providers.base import RefundState

LONG = 30.0


class Fault(Enum):
    """What becomes of one call. What is unheard looks the same to us, whether the bank acted or not."""

    TIMEOUT_BEFORE = "a timeout before it acted"
    TIMEOUT_AFTER = "a timeout after it acted"
    ERROR_BEFORE = "500 before it acted"
    ERROR_AFTER = "500 after it acted"
    MALFORMED = "an answer that cannot be read, after it acted"
    REFUSED = "a refusal"
    CANNOT = "it cannot end a page"


UNHEARD = [fault for fault in Fault if fault not in {Fault.REFUSED, Fault.CANNOT}]
BEFORE = {Fault.TIMEOUT_BEFORE, Fault.ERROR_BEFORE}


@dataclass
class Gate:
    """A slow call: it waits until the test lets it go on, before the bank acts or with its answer under way."""

    after: bool = False
    entered: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)

    def __call__(self) -> None:
        self.entered.set()
        assert self.go_on.wait(LONG), "nobody let it go on"


@dataclass
class Given:
    """A refund as the bank keeps it; without a key where it is none of ours."""

    number: str
    key: str
    minor: int
    state: RefundState = RefundState.SUCCEEDED


@dataclass
class Page:
    """A page to pay on, and the money that came in by it."""

    number: int
    reference: str
    asked: Money
    expires_at: datetime
    state: str = "OPEN"
    paid: Money | None = None
    live: bool = True
    paid_at: datetime | None = None
    refunds: list[Given] = field(default_factory=list)

    @property
    def back_minor(self) -> int:
        return sum(refund.minor for refund in self.refunds if refund.state is not RefundState.FAILED)

    @property
    def is_open(self) -> bool:
        return self.state == "OPEN" and clock.now() < self.expires_at


class Bank:
    """The far side: pages, money, refunds, events that wait to be delivered, and the faults to come."""

    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.events: list[bytes] = []
        self.plan: dict[str, list[Fault | Callable[[], None]]] = {}
        self.calls: list[tuple[str, str]] = []
        self.inside: list[str] = []
        """Calls that came while a transaction of ours was open. It must stay empty."""
        self.refunds_begin_as = RefundState.SUCCEEDED
        self.depth = open_blocks()
        self.lock = threading.RLock()

    def will(self, verb: str, *what: Fault | Callable[[], None]) -> None:
        """Say what becomes of the next calls of a verb; the ones after these are answered."""
        self.plan.setdefault(verb, []).extend(what)

    def pay(
        self, reference: str, amount: Money | None = None, *, late: bool = False, live: bool = True
    ) -> bool:
        """Take the client's money; False where the page is over, unless the bank takes it all the same."""
        page = self.pages[reference]
        if page.paid is not None or not (page.is_open or late):
            return False
        page.state, page.paid, page.live, page.paid_at = "PAID", amount or page.asked, live, clock.now()
        self.tell("paid", reference)
        return True

    def fail(self, reference: str) -> bool:
        """Let the client's try come to nothing."""
        page = self.pages[reference]
        if not page.is_open:
            return False
        page.state = "FAILED"
        self.tell("failed", reference)
        return True

    def give_back(self, reference: str, minor: int) -> None:
        """Somebody refunds on the bank's own site, past us."""
        page = self.pages[reference]
        page.refunds.append(Given(f"back_{page.number}_{len(page.refunds)}", "", minor))
        self.tell("refunded", reference)

    def finish_refunds(self, state: RefundState = RefundState.SUCCEEDED) -> None:
        """Bring every pending refund to its end."""
        for page in self.pages.values():
            for refund in page.refunds:
                if refund.state in {RefundState.PENDING, RefundState.STUCK}:
                    refund.state = state
                    self.tell(f"refund_{state.value}_{refund.number}", page.reference)

    def tell(self, kind: str, reference: str) -> None:
        number = self.pages[reference].number
        event = {"id": f"evt_{number}_{kind}", "kind": kind, "reference": reference}
        self.events.append(json.dumps(event).encode())

    def balance(self) -> dict[str, int]:
        """What it holds for us, in minor units of each currency."""
        held: dict[str, int] = {}
        for page in self.pages.values():
            if page.paid is not None:
                was = held.get(page.paid.currency, 0)
                held[page.paid.currency] = was + page.paid.minor - page.back_minor
        return held

    def called(self, verb: str) -> int:
        return sum(name == verb for name, _ in self.calls)

    def serve(self, verb: str, reference: str, act: Callable[[], Any]) -> Any:
        """Answer one call, or fail as it was told to."""
        if open_blocks() > self.depth:
            self.inside.append(verb)
        self.calls.append((verb, reference))
        plan = self.plan.get(verb)
        what = plan.pop(0) if plan else None
        if what is Fault.REFUSED:
            raise base.ProviderRefused("it said no")
        if isinstance(what, Fault):
            if what not in BEFORE:
                with self.lock:
                    act()
            raise base.ProviderUnavailable(what.value)
        late = isinstance(what, Gate) and what.after
        if what is not None and not late:
            what()
        with self.lock:
            answer = act()
        if what is not None and late:
            what()
        return answer


def open_blocks() -> int:
    """How many transactions and savepoints this thread stands in."""
    return len(connection.savepoint_ids) + connection.in_atomic_block
