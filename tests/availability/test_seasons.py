"""Weekly hours that are valid from a date, or until one. 2030-01-07 is a Monday."""

from datetime import date

import pytest

from bookings.availability.calendars import Hours, Practice, Season
from tests.availability.calendars import UTC_ZONE, calendar, every_day, starts, terms

SUMMER = Season(date(2030, 1, 14), date(2030, 1, 20), every_day(12, 14))
FOR_GOOD = Season(date(2030, 1, 10), None, every_day(8, 9))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2030-01-09", ["09:00", "10:00"]),
        ("2030-01-10", ["08:00"]),
        ("2030-01-13", ["08:00"]),
        ("2030-01-14", ["12:00", "13:00"]),
        ("2030-01-20", ["12:00", "13:00"]),
        ("2030-01-21", ["08:00"]),
    ],
)
def test_openings__of_the_seasons_that_hold_a_date_the_one_that_began_last_counts(day, expected):
    for seasons in ((SUMMER, FOR_GOOD), (FOR_GOOD, SUMMER)):
        assert starts(terms(), calendar(every_day(9, 11), seasons=seasons), day) == expected


def test_openings__weekday_that_a_season_does_not_name_is_closed():
    only_monday = Season(date(2030, 1, 7), date(2030, 1, 13), (Hours(0, 540, 600),))
    among = calendar(every_day(9, 11), seasons=(only_monday,))

    assert [starts(terms(), among, f"2030-01-{day:02}") for day in (7, 8, 14)] == [
        ["09:00"],
        [],
        ["09:00", "10:00"],
    ]


def test_openings__overnight_hours_belong_to_the_date_on_which_they_begin():
    night = Season(date(2030, 1, 8), date(2030, 1, 8), (Hours(1, 22 * 60, 26 * 60),))
    among = calendar((), seasons=(night,))

    assert starts(terms(), among, "2030-01-08") == ["22:00", "23:00"]
    assert starts(terms(), among, "2030-01-09") == ["00:00", "01:00"]


def test_openings__practice_and_overrides_limit_a_season_as_any_hours():
    season = Season(date(2030, 1, 7), None, every_day(8, 20))
    practice = Practice(UTC_ZONE, every_day(10, 12))
    among = calendar((), seasons=(season,), practice=practice, overrides={date(2030, 1, 8): ((60, 120),)})

    assert starts(terms(), among, "2030-01-07") == ["10:00", "11:00"]
    assert starts(terms(), among, "2030-01-08") == ["01:00"]


def test_openings__what_follows_its_practice_does_so_outside_its_seasons():
    season = Season(date(2030, 1, 8), date(2030, 1, 8), every_day(9, 10))
    practice = Practice(UTC_ZONE, every_day(10, 12))
    among = calendar((), seasons=(season,), practice=practice, follows_practice=True)

    assert starts(terms(), among, "2030-01-07") == ["10:00", "11:00"]
    assert starts(terms(), among, "2030-01-08") == []
