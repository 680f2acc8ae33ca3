from zoneinfo import ZoneInfo

import pytest

from bookings.availability.calendars import Busy, Hours, Practice
from tests.availability.calendars import at, calendar, every_day, offered, starts, terms, wall

WARSAW = ZoneInfo("Europe/Warsaw")
MONDAY = "2030-01-07"


# Hours and step


def test_openings__starts_lie_on_the_step_grid_from_the_intervals_start():
    hours = (Hours(0, 9 * 60 + 10, 12 * 60),)

    assert starts(terms(minutes=60, step=25), calendar(hours)) == [
        "09:10",
        "09:35",
        "10:00",
        "10:25",
        "10:50",
    ]


def test_openings__each_interval_has_its_own_grid():
    hours = (Hours(0, 9 * 60, 10 * 60 + 30), Hours(0, 13 * 60 + 15, 15 * 60 + 15))

    assert starts(terms(), calendar(hours)) == ["09:00", "13:15", "14:15"]


def test_openings__session_may_end_with_the_interval_and_no_later():
    assert starts(terms(minutes=60), calendar(every_day(9, 11))) == ["09:00", "10:00"]
    assert starts(terms(minutes=61), calendar(every_day(9, 11))) == ["09:00"]
    assert starts(terms(minutes=121), calendar(every_day(9, 11))) == []


def test_openings__session_may_cross_where_intervals_touch_and_each_keeps_its_grid():
    hours = (Hours(0, 9 * 60, 10 * 60), Hours(0, 10 * 60, 12 * 60))

    assert starts(terms(minutes=90, step=45), calendar(hours)) == ["09:00", "09:45", "10:00"]


def test_openings__other_weekdays_hours_do_not_count():
    assert starts(terms(), calendar((Hours(1, 9 * 60, 10 * 60),)), MONDAY) == []
    assert starts(terms(), calendar((Hours(1, 9 * 60, 10 * 60),)), "2030-01-08") == ["09:00"]


def test_openings__overlapping_intervals_offer_a_start_once():
    hours = (Hours(0, 9 * 60, 11 * 60), Hours(0, 10 * 60, 12 * 60))

    assert starts(terms(), calendar(hours)) == ["09:00", "10:00", "11:00"]


def test_openings__range_is_half_open():
    found = offered(terms(), calendar(), since=at("2030-01-07 10:00"), until=at("2030-01-07 12:00"))

    assert [wall(opening.start) for opening in found] == ["01-07 10:00", "01-07 11:00"]


def test_openings__range_that_begins_inside_the_hours_keeps_the_grid():
    found = offered(terms(step=45), calendar(), since=at("2030-01-07 09:01"), until=at("2030-01-07 11:15"))

    assert [wall(opening.start) for opening in found] == ["01-07 09:45", "01-07 10:30"]


def test_openings__no_hours_offer_nothing():
    assert starts(terms(), calendar(())) == []


# Busy time and buffers


def test_openings__half_open_ends_may_touch():
    busy = (Busy(at("2030-01-07 10:00"), at("2030-01-07 11:00"), 7),)

    assert starts(terms(), calendar(every_day(9, 12), busy=busy)) == ["09:00", "11:00"]


def test_openings__one_minute_of_overlap_is_too_much():
    busy = (Busy(at("2030-01-07 09:59"), at("2030-01-07 11:01"), 7),)

    assert starts(terms(), calendar(every_day(9, 13), busy=busy)) == ["12:00"]


def test_openings__after_60_60_at_ten_the_next_60_60_starts_at_thirteen():
    busy = (Busy(at("2030-01-07 09:00"), at("2030-01-07 12:00"), 7),)

    assert starts(terms(before=60, after=60), calendar(every_day(8, 15), busy=busy)) == ["13:00", "14:00"]


def test_openings__each_side_has_its_own_buffers():
    busy = (Busy(at("2030-01-07 11:00"), at("2030-01-07 12:00"), 7),)
    among = calendar(every_day(9, 15), busy=busy)

    assert starts(terms(before=30), among) == ["09:00", "10:00", "13:00", "14:00"]
    assert starts(terms(after=30), among) == ["09:00", "12:00", "13:00", "14:00"]


def test_openings__buffers_may_lie_outside_hours():
    assert starts(terms(before=120, after=120), calendar(every_day(9, 11))) == ["09:00", "10:00"]


def test_openings__busy_time_of_the_day_before_reaches_in():
    busy = (Busy(at("2030-01-06 22:00"), at("2030-01-07 09:30"), 7),)

    assert starts(terms(), calendar(every_day(9, 12), busy=busy)) == ["10:00", "11:00"]


# Notice and horizon


@pytest.mark.parametrize(
    ("now", "expected"),
    [("09:30:00", ["10:00", "11:00"]), ("09:30:01", ["11:00"]), ("09:29:59", ["10:00", "11:00"])],
)
def test_openings__exactly_the_notice_is_enough(now, expected):
    asked = terms(notice=30 * 60)

    assert starts(asked, calendar(every_day(9, 12)), now=at(f"2030-01-07 {now}")) == expected


def test_openings__without_notice_the_next_second_is_open_and_the_present_is_not():
    among = calendar(every_day(9, 12))

    for notice in (0, None):
        assert starts(terms(notice=notice), among, now=at("2030-01-07 09:59:59")) == ["10:00", "11:00"]
        assert starts(terms(notice=notice), among, now=at("2030-01-07 10:00")) == ["11:00"]


@pytest.mark.parametrize("now", ["2030-01-07 00:00:00", "2030-01-07 23:59:59"])
def test_openings__horizon_counts_dates_of_the_schedules_zone(now):
    among = calendar(every_day(0, 24), zone=WARSAW)
    asked = terms(horizon=1)
    found = offered(
        asked,
        among,
        since=at("2030-01-07", zone=WARSAW),
        until=at("2030-01-20", zone=WARSAW),
        now=at(now, zone=WARSAW),
    )

    assert wall(found[-1].start, WARSAW) == "01-08 23:00+0100"


def test_openings__horizon_of_zero_is_today():
    among = calendar(every_day(9, 11))
    found = offered(terms(horizon=0), among, since=at(MONDAY), until=at("2030-01-20"), now=at(MONDAY))

    assert [wall(opening.start) for opening in found] == ["01-07 09:00", "01-07 10:00"]


# Around midnight


def test_openings__overnight_hours_run_into_the_next_day():
    among = calendar((Hours(0, 22 * 60, 26 * 60),))

    assert starts(terms(), among, MONDAY) == ["22:00", "23:00"]
    assert starts(terms(), among, "2030-01-08") == ["00:00", "01:00"]


def test_openings__session_may_run_across_midnight():
    among = calendar((Hours(0, 22 * 60, 26 * 60),))

    assert starts(terms(minutes=120, step=30), among, MONDAY) == ["22:00", "22:30", "23:00", "23:30"]
    assert starts(terms(minutes=120, step=30), among, "2030-01-08") == ["00:00"]


def test_openings__hours_may_end_at_24():
    among = calendar((Hours(0, 22 * 60, 24 * 60),))

    assert starts(terms(), among, MONDAY) == ["22:00", "23:00"]
    assert starts(terms(), among, "2030-01-08") == []


# Daylight saving. In Warsaw 2030-03-31 lacks the hour from 02:00, 2030-10-27 has the hour from 02:00 twice.


def test_openings__time_in_the_spring_gap_is_not_offered():
    among = calendar(every_day(1, 5), zone=WARSAW)

    assert starts(terms(minutes=30, step=30), among, "2030-03-31") == [
        "01:00+0100", "01:30+0100", "03:00+0200", "03:30+0200", "04:00+0200", "04:30+0200",
    ]  # fmt: skip


def test_openings__hours_that_start_in_the_gap_start_with_the_jump():
    hours = (Hours(6, 2 * 60 + 30, 4 * 60),)

    assert starts(terms(minutes=30, step=30), calendar(hours, zone=WARSAW), "2030-03-31") == [
        "03:00+0200",
        "03:30+0200",
    ]


def test_openings__hours_that_lie_in_the_gap_are_closed():
    hours = (Hours(6, 2 * 60, 3 * 60),)

    assert starts(terms(minutes=30, step=30), calendar(hours, zone=WARSAW), "2030-03-31") == []


def test_openings__the_autumn_hour_is_offered_twice_and_told_apart():
    found = offered(
        terms(),
        calendar(every_day(1, 4), zone=WARSAW),
        since=at("2030-10-27", zone=WARSAW),
        until=at("2030-10-27 12:00", zone=WARSAW),
    )

    assert [wall(opening.start, WARSAW) for opening in found] == [
        "10-27 01:00+0200",
        "10-27 02:00+0200",
        "10-27 02:00+0100",
        "10-27 03:00+0100",
    ]
    assert len({opening.start for opening in found}) == 4


def test_openings__hours_that_end_in_the_autumn_hour_end_at_its_second_time():
    hours = (Hours(6, 60, 2 * 60 + 30),)

    assert starts(terms(minutes=30, step=30), calendar(hours, zone=WARSAW), "2030-10-27") == [
        "01:00+0200", "01:30+0200", "02:00+0200", "02:30+0200", "02:00+0100",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "offset"),
    [("2030-03-30", "+0100"), ("2030-03-31", "+0200"), ("2030-10-26", "+0200"), ("2030-10-27", "+0100")],
)
def test_openings__nine_stays_nine_across_daylight_saving(day, offset):
    assert starts(terms(), calendar(every_day(9, 10), zone=WARSAW), day) == [f"09:00{offset}"]


# Rows that nobody can enter, but that may be there


def test_openings__overlapping_intervals_keep_their_grids_where_the_practice_closes_at_noon():
    hours = (Hours(0, 9 * 60, 17 * 60), Hours(0, 10 * 60 + 30, 12 * 60))
    practice = Practice(ZoneInfo("UTC"), (Hours(0, 0, 12 * 60), Hours(0, 13 * 60, 24 * 60)))

    found = starts(terms(minutes=30), calendar(hours, practice=practice))

    assert found == ["09:00", "10:00", "10:30", "11:00", "11:30", "13:00", "14:00", "15:00", "16:00"]
