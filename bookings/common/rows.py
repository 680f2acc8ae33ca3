"""Filling a row with what a person sent, held to the rules that the row's own columns have."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext

from bookings.common.errors import DomainError, ErrorCode, invalid
from bookings.common.text import can_be_kept

_LARGEST = {"PositiveSmallIntegerField": 32_767, "PositiveIntegerField": 2_147_483_647}
"""What these columns hold on PostgreSQL; SQLite would take more."""
_JOINERS = re.compile("[\u200c\u200d]")


def fill(
    row: models.Model,
    changes: Mapping[str, Any],
    *,
    called: Mapping[str, str],
    unchecked: Collection[str] = (),
) -> None:
    """Set columns of a row, texts trimmed, and check the row as it then is. It is not saved.

    What columns forbid together is the caller's to refuse in words; the database's constraints stand behind it.
    called: the names that clients know the columns by; one without a name of its own is known as it is. unchecked:
    columns that nobody sent and that the caller answers for.
    Raises VALIDATION_FAILED with that name as its field.
    """
    for column, given in changes.items():
        value = given.strip() if isinstance(given, str) else given
        field, name = row._meta.get_field(column), called.get(column, column)
        if value is None and not field.null:  # Django lets it pass where a text may be blank
            raise invalid(name, gettext("This cannot be null."))
        if isinstance(value, str):
            _check_text(field, value, name)
        elif isinstance(value, int) and not isinstance(value, bool):
            _check_size(field, value, name)
        setattr(row, column, value)
    try:
        relations = {field.name for field in row._meta.fields if field.is_relation}
        row.full_clean(exclude=relations.union(unchecked), validate_constraints=False)
    except ValidationError as error:
        raise _refusal(error, changes, called) from None


def replace_links(links: Any, ids: Collection[int] | None, *, field: str, **conditions: object) -> None:
    """Make the rows with these keys the only ones that are linked; None leaves the links as they are.

    links: the manager of a many-to-many relation; conditions: what such a row must meet. The rows are locked in the
    order of their keys against removal and against whoever counts on them. Raises NOT_FOUND, with `field`, where
    one is not there.
    """
    if ids is None:
        return
    wanted = set(ids)
    rows = links.model._default_manager.filter(pk__in=wanted, **conditions)
    found = list(rows.select_for_update(no_key=True).order_by("pk"))
    if len(found) != len(wanted):
        raise DomainError(ErrorCode.NOT_FOUND, field=[field])
    links.set(found)


def _check_text(field: Any, text: str, name: str) -> None:
    """Refuse what databases cannot keep, what is too long, and more than one line where there is room for one."""
    if not can_be_kept(text):
        raise invalid(name, gettext("Text may hold neither NUL characters nor halves of surrogate pairs."))
    if field.max_length is not None and len(text) > field.max_length:
        raise invalid(
            name, gettext("This has %(max_length)s characters at most.") % {"max_length": field.max_length}
        )
    plain = _JOINERS.sub("", text).replace("\u00a0", " ")
    if not isinstance(field, models.TextField) and not plain.isprintable():
        raise invalid(name, gettext("This stands on one line."))
    if text and not plain.strip():
        raise invalid(name, gettext("This shows nothing."))


def _check_size(field: Any, number: int, name: str) -> None:
    largest = _LARGEST.get(field.get_internal_type())
    if largest is not None and not 0 <= number <= largest:
        raise invalid(name, gettext("This is a number from 0 to %(largest)s.") % {"largest": largest})


def _refusal(error: ValidationError, changes: Mapping[str, Any], called: Mapping[str, str]) -> DomainError:
    """Give the first fault, those of what was sent before others."""
    faults = error.message_dict
    column = next(name for name in (*changes, *faults) if name in faults)
    return invalid(called.get(column, column), faults[column][0])
