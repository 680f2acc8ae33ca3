"""What tests look at: refusals, and every row there is."""

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model

from bookings.booking.models import Booking
from bookings.common.errors import DomainError
from bookings.notifications.models import OutboxMessage


def refusal(act: Callable[..., Any], /, **arguments: Any) -> DomainError:
    """The error with which the act was refused; fails where it was not."""
    with pytest.raises(DomainError) as caught:
        act(**arguments)
    return caught.value


def everything(*, without: frozenset[str] = frozenset()) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table of ours, save the tables named.

    A practice's version is left out: it rises with any call about what is offered, whatever came of it. So are the rows
    that say which limit refused whom: they are the trace of a refusal itself.
    """
    rows = {
        model.__name__: _rows(model)
        for model in apps.get_app_config("bookings").get_models()
        if model.__name__ not in {*without, "LimitRefusal"}
    }
    for place in rows.get("Business", []):
        del place["version"]
    return rows


def _rows(model: type[Model]) -> list[dict[str, Any]]:
    sql, names, convert = _statement(model)
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [dict(zip(names, row, strict=True)) for row in convert(cursor.fetchall())]


@cache
def _statement(model: type[Model]) -> tuple[str, list[str], Callable[[Any], Any]]:
    """How a table is read, composed once: to compose it takes many times as long as to read a test's few rows."""
    query = model._default_manager.order_by("pk").values().query
    compiler = query.get_compiler(connection=connection)
    sql, params = compiler.as_sql()
    assert not params
    converters = compiler.get_converters([column for column, _, _ in compiler.select])
    names = [field.attname for field in model._meta.concrete_fields]
    assert len(names) == len(compiler.select)
    return sql, names, lambda rows: compiler.apply_converters(rows, converters) if converters else rows


def told(booking: Booking) -> list[tuple[str, str]]:
    """The messages queued about a booking, oldest first: which, and to whom."""
    rows = OutboxMessage.objects.filter(booking=booking).order_by("pk")
    return list(rows.values_list("template", "recipient"))


def history(booking: Booking) -> list[str]:
    """The statuses that a booking went through, as its events say."""
    return list(booking.events.order_by("sequence").values_list("to_status", flat=True))
