"""Seasons: weeks that count from one date on, to another or for good. Which week counts when, and what makes sense."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext

from bookings.businesses.services import check_date_ahead
from bookings.common.errors import invalid
from bookings.schedules.models import WeeklyHours

MOST = 12
"""Seasons of one calendar that are not over; seven rows each still fit into one form of the admin."""


class Season(NamedTuple):
    """A week and its first and last date, itself included; without a last date it counts for good."""

    valid_from: date
    valid_until: date | None
    rows: list[WeeklyHours]


def week_on(rows: Iterable[WeeklyHours], day: date) -> list[WeeklyHours]:
    """Give those of a calendar's rows that count on a date: of the seasons then valid the one that began last, alone.

    Where no season is valid, it is the usual week, the one without dates.
    """
    usual, valid = [], []
    for row in rows:
        if row.valid_from is None:
            usual.append(row)
        elif row.valid_from <= day and not is_over(row.valid_until, day):
            valid.append(row)
    latest = max((row.valid_from for row in valid if row.valid_from is not None), default=None)
    return usual if latest is None else [row for row in valid if row.valid_from == latest]


def seasons(rows: Iterable[WeeklyHours], today: date) -> list[Season]:
    """Give the seasons among a calendar's rows that are not over today, by their first dates."""
    by_start: defaultdict[date, list[WeeklyHours]] = defaultdict(list)
    for row in rows:
        if row.valid_from is not None and not is_over(row.valid_until, today):
            by_start[row.valid_from].append(row)
    return [Season(start, by_start[start][0].valid_until, by_start[start]) for start in sorted(by_start)]


def is_over(valid_until: date | None, today: date) -> bool:
    """Tell whether a season that ends then has ended before today."""
    return valid_until is not None and valid_until < today


def check_order(valid_from: date | None, valid_until: date | None) -> None:
    """Refuse an end without a beginning, and one that comes before it. Raises VALIDATION_FAILED."""
    if valid_until is None:
        return
    if valid_from is None:
        raise invalid("validUntil", gettext("Hours that end on a date begin on one."))
    if valid_until < valid_from:
        raise invalid(
            "validUntil",
            gettext("%(valid_until)s comes before %(valid_from)s, when these hours begin.")
            % {"valid_until": valid_until, "valid_from": valid_from},
        )


def check_ahead(valid_from: date, valid_until: date | None, today: date) -> None:
    """Refuse a season that is over, or has a date so far away that nobody means it. Raises VALIDATION_FAILED.

    It may have begun already.
    """
    check_date_ahead(max(valid_from, today), today, ["validFrom"])
    if valid_until is not None:
        check_date_ahead(valid_until, today, ["validUntil"])


def check_count(starts: Iterable[date]) -> None:
    """Refuse more seasons than a calendar may have. starts: their first dates. Raises VALIDATION_FAILED."""
    if len(set(starts)) > MOST:
        raise invalid(
            "validFrom",
            gettext("A calendar has at most %(most)s seasons that are not over.") % {"most": MOST},
        )
