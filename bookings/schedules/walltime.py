"""Wall-clock times of a zone as instants, across daylight saving."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

MINUTES_OF_A_DAY = 24 * 60
SECONDS_OF_A_DAY = 24 * 60 * 60


class ClockChange(NamedTuple):
    """An epoch second at which a zone's clock jumps, and by how many seconds: forward, or back where it is negative."""

    at: int
    by: int


@lru_cache(maxsize=50_000)
def instant(zone: ZoneInfo, day: date, minutes: int, *, late: bool = False) -> int:
    """Give the epoch second at which `minutes` after a day's midnight stand on the wall clock.

    A time that the clock skips becomes the moment of the jump. One that it shows twice becomes the
    first, or with `late` the second: hours open at the first and close at the second. The time to which
    the clock is put back is the first with either: until its second, only later times are shown.
    """
    extra_days, rest = divmod(minutes, MINUTES_OF_A_DAY)
    wall = datetime.combine(day + timedelta(days=extra_days), time(rest // 60, rest % 60), zone)
    first, second = (_epoch(wall.replace(fold=fold)) for fold in (0, 1))
    if second < first:
        return _jump(zone, second, first)
    return second if late and second > first and not _is_put_back(zone, second) else first


def whole_days(zone: ZoneInfo, first: date, last: date) -> tuple[int, int]:
    """Give the epoch seconds at which a date begins and a later one, or the same, ends: midnight to midnight there."""
    return instant(zone, first, 0), instant(zone, last, MINUTES_OF_A_DAY)


def local_date(zone: ZoneInfo, epoch: int) -> date:
    """Give the date that the zone's wall calendar shows at an epoch second."""
    return datetime.fromtimestamp(epoch, zone).date()


def clock_changes(zone: ZoneInfo, since: int, until: int) -> list[ClockChange]:
    """Give when a zone's clock jumps between two epoch seconds; it jumps once a day at most."""
    found = []
    for low in range(since, until, SECONDS_OF_A_DAY):
        high = min(low + SECONDS_OF_A_DAY, until)
        by = _offset(zone, high) - _offset(zone, low)
        if by:
            found.append(ClockChange(_jump(zone, low, high), by))
    return found


def _offset(zone: ZoneInfo, epoch: int) -> int:
    return int((datetime.fromtimestamp(epoch, zone).utcoffset() or timedelta()).total_seconds())


def _epoch(moment: datetime) -> int:
    return int(moment.timestamp())


def _is_put_back(zone: ZoneInfo, epoch: int) -> bool:
    """Tell whether the zone's offset changes at this very second."""
    before, after = (datetime.fromtimestamp(second, zone).utcoffset() for second in (epoch - 1, epoch))
    return before != after


def _jump(zone: ZoneInfo, low: int, high: int) -> int:
    """Find the second between two instants at which the zone's offset changes."""
    before = datetime.fromtimestamp(low, UTC).astimezone(zone).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, UTC).astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high
