"""What attackers send: one table of names, bytes and the answers that are right."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

BAD, INVALID, COMPLEX = "BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED", "QUERY_TOO_COMPLEX"


@dataclass(frozen=True)
class Attack:
    """One thing to send. right: the answers that are right, each an HTTP status with an error's code, if it has one.

    parts: what is sent one after the other on one connection.
    """

    name: str
    right: frozenset[str]
    parts: tuple[bytes, ...]


def table(kind: str, rows: Mapping[str, tuple[str, bytes | tuple[bytes, ...]]]) -> Iterable[Attack]:
    """Give the attacks of a table: name → (right answers with bars between, bytes)."""
    for name, (right, data) in rows.items():
        parts = data if isinstance(data, tuple) else (data,)
        yield Attack(f"{kind}: {name}", frozenset(each.strip() for each in right.split("|")), parts)
