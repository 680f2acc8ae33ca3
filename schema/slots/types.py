"""Times that can be booked, computed and published alike."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Self

import strawberry
from strawberry import relay

from bookings.availability import selectors
from bookings.availability.engine import MINUTE, Opening
from bookings.availability.hosts import consultants_by_schedule, resources_by_schedule
from bookings.availability.selectors import ANY
from bookings.catalogue import models as catalogue
from bookings.catalogue.prices import deposit_of, price_of
from bookings.common.zones import is_zone, zone
from bookings.consultants import models as people
from schema.catalogue import Service
from schema.common.inputs import BadUserInput, read_id, read_pk
from schema.common.scalars import Money, TimeZone
from schema.consultants import Consultant

if TYPE_CHECKING:
    from schema.resources import Resource

ANYONE = "any"
"""What a slot's id has for a schedule where anyone's will do."""


@strawberry.type(description="An instant as a clock on the wall shows it.")
class LocalTime:
    """A date and a time of one zone."""

    date: datetime.date = strawberry.field(description="The date there.")
    time: str = strawberry.field(description="The time there, `HH:MM`.")
    offset: str = strawberry.field(
        description="The offset from UTC, such as `+01:00`; it tells apart the two 02:30s of an autumn night."
    )
    timezone: TimeZone = strawberry.field(description="Where.")

    @classmethod
    def of(cls, moment: datetime.datetime, name: str) -> Self:
        """Read the clock of a zone."""
        local = moment.astimezone(zone(name))
        return cls(
            date=local.date(),
            time=f"{local:%H:%M}",
            offset=local.isoformat()[-6:],
            timezone=TimeZone(name),
        )


@strawberry.type(description="A time that can be booked. Its id works in `draftBooking`.")
class Slot(relay.Node):
    """An opening of the engine, with the rows that it speaks of."""

    node_id: relay.NodeID[str]
    starts_at: datetime.datetime = strawberry.field(description="The start.")
    ends_at: datetime.datetime = strawberry.field(description="The end; the next session may start then.")
    timezone: TimeZone = strawberry.field(
        description="The zone of the calendar that is booked; the practice's where anyone's will do."
    )
    seats_left: int = strawberry.field(description="How many seats are free.")
    capacity: int = strawberry.field(description="How many seats there are.")
    consultant: Consultant | None = strawberry.field(
        description="Whose time it is; null for anyone's, and for a resource's own."
    )
    resource: Annotated["Resource", strawberry.lazy("schema.resources")] | None = strawberry.field(
        description="What is booked, where the service sells a resource's time; null for any one."
    )
    service: Service = strawberry.field(description="What is booked.")

    @strawberry.field(description="The price of one seat for this long.")
    def price(self) -> Money:
        """Give the service's price, in proportion to the length."""
        service: Any = self.service
        return Money.of(price_of(service, seats=1, length=self.ends_at - self.starts_at), service.currency)

    @strawberry.field(
        description="What of that price is paid as a deposit, where it is paid online; the rest is paid on site. Null: "
        "all of it is paid online."
    )
    def deposit(self) -> Money | None:
        """Give what a booking of one seat would ask."""
        service: Any = self.service
        price = price_of(service, seats=1, length=self.ends_at - self.starts_at)
        deposit = deposit_of(price, service.currency, service.deposit_percent)
        return Money.of(deposit, service.currency) if deposit else None

    @strawberry.field(description="The start on a wall clock, for display.")
    def local(
        self,
        timezone: Annotated[
            TimeZone | None, strawberry.argument(description="The viewer's zone; the calendar's if absent.")
        ] = None,
    ) -> LocalTime:
        """Show the start where the viewer is. Raises BadUserInput for a zone that there is not."""
        if timezone is not None and not is_zone(timezone):
            raise BadUserInput("This is no zone of the IANA database, such as Europe/Warsaw.")
        return LocalTime.of(self.starts_at, timezone or self.timezone)


@dataclass(frozen=True)
class SlotKey:
    """What a slot's id says. `schedule` is ANY where anyone's will do; `length` None where the service has only one."""

    service: int
    schedule: int
    start: datetime.datetime
    length: datetime.timedelta | None = None

    @classmethod
    def read(cls, node_id: str) -> Self:
        """Read the part of an opaque id. Raises BadUserInput."""
        service, schedule, start, length, *more = (*node_id.split("."), "", "", "")
        if any(more) or len(start) > 11 or len(length) > 5:
            raise BadUserInput("This slot's id is malformed.")
        return cls(
            read_pk(service),
            ANY if schedule == ANYONE else read_pk(schedule),
            selectors.moment(read_pk(start)),
            datetime.timedelta(minutes=read_pk(length)) if length else None,
        )


def read_slot_id(text: str) -> SlotKey:
    """Read an opaque slot id. Raises BadUserInput."""
    kind, node_id = read_id(text)
    if kind != "Slot":
        raise BadUserInput(f"This is the id of a {kind[:40]}, not of a Slot.")
    return SlotKey.read(node_id)


def slots_of(
    openings: Iterable[Opening], service: catalogue.Service, named: people.Consultant | None = None
) -> list[Slot]:
    """Give the faces of openings of a service: two statements at most, however many.

    named: the consultant whose openings they are, where there is one alone and it was read already.
    """
    listed = list(openings)
    schedules = {opening.schedule for opening in listed} - {ANY}
    known = {named.schedule_id: named} if named else {}
    if schedules - set(known):
        known = dict(consultants_by_schedule(schedules))
    things = resources_by_schedule(schedules - set(known)) if schedules - set(known) else {}
    face = partial(_slot, service=service, people=known, things=things)
    return [face(opening) for opening in listed]


def node_id_of(opening: Opening, service: catalogue.Service) -> str:
    """Write what `SlotKey.read` reads, without the detour over objects: a page has a hundred."""
    schedule = ANYONE if opening.schedule == ANY else opening.schedule
    text = f"{service.pk}.{schedule}.{opening.start}"
    return text if service.max_duration is None else f"{text}.{(opening.end - opening.start) // MINUTE}"


def _slot(opening: Opening, service: catalogue.Service, people: Any, things: Any) -> Slot:
    consultant, resource = people.get(opening.schedule), things.get(opening.schedule)
    named = consultant or resource
    return Slot(
        node_id=node_id_of(opening, service),
        starts_at=selectors.moment(opening.start),
        ends_at=selectors.moment(opening.end),
        timezone=TimeZone(named.schedule.timezone if named else service.business.timezone),
        seats_left=opening.seats_left,
        capacity=opening.capacity,
        consultant=consultant,
        resource=resource,
        service=service,  # type: ignore[arg-type]
    )
