"""The rows of a random practice, written down for one example and rolled back after it."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from bookings.availability import selectors, services
from bookings.availability.hosts import Hosts
from bookings.businesses.models import ClosedDay, OpeningHours
from bookings.catalogue.models import Service
from bookings.common.errors import DomainError
from bookings.consultants.models import Consultant
from bookings.resources.models import Resource
from bookings.schedules.models import DateOverride, Schedule, TimeOff, WeeklyHours
from bookings.slots.models import Slot
from tests import factories
from tests.availability.oracle_hours import Question
from tests.availability.worlds import Hall, World


@dataclass
class Stage:
    """The rows that every example uses anew: a practice, two consultants, two rooms, three services."""

    services: list[Service]
    people: list[Consultant] = field(default_factory=list)
    rooms: list[Resource] = field(default_factory=list)

    @classmethod
    def build(cls) -> "Stage":
        place = factories.business()
        stage = cls([factories.service(place) for _ in range(3)])
        for number in range(2):
            schedules = [Schedule.objects.create(business=place, timezone="UTC") for _ in range(2)]
            stage.people.append(
                Consultant.objects.create(
                    business=place, schedule=schedules[0], slug=f"host-{number}", full_name=f"Host {number}"
                )
            )
            stage.rooms.append(
                Resource.objects.create(business=place, schedule=schedules[1], name=f"Room {number}")
            )
        return stage

    def furnish(self, world: World) -> Question:
        """Write a world down, inside a transaction that is rolled back; give what is asked about it."""
        place = self.services[0].business
        type(place).objects.filter(pk=place.pk).update(timezone=world.practice_zone)
        place.timezone = world.practice_zone
        for service, fields in zip(self.services, world.services, strict=True):
            longest = fields["duration"] + world.longer if world.longer else None
            for name, value in {**fields, "max_duration": longest}.items():
                setattr(service, name, value)
            service.business = place
        Service.objects.bulk_update(self.services, [*world.services[0], "max_duration"])
        _rules_of_the_practice(place, world)
        calendars = []
        for rows, wanted in ((self.people, world.people), (self.rooms, world.rooms)):
            for row, hall in zip(rows, wanted, strict=False):
                calendars.append(_calendar(row, hall, world))
                row.services.set(self.services)
        _hours(calendars, [*world.people, *world.rooms], world)
        _publish(calendars, self.services, world)
        for booked in world.booked:
            _book(calendars, self.services, world, *booked)
        asked = Service.objects.select_related("business").get(pk=self.services[0].pk)
        minutes = asked.duration + world.longer
        return Question(asked, world.since, world.until, world.now, seats=world.seats, minutes=minutes)


def _rules_of_the_practice(place: Any, world: World) -> None:
    OpeningHours.objects.bulk_create(
        OpeningHours(business=place, weekday=weekday, opens=start, closes=end)
        for weekday, start, end in _weekdays(world.opening, world.night)
    )
    ClosedDay.objects.bulk_create(
        ClosedDay(business=place, date=world.night + timedelta(days=day)) for day in set(world.closed)
    )


def _calendar(row: Any, hall: Hall, world: World) -> Schedule:
    """Give a consultant's or a room's calendar its columns."""
    schedule = row.schedule
    schedule.timezone, schedule.follows_business = hall.zone, hall.follows
    schedule.max_per_day, schedule.max_per_week = hall.per_day, hall.per_week
    schedule.save()
    if isinstance(row, Resource):
        row.is_available, row.capacity = hall.usable, hall.capacity
    else:
        row.is_active = hall.usable
    row.save()
    return schedule


def _hours(calendars: list[Schedule], halls: list[Hall], world: World) -> None:
    pairs = list(zip(calendars, halls, strict=True))
    WeeklyHours.objects.bulk_create(
        WeeklyHours(schedule=schedule, weekday=weekday, opens=start, closes=end)
        for schedule, hall in pairs
        for weekday, start, end in _weekdays(hall.weekly, world.night)
    )
    WeeklyHours.objects.bulk_create(
        WeeklyHours(
            schedule=schedule,
            weekday=weekday,
            opens=start,
            closes=end,
            valid_from=world.night + timedelta(days=first),
            valid_until=None if length is None else world.night + timedelta(days=first + length),
        )
        for schedule, hall in pairs
        for first, length, week in hall.seasons
        for weekday, start, end in _weekdays(week, world.night)
    )
    DateOverride.objects.bulk_create(
        DateOverride(schedule=schedule, date=world.night + timedelta(days=day), opens=start, closes=end)
        for schedule, hall in pairs
        for day, start, end in hall.overrides
    )
    TimeOff.objects.bulk_create(
        TimeOff(
            schedule=schedule,
            starts_at=world.since + timedelta(minutes=start),
            ends_at=world.since + timedelta(minutes=start + length),
        )
        for schedule, hall in pairs
        for start, length in sorted(set(hall.off))
    )


def _weekdays(hours: list[tuple[int, int, int]], night: date) -> list[tuple[int, int, int]]:
    """Intervals of days around the night as those of their weekdays, each beginning once."""
    rows = {((night + timedelta(days=day)).weekday(), start): end for day, start, end in hours}
    return [(weekday, start, end) for (weekday, start), end in rows.items()]


def _publish(calendars: list[Schedule], offered: list[Service], world: World) -> None:
    Slot.objects.bulk_create(
        Slot(
            schedule=calendars[host],
            service=None if which is None else offered[which],
            published_service=None if which is None else offered[which],
            starts_at=world.since + timedelta(minutes=start),
            ends_at=world.since + timedelta(minutes=start + length),
            capacity=capacity,
            is_published=True,
        )
        for host, start, length, which, capacity in world.published
    )


def _book(
    calendars: list[Schedule],
    offered: list[Service],
    world: World,
    host: int,
    start: int,
    which: int,
    seats: int,
) -> None:
    """Take time where it is free, offered or not; where it is not, there is one booking less."""
    people = len(world.people)
    service, rooms = offered[which], tuple(calendars[people:])
    alone = host >= people or service.holds != Service.Holds.BOTH or not rooms
    hosts = Hosts((calendars[host],), None if alone else rooms)
    try:
        with transaction.atomic():
            services.hold(
                terms=replace(selectors.terms_of(service), seats=min(seats, service.seats)),
                hosts=hosts,
                start=world.since + timedelta(minutes=start),
                now=world.now,
                override=True,
            )
    except DomainError:
        pass
