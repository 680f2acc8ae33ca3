"""Fields with a rule of their own: lists that show what is in use, values that strangers see as null."""

from collections.abc import Callable
from typing import Any

import strawberry
import strawberry_django
from strawberry.extensions import FieldExtension
from strawberry_django.fields.field import StrawberryDjangoField

from bookings.booking import selectors

WHO = ["business_id", "consultant_id", "email"]
"""The columns that decide who may see a booking."""


class ActiveField(StrawberryDjangoField):
    """A list of related rows without those that were taken out of use."""

    def get_queryset(self, queryset: Any, info: Any, **kwargs: Any) -> Any:
        """Narrow the rows wherever the list stands in a document."""
        return super().get_queryset(queryset.filter(is_active=True), info, **kwargs)


class Private(FieldExtension):
    """Gives null to a viewer who may not see the booking, before anything is read."""

    def resolve(
        self, next_: Callable[..., Any], source: Any, info: strawberry.Info[Any, Any], **kwargs: Any
    ) -> Any:
        """Ask the one place that decides."""
        if not selectors.may_see(info.context.viewer, source):
            return None
        return next_(source, info, **kwargs)


def active_list(*, description: str) -> Any:
    """Declare a list of related rows that are in use."""
    return strawberry_django.field(field_cls=ActiveField, description=description)


def private(*, description: str, field_name: str | None = None) -> Any:
    """Declare a field of a booking that only those who may see the booking get."""
    return strawberry_django.field(
        field_name=field_name, only=list(WHO), extensions=[Private()], description=description
    )
