"""Charts of figures, each with a table of the same. static/admin-bookings/charts.js draws what `drawn` says."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bookings.booking.states import Status
from bookings.common.money import Money
from bookings.stats.figures import Count, Course, Moved, Use, Week
from bookings.stats.scope import Days

LONGEST_BY_DAY = 62
"""Days that are drawn one by one; of more, weeks are."""
MOST_CURRENCIES = 6
"""Each has a chart of its own, since amounts of two are neither added nor compared."""
GROUPS: tuple[tuple[str, str, tuple[Status, ...]], ...] = (
    ("Waiting for an answer", "--chart-amber", (Status.PENDING,)),
    ("Approved, not yet paid", "--chart-blue", (Status.APPROVED, Status.PAYMENT_PENDING)),
    ("Confirmed", "--chart-green", (Status.CONFIRMED,)),
    ("Completed", "--chart-grey", (Status.COMPLETED,)),
    ("Not attended", "--chart-purple", (Status.NO_SHOW,)),
    (
        "Cancelled, declined or lapsed",
        "--chart-red",
        (Status.CANCELLED, Status.REJECTED, Status.EXPIRED),
    ),
)
"""Statuses as the chart of bookings puts them together: name, colour in desk.css, which."""


@dataclass(frozen=True)
class Series:
    """One figure over time: how it is drawn (None: not at all), and in words, as the table has it."""

    name: str
    colour: str
    values: list[float | None]
    told: list[str]


@dataclass(frozen=True)
class Chart:
    """Bars of one or more figures. how: how they are made, in a sentence. unit: what stands at the axis."""

    key: str
    title: str
    how: str
    column: str
    spans: list[tuple[str, str]]
    series: list[Series]
    stacked: bool = False
    unit: str = ""

    @property
    def script(self) -> str:
        """Give the name of the element that holds `drawn`."""
        return f"chart-{self.key}-drawn"

    @property
    def has_any(self) -> bool:
        """Whether there is anything to draw; a rate of zero is."""
        figures = [value for each in self.series for value in each.values if value is not None]
        return bool(figures) if self.unit == "%" else any(figures)

    @property
    def drawn(self) -> dict[str, Any]:
        """What the script takes."""
        return {
            "labels": [short for short, _ in self.spans],
            "names": [full for _, full in self.spans],
            "stacked": self.stacked,
            "unit": self.unit,
            "series": [
                {"name": each.name, "colour": each.colour, "values": each.values, "told": each.told}
                for each in self.series
            ],
        }

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        """The table's rows, the newest last."""
        columns = [each.told for each in self.series]
        return [
            (full, list(cells))
            for (_, full), cells in zip(self.spans, zip(*columns, strict=True), strict=True)
        ]


def charts(course: Course, *, days: Days, money_days: Days, today: date) -> list[Chart]:
    """Give the charts of a course: bookings, utilisation, clients who did not come, and each currency's money."""
    found = [_bookings(course, days), _utilisation(course.weeks), _no_shows(course.weeks, today)]
    if course.money is not None:
        found += _money(course.money, money_days) or [_NO_MONEY]
    return [chart for chart in found if chart.series]


def _bookings(course: Course, days: Days) -> Chart:
    by_day = len(course.days) <= LONGEST_BY_DAY
    spans, counts = _weeks(course.weeks), [week.count for week in course.weeks]
    if by_day:
        spans, counts = _days(days), list(course.days.values())
    return Chart(
        key="bookings",
        title=f"Bookings by {'day' if by_day else 'week'}",
        how="Sessions by the day on which they begin; a wish without a time by the day wished. No drafts.",
        column="Day" if by_day else "Week from",
        spans=spans,
        series=[
            _series(name, colour, [_number(count, statuses) for count in counts])
            for name, colour, statuses in GROUPS
        ],
        stacked=True,
    )


def _utilisation(weeks: Sequence[Week]) -> Chart:
    used: tuple[tuple[str, str, Callable[[Week], Use | None]], ...] = (
        ("Consultants", "--chart-blue", lambda week: week.consultants_use),
        ("Rooms and machines", "--chart-grey", lambda week: week.resources_use),
    )
    series = []
    for name, colour, of in used:
        uses = [of(week) for week in weeks]
        if any(use is not None and (use.open or name == "Consultants") for use in uses):
            shares = [None if use is None else _percent(use.share) for use in uses]
            told = [
                "–"
                if use is None or use.share is None
                else f"{use.share:.1%} ({use.booked} of {use.open} min)"
                for use in uses
            ]
            series.append(Series(name, colour, shares, told))
    return Chart(
        key="utilisation",
        title="Utilisation by week",
        how="Minutes of sessions, without buffers, of the minutes that calendars are open or taken.",
        column="Week from",
        spans=_weeks(weeks),
        series=series,
        unit="%",
    )


def _no_shows(weeks: Sequence[Week], today: date) -> Chart:
    begun = [week for week in weeks if week.monday <= today]
    counts = [week.count for week in begun]
    shares = [_percent(count.no_show_rate) for count in counts]
    return Chart(
        key="no-shows",
        title="Clients who did not come, by week",
        how="Not attended, of those of whom it is known whether they came.",
        column="Week from",
        spans=_weeks(begun),
        series=[Series("Not attended", "--chart-purple", shares, [_missed(count) for count in counts])],
        unit="%",
    )


def _money(moved: Iterable[Moved], days: Days) -> list[Chart]:
    found = []
    for each in list(moved)[:MOST_CURRENCIES]:
        mode = "" if each.live else " (test mode)"
        by_week = len(list(days)) > LONGEST_BY_DAY
        parts = days.weeks() if by_week else [Days(day, day) for day in days]
        came, went = (
            [_sum(sums, part, each.currency) for part in parts] for sums in (each.received, each.refunded)
        )
        found.append(
            Chart(
                key=f"money-{each.currency.lower()}-{'live' if each.live else 'test'}",
                title=f"Money in {each.currency}{mode}, by {'week' if by_week else 'day'}",
                how="What came in and what went back, each on the day on which it moved.",
                column="Week from" if by_week else "Day",
                spans=[_span(part.first) for part in parts],
                series=[
                    Series("Came in", "--chart-green", _amounts(came), list(map(str, came))),
                    Series("Went back", "--chart-red", _amounts(went), list(map(str, went))),
                ],
                unit=each.currency,
            )
        )
    return found


_NO_MONEY = Chart(
    key="money",
    title="Money",
    how="What came in and what went back, each on the day on which it moved.",
    column="Day",
    spans=[],
    series=[Series("Came in", "--chart-green", [], [])],
)


def _sum(sums: Any, days: Days, currency: str) -> Money:
    """Add up amounts of one currency."""
    amounts = (sums[day].amount for day in days if day in sums)
    return Money(sum(amounts, Decimal(0)), currency)


def _amounts(sums: Iterable[Money]) -> list[float | None]:
    """Give how high bars are; what is told is exact."""
    return [float(each.amount) for each in sums]


def _number(count: Count, statuses: Iterable[Status]) -> int:
    return sum(count.by_status[status] for status in statuses)


def _series(name: str, colour: str, numbers: list[int]) -> Series:
    return Series(name, colour, list(map(float, numbers)), list(map(str, numbers)))


def _missed(count: Count) -> str:
    missed = count.by_status[Status.NO_SHOW]
    known = missed + count.by_status[Status.COMPLETED]
    return f"{missed / known:.1%} ({missed} of {known})" if known else "–"


def _percent(share: float | None) -> float | None:
    return None if share is None else round(share * 100, 1)


def _days(days: Days) -> list[tuple[str, str]]:
    return [_span(day) for day in days]


def _weeks(weeks: Iterable[Week]) -> list[tuple[str, str]]:
    return [(_span(week.monday)[0], _range(week.monday)) for week in weeks]


def _span(day: date) -> tuple[str, str]:
    """Give a day for the axis, and as the table and the pointer's word have it."""
    return f"{day.day} {day:%b}", f"{day:%a} {day.day} {day:%b %Y}"


def _range(monday: date) -> str:
    sunday = monday + timedelta(days=6)
    return f"{monday.day} {monday:%b} – {sunday.day} {sunday:%b %Y}"
