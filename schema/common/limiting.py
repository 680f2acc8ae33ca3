"""Limits on fields: counted each time that a field is resolved, before its resolver runs."""

from collections.abc import Callable, Mapping
from typing import Any

from strawberry.extensions import FieldExtension

from bookings.common.addresses import normalise_email
from bookings.limits.policies import Limit
from bookings.limits.services import hit
from schema.common.context import Context, Info

Subject = Callable[..., Mapping[str, str] | None]
"""Reads, from a field's arguments, what a hit is about (`address`, `subject`); None where this call is not counted."""


class Limited(FieldExtension):
    """Refuses a field with RATE_LIMITED where its caller, or what it is about, comes too often."""

    def __init__(
        self, limit: Limit, of: Subject | None = None, unless: Callable[..., bool] | None = None
    ) -> None:
        self.limit = limit
        self.of = of
        self.unless = unless

    def resolve(self, next_: Callable[..., Any], source: Any, info: Info, **kwargs: Any) -> Any:
        """Count, then resolve. Raises RATE_LIMITED before anything is looked at."""
        context = info.context
        about = self.of(**kwargs) if self.of is not None else {}
        if about is not None and not (self.unless is not None and self.unless(context, **kwargs)):
            hit(self.limit, {**context.known_as, **context.opened, **about}, now=context.now)
        return next_(source, info, **kwargs)


def admit(context: Context, root_fields: int) -> None:
    """Count the root fields of a request for whoever sends it. Raises RATE_LIMITED before anything runs."""
    kind = next(kind for kind in _GENERAL if kind in context.known_as)
    hit(_GENERAL[kind], context.known_as, amount=root_fields, now=context.now)


_GENERAL = {"key": Limit.KEY, "user": Limit.USER, "ip": Limit.ANONYMOUS}


def address_of_input(input: Any) -> Mapping[str, str]:
    """Give the mailbox that an input names, as limits compare it."""
    return {"address": normalise_email(input.email)}
