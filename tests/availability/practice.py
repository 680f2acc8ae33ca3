"""Short ways to ask and book at a practice, for the named cases about time."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from bookings.availability import selectors, services
from bookings.availability.hosts import hosts_of
from bookings.schedules.models import Schedule, WeeklyHours
from tests import factories
from tests.factories import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WARSAW = "Europe/Warsaw"


def instant(text, zone="UTC", *, fold=0):
    """What a wall clock shows, such as "2030-03-31 01:00", as an instant; an offset that is written counts."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone), fold=fold)


def listed(offered, host=None, *, since=NOW, until=None, now=NOW, seats=1):
    """The starts that are offered, of one consultant or of anyone."""
    offered = type(offered).objects.select_related("business").get(pk=offered.pk)
    found = selectors.offered(
        terms=selectors.terms_of(offered, seats=seats),
        hosts=hosts_of(offered, consultant_id=host.pk if host is not None else None),
        since=since,
        until=until or since + DAY,
        now=now,
    )
    return [selectors.moment(opening.start) for opening in found]


def clocks(starts, zone="UTC"):
    """The same starts as the clock shows them."""
    return [start.astimezone(ZoneInfo(zone)).strftime("%H:%M") for start in starts]


def hold(offered, host=None, start=factories.TEN, *, now=NOW, **how):
    """Take time with one consultant or anyone; gives what is held. Raises SLOT_UNAVAILABLE."""
    offered = type(offered).objects.select_related("business").get(pk=offered.pk)
    with transaction.atomic():
        return services.hold(
            terms=selectors.terms_of(offered),
            hosts=hosts_of(offered, consultant_id=host.pk if host is not None else None),
            start=start,
            now=now,
            **how,
        )


def why(offered, host=None, start=factories.TEN, *, now=NOW, seats=1, length=None):
    """The codes of every rule that stands against a start."""
    offered = type(offered).objects.select_related("business").get(pk=offered.pk)
    told = selectors.explain(
        terms=selectors.terms_of(offered, seats=seats, length=length),
        hosts=hosts_of(offered, consultant_id=host.pk if host is not None else None),
        start=start,
        now=now,
    )
    return [str(reason) for reason in told.reasons]


def change(row, **columns):
    """Set columns as the admin would."""
    type(row).objects.filter(pk=row.pk).update(**columns)
    row.refresh_from_db()


def weekly(host, *rows):
    """Replace the weekly hours by (weekday, opens, closes) in hours of the wall clock."""
    schedule: Schedule = host.schedule
    schedule.weekly_hours.all().delete()
    WeeklyHours.objects.bulk_create(
        WeeklyHours(schedule=schedule, weekday=weekday, opens=int(opens * 60), closes=int(closes * 60))
        for weekday, opens, closes in rows
    )
