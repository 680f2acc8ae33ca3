"""What one look found. Its words are names, counts and times: no value of a secret, nothing of a person."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum


class Grade(IntEnum):
    """How bad it is; also the exit code."""

    FINE = 0
    WARNING = 1
    BROKEN = 2

    @property
    def mark(self) -> str:
        """The sign in front of a line."""
        return "✓!✗"[self]


@dataclass(frozen=True)
class Finding:
    """A line of the report. todo: what a person does about it; empty where all is fine."""

    name: str
    grade: Grade
    what: str
    todo: str = ""


Look = Callable[[datetime], Finding]
"""Looks at one thing at an instant. What it raises is a finding too."""


def fine(name: str, what: str) -> Finding:
    """Give a finding that asks for nothing."""
    return Finding(name, Grade.FINE, what)


def warning(name: str, what: str, todo: str) -> Finding:
    """Give one that somebody should look at, while the service works."""
    return Finding(name, Grade.WARNING, what, todo)


def broken(name: str, what: str, todo: str) -> Finding:
    """Give one with which the service does not do what it is for."""
    return Finding(name, Grade.BROKEN, what, todo)


def counted(number: int, one: str, many: str) -> str:
    """Give a number with its noun."""
    return f"{number} {one if number == 1 else many}"


def lasting(span: timedelta) -> str:
    """Give a length of time in its largest whole unit."""
    seconds = int(span.total_seconds())
    for size, word in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            return counted(seconds // size, word, f"{word}s")
    return counted(seconds, "second", "seconds")
