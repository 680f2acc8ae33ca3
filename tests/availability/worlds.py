"""Random practices: everything that opens, closes and fills a calendar, around nights on which a clock jumps."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

DAY = 24 * 60
NIGHTS = [
    ("Europe/Warsaw", date(2030, 3, 31)),
    ("Europe/Warsaw", date(2030, 10, 27)),
    ("America/Havana", date(2030, 3, 10)),  # midnight is skipped
    ("America/Havana", date(2030, 11, 3)),  # midnight comes twice
    ("Asia/Beirut", date(2030, 10, 27)),  # the hour before midnight comes twice
    ("Australia/Lord_Howe", date(2030, 10, 6)),  # by half an hour
    ("Australia/Lord_Howe", date(2030, 4, 7)),
    ("America/St_Johns", date(2030, 11, 3)),
    ("Asia/Kolkata", date(2030, 3, 31)),
    ("UTC", date(2030, 1, 1)),
    ("Pacific/Apia", date(2011, 12, 30)),  # this date was left out
]
OTHER_ZONES = ["UTC", "Europe/Warsaw", "America/Havana", "Asia/Kolkata", "Pacific/Apia", "America/New_York"]


@dataclass(frozen=True)
class Hall:
    """A calendar's rules. Hours in minutes of the wall clock, of days counted from the night.

    Time off as the minutes after `since` at which it begins, and how many.
    """

    weekly: list[tuple[int, int, int]]
    overrides: list[tuple[int, int | None, int | None]]
    off: list[tuple[int, int]]
    zone: str
    seasons: list[tuple[int, int | None, list[tuple[int, int, int]]]] = field(default_factory=list)
    follows: bool = False
    per_day: int | None = None
    per_week: int | None = None
    usable: bool = True
    capacity: int = 3


@dataclass(frozen=True)
class World:
    """All that is drawn for one example. Services are numbered 0 (the one asked for) to 2."""

    night: date
    since: datetime
    until: datetime
    now: datetime
    practice_zone: str
    opening: list[tuple[int, int, int]]
    closed: list[int]
    services: list[dict[str, Any]]
    people: list[Hall]
    rooms: list[Hall]
    published: list[tuple[int, int, int, int | None, int]]
    booked: list[tuple[int, int, int, int]]
    seats: int
    longer: int


quarters = st.integers(0, DAY // 15 - 1).map(lambda n: n * 15)
in_the_night = st.sampled_from([0, 15, 30, 60, 75, 90, 105, 120, 135, 150, 165, 180, 22 * 60, 23 * 60, 1410])
opens = st.one_of(in_the_night, st.sampled_from([8 * 60, 9 * 60, 13 * 60 + 15, 17 * 60]), quarters)
lengths = st.sampled_from([60, 90, 120, 180, 240, 300, 480, 600, 720, DAY])
interval = st.builds(lambda start, length: (start, start + length), opens, lengths)
to_midnight = st.builds(lambda start: (start, DAY), opens)
by_the_clock = st.builds(
    lambda start, end: (start, end if end > start else end + DAY), opens, st.one_of(in_the_night, quarters)
)
intervals = st.one_of(interval, by_the_clock, by_the_clock, to_midnight)
days = st.integers(-2, 2)
weekly = st.lists(st.tuples(days, intervals), min_size=2, max_size=8)
every_day = st.lists(intervals, min_size=1, max_size=2).map(
    lambda each: [(day, one) for day in range(-3, 4) for one in each]
)
hours = st.one_of(weekly, every_day, every_day)
few = st.sampled_from([0, 0, 0, 1, 2])
instants = st.integers(-8, 2 * 96).map(lambda n: n * 15)
odd = st.builds(lambda start, by: start + by, instants, st.sampled_from([0, 0, 0, 1, -1]))
"""Now and then a minute beside the grid, where a minute too much or too little would show."""


def several(draw: st.DrawFn, each: st.SearchStrategy[Any], count: st.SearchStrategy[int]) -> list[Any]:
    """As many as `count` says; st.lists has its own mind about how many."""
    return [draw(each) for _ in range(draw(count))]


@st.composite
def halls(draw: st.DrawFn, zone: st.SearchStrategy[str], *, room: bool = False) -> Hall:
    rows: dict[tuple[int, int | None], tuple[int, int | None, int | None]] = {}
    for day in several(draw, days, few):
        for start, end in several(draw, intervals, st.sampled_from([0, 1, 1, 2])):
            rows[day, start] = (day, start, end)
        if not any(key[0] == day for key in rows):
            rows[day, None] = (day, None, None)
    caps = st.none() if room else st.sampled_from([None, None, None, None, 1, 2, 3])
    follows = room and draw(st.booleans())
    return Hall(
        weekly=[] if follows and draw(st.booleans()) else [(day, *one) for day, one in draw(hours)],
        overrides=list(rows.values()),
        off=several(draw, st.tuples(odd, st.sampled_from([15, 60, 105, 600])), few),
        zone=draw(zone),
        seasons=_seasons(draw),
        follows=follows,
        per_day=draw(caps),
        per_week=draw(caps),
        usable=draw(st.sampled_from([True] * (5 if room else 24) + [False])),
        capacity=draw(st.sampled_from([3, 3, 3, 3, 3, 1])),
    )


def _seasons(draw: st.DrawFn) -> list[tuple[int, int | None, list[tuple[int, int, int]]]]:
    """Weeks that count from one day on, and until another or for good; each begins on a day of its own."""
    found = {}
    for first in several(draw, st.integers(-4, 2), st.sampled_from([0, 0, 0, 1, 2])):
        length = draw(st.sampled_from([None, 0, 1, 2, 30]))
        found[first] = (first, length, [(day, *one) for day, one in draw(hours)])
    return list(found.values())


@st.composite
def worlds(draw: st.DrawFn) -> World:
    zone, night = draw(st.sampled_from(NIGHTS))
    midnight = datetime(night.year, night.month, night.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    since = midnight - timedelta(minutes=draw(st.sampled_from([DAY, DAY, 615, 0])))
    until = since + timedelta(minutes=draw(st.sampled_from([2 * DAY, 2 * DAY, DAY + 75, 3 * DAY])))
    own_zone = st.sampled_from([zone, zone, zone, *OTHER_ZONES])
    asked = draw(_services())
    seats = draw(st.sampled_from([1] * 7 + [2])) if asked["seats"] == 1 else draw(st.sampled_from([1, 1, 2]))
    starts = several(draw, odd, st.sampled_from([1, 2, 3]))
    last = (until - since) // timedelta(minutes=1)
    here = st.sampled_from([*starts * 3, draw(odd), last])
    people = several(draw, halls(own_zone), st.sampled_from([1, 1, 2]))
    rooms = several(draw, halls(own_zone, room=True), st.sampled_from([1] * 7 + [2] * 7 + [0]))
    if asked["holds"] == "CONSULTANT":
        rooms = []
    hosts = len(people) + len(rooms)
    longer = draw(st.sampled_from([0, 0, 0, 15, 60]))
    length = asked["duration"] + longer
    slot = st.tuples(
        st.sampled_from([0, 0, *range(hosts)]),
        here,
        st.sampled_from([length, length, length, 45]),
        st.sampled_from([None, 0, 1]),
        st.integers(1, 3),
    )
    published = {one[:2]: one for one in several(draw, slot, st.sampled_from([0, 1, 2, 3]))}
    return World(
        night=night,
        since=since,
        until=until,
        now=draw(_nows(since, midnight, asked["notice"])),
        practice_zone=draw(st.sampled_from([zone, *OTHER_ZONES])),
        opening=[(day, *one) for day, one in draw(st.one_of(st.just([]), st.just([]), every_day))],
        closed=several(draw, st.integers(-1, 1), st.sampled_from([0, 0, 1])),
        services=[asked, *draw(st.lists(_services(), min_size=2, max_size=2))],
        people=people,
        rooms=rooms,
        published=list(published.values()),
        booked=several(
            draw,
            st.tuples(
                st.sampled_from([0, 0, *range(hosts)]), here, st.sampled_from([0, 0, 1, 2]), st.integers(1, 2)
            ),
            st.sampled_from([0, 1, 2, 3, 4]),
        ),
        seats=seats,
        longer=longer,
    )


@st.composite
def _services(draw: st.DrawFn) -> dict[str, Any]:
    return {
        "duration": draw(st.sampled_from([15, 30, 45, 60, 60, 90])),
        "step": draw(st.sampled_from([15, 30, 45, 60])),
        "buffer_before": draw(st.sampled_from([0, 0, 1, 15, 60])),
        "buffer_after": draw(st.sampled_from([0, 0, 1, 15, 60])),
        "notice": draw(st.sampled_from([0, 30, 30, 60, 60, 600])),
        "horizon": draw(st.sampled_from([60, 60, 60, 60, 60, 60, 0, 1, 2])),
        "seats": draw(st.sampled_from([1, 2, 3])),
        "max_per_day": draw(st.sampled_from([None, None, None, None, None, 1, 2])),
        "max_per_week": draw(st.sampled_from([None, None, None, None, None, 1, 2])),
        "holds": draw(st.sampled_from(["CONSULTANT", "BOTH", "BOTH", "RESOURCE"])),
    }


@st.composite
def _nows(draw: st.DrawFn, since: datetime, midnight: datetime, notice: int) -> datetime:
    """Long before, or close to where notice or horizon decide, give or take what must and must not matter."""
    near = draw(
        st.one_of(
            *[st.just(since - timedelta(hours=11))] * 4,
            st.integers(-2, 1).map(lambda n: midnight + timedelta(days=n)),
            st.integers(-8, 96).map(lambda n: since + timedelta(minutes=15 * n - notice)),
        )
    )
    return near + draw(
        st.sampled_from(
            [timedelta(0), timedelta(seconds=1), timedelta(seconds=-1), timedelta(microseconds=1)]
        )
    )
