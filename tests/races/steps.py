"""Interleavings that are told, not left to chance: one side is stopped at a step, the other goes first.

A step is a function that one side calls. It is wrapped for the length of one test, in the thread of that side
alone. Outside its transactions a side can be stopped on both databases; inside one it holds what it locked, so
that on SQLite nobody else could write meanwhile.
"""

import importlib
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tests.races.threads import Race

LONG = 30.0
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


class Side(threading.Thread):
    """One of two, with a connection of its own; ends with a result or with the exception that it met."""

    def __init__(self, act: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self.act = act
        self.end: Any = None

    def run(self) -> None:
        try:
            self.end = self.act()
        except Exception as error:  # an accident is a result here
            self.end = error
        finally:
            connection.close()

    def ended(self) -> Any:
        self.join(LONG)
        assert not self.is_alive(), "somebody is still waiting"
        return self.end


class Stop:
    """The first call of a step by one side: it waits there until it may go on. `result`: what the step gave."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, step_path: str, *, side: Side, after: bool = False
    ) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()
        self.result: Any = None
        path, _, name = step_path.rpartition(".")
        module = importlib.import_module(
            path
        )  # not by attributes: a package may give a function of that name
        step = getattr(module, name)

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            if threading.current_thread() is not side or self.reached.is_set():
                return step(*args, **kwargs)
            result = step(*args, **kwargs) if after else None
            self.result = result
            self.reached.set()
            assert self.go_on.wait(LONG), "nobody let it go on"
            return result if after else step(*args, **kwargs)

        monkeypatch.setattr(module, name, wrapped)

    def wait_for(self) -> None:
        assert self.reached.wait(LONG), "the step was never reached"


def overtake(
    monkeypatch: pytest.MonkeyPatch,
    *,
    slow: Callable[[], Any],
    at: str,
    after: bool = False,
    quick: Callable[[], Any],
) -> Race:
    """Let `quick` run from beginning to end while `slow` stands before (or right after) a step."""
    first, second = Side(slow), Side(quick)
    stop = Stop(monkeypatch, at, side=first, after=after)
    began = time.perf_counter()
    first.start()
    stop.wait_for()
    second.start()
    second.ended()
    stop.go_on.set()
    return Race([first.ended(), second.ended()], time.perf_counter() - began)


def queue_up(
    monkeypatch: pytest.MonkeyPatch,
    *,
    slow: Callable[[], Any],
    at: str,
    after: bool = False,
    behind: list[Callable[[], Any]],
) -> Race:
    """Stop `slow` inside its transaction until each of the others waits for a lock, in turn; PostgreSQL only."""
    sides = [Side(slow), *[Side(act) for act in behind]]
    stop = Stop(monkeypatch, at, side=sides[0], after=after)
    began = time.perf_counter()
    sides[0].start()
    stop.wait_for()
    for number, side in enumerate(sides[1:], 1):
        side.start()
        wait_until_waiting(number)
    stop.go_on.set()
    return Race([side.ended() for side in sides], time.perf_counter() - began)


def wait_until_waiting(number: int) -> None:
    """Return once so many connections wait for a lock."""
    until = time.monotonic() + LONG
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(WAITING)
            if cursor.fetchone()[0] >= number:
                return
            threading.Event().wait(0.02)
    pytest.fail(f"{number} connections never waited for a lock")
