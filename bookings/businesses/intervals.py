"""What makes open intervals sensible, one by one and beside each other. Services and the admin's forms ask here."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from django.utils.translation import gettext

from bookings.businesses.hours import MINUTES_OF_A_DAY, Weekday, wall

MINUTES_OF_A_WEEK = 7 * MINUTES_OF_A_DAY
MOST_A_DAY = 24
"""Intervals that begin on one day."""

_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00")


class Interval(NamedTuple):
    """From and until when, in minutes after one midnight of a wall clock; `closes` may pass the next midnight."""

    opens: int
    closes: int


class DayHours(NamedTuple):
    """What is open on every such weekday (Monday is 0); nothing: closed."""

    weekday: int
    intervals: Sequence[Interval]


class DateHours(NamedTuple):
    """What is open on one date; nothing: closed."""

    date: date
    intervals: Sequence[Interval]


class Problem(NamedTuple):
    """Why some intervals cannot stand: in words, and at which of the rows that were given."""

    message: str
    row: int


def read_clock(text: str) -> int:
    """Give `HH:MM`, 00:00 to 24:00, as minutes after midnight. Raises ValueError in words for a person."""
    if not _CLOCK.fullmatch(text):
        raise ValueError(
            gettext("“%(text)s” is no time such as 09:00; 24:00 is midnight at the end of the day.")
            % {"text": text[:20]}
        )
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)


def between(opens: int, closes: int) -> Interval:
    """Give the interval between two times that a clock shows: one that closes no later than it opens ends next day."""
    return Interval(opens, closes if closes > opens else closes + MINUTES_OF_A_DAY)


def read_interval(opens: str, closes: str) -> Interval:
    """Give the interval between two times as people write them. Raises ValueError in words for a person."""
    start, end = read_clock(opens), read_clock(closes)
    if start == MINUTES_OF_A_DAY:
        raise ValueError(gettext("An interval opens at 23:59 at the latest; 24:00 is the next day's 00:00."))
    return between(start, end)


def shown(minutes: int) -> str:
    """Give the time that the clock shows so many minutes after midnight: 1440 is 24:00, 1500 is 01:00."""
    return wall(minutes if minutes <= MINUTES_OF_A_DAY else minutes - MINUTES_OF_A_DAY)


def in_words(day: str, interval: Interval) -> str:
    """Give an interval as people say it: a day, and from and until when the clock shows."""
    return f"{day} {shown(interval.opens)}–{shown(interval.closes)}"


def problem_of_week(rows: Sequence[tuple[int, Interval]]) -> Problem | None:
    """Find what is wrong with the intervals of a week; each of a weekday, which comes back after Sunday."""
    named = [(str(Weekday(weekday).label), interval) for weekday, interval in rows]
    starts = [weekday * MINUTES_OF_A_DAY + interval.opens for weekday, interval in rows]
    return _alone(named) or _together(named, starts, every=MINUTES_OF_A_WEEK)


def problem_of_date(day: date, intervals: Sequence[Interval]) -> Problem | None:
    """Find what is wrong with the intervals of one date. What runs on past midnight the next date's own rows cut."""
    named = [(day.isoformat(), interval) for interval in intervals]
    return _alone(named) or _together(named, [interval.opens for interval in intervals])


def _alone(named: Sequence[tuple[str, Interval]]) -> Problem | None:
    """Find an interval that makes no sense by itself, or the first of a day that has too many."""
    counts: dict[str, int] = {}
    for row, (day, interval) in enumerate(named):
        opens, closes = interval
        counts[day] = counts.get(day, 0) + 1
        if counts[day] > MOST_A_DAY:
            return Problem(
                gettext("%(day)s has more than %(most)s intervals.") % {"day": day, "most": MOST_A_DAY}, row
            )
        if not 0 <= opens < MINUTES_OF_A_DAY:
            return Problem(gettext("%(day)s: an interval opens between 00:00 and 23:59.") % {"day": day}, row)
        if closes == opens:
            return Problem(gettext("%(interval)s is empty.") % {"interval": in_words(day, interval)}, row)
        if closes < opens:
            return Problem(
                gettext("%(interval)s closes before it opens.") % {"interval": in_words(day, interval)}, row
            )
        if closes - opens > MINUTES_OF_A_DAY:
            return Problem(
                gettext("%(interval)s lasts more than 24 hours.") % {"interval": in_words(day, interval)}, row
            )
    return None


def _together(
    named: Sequence[tuple[str, Interval]], starts: Sequence[int], *, every: int | None = None
) -> Problem | None:
    """Find two that overlap; touching is fine. every: after so many minutes it all comes back.

    In order of their starts it is enough to compare neighbours: what reaches a later one reaches the next.
    """
    order = sorted(range(len(named)), key=lambda row: starts[row])
    pairs = [(first, then, 0) for first, then in pairwise(order)]
    if every is not None and len(order) > 1:
        pairs.append((order[-1], order[0], every))
    for first, then, later in pairs:
        opens, closes = named[first][1]
        if starts[first] + closes - opens > starts[then] + later:
            words = gettext("%(one)s and %(other)s overlap.") % {
                "one": in_words(*named[first]),
                "other": in_words(*named[then]),
            }
            return Problem(words, max(first, then))
    return None
