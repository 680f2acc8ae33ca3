"""How figures went, day by day and week by week: what charts are drawn from."""

from bookings.stats import counting, money, using
from bookings.stats.figures import Count, Course, Week
from bookings.stats.scope import Days, Scope


def course(scope: Scope, days: Days, *, money_until: Days | None = None) -> Course:
    """Give how the figures of whom somebody was let ask about went; in a fixed number of statements.

    Bookings are those of each of the days; weeks are whole ones, Monday to Sunday, and reach over both ends. A week's
    utilisation is what `using.use` says of it: minutes of sessions, without buffers and a group's once, of the minutes
    that were open or taken by a session; of the whole platform it is not told. Money is that of `days`, or of
    `money_until`, since none has moved on days to come.
    """
    weeks = days.weeks()
    wide = Days(weeks[0].first, weeks[-1].last)
    counts = counting.count(scope, wide, parts=False).days
    shares = using.uses(scope, weeks) if scope.business is not None else [(None, None)] * len(weeks)
    return Course(
        days={day: counts[day] for day in days},
        weeks=[
            Week(week.first, _sum([counts[day] for day in week]), people, things)
            for week, (people, things) in zip(weeks, shares, strict=True)
        ],
        money=money.moved(scope, money_until or days) if scope.money else None,
    )


def _sum(counts: list[Count]) -> Count:
    whole = Count()
    for count in counts:
        whole.merge(count)
    return whole
