"""Where hits are kept: in this process, in the database, or in Redis. Each takes all windows of a hit or none.

The moving windows of the `limits` library ask for one window at a time, so that a hit which a second window
refuses would have used up the first. What is kept here are instants, the newest last, and a hit looks at all of
its windows under one lock.
"""

import json
import threading
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from limits import RateLimitItem

from bookings.limits.models import LimitWindow


@dataclass(frozen=True)
class Window:
    """What one hit is counted by: a key that names nobody, and the rates that hold for it."""

    key: str
    rates: tuple[RateLimitItem, ...]

    @property
    def longest(self) -> int:
        """Seconds for which an instant matters."""
        return max(rate.get_expiry() for rate in self.rates)


@dataclass(frozen=True)
class Verdict:
    """What came of a hit: 0 seconds to wait where it was counted; else how long, and the window that asks longest."""

    seconds: float = 0.0
    key: str = ""


COUNTED = Verdict()
"""Of a hit that was let through."""


class Storage(ABC):
    """One way to keep windows."""

    @abstractmethod
    def acquire(self, windows: Sequence[Window], *, amount: int, at: float) -> Verdict:
        """Count `amount` hits at an instant (seconds since 1970) in all windows.

        Give COUNTED where they were; else how many seconds it takes until they would fit, and nothing was counted.
        """

    @abstractmethod
    def forget(self, keys: Sequence[str]) -> None:
        """Take windows away, so that what was counted in them counts no more."""


def wait_for(instants: Sequence[float], window: Window, *, amount: int, at: float) -> float:
    """Give how many seconds, from `at` on, it takes until `amount` more hits fit; 0 where they fit now.

    An instant counts for exactly as long as its rate says: it is gone when that time has passed.
    """
    longest = 0.0
    for rate in window.rates:
        span, most = rate.get_expiry(), rate.amount
        if amount > most:
            longest = max(longest, float(span))
        elif len(instants) + amount > most:
            # Of n hits that fit, only the one n places from the end can stand in the way.
            longest = max(longest, instants[len(instants) - most + amount - 1] + span - at)
    return longest


def _judged(windows: Iterable[tuple[Sequence[float], Window]], *, amount: int, at: float) -> Verdict:
    """Give what the window says that asks for the longest wait."""
    waits = ((wait_for(instants, window, amount=amount, at=at), window.key) for instants, window in windows)
    seconds, key = max(waits)
    return Verdict(seconds, key) if seconds > 0 else COUNTED


def with_hits(instants: Sequence[float], window: Window, *, amount: int, at: float) -> list[float]:
    """Give the instants that still matter, with new ones; clocks of two machines may differ, hence the order."""
    return sorted([*instants[bisect_right(instants, at - window.longest) :], *([at] * amount)])


class ProcessStorage(Storage):
    """Keeps windows in this process alone: nothing is written, and each process counts for itself."""

    SWEEP = 60.0
    """Seconds after which windows that nobody came back to are thrown away."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._windows: dict[str, tuple[float, list[float]]] = {}
        self._swept = 0.0

    def acquire(self, windows: Sequence[Window], *, amount: int, at: float) -> Verdict:
        """Count under one lock."""
        with self._lock:
            self._sweep(at)
            known = [self._windows.get(window.key, (0.0, []))[1] for window in windows]
            verdict = _judged(zip(known, windows, strict=True), amount=amount, at=at)
            if verdict is COUNTED:
                for instants, window in zip(known, windows, strict=True):
                    kept = with_hits(instants, window, amount=amount, at=at)
                    self._windows[window.key] = (at + window.longest, kept)
        return verdict

    def forget(self, keys: Sequence[str]) -> None:
        """Take them away under the lock."""
        with self._lock:
            for key in keys:
                self._windows.pop(key, None)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._windows.clear()

    def _sweep(self, at: float) -> None:
        if abs(at - self._swept) >= self.SWEEP:
            self._swept = at
            self._windows = {key: kept for key, kept in self._windows.items() if kept[0] > at}


class DatabaseStorage(Storage):
    """Keeps windows as rows, which all processes share. Never counts in a caller's transaction."""

    def acquire(self, windows: Sequence[Window], *, amount: int, at: float) -> Verdict:
        """Count by one reading and one writing; where somebody else counts in between, with the rows locked."""
        wanted = {window.key: window for window in sorted(windows, key=lambda each: each.key)}
        verdict = self._at_once(wanted, amount=amount, at=at)
        return self._in_turn(wanted, amount=amount, at=at) if verdict is None else verdict

    def forget(self, keys: Sequence[str]) -> None:
        """Empty the rows. They stay, so that whoever is counting just now finds that they were changed."""
        LimitWindow.objects.filter(key__in=keys).update(instants=[])

    def _at_once(self, wanted: Mapping[str, Window], *, amount: int, at: float) -> Verdict | None:
        """Read, judge, and write all windows in one statement that fails where one is not as it was read.

        Give None for that: nothing was counted then. Who is refused leaves nothing, or naming ever new addresses would
        fill the table. Rows are written in the order of their keys, so that no two hits wait for each other.
        """
        _refuse_in_a_transaction()
        seen = read(wanted)
        known = {key: json.loads(seen.get(key, "[]")) for key in wanted}
        verdict = _judged(((known[key], wanted[key]) for key in wanted), amount=amount, at=at)
        if verdict is not COUNTED:
            return verdict
        rows = [
            (key, with_hits(known[key], window, amount=amount, at=at), _expiry(window, at))
            for key, window in wanted.items()
        ]
        try:
            write(rows, seen)
        except IntegrityError:
            return None
        return COUNTED

    def _in_turn(self, wanted: Mapping[str, Window], *, amount: int, at: float) -> Verdict:
        """Count with the rows locked, in the order of their keys."""
        # Durable, so never inside of a caller's transaction: a refusal must not undo a count.
        with transaction.atomic(durable=True):
            rows = self._locked(wanted, at)
            verdict = _judged(((row.instants, wanted[row.key]) for row in rows), amount=amount, at=at)
            if verdict is COUNTED:
                for row in rows:
                    row.instants = with_hits(row.instants, wanted[row.key], amount=amount, at=at)
                    row.expires_at = _expiry(wanted[row.key], at)
                LimitWindow.objects.bulk_create(
                    rows,
                    update_conflicts=True,
                    unique_fields=["key"],
                    update_fields=["instants", "expires_at"],
                )
            else:  # who is refused leaves nothing
                LimitWindow.objects.filter(pk__in=[row.pk for row in rows if not row.instants]).delete()
        return verdict

    def _locked(self, wanted: Mapping[str, Window], at: float) -> list[LimitWindow]:
        """Make the rows that are not there, then lock all: whoever comes second finds what the first has counted."""
        fresh = [LimitWindow(key=key, expires_at=_expiry(window, at)) for key, window in wanted.items()]
        while True:
            LimitWindow.objects.bulk_create(fresh, ignore_conflicts=True)
            rows = list(LimitWindow.objects.select_for_update().filter(key__in=wanted).order_by("key"))
            if len(rows) == len(wanted):  # fewer where the purge took an expired one in between
                return rows


_TABLE = LimitWindow._meta.db_table
_JSON = {"postgresql": "jsonb", "sqlite": "text"}
"""As what databases compare instants."""


def _refuse_in_a_transaction() -> None:
    """Raise RuntimeError inside of a caller's transaction: undone, it would undo a count; a test's own is none."""
    blocks: list[Any] = connection.atomic_blocks
    if blocks and not blocks[-1]._from_testcase:
        raise RuntimeError("A hit is durable: it is counted outside of every transaction.")


def read(keys: Iterable[str]) -> dict[str, str]:
    """Give the instants of those windows that there are, as the database writes them."""
    wanted = list(keys)
    places = ", ".join(["%s"] * len(wanted))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT key, CAST(instants AS text) FROM {_TABLE} WHERE key IN ({places})", wanted)  # noqa: S608
        return dict(cursor.fetchall())


def write(rows: Iterable[tuple[str, list[float], datetime]], seen: Mapping[str, str]) -> None:
    """Write all windows, each as it was read or not there before. Raise IntegrityError, with nothing written, else.

    What somebody else changed meanwhile becomes NULL, which the column refuses, and so the whole statement.
    """
    kind = _JSON[connection.vendor]
    values = [
        value
        for key, instants, until in rows
        for value in (key, json.dumps(instants), connection.ops.adapt_datetimefield_value(until))
    ]
    fresh = ", ".join([f"(%s, CAST(%s AS {kind}), %s)"] * (len(values) // 3))
    known = ", ".join([f"(%s, CAST(%s AS {kind}))"] * len(seen))
    unchanged = f"(counted.key, counted.instants) IN (VALUES {known})" if seen else "1 = 0"
    statement = (
        f"INSERT INTO {_TABLE} AS counted (key, instants, expires_at) VALUES {fresh} "  # noqa: S608
        "ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at, "
        f"instants = CASE WHEN {unchanged} THEN excluded.instants END"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, *(part for pair in seen.items() for part in pair)])


def _expiry(window: Window, at: float) -> datetime:
    return datetime.fromtimestamp(at + window.longest, tz=UTC)
