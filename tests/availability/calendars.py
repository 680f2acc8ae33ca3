"""Short ways to write down calendars and terms for the engine's tests. Everything is in UTC unless said."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bookings.availability.calendars import Busy, Calendar, Hours, KnownSlot
from bookings.availability.engine import MINUTE, Opening, Terms, openings

UTC_ZONE = ZoneInfo("UTC")


def at(text: str, *, zone: ZoneInfo = UTC_ZONE, fold: int = 0) -> int:
    """The epoch second of a wall-clock time such as "2030-01-07 10:00"."""
    return int(datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).timestamp())


def wall(epoch: int, zone: ZoneInfo = UTC_ZONE) -> str:
    """The wall clock at an epoch second, with its offset."""
    return datetime.fromtimestamp(epoch, zone).strftime("%m-%d %H:%M%z").replace("+0000", "")


def terms(minutes: int = 60, step: int = 60, **changes) -> Terms:
    """An hour on the hour, without buffers, notice or horizon; `before` and `after` in minutes."""
    before, after = changes.pop("before", 0), changes.pop("after", 0)
    given = {"service": 1, "seats": 1, "capacity": 1, "notice": None, "horizon": None} | changes
    return Terms(
        duration=minutes * MINUTE, step=step * MINUTE, before=before * MINUTE, after=after * MINUTE, **given
    )


def every_day(opens: float = 9, closes: float = 17) -> tuple[Hours, ...]:
    """The same hours, in hours of the wall clock, on all seven days."""
    return tuple(Hours(weekday, int(opens * 60), int(closes * 60)) for weekday in range(7))


def calendar(
    hours: tuple[Hours, ...] = every_day(),
    *,
    zone: ZoneInfo = UTC_ZONE,
    busy: tuple[Busy, ...] = (),
    slots: tuple[KnownSlot, ...] = (),
    **rules,
) -> Calendar:
    """A calendar, open from 9 to 17 every day."""
    return Calendar(schedule=1, zone=zone, hours=hours, busy=busy, slots=slots, **rules)


def slot(start: int, minutes: int = 60, **changes) -> KnownSlot:
    """A published slot for any service, with one seat that is free."""
    given = {"pk": 1, "service": None, "capacity": 1, "taken": 0, "published": True} | changes
    return KnownSlot(start=start, end=start + minutes * MINUTE, **given)


def offered(
    asked: Terms, among: Calendar, *, since: int, until: int, now: int | None = None
) -> list[Opening]:
    """What the engine offers; long ago, unless `now` says otherwise."""
    return openings(asked, among, since=since, until=until, now=at("2000-01-01") if now is None else now)


def starts(asked: Terms, among: Calendar, day: str = "2030-01-07", *, now: int | None = None) -> list[str]:
    """The wall-clock times offered on a date of the calendar's zone."""
    since = at(day, zone=among.zone)
    until = at(day + " 23:59:59", zone=among.zone) + 1
    found = offered(asked, among, since=since, until=until, now=now)
    return [wall(opening.start, among.zone)[6:] for opening in found]
