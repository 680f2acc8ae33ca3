"""What every double of a provider is: an HTTP server in a thread, a log of what it was asked, a ledger, and faults."""

import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from tests.payments.doubles.wire import (
    ACTED,
    ACTING_FAULTS,
    FAULTS,
    HUGE,
    IDLE,
    IDLE_FAULTS,
    Answer,
    Call,
    Line,
    Wire,
)

__all__ = [
    "ACTING_FAULTS",
    "FAULTS",
    "HUGE",
    "IDLE_FAULTS",
    "Answer",
    "Call",
    "Double",
    "Entry",
    "Event",
    "Refusal",
]


class Refusal(Exception):
    """Raised in `handle`: the server says no, and nothing was done."""

    def __init__(self, status: int, body: Any, **headers: str) -> None:
        super().__init__(status)
        self.answer = Answer(status, body, headers)


@dataclass(frozen=True)
class Event:
    """What the provider tells us: bytes, and the headers that sign them."""

    raw: bytes
    headers: dict[str, str]


@dataclass
class Entry:
    """What the ledger knows of one reference, in minor units. refunded: all that did not fail, pending or done."""

    currency: str
    paid: int = 0
    refunded: int = 0


class Gate:
    """Holds one call before it acts, until the test lets it go on."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self._open = threading.Event()

    def release(self) -> None:
        self._open.set()

    def pass_through(self) -> None:
        self.reached.set()
        self._open.wait()


@dataclass
class Fault:
    """What is to go wrong with the next call that fits; `path` is how the path begins, empty for any."""

    kind: str
    path: str = ""
    method: str = ""
    times: int = 1
    gate: Gate | None = None
    then: Callable[[Call], None] | None = None

    def fits(self, call: Call) -> bool:
        return call.path.startswith(self.path) and self.method in ("", call.method)


class Double(ABC):
    """A provider's server. Use it as a context manager; `url` is where it answers.

    Calls are handled one at a time, as if the provider kept its ledger in transactions. It knows nothing of our
    database: what it tells us are answers, and `events` that a test takes and delivers.
    """

    def __init__(self) -> None:
        self.requests: list[Call] = []
        self.faults: list[Fault] = []
        self.events: list[Event] = []
        self.bugs: list[BaseException] = []
        self.lock = threading.RLock()
        self._gates: list[Gate] = []
        self._stopped = threading.Event()
        self._server: Wire | None = None

    # For tests

    @property
    def url(self) -> str:
        assert self._server is not None, "the double is not running"
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> Self:
        self._server = Wire(self)
        serve = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        serve.start()
        return self

    def stop(self) -> None:
        """Stop, let go of whoever waits; fail for a bug of the double's own."""
        assert self._server is not None
        self._stopped.set()
        for gate in self._gates:
            gate.release()
        self._server.shutdown()
        self._server.server_close()
        assert self.bugs == []

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def fail_next(self, kind: str, *, path: str = "", method: str = "", times: int = 1) -> None:
        """Let the next calls that fit go wrong; faults are used up in the order in which they were set."""
        assert kind in FAULTS, f"one of {sorted(FAULTS)}"
        self.faults.append(Fault(kind, path, method, times))

    def hold_next(self, *, path: str = "", method: str = "") -> Gate:
        """Let the next call that fits wait: `gate.reached.wait(5)`, look around, `gate.release()`."""
        gate = Gate()
        self._gates.append(gate)
        self.faults.append(Fault("hold", path, method, gate=gate))
        return gate

    def on_next(self, then: Callable[[Call], None], *, path: str = "", method: str = "") -> None:
        """Call `then`, in the server's thread, when the next call that fits was acted on and is not yet answered."""
        self.faults.append(Fault("then", path, method, then=then))

    def tell(self, payload: Any) -> None:
        """Sign an event, to be delivered when a test wants it."""
        raw = json.dumps(payload).encode()
        self.events.append(Event(raw, self.sign(raw)))

    def take_events(self) -> list[Event]:
        """Give what there is to tell, once."""
        with self.lock:
            taken, self.events = self.events, []
        return taken

    def calls(self, path: str = "", method: str = "") -> list[Call]:
        """Give what was asked, in order: those whose path begins so."""
        return [each for each in self.requests if Fault("", path, method).fits(each)]

    # For each provider

    @abstractmethod
    def handle(self, call: Call) -> Answer:
        """Act as the provider does. Raises Refusal."""

    @abstractmethod
    def ledger(self) -> dict[str, Entry]:
        """Give by our reference what was paid and what went back."""

    @abstractmethod
    def sign(self, raw: bytes) -> dict[str, str]:
        """Give the headers that make bytes an event of this provider."""

    # Inside

    def act(self, call: Call) -> Answer:
        try:
            with self.lock:
                return self.handle(call)
        except Refusal as refusal:
            return refusal.answer

    def _fault_for(self, call: Call) -> Fault | None:
        with self.lock:
            self.requests.append(call)
            for fault in self.faults:
                if fault.fits(call):
                    fault.times -= 1
                    if not fault.times:
                        self.faults.remove(fault)
                    return fault
        return None

    def serve(self, call: Call, line: "Line") -> None:
        """Answer one call on its line, or do not, as the fault for it wants."""
        fault = self._fault_for(call)
        kind = fault.kind if fault is not None else ""
        if kind in IDLE_FAULTS:
            IDLE[kind](line)
            return
        if fault is not None and fault.gate is not None:
            fault.gate.pass_through()
        answer = self.act(call)
        if fault is not None and fault.then is not None:
            fault.then(call)
        ACTED.get(kind, Line.send)(line, answer)

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()
