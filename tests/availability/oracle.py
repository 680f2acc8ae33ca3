"""What is open, said once more and as simply as can be: minute by minute, from the sentences of the design alone.

Shares nothing with what it judges but the rows. Slow and plain on purpose.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from bookings.catalogue.models import Service
from bookings.resources.models import Resource
from bookings.schedules.models import Schedule
from bookings.slots.models import Slot
from tests.availability.oracle_hours import (
    EPOCH,
    Question,
    minutes_of,
    on_calendar,
    once,
    open_minutes_of,
    pieces_of,
    taken_away,
)

# What is in the way


def _meets(start: datetime, end: datetime, other_start: datetime, other_end: datetime) -> bool:
    """Half-open ends may touch."""
    return start < other_end and other_start < end


def _is_busy(schedule: Schedule, question: Question, start: datetime) -> bool:
    """[start - before, end + after) meets what another session uses, with its own buffers."""
    service = question.service
    low = start - timedelta(minutes=service.buffer_before)
    high = start + question.length + timedelta(minutes=service.buffer_after)
    return any(_meets(low, high, row.busy_from, row.busy_until) for row in _occupations(schedule))


def _occupations(schedule: Schedule):
    return once(schedule, "oracle_occupations", lambda: list(schedule.occupations.all()))


def _slots(schedule: Schedule) -> list[Slot]:
    return once(schedule, "oracle_slots", lambda: list(schedule.slots.all()))


def _under_a_published_slot(schedule: Schedule, start: datetime, end: datetime) -> bool:
    return any(
        row.is_published and _meets(start, end, row.starts_at, row.ends_at) for row in _slots(schedule)
    )


def _caps_leave_room(schedule: Schedule, question: Question, start: datetime) -> bool:
    """Per day and per week (Monday first), in the schedule's zone; COMPLETED and NO_SHOW count, so slots are asked."""
    zone, service = schedule.timezone, question.service
    day = on_calendar(zone, start)
    monday = day - timedelta(days=day.weekday())
    week = {monday + timedelta(days=n) for n in range(7)}
    own = [(on_calendar(zone, row.starts_at), row.holders) for row in _slots(schedule)]
    sold = once(service, "oracle_sold", lambda: list(Slot.objects.filter(service=service, seats_taken__gt=0)))
    everybodys = [(on_calendar(zone, row.starts_at), row.holders) for row in sold]
    return all(
        most is None or sum(count for when, count in bookings if when in days) < most
        for bookings, days, most in (
            (own, {day}, schedule.max_per_day),
            (own, week, schedule.max_per_week),
            (everybodys, {day}, service.max_per_day),
            (everybodys, week, service.max_per_week),
        )
    )


def _in_time(schedule: Schedule, question: Question, start: datetime) -> bool:
    """To come, with notice: exactly as much is allowed. Horizon: the last date is today and so many days."""
    service, now = question.service, question.now
    last = on_calendar(schedule.timezone, now) + timedelta(days=service.horizon)
    return (
        question.since <= start < question.until
        and start > now
        and start >= now + timedelta(minutes=service.notice)
        and on_calendar(schedule.timezone, start) <= last
    )


# What is offered


def starts(question: Question, schedule: Schedule, rooms: Sequence[Schedule] | None = None) -> set[datetime]:
    """Every start that is offered with this host, and where rooms are given in one of them."""
    found = set(_computed(question, schedule, rooms))
    found |= {row.starts_at for row in _slots(schedule) if _row_admits(question, schedule, row, rooms)}
    return {
        start
        for start in found
        if _in_time(schedule, question, start) and _caps_leave_room(schedule, question, start)
    }


def _computed(question: Question, schedule: Schedule, rooms: Sequence[Schedule] | None) -> Iterator[datetime]:
    """At `interval start + k steps`, the session in open time, nothing in the way."""
    if question.seats > question.service.seats:
        return
    open_minutes = open_minutes_of(schedule, question)
    for piece in pieces_of(schedule, question):
        for minute in piece[:: question.service.step]:
            start = EPOCH + timedelta(minutes=minute)
            if (
                _in_time(schedule, question, start)
                and _is_free(question, schedule, start, open_minutes)
                and (rooms is None or rooms_for(question, rooms, start, published=False))
            ):
                yield start


def _is_free(question: Question, schedule: Schedule, start: datetime, open_minutes: set[int]) -> bool:
    end = start + question.length
    return (
        all(minute in open_minutes for minute in minutes_of(start, end))
        and not _under_a_published_slot(schedule, start, end)
        and not _is_busy(schedule, question, start)
    )


def _row_admits(question: Question, schedule: Schedule, row: Slot, rooms: Sequence[Schedule] | None) -> bool:
    """A published slot ignores hours and step. A taken one admits its own service as long as it has seats."""
    if not row.is_published and not row.seats_taken:
        return False
    if row.service_id not in {None, question.service.pk} or row.ends_at - row.starts_at != question.length:
        return False
    service = question.service
    # Rooms are chosen by the seats of the service: no session that needs one has more.
    seats = row.capacity if service.holds == Service.Holds.CONSULTANT else min(row.capacity, service.seats)
    if seats - row.seats_taken < question.seats:
        return False
    minutes = minutes_of(row.starts_at, row.ends_at)
    if any(taken_away(schedule, minute) for minute in minutes):
        return False
    if row.seats_taken:
        open_minutes = open_minutes_of(schedule, question)
        return row.is_published or all(minute in open_minutes for minute in minutes)
    return not _is_busy(schedule, question, row.starts_at) and (
        rooms is None or bool(rooms_for(question, rooms, row.starts_at, published=True))
    )


def rooms_for(question: Question, rooms: Sequence[Schedule], start: datetime, *, published: bool) -> set[int]:
    """Which rooms can be held with a session; beside a published slot, hours do not matter for them either."""
    minutes = minutes_of(start, start + question.length)
    return {
        room.pk
        for room in rooms
        if (
            not _is_busy(room, question, start) and not any(taken_away(room, minute) for minute in minutes)
            if published
            else _is_free(question, room, start, open_minutes_of(room, question))
        )
    }


def on_the_grid(question: Question, schedule: Schedule) -> set[datetime]:
    """Every start in the range at `interval start + k steps`, whatever else stands against it."""
    return {
        start
        for piece in pieces_of(schedule, question)
        for minute in piece[:: question.service.step]
        if question.since <= (start := EPOCH + timedelta(minutes=minute)) < question.until
    }


# Whose time it may be


def hosts(service: Service) -> tuple[list[Schedule], list[Schedule] | None]:
    """Who offers it and can be booked, and the rooms of which one is held with them; None where none is needed."""
    rooms = [
        row.schedule
        for row in Resource.objects.filter(services=service).select_related("schedule").order_by("pk")
        if row.is_active and row.is_available and row.capacity >= service.seats
    ]
    people = [
        row.schedule for row in service.consultants.select_related("schedule").order_by("pk") if row.is_active
    ]
    for schedule in [*people, *rooms]:
        schedule.business = service.business
    if service.holds == Service.Holds.RESOURCE:
        return rooms, None
    return people, rooms if service.holds == Service.Holds.BOTH else None
