"""Sections of the admin's first page: who looks at them, and what each is made of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from bookings.admin.desk import AtDesk, viewer_of
from bookings.booking import rights, selectors
from bookings.booking.models import Booking
from bookings.booking.rights import Operation
from bookings.booking.states import ActorKind

FEW = 5
"""Rows of a section; the list behind it has them all."""


@dataclass(frozen=True)
class Row:
    """One thing to look at. flag: what about it is urgent. status: a booking's, with its name."""

    name: str
    link: str | None
    facts: Sequence[str]
    flag: str = ""
    status: str = ""
    status_name: str = ""


@dataclass(frozen=True)
class Section:
    """Some rows, how many there are in all, and where all of them are; no link for who may not open that list."""

    key: str
    title: str
    told: str
    empty: str
    count: int
    rows: list[Row]
    link: str | None


@dataclass
class Desk:
    """Who looks, and when."""

    request: HttpRequest
    now: datetime
    viewer: AtDesk = field(init=False)

    def __post_init__(self) -> None:
        self.viewer = viewer_of(self.request)

    @property
    def names_practices(self) -> bool:
        """Whether rows may be of several practices."""
        return self.viewer.is_admin or len(self.viewer.business_ids) + len(self.viewer.consultant_ids) > 1

    def may_somewhere(self, what: Operation) -> bool:
        """Tell whether the table of rights lets this person do something of any booking."""
        if self.viewer.is_admin and rights.kind_may(ActorKind.ADMIN, what):
            return True
        if self.viewer.consultant_ids and rights.kind_may(ActorKind.CONSULTANT, what):
            return True
        return any(rights.may(role, what) for role in self.viewer.roles.values())

    def opens(self, model: type[Model]) -> bool:
        """Tell whether this person may open the admin's list of a model."""
        return bool(admin.site.get_model_admin(model).has_view_permission(self.request))

    def list_of(self, model: type[Model], **narrowed: str) -> str | None:
        """Give the address of a list, narrowed as its filters understand it."""
        if not self.opens(model):
            return None
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        return f"{reverse(name)}?{urlencode(narrowed)}"

    def page_of(self, row: Model) -> str | None:
        """Give the address of a row's own page."""
        if not self.opens(type(row)):
            return None
        return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])

    def of(self, booking: Booking) -> list[str]:
        """Name the practice, where it is not always the same one."""
        return [booking.business.name] if self.names_practices else []

    def client(self, booking: Booking) -> list[str]:
        """Name the client to who may see that."""
        seen = selectors.may_see(self.viewer, booking, Operation.SEE_CLIENT)
        return [booking.full_name] if seen and booking.full_name else []


def read(rows: QuerySet[Any], tell: Callable[[Any], Row], most: int = FEW) -> tuple[int, list[Row]]:
    """Give how many there are and the first of them; counting only where there are more than are shown."""
    first = list(rows[: most + 1])
    return len(first) if len(first) <= most else rows.count(), [tell(row) for row in first[:most]]
