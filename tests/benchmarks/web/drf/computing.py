"""Open times from weekly hours, the plain way: every start of every day, less what is busy."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.schedules.models import TimeOff, WeeklyHours
from bookings.slots.models import Occupation
from tests.benchmarks.web.drf.serializers import ConsultantSerializer, ServiceSerializer

MINUTE, DAY = datetime.timedelta(minutes=1), datetime.timedelta(days=1)


def computed(
    *,
    service: Service,
    consultant: Consultant,
    since: datetime.datetime,
    until: datetime.datetime,
    first: int,
) -> list[dict[str, Any]]:
    """Give the first open starts in a range, as they are answered."""
    now = timezone.now()
    low = max(since, now + service.notice * MINUTE)
    high = min(until, now + service.horizon * DAY)
    found = []
    person, sold = ConsultantSerializer(consultant).data, ServiceSerializer(service).data
    busy = _busy(consultant, low, high)
    for start in _starts(consultant, service, low, high):
        end = start + service.duration * MINUTE
        begins, ends = start - service.buffer_before * MINUTE, end + service.buffer_after * MINUTE
        if any(a < ends and b > begins for a, b in busy):
            continue
        found.append(
            {
                "startsAt": start,
                "endsAt": end,
                "seatsLeft": service.seats,
                "consultant": person,
                "service": sold,
            }
        )
        if len(found) == first:
            break
    return found


def _starts(
    consultant: Consultant, service: Service, low: datetime.datetime, high: datetime.datetime
) -> list[datetime.datetime]:
    zone = ZoneInfo(consultant.schedule.timezone)
    hours = list(
        WeeklyHours.objects.filter(schedule=consultant.schedule_id, valid_from=None)
        .order_by("opens")
        .values_list("weekday", "opens", "closes")
    )
    day, last = low.astimezone(zone).date(), high.astimezone(zone).date()
    starts = []
    while day <= last:
        midnight = datetime.datetime.combine(day, datetime.time(), zone)
        for weekday, opens, closes in hours:
            if weekday == day.weekday():
                for minute in range(opens, closes - service.duration + 1, service.step):
                    start = (midnight + minute * MINUTE).astimezone(datetime.UTC)
                    if low <= start < high:
                        starts.append(start)
        day += DAY
    return starts


def _busy(
    consultant: Consultant, low: datetime.datetime, high: datetime.datetime
) -> list[tuple[datetime.datetime, datetime.datetime]]:
    taken = Occupation.objects.filter(
        schedule=consultant.schedule_id,
        busy_from__gt=low - 9 * DAY,
        busy_from__lt=high + DAY,
        busy_until__gt=low - DAY,
    ).values_list("busy_from", "busy_until")
    off = TimeOff.objects.filter(
        schedule=consultant.schedule_id, ends_at__gt=low, starts_at__lt=high
    ).values_list("starts_at", "ends_at")
    return [*taken, *off]
