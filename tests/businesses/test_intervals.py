"""What makes open intervals sensible, against a week that is filled in minute by minute."""

from datetime import date
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.businesses.intervals import (
    MINUTES_OF_A_WEEK,
    MOST_A_DAY,
    Interval,
    between,
    problem_of_date,
    problem_of_week,
    read_clock,
    read_interval,
    shown,
)

DAY = date(2030, 1, 8)
DAY_LONG = 24 * 60


@pytest.mark.parametrize(
    ("opens", "closes", "expected"),
    [
        ("09:00", "17:00", (540, 1020)),
        ("00:00", "24:00", (0, 1440)),
        ("22:00", "02:00", (1320, 1560)),
        ("22:00", "24:00", (1320, 1440)),
        ("22:00", "00:00", (1320, 1440)),
        ("08:00", "08:00", (480, 1920)),
        ("00:00", "00:00", (0, 1440)),
    ],
)
def test_read_interval__closing_no_later_than_opening_is_the_next_day(
    opens: str, closes: str, expected: tuple[int, int]
) -> None:
    assert read_interval(opens, closes) == expected


@pytest.mark.parametrize(
    "text", ["", "9:00", "09:0", "24:01", "25:00", "09:60", "09:00 ", "٠٩:٠٠", "09:00\n", "-1:00"]
)
def test_read_clock__refuses_what_no_clock_shows(text: str) -> None:
    with pytest.raises(ValueError, match="is no time such as 09:00"):
        read_clock(text)


def test_read_interval__opens_before_the_days_end() -> None:
    with pytest.raises(ValueError, match="opens at 23:59 at the latest"):
        read_interval("24:00", "10:00")


@given(st.integers(0, DAY_LONG - 1), st.integers(1, DAY_LONG))
def test_interval__reads_back_as_it_was_shown(opens: int, length: int) -> None:
    interval = Interval(opens, opens + length)

    assert read_interval(shown(interval.opens), shown(interval.closes)) == interval


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        (Interval(600, 600), "Monday 10:00–10:00 is empty."),
        (Interval(600, 540), "Monday 10:00–09:00 closes before it opens."),
        (Interval(600, 2041), "Monday 10:00–10:01 lasts more than 24 hours."),
        (Interval(1440, 1500), "Monday: an interval opens between 00:00 and 23:59."),
        (Interval(-1, 10), "Monday: an interval opens between 00:00 and 23:59."),
    ],
    ids=["empty", "inverted", "over a day", "opens at 24:00", "opens before midnight"],
)
def test_problem_of_week__interval_that_makes_no_sense_alone(interval: Interval, words: str) -> None:
    assert problem_of_week([(1, Interval(540, 600)), (0, interval)]) == (words, 1)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            [(0, between(1320, 120)), (1, Interval(60, 180))],
            ("Monday 22:00–02:00 and Tuesday 01:00–03:00 overlap.", 1),
        ),
        (
            [(0, Interval(60, 180)), (6, between(1320, 120))],
            ("Sunday 22:00–02:00 and Monday 01:00–03:00 overlap.", 1),
        ),
        (
            [(2, Interval(540, 720)), (2, Interval(540, 720))],
            ("Wednesday 09:00–12:00 and Wednesday 09:00–12:00 overlap.", 1),
        ),
        (
            [(2, Interval(600, 660)), (2, Interval(540, 720))],
            ("Wednesday 09:00–12:00 and Wednesday 10:00–11:00 overlap.", 1),
        ),
    ],
    ids=["over midnight", "Sunday into Monday", "the same twice", "one inside another"],
)
def test_problem_of_week__names_both_that_overlap(
    rows: list[tuple[int, Interval]], expected: tuple[str, int]
) -> None:
    assert problem_of_week(rows) == expected


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [(0, Interval(540, 720)), (0, Interval(720, 1020))],
        [(0, Interval(1320, 1440)), (1, Interval(0, 60))],
        [(6, between(1320, 120)), (0, Interval(120, 180))],
        [(day, Interval(0, 1440)) for day in range(7)],
        [(day, Interval(600, 2040)) for day in range(7)],
        [(6, Interval(600, 2040))],
    ],
    ids=["none", "noon", "midnight", "Sunday night", "round the clock", "from ten to ten", "alone"],
)
def test_problem_of_week__touching_is_fine(rows: list[tuple[int, Interval]]) -> None:
    assert problem_of_week(rows) is None


def test_problem_of_week__a_day_has_so_many_intervals_at_most() -> None:
    rows = [(0, Interval(10 * place, 10 * place + 10)) for place in range(MOST_A_DAY + 1)]

    assert problem_of_week(rows[:-1]) is None
    assert problem_of_week(rows) == (f"Monday has more than {MOST_A_DAY} intervals.", MOST_A_DAY)


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, DAY_LONG - 1), st.integers(1, DAY_LONG)), max_size=9)
)
def test_problem_of_week__is_found_exactly_where_two_share_a_minute(rows: list[tuple[int, int, int]]) -> None:
    filled = [
        {(day * DAY_LONG + opens + minute) % MINUTES_OF_A_WEEK for minute in range(length)}
        for day, opens, length in rows
    ]
    shared = any(one & other for one, other in combinations(filled, 2))

    found = problem_of_week([(day, Interval(opens, opens + length)) for day, opens, length in rows])

    assert (found is not None) == shared


def test_problem_of_date__looks_at_its_own_rows_alone() -> None:
    night = between(1320, 120)

    assert problem_of_date(DAY, [night, Interval(60, 180)]) is None  # the same date's early morning
    assert problem_of_date(DAY, [night, Interval(1380, 1440)]) == (
        "2030-01-08 22:00–02:00 and 2030-01-08 23:00–24:00 overlap.",
        1,
    )
    assert problem_of_date(DAY, []) is None
