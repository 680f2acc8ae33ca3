"""Fields with a rule of their own: lists that show what is in use, values that strangers see as null."""

from collections.abc import Callable
from typing import Any

import strawberry
import strawberry_django
from strawberry.extensions import FieldExtension
from strawberry_django.fields.field import StrawberryDjangoField
from strawberry_django.optimizer import is_optimized_by_prefetching

from bookings.booking import selectors
from bookings.booking.rights import Operation
from bookings.businesses import policies as duties
from bookings.businesses.policies import Duty

WHO = ["business_id", "consultant_id", "email"]
"""The columns that decide who may see a booking."""


class ActiveField(StrawberryDjangoField):
    """A list of related rows without those that were taken out of use."""

    def get_queryset(self, queryset: Any, info: Any, **kwargs: Any) -> Any:
        """Narrow the rows wherever the list stands in a document; those read for a whole page were narrowed then."""
        if is_optimized_by_prefetching(queryset):
            return queryset
        return super().get_queryset(queryset.filter(is_active=True), info, **kwargs)


class OldestFirst(StrawberryDjangoField):
    """A list of related rows in the order in which they were made."""

    def get_queryset(self, queryset: Any, info: Any, **kwargs: Any) -> Any:
        """Put them in order wherever the list stands in a document; those read for a whole page were put so then."""
        if is_optimized_by_prefetching(queryset):
            return queryset
        return super().get_queryset(queryset.order_by("pk"), info, **kwargs)


class Private(FieldExtension):
    """Gives null to a viewer who may not see the booking, or this of it, before anything is read."""

    def __init__(self, sees: Operation | None = None) -> None:
        self.sees = sees

    def resolve(
        self, next_: Callable[..., Any], source: Any, info: strawberry.Info[Any, Any], **kwargs: Any
    ) -> Any:
        """Ask the one place that decides."""
        if not selectors.may_see(info.context.viewer, source, self.sees):
            return None
        return next_(source, info, **kwargs)


class Shown(FieldExtension):
    """Gives null instead of another booking that the viewer may not see, whichever way it was read."""

    def resolve(
        self, next_: Callable[..., Any], source: Any, info: strawberry.Info[Any, Any], **kwargs: Any
    ) -> Any:
        """Ask the one place that decides."""
        booking = next_(source, info, **kwargs)
        return booking if booking is None or selectors.may_see(info.context.viewer, booking) else None


class OfDuty(FieldExtension):
    """Gives null of a practice to a viewer who does not have a duty there, before anything is read."""

    def __init__(self, duty: Duty) -> None:
        self.duty = duty

    def resolve(
        self, next_: Callable[..., Any], source: Any, info: strawberry.Info[Any, Any], **kwargs: Any
    ) -> Any:
        """Ask the table of duties."""
        if not duties.may(info.context.viewer, self.duty, source.pk):
            return None
        return next_(source, info, **kwargs)


def active_list(*, description: str) -> Any:
    """Declare a list of related rows that are in use."""
    return strawberry_django.field(field_cls=ActiveField, description=description)


def private(
    *,
    description: str,
    field_name: str | None = None,
    sees: Operation | None = None,
    field_cls: type[StrawberryDjangoField] = StrawberryDjangoField,
) -> Any:
    """Declare a field of a booking that only those who may see the booking get.

    sees: what the table of rights must let them see of it besides.
    """
    return strawberry_django.field(
        field_name=field_name,
        field_cls=field_cls,
        only=list(WHO),
        extensions=[Private(sees)],
        description=description,
    )
