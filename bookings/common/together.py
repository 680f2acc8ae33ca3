"""Several questions that are sent as one statement, whose rows hold whole numbers alone.

Each part is a function that gives a queryset for some values. Its SQL is the ORM's (see `compiled`), written once in a
process; a test asks the ORM for the very same by `Together.querysets`.
"""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.models import BooleanField, Expression, F, Func, IntegerField, Q, QuerySet

from bookings.common.compiled import Argument

Row = tuple[Any, ...]
Ask = Callable[..., QuerySet[Any, Any]]

NUMBER = models.BigIntegerField()
MOMENT = models.DateTimeField()
DATE = models.DateField()


class _Keys(models.Field):
    """Any number of keys as one value, so that the statement is the same however many there are."""

    def get_db_prep_value(self, value: Collection[int], connection: Any, prepared: bool = False) -> Any:
        """Give an array, or for SQLite the same as JSON."""
        return list(value) if connection.vendor == "postgresql" else json.dumps(list(value))


KEYS = _Keys()


class _Among(Func):
    """Whether a column holds one of some given keys."""

    arity = 2
    output_field = BooleanField()

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Any:
        return self.as_sql(compiler, connection, template="(%(expressions)s))", arg_joiner=" = ANY(")

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        return self.as_sql(
            compiler,
            connection,
            template="(%(expressions)s)))",
            arg_joiner=" IN (SELECT value FROM json_each(",
        )


def among(column: str, keys: Collection[int] | Argument) -> Q:
    """Give the condition that a column holds one of some keys, which may come later (an Argument of KEYS)."""
    return Q(_Among(F(column), keys)) if isinstance(keys, Argument) else Q(**{f"{column}__in": keys})


class Number(Expression):
    """A whole number that stands in the statement itself."""

    output_field = IntegerField()

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """Write its digits."""
        return str(self.number), []


class Epoch(Func):
    """An instant as its whole epoch second, far less to read than a date and a time. up: what a fraction rounds to."""

    arity = 1
    output_field = models.BigIntegerField()

    def __init__(self, column: str, *, up: bool = True) -> None:
        super().__init__(column)
        self.up = up

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Any:
        """Ask for a double, which is exact to the microsecond and quicker than `numeric`."""
        cut = "CEIL" if self.up else "FLOOR"
        template = f"{cut}(DATE_PART('epoch', %(expressions)s))::bigint"
        return self.as_sql(compiler, connection, template=template)

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        """Read the text that Django keeps, `2026-12-01 09:00:00`; it is longer where there is a fraction."""
        template = "CAST(STRFTIME('%%%%s', %(expressions)s) AS INTEGER)"
        if self.up:
            template = f"({template} + (LENGTH(%(expressions)s) > 19))"
        return self.as_sql(compiler, connection, template=template)


class Day(Func):
    """A date as its ordinal, which date.fromordinal reads."""

    arity = 1
    output_field = IntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> Any:
        """Take dates as days apart."""
        return self.as_sql(compiler, connection, template="(%(expressions)s - DATE '0001-01-01' + 1)")

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> Any:
        """Take dates as Julian days."""
        template = "CAST(JULIANDAY(%(expressions)s) - JULIANDAY('0001-01-01') AS INTEGER) + 1"
        return self.as_sql(compiler, connection, template=template)


@dataclass(frozen=True)
class Part:
    """One question: what gives its queryset, and of which kind the values are that it takes."""

    ask: Ask
    kinds: dict[str, Any]

    def queryset(self, **values: Any) -> QuerySet[Any, Any]:
        """Ask it of the ORM, with the values that it takes out of all."""
        return self.ask(**{name: values[name] for name in self.kinds})

    def written(self) -> tuple[str, tuple[Any, ...]]:
        """Give the SQL for the database in use, and its parameters: values, and an Argument where one is to come."""
        asked = self.ask(**{name: Argument(name, kind) for name, kind in self.kinds.items()})
        return asked.query.get_compiler(using=asked.db).as_sql()


def part(**kinds: Any) -> Callable[[Ask], Part]:
    """Make a part of a function that gives a queryset."""
    return lambda ask: Part(ask, kinds)


class Together:
    """Questions that have as many columns, each a whole number or null on either database: nothing is converted."""

    def __init__(self, *parts: Part) -> None:
        self.parts = parts
        self._written: dict[str, tuple[str, list[Any]]] = {}

    def querysets(self, **values: Any) -> list[QuerySet[Any, Any]]:
        """Give the questions as the ORM asks them, one by one."""
        return [each.queryset(**values) for each in self.parts]

    def rows(self, **values: Any) -> list[Row]:
        """Give the rows of all, in no order. Values that no part takes do not matter."""
        found = self._written.get(connection.vendor)
        if found is None:
            found = self._written[connection.vendor] = self._write()
        sql, parameters = found
        sent = [
            each.kind.get_db_prep_value(values[each.name], connection) if isinstance(each, Argument) else each
            for each in parameters
        ]
        with connection.cursor() as cursor:
            cursor.execute(sql, sent)
            rows: list[Row] = cursor.fetchall()
        return rows

    def _write(self) -> tuple[str, list[Any]]:
        written = [each.written() for each in self.parts]
        return " UNION ALL ".join(sql for sql, _ in written), [one for _, found in written for one in found]
