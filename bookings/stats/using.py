"""How much of the time that calendars are open is used."""

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Q, QuerySet

from bookings.availability.calendars import open_time
from bookings.availability.intervals import Range, merged, within
from bookings.availability.loading import empty_calendars, epoch
from bookings.consultants.models import Consultant
from bookings.resources.models import Resource
from bookings.schedules.models import Schedule
from bookings.slots.models import Occupation
from bookings.stats.figures import Use
from bookings.stats.scope import Days, Scope

_MINUTE = 60


def use(scope: Scope, days: Days) -> tuple[Use, Use]:
    """Give how much is used of the consultants' time, and of the resources'; ten statements, however many there are.

    Open: weekly hours within the practice's, overrides in their place, less time off and closed days, as they are
    entered now. Booked: sessions that somebody has seats of, without buffers, a group's once, as far as they lie in
    the days. A session outside open time opens it. Of who, or what, is in use.
    """
    return uses(scope, [days])[0]


def uses(scope: Scope, spans: Sequence[Days]) -> list[tuple[Use, Use]]:
    """Give the same of each of some spans, which follow each other in time, in as many statements as of one."""
    people, things = _schedules(scope)
    schedules = list(Schedule.objects.select_related("business").filter(people | things))
    kinds = set(Schedule.objects.filter(people).values_list("pk", flat=True))
    days = Days(spans[0].first, spans[-1].last)
    since, until = days.instants(scope.zone)
    taken = _sessions(schedules, days, scope)
    bounds = [_epochs(scope, span) for span in spans]
    shares = [{True: [0, 0], False: [0, 0]} for _ in spans]
    for calendar in empty_calendars(schedules, since=since, until=until):
        sessions = merged(taken[calendar.schedule])
        opened = merged([*open_time(calendar, epoch(since), epoch(until)), *sessions])
        for (low, high), share in zip(bounds, shares, strict=True):
            of_kind = share[calendar.schedule in kinds]
            of_kind[0] += _length(within((low, high), opened))
            of_kind[1] += _length(within((low, high), sessions))
    return [(Use(*share[True]), Use(*share[False])) for share in shares]


def _epochs(scope: Scope, days: Days) -> Range:
    since, until = days.instants(scope.zone)
    return epoch(since), epoch(until)


def _schedules(scope: Scope) -> tuple[Q, Q]:
    """Give the conditions on schedules: of consultants, and of resources."""
    if scope.consultant is not None:
        return Q(consultant=scope.consultant), Q(pk__in=[])
    people: QuerySet[Consultant] = Consultant.objects.filter(business=scope.business, is_active=True)
    things = Resource.objects.filter(business=scope.business, is_active=True)
    return Q(pk__in=people.values("schedule")), Q(pk__in=things.values("schedule"))


def _sessions(schedules: Sequence[Schedule], days: Days, scope: Scope) -> defaultdict[int, list[Range]]:
    """Give the sessions that touch the days, by schedule; a room is used as long as whoever sits in it."""
    since, until = days.instants(scope.zone)
    rows = Occupation.objects.filter(
        schedule__in=schedules, busy_from__lt=until, busy_until__gt=since
    ).values_list("schedule_id", "slot__starts_at", "slot__ends_at")
    found: defaultdict[int, list[Range]] = defaultdict(list)
    for schedule, start, end in rows:
        found[schedule].append((epoch(start), epoch(end)))
    return found


def _length(ranges: Sequence[Range]) -> int:
    return sum(end - start for start, end in ranges) // _MINUTE
