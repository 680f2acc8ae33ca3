"""Reading slots as those who run a calendar need them. What clients are offered is availability's to say."""

from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from bookings.accounts.viewer import Viewer
from bookings.businesses import policies
from bookings.businesses.models import ClosedDay
from bookings.businesses.policies import Duty
from bookings.common.errors import DomainError, ErrorCode, invalid
from bookings.common.zones import zone
from bookings.consultants.models import Consultant
from bookings.resources.models import Resource
from bookings.schedules.models import Schedule, TimeOff
from bookings.schedules.walltime import whole_days
from bookings.slots.models import Occupation, Slot
from bookings.slots.planning import Range, Ranges, Standing

Host = Consultant | Resource
"""Whose calendar it is."""

REACH = timedelta(days=10)
"""No session is longer than seven days, no busy time longer than nine: what began earlier is over."""


def host(*, consultant_id: int | None, resource_id: int | None) -> Host:
    """Give whose calendar is named, also one that is out of use, but no deleted resource's.

    Raises NOT_FOUND, and VALIDATION_FAILED unless exactly one is named.
    """
    found: Host | None
    if consultant_id is not None and resource_id is None:
        found = Consultant.objects.select_related("schedule__business").filter(pk=consultant_id).first()
    elif resource_id is not None and consultant_id is None:
        found = (
            Resource.objects.select_related("schedule__business")
            .filter(pk=resource_id, is_active=True)
            .first()
        )
    else:
        named = "consultantId" if resource_id is None else "resourceId"
        raise invalid(named, gettext("Name either a consultant or a resource."))
    if found is None:
        raise DomainError(
            ErrorCode.NOT_FOUND, field=["resourceId" if consultant_id is None else "consultantId"]
        )
    return found


def changeable(viewer: Viewer) -> QuerySet[Schedule]:
    """Give the schedules that the viewer may change: those of which schedules/policies.may_change says so."""
    if viewer.is_admin:
        return Schedule.objects.all()
    businesses = [pk for pk in viewer.business_ids if policies.may(viewer, Duty.CALENDARS, pk)]
    return Schedule.objects.filter(Q(business__in=businesses) | Q(consultant__in=viewer.consultant_ids))


def published_to(viewer: Viewer) -> QuerySet[Slot]:
    """Give the published slots of the calendars that the viewer may change."""
    return Slot.objects.filter(is_published=True, schedule__in=changeable(viewer).values("pk"))


def published_at(schedule_id: int, starts: list[datetime]) -> list[Slot]:
    """Give the schedule's published slots that start at one of these instants, in order."""
    if not starts:
        return []
    wanted = frozenset(starts)
    rows = Slot.objects.select_related("published_service").filter(
        schedule=schedule_id, is_published=True, starts_at__range=(min(starts), max(starts))
    )
    return [slot for slot in rows.order_by("starts_at") if slot.starts_at in wanted]


def standing(schedule: Schedule, low: datetime, high: datetime) -> Standing:
    """Give what stands against sessions inside [low, high), buffers included: four statements, however many rows."""
    published = list(
        Slot.objects.filter(
            schedule=schedule, is_published=True, starts_at__gte=low - REACH, starts_at__lt=high
        ).values_list("starts_at", "ends_at")
    )
    busy = Occupation.objects.filter(schedule=schedule, busy_from__gte=low - REACH, busy_from__lt=high)
    time_off = TimeOff.objects.filter(schedule=schedule, ends_at__gt=low, starts_at__lt=high)
    return Standing(
        starts=frozenset(start for start, _ in published),
        published=Ranges(published),
        busy=Ranges(busy.values_list("busy_from", "busy_until")),
        time_off=Ranges(time_off.values_list("starts_at", "ends_at")),
        closed=Ranges(_closed(schedule, low, high)),
    )


def _closed(schedule: Schedule, low: datetime, high: datetime) -> list[Range]:
    """Give the practice's closed days, each from midnight to midnight on the practice's clock."""
    clock = zone(schedule.business.timezone)
    dates = ClosedDay.objects.filter(
        business=schedule.business_id,
        date__range=(low.astimezone(clock).date(), high.astimezone(clock).date()),
    ).values_list("date", flat=True)
    days = (whole_days(clock, day, day) for day in dates)
    return [(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)) for start, end in days]
