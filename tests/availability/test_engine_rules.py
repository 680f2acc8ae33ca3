"""What replaces hours and what takes away from them, without a database."""

from datetime import date
from zoneinfo import ZoneInfo

from bookings.availability.calendars import Busy, Hours, Practice
from bookings.availability.engine import openings
from tests.availability.calendars import at, calendar, every_day, slot, starts, terms, wall

WARSAW, NEW_YORK = ZoneInfo("Europe/Warsaw"), ZoneInfo("America/New_York")
MONDAY, TUESDAY = date(2030, 1, 7), date(2030, 1, 8)
NINE, TEN = 9 * 60, 10 * 60


def test_practice__limits_hours_by_its_own_clock():
    practice = Practice(WARSAW, every_day(9, 12))

    assert starts(terms(), calendar(every_day(0, 24), practice=practice)) == ["08:00", "09:00", "10:00"]


def test_practice__without_hours_is_open_always():
    assert starts(terms(), calendar(every_day(9, 11), practice=Practice(WARSAW))) == ["09:00", "10:00"]


def test_practice__its_intervals_that_touch_are_one():
    practice = Practice(ZoneInfo("UTC"), (Hours(0, 0, TEN + 30), Hours(0, TEN + 30, 24 * 60)))

    assert starts(terms(), calendar(every_day(9, 12), practice=practice)) == ["09:00", "10:00", "11:00"]


def test_follower__without_hours_is_open_whenever_the_practice_is():
    practice = Practice(ZoneInfo("UTC"), every_day(9, 11))

    assert starts(terms(), calendar((), practice=practice, follows_practice=True)) == ["09:00", "10:00"]
    assert starts(terms(), calendar((), practice=practice)) == []


def test_closed_day__is_a_date_of_the_practice():
    practice = Practice(NEW_YORK, closed=frozenset({MONDAY}))

    assert starts(terms(), calendar(every_day(0, 24), practice=practice))[-1] == "04:00"
    assert starts(terms(), calendar(every_day(0, 24), practice=practice), "2030-01-08")[0] == "05:00"


def test_override__replaces_hours_and_practice_and_cuts_the_night_before():
    practice = Practice(ZoneInfo("UTC"), every_day(9, 36))
    among = calendar(every_day(22, 26), practice=practice, overrides={TUESDAY: ((NINE, TEN),)})

    assert starts(terms(), among) == ["00:00", "01:00", "22:00", "23:00"]
    assert starts(terms(), among, "2030-01-08") == ["09:00"]


def test_override__may_run_into_the_next_date_unless_that_has_one_too():
    late = ((22 * 60, 26 * 60),)

    assert starts(terms(), calendar((), overrides={MONDAY: late}), "2030-01-08") == ["00:00", "01:00"]
    assert starts(terms(), calendar((), overrides={MONDAY: late, TUESDAY: ()}), "2030-01-08") == []


def test_time_off__begins_a_grid_of_its_own_and_may_be_touched():
    off = ((at("2030-01-07 10:00"), at("2030-01-07 11:20")),)

    assert starts(terms(), calendar(every_day(9, 14), time_off=off)) == ["09:00", "11:20", "12:20"]


def test_time_off__takes_published_slots_too():
    off = ((at("2030-01-07 20:59"), at("2030-01-07 21:00")),)
    slots = (slot(at("2030-01-07 20:00"), pk=1), slot(at("2030-01-07 21:00"), pk=2))

    assert starts(terms(), calendar((), slots=slots, time_off=off)) == ["21:00"]


def test_rooms__one_of_them_has_to_be_free():
    taken = (Busy(at("2030-01-07 10:00"), at("2030-01-07 11:00"), 7),)
    early, busy = calendar(every_day(9, 10)), calendar(every_day(10, 12), busy=taken)
    span = {"since": at("2030-01-07"), "until": at("2030-01-08"), "now": at("2000-01-01")}

    def listed(*rooms):
        return [wall(one.start)[6:] for one in openings(terms(), calendar(), rooms=rooms, **span)]

    assert listed(early) == ["09:00"]
    assert listed(busy) == ["11:00"]
    assert listed(early, busy) == ["09:00", "11:00"]
    assert listed() == []


def test_caps__are_of_the_calendars_own_week_and_day():
    sunday = slot(at("2030-01-13 10:00"), taken=1, holders=1, published=False, service=1)

    full_week = calendar(slots=(sunday,), per_week=1)
    assert starts(terms(), full_week) == []
    assert starts(terms(), full_week, "2030-01-06")[0] == "09:00"
    assert starts(terms(), full_week, "2030-01-14")[0] == "09:00"
    assert starts(terms(), calendar(slots=(sunday,), per_day=1), "2030-01-12")[0] == "09:00"
    assert starts(terms(), calendar(slots=(sunday,), per_day=1), "2030-01-13") == []
