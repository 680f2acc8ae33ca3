"""The audit after every act of the stateful test: its statements are composed once and then run as they are.

To compose them takes many times as long as to run them over the few rows of one run. A statement that gives a row has
its check made in full; so has a check that is not one statement, or asks otherwise at another time.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from bookings.audit.invariants import CHECKS, Check
from bookings.audit.scope import Scope
from tests.factories import NOW

OF_ROWS = [
    check
    for check in CHECKS
    if check.rows not in {"guards", "constraints"} and check.name != "attempts_left_open"
]
"""What the audit looks for in rows; that guards and constraints are installed is looked at after each run.

An attempt is left open for days where the clock jumps and no worker runs.
"""
Statement = tuple[str, Any]


class QuickAudit:
    """Knows the statement of each check that has one."""

    def __init__(self) -> None:
        self.statements = {check.name: self._statement_of(check) for check in OF_ROWS}
        assert sum(known is not None for known in self.statements.values()) >= len(OF_ROWS) / 2

    def wrong(self, now: datetime) -> dict[str, Any]:
        """What every check finds that finds anything."""
        scope = Scope("default", now)
        suspects = [check for check in OF_ROWS if self._may_find(check)]
        return {check.name: found for check in suspects if (found := check.find(scope))}

    def _may_find(self, check: Check) -> bool:
        statement = self.statements[check.name]
        if statement is None:
            return True
        with connection.cursor() as cursor:
            cursor.execute(*statement)
            return cursor.fetchone() is not None

    def _statement_of(self, check: Check) -> Statement | None:
        first, second = (_heard(check, now) for now in (NOW, NOW + timedelta(days=40)))
        return first[0] if len(first) == 1 and first == second else None


def _heard(check: Check, now: datetime) -> list[Statement]:
    """What a check says to the database."""
    said: list[Statement] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        said.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        check.find(Scope("default", now))
    return said
