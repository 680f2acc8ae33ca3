"""Statements that the ORM writes once, and that are carried out many times with other values.

To put a statement together costs the ORM up to ten times what sending it does. Where that matters, a queryset is
written with an `Argument` wherever a value of the caller's stands; its SQL, and how its columns become rows, are
kept for the process. The models stay the one source of both, so each of these has the queryset itself for its twin.
"""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.query import ModelIterable, get_related_populators
from django.db.models.sql import InsertQuery
from django.db.models.sql.compiler import SQLCompiler, SQLInsertCompiler

Row = TypeVar("Row")


class Argument(Expression):
    """Stands in a queryset for a value that comes with each call, by its name; `kind` says how it is sent."""

    def __init__(self, name: str, kind: "Field[Any, Any]") -> None:
        super().__init__(output_field=kind)
        self.name, self.kind = name, kind

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        """Give a placeholder, and itself for the value."""
        return "%s", (self,)


class Compiled(Generic[Row]):
    """A queryset of model instances, or of tuples, whose SQL is kept. Used by all threads of the process."""

    def __init__(self, write: Callable[[], "QuerySet[Any, Row]"]) -> None:
        """`write` gives the queryset, ordered and cut as it is to be; it is called at the first use."""
        self.write = write
        self._plans: dict[str, _Plan] = {}

    def rows(self, **values: Any) -> list[Row]:
        """Carry it out with a value for each argument. Raises KeyError where one lacks."""
        plan = self._plans.get(connection.vendor)
        if plan is None:
            plan = self._plans[connection.vendor] = _Plan(self.write())
        return plan.rows(values)

    def first(self, **values: Any) -> Row | None:
        """Give the first row, or None. The queryset itself says how many are read."""
        found = self.rows(**values)
        return found[0] if found else None


class _Plan:
    """What the ORM made of one queryset for one kind of database."""

    def __init__(self, queryset: "QuerySet[Any, Any]") -> None:
        compiler: SQLCompiler = queryset.query.get_compiler(using=queryset.db)
        self.sql: str
        self.params: Sequence[Any]
        self.sql, self.params = compiler.as_sql()
        columns = [column for column, *_ in compiler.select[: compiler.col_count]]
        self.converters = list(compiler.get_converters(columns).items())
        self.make: Callable[[Sequence[Any]], Any] = tuple
        if issubclass(queryset._iterable_class, ModelIterable):
            self.make = _instances(compiler, queryset.db)

    def rows(self, values: dict[str, Any]) -> list[Any]:
        """Send it, and make rows of what comes."""
        sent = [
            each.kind.get_db_prep_value(values[each.name], connection) if isinstance(each, Argument) else each
            for each in self.params
        ]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, sent)
            found = cursor.fetchall()
        if self.converters:
            found = [self._converted(row) for row in found]
        return [self.make(row) for row in found]

    def _converted(self, row: Sequence[Any]) -> list[Any]:
        values = list(row)
        for place, (converters, expression) in self.converters:
            for convert in converters:
                values[place] = convert(values[place], expression, connection)
        return values


def _instances(compiler: SQLCompiler, using: str) -> Callable[[Sequence[Any]], Model]:
    """Give what makes an instance of a row, with what `select_related` brought. It is what ModelIterable does."""
    shape = compiler.klass_info
    model, places = shape["model"], shape["select_fields"]
    first, last = places[0], places[-1] + 1
    names = [column.target.attname for column, *_ in compiler.select[first:last]]
    populators = get_related_populators(shape, compiler.select, using)  # type: ignore[call-arg]  # of Django 6
    annotations = list(compiler.annotation_col_map.items())

    def make(row: Sequence[Any]) -> Model:
        found: Model = model.from_db(using, names, row[first:last])
        for each in populators:
            each.populate(row, found)
        for name, place in annotations:
            setattr(found, name, row[place])
        return found

    return make


class Insertion:
    """The INSERT of one model's rows, whose SQL is kept: as `save(force_insert=True)`, without a savepoint.

    unless: the columns of a unique constraint, and on which rows it holds, if not on all. A row that meets it is not
    inserted, and nothing is raised: so the transaction stays usable.
    """

    def __init__(self, model: type[Model], *, unless: tuple[Sequence[str], str] | None = None) -> None:
        self.model, self.unless = model, unless
        self.fields = [field for field in model._meta.concrete_fields if not field.primary_key]
        self._sql: dict[str, str] = {}

    def insert(self, row: Model) -> bool:
        """Insert one row, which then has its key. False where the constraint of `unless` stands against it.

        Raises IntegrityError for any other.
        """
        sql = self._sql.get(connection.vendor)
        if sql is None:
            sql = self._sql[connection.vendor] = self._written(row)
        sent = [field.get_db_prep_save(field.pre_save(row, True), connection) for field in self.fields]
        with connection.cursor() as cursor:
            cursor.execute(sql, sent)
            found = cursor.fetchone()
        if found is None:
            return False
        row.pk = found[0]
        row._state.adding, row._state.db = False, connection.alias
        return True

    def _written(self, row: Model) -> str:
        """Take the statement from the ORM, and put in what a conflict comes to."""
        query = InsertQuery(self.model)
        query.insert_values(self.fields, [row])
        compiler: SQLInsertCompiler = query.get_compiler(connection=connection)
        compiler.returning_fields = [self.model._meta.pk]
        ((sql, _),) = compiler.as_sql()
        if self.unless is None:
            return str(sql)
        names, condition = self.unless
        columns = ", ".join(connection.ops.quote_name(name) for name in names)
        where = f" WHERE {condition}" if condition else ""
        values, returning, key = sql.rpartition(" RETURNING ")
        return f"{values} ON CONFLICT ({columns}){where} DO NOTHING{returning}{key}"
