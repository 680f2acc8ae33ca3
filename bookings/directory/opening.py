"""Whether practices are open now, each on its own wall clock: as rows in hand say, and as a condition of the database.

Both go by the rules by which the engine takes a practice's hours; a clock that is put forward or back included.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Q

from bookings.businesses.models import Business, ClosedDay, OpeningHours
from bookings.common.zones import zone
from bookings.schedules.walltime import MINUTES_OF_A_DAY, instant, local_date

DAY = timedelta(days=1)
ABOUT_A_CHANGE = timedelta(days=3)
"""So near to it that a clock which is put forward or back matters to hours of today and yesterday."""


class Moment(NamedTuple):
    """An instant as a zone's hours see it, in minutes of a wall clock.

    Of today's intervals those are open that open at `opened` at the latest and close after `closed`; of
    yesterday's, which may run past midnight, those that close after `closed_yesterday`.
    """

    today: date
    opened: int
    closed: int
    closed_yesterday: int


def is_open(business: Business, now: datetime) -> bool:
    """Tell whether a practice is open; reads its hours and closed days, all rows of each, from what was prefetched."""
    here = _moment(zone(business.timezone), _minute(now))
    if any(row.date == here.today for row in business.closed_days.all()):
        return False
    rows = business.opening_hours.all()
    weekday = here.today.weekday()
    return not rows or any(
        (row.weekday == weekday and row.opens <= here.opened and row.closes > here.closed)
        or (row.weekday == (weekday - 1) % 7 and row.closes > here.closed_yesterday)
        for row in rows
    )


def open_at(now: datetime, zones: Iterable[str]) -> Q:
    """Give the condition that a practice in one of these zones is open: what the zones' clocks show is known here.

    Where the listing says that it sets no hours of its own, it is open always, but on the days that it closes.
    """
    moments: defaultdict[Moment, list[str]] = defaultdict(list)
    for name in sorted(zones):
        moments[_moment(zone(name), _minute(now))].append(name)
    found = Q(pk__in=())
    for here, names in moments.items():
        weekday = here.today.weekday()
        # Apart, so that each is a walk in one index.
        today = OpeningHours.objects.filter(weekday=weekday, opens__lte=here.opened, closes__gt=here.closed)
        yesterday = OpeningHours.objects.filter(weekday=(weekday - 1) % 7, closes__gt=here.closed_yesterday)
        closed = ClosedDay.objects.filter(date=here.today).values("business")
        found |= (
            Q(timezone__in=names)
            & (
                Q(listing__sets_hours=False)
                | Q(pk__in=today.values("business"))
                | Q(pk__in=yesterday.values("business"))
            )
            & ~Q(pk__in=closed)
        )
    return found


def _minute(now: datetime) -> int:
    """Give the epoch second at which the minute began: hours are of whole minutes."""
    return int(now.timestamp()) // 60 * 60


def _moment(there: ZoneInfo, epoch: int) -> Moment:
    wall = datetime.fromtimestamp(epoch, UTC).astimezone(there)
    around = (wall.astimezone(UTC) + shift for shift in (-ABOUT_A_CHANGE, ABOUT_A_CHANGE))
    if any(at.astimezone(there).utcoffset() != wall.utcoffset() for at in around):
        return _about_a_change(there, epoch)
    minutes = wall.hour * 60 + wall.minute
    return Moment(wall.date(), minutes, minutes, MINUTES_OF_A_DAY + minutes)


def _about_a_change(there: ZoneInfo, epoch: int) -> Moment:
    """Ask minute by minute which times had come by then: where a clock is put back, some come twice."""
    today = local_date(there, epoch)
    return Moment(
        today,
        _last(epoch, range(MINUTES_OF_A_DAY), lambda minute: instant(there, today, minute)),
        _last(epoch, range(2 * MINUTES_OF_A_DAY + 1), lambda minute: _closing(there, today, minute)),
        _last(epoch, range(2 * MINUTES_OF_A_DAY + 1), lambda minute: _closing(there, today - DAY, minute)),
    )


def _last(epoch: int, minutes: Sequence[int], key: Callable[[int], int]) -> int:
    """Give the last of the minutes whose time has come, -1 for none; times never go back with the minutes."""
    return bisect_right(minutes, epoch, key=key) - 1


def _closing(there: ZoneInfo, day: date, minute: int) -> int:
    """Give when something closes: late, where a clock shows that twice, but for midnight (as the engine says)."""
    return instant(there, day, minute, late=minute != MINUTES_OF_A_DAY)
