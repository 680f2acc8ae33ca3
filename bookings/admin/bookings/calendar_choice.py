"""What the calendar shows: of which practice, with whom, in which room, and what is over too."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

from bookings.accounts.viewer import Viewer
from bookings.businesses.models import Business
from bookings.consultants.models import Consultant
from bookings.resources.models import Resource

MOST_FOUND = 20
"""Practices that a search gives."""


class Wrong(ValueError):
    """An address that says what is no choice; says so to a person."""


@dataclass(frozen=True)
class Choice:
    """One practice, and those of its consultants and resources whose sessions are shown; of none, all are."""

    business: Business
    consultants: list[Consultant]
    resources: list[Resource]
    over: bool = False
    """Also what was cancelled, declined, or lapsed."""
    wrong: list[str] = field(default_factory=list)


def places(viewer: Viewer) -> QuerySet[Business]:
    """Give the practices whose calendars somebody may open: an admin all, staff theirs, consultants where they work."""
    if viewer.is_admin:
        return Business.objects.all()
    return Business.objects.filter(
        Q(pk__in=viewer.business_ids) | Q(consultants__in=viewer.consultant_ids)
    ).distinct()


def found_by_name(viewer: Viewer, name: str) -> list[Business]:
    """Give the first practices with this in their name or their city."""
    rows = places(viewer).filter(Q(name__icontains=name) | Q(city__icontains=name))
    return list(rows.order_by("name", "pk")[:MOST_FOUND])


def consultants_of(viewer: Viewer, business: Business) -> QuerySet[Consultant]:
    """Give the consultants of a practice by whom somebody may narrow its calendar: hosts themselves."""
    rows = Consultant.objects.filter(business=business).order_by("full_name", "pk")
    is_staff = viewer.is_admin or business.pk in viewer.business_ids
    return rows if is_staff else rows.filter(pk__in=viewer.consultant_ids)


def resources_of(business: Business) -> QuerySet[Resource]:
    """Give the resources of a practice."""
    return Resource.objects.filter(business=business, is_active=True).order_by("name", "pk")


def choose(viewer: Viewer, business: Business, said: Any) -> Choice:
    """Read a choice from an address; what is none of the practice's is left out, and noted as wrong."""
    wrong: list[str] = []
    hosts = _named(said.getlist("consultant"), consultants_of(viewer, business), "consultant", wrong)
    rooms = _named(said.getlist("resource"), resources_of(business), "resource", wrong)
    return Choice(business, hosts, rooms, over=said.get("over") == "on", wrong=wrong)


def number(text: str) -> int | None:
    """Read a row's key; None for what can be none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _named(texts: Iterable[str], rows: QuerySet[Any], kind: str, wrong: list[str]) -> list[Any]:
    """Give the rows that an address names, and note what it names in vain."""
    wanted = {text: number(text) for text in texts if text}
    if not wanted:
        return []
    found = list(
        rows.select_related("schedule__business").filter(pk__in=[pk for pk in wanted.values() if pk])
    )
    if len(found) < len(wanted):
        wrong.append(f"There is no such {kind} here.")
    return found
