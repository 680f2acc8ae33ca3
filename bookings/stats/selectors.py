"""The figures of a practice, a consultant or the platform, in as many statements for few bookings as for many."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Model, Sum

from bookings.accounts.viewer import Viewer
from bookings.businesses.models import Business
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.stats import counting, money, using
from bookings.stats.figures import Count, Figures, Part, Stars
from bookings.stats.scope import Days, Scope, scope_for


def statistics(
    *,
    viewer: Viewer,
    business_id: int | None = None,
    consultant_id: int | None = None,
    first: date | None = None,
    last: date | None = None,
    now: datetime,
) -> Figures:
    """Give the figures of the sessions of some days, both ends included; of the last 30 where none are named.

    Raises UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, and VALIDATION_FAILED for days in the wrong order, or over 366.
    """
    scope = scope_for(viewer, business_id=business_id, consultant_id=consultant_id)
    lately = Days.until(scope.today(now))
    days = lately if first is None or last is None else Days.read(first, last)
    return figures(scope, days, lately, now=now)


def figures(scope: Scope, days: Days, lately: Days, *, now: datetime) -> Figures:
    """Give them for who was let in. Of the whole platform neither parts nor utilisation are told."""
    parts = scope.business is not None
    found = counting.count(scope, days, parts=parts)
    recent = found if days == lately else counting.count(scope, lately, parts=False)
    people, things = using.use(scope, days) if parts else (None, None)
    return Figures(
        first=days.first,
        last=days.last,
        zone=scope.zone.key,
        whole=found.whole,
        days=found.days,
        lately=recent.days,
        upcoming=counting.upcoming(scope, now=now),
        cancelled_by=counting.cancelled_by(scope, days),
        stars=_stars(scope),
        services=_parts(Service, "name", found.services),
        consultants=_parts(Consultant, "full_name", found.consultants),
        revenue=money.revenue(scope, days) if scope.money else None,
        consultants_use=people,
        resources_use=things,
    )


def _parts(model: type[Model], name: str, counts: Mapping[int, Count]) -> list[Part]:
    """Name services or consultants, those out of use too; whoever has most stands first."""
    rows: Any = model._default_manager.filter(pk__in=counts).values_list("pk", name) if counts else ()
    parts = [Part(pk, called, counts[pk]) for pk, called in rows]
    return sorted(parts, key=lambda part: (-part.count.total, part.name, part.pk))


def _stars(scope: Scope) -> Stars:
    """Give what reviews left beside whom the figures are of."""
    of = scope.consultant or scope.business
    if of is not None:
        return Stars(of.rating_count, of.rating_sum)
    sums = Business.objects.aggregate(number=Sum("rating_count"), total=Sum("rating_sum"))
    return Stars(sums["number"] or 0, sums["total"] or 0)
