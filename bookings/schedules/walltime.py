"""Wall-clock times of a zone as instants, across daylight saving."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

MINUTES_OF_A_DAY = 24 * 60


@lru_cache(maxsize=50_000)
def instant(zone: ZoneInfo, day: date, minutes: int, *, late: bool = False) -> int:
    """Give the epoch second at which `minutes` after a day's midnight stand on the wall clock.

    A time that the clock skips becomes the moment of the jump. One that it shows twice becomes the
    first, or with `late` the second: hours open at the first and close at the second.
    """
    extra_days, rest = divmod(minutes, MINUTES_OF_A_DAY)
    wall = datetime.combine(day + timedelta(days=extra_days), time(rest // 60, rest % 60), zone)
    first, second = (_epoch(wall.replace(fold=fold)) for fold in (0, 1))
    if second < first:
        return _jump(zone, second, first)
    return second if late else first


def local_date(zone: ZoneInfo, epoch: int) -> date:
    """Give the date that the zone's wall calendar shows at an epoch second."""
    return datetime.fromtimestamp(epoch, zone).date()


def _epoch(moment: datetime) -> int:
    return int(moment.timestamp())


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
