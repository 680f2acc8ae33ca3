"""Times that can be booked, computed and published alike."""

import datetime
from typing import Annotated, Any, Self

import strawberry
from strawberry import relay
from strawberry.relay import PageInfo

from bookings.availability import selectors
from bookings.availability.engine import Opening
from bookings.availability.services import TimeTaken
from bookings.catalogue import models as catalogue
from bookings.consultants import models as consultants
from schema.catalogue import Service
from schema.common.context import Info
from schema.common.inputs import DEFAULT_PAGE, BadUserInput, page_size, pk_of, read_id, read_pk, write_id
from schema.common.scalars import Money, TimeZone
from schema.consultants import Consultant

LONGEST_LISTING = datetime.timedelta(days=62)
DEFAULT_LISTING = datetime.timedelta(days=14)


@strawberry.type(description="A time that can be booked. Its id works in `draftBooking`.")
class Slot(relay.Node):
    """An opening of the engine, with the rows that it speaks of."""

    node_id: relay.NodeID[str]
    starts_at: datetime.datetime = strawberry.field(description="The start.")
    ends_at: datetime.datetime = strawberry.field(description="The end; the next session may start then.")
    timezone: TimeZone = strawberry.field(description="The zone of the calendar that is booked.")
    seats_left: int = strawberry.field(description="How many seats are free.")
    capacity: int = strawberry.field(description="How many seats there are.")
    consultant: Consultant | None = strawberry.field(description="Whose time it is.")
    service: Service = strawberry.field(description="What is booked.")

    @strawberry.field(description="The price of one seat.")
    def price(self) -> Money:
        """Give the service's price."""
        service: Any = self.service
        return Money.of(service.price, service.currency)

    @classmethod
    def of(cls, opening: Opening, service: catalogue.Service, consultant: consultants.Consultant) -> Self:
        """Give the face of an opening on a consultant's schedule."""
        return cls(
            node_id=f"{service.pk}.{opening.schedule}.{opening.start}",
            starts_at=selectors.moment(opening.start),
            ends_at=selectors.moment(opening.end),
            timezone=TimeZone(consultant.schedule.timezone),
            seats_left=opening.seats_left,
            capacity=opening.capacity,
            consultant=consultant,  # type: ignore[arg-type]
            service=service,  # type: ignore[arg-type]
        )


@strawberry.type(description="One slot of a page.")
class SlotEdge:
    """Relay's edge."""

    cursor: str = strawberry.field(description="Where in the list this slot stands.")
    node: Slot = strawberry.field(description="The slot.")


@strawberry.type(description="One page of open times, and how to get the next.")
class SlotConnection:
    """Relay's connection over computed rows; the cursor is (start, schedule)."""

    page_info: PageInfo = strawberry.field(description="Whether there is more.")
    edges: list[SlotEdge] = strawberry.field(description="The slots of this page.")
    total_count: int = strawberry.field(description="How many open times the whole range has.")

    @classmethod
    def of(
        cls, slots: list[Slot], *, first: int | None, after: str | None, last: int | None, before: str | None
    ) -> Self:
        """Cut a page out of the sorted list."""
        page_size(first, last)
        edges = [SlotEdge(cursor=_cursor(slot), node=slot) for slot in slots]
        low = 0 if after is None else sum(_place(edge.node) <= _read_cursor(after) for edge in edges)
        high = (
            len(edges) if before is None else sum(_place(edge.node) < _read_cursor(before) for edge in edges)
        )
        if last is not None:
            start, end = max(low, high - last), high
        else:
            start, end = low, min(high, low + (DEFAULT_PAGE if first is None else first))
        page = edges[start:end]
        return cls(
            edges=page,
            total_count=len(slots),
            page_info=PageInfo(
                has_previous_page=start > 0,
                has_next_page=end < len(edges),
                start_cursor=page[0].cursor if page else None,
                end_cursor=page[-1].cursor if page else None,
            ),
        )


@strawberry.type
class Query:
    """Root fields of this topic."""

    @strawberry.field(
        description="Open times of a service, by start. Times lie in [from, until): from now on and for 14 days, "
        "unless said otherwise; 62 days at most."
    )
    def open_slots(
        self,
        info: Info,
        service_id: Annotated[strawberry.ID, strawberry.argument(description="What to book.")],
        consultant_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="With whom; all who offer it if absent.")
        ] = None,
        from_: Annotated[
            datetime.datetime | None,
            strawberry.argument(name="from", description="Starts from here on; now if absent."),
        ] = None,
        until: Annotated[
            datetime.datetime | None,
            strawberry.argument(description="Starts before then; 14 days after `from` if absent."),
        ] = None,
        first: Annotated[
            int | None,
            strawberry.argument(description="How many from the beginning; 20 if absent, 100 at most."),
        ] = None,
        after: Annotated[
            str | None, strawberry.argument(description="The cursor after which to begin.")
        ] = None,
        last: Annotated[
            int | None, strawberry.argument(description="How many from the end, 100 at most.")
        ] = None,
        before: Annotated[
            str | None, strawberry.argument(description="The cursor before which to end.")
        ] = None,
    ) -> SlotConnection:
        """Ask the engine for one consultant, or for all who offer the service."""
        now = info.context.now
        since, end = _range(from_, until, now)
        slots = _open_slots(service_id, consultant_id, since, end, now)
        return SlotConnection.of(slots, first=first, after=after, last=last, before=before)


def read_slot_id(text: str) -> tuple[int, int, datetime.datetime]:
    """Give (service, schedule, start) of a slot's id. Raises BadUserInput."""
    kind, node_id = read_id(text)
    if kind != "Slot":
        raise BadUserInput(f"This is the id of a {kind[:40]}, not of a Slot.")
    return _parts(node_id)


def suggested_by(error: TimeTaken, *, now: datetime.datetime) -> list[Slot]:
    """Give the next open times after one that was refused."""
    service = catalogue.Service.objects.get(pk=error.terms.service)
    consultant = consultants.Consultant.objects.select_related("schedule").get(schedule=error.schedule)
    return [Slot.of(opening, service, consultant) for opening in error.suggestions(now=now)]


def _open_slots(
    service_id: str,
    consultant_id: str | None,
    since: datetime.datetime,
    until: datetime.datetime,
    now: datetime.datetime,
) -> list[Slot]:
    """List what is open; an unknown service or consultant has no open time."""
    service = (
        catalogue.Service.objects.select_related("business")
        .filter(pk=pk_of(service_id, "Service"), is_active=True, business__is_active=True)
        .first()
    )
    hosts = consultants.Consultant.objects.select_related("schedule", "business").filter(
        services=service, is_active=True
    )
    if consultant_id is not None:
        hosts = hosts.filter(pk=pk_of(consultant_id, "Consultant"))
    if service is None:
        return []
    by_schedule = {host.schedule_id: host for host in hosts}
    found = selectors.openings(
        terms=selectors.terms_of(service),
        schedules=[host.schedule for host in by_schedule.values()],
        since=since,
        until=until,
        now=now,
    )
    return [Slot.of(opening, service, by_schedule[opening.schedule]) for opening in found]


def still_open(node_id: str, *, now: datetime.datetime) -> Slot | None:
    """Give the slot of an id while it is open."""
    service_id, schedule_id, start = _parts(node_id)
    end = start + datetime.timedelta(seconds=1)
    consultant = consultants.Consultant.objects.filter(schedule=schedule_id).first()
    if consultant is None:
        return None
    slots = _open_slots(
        write_id("Service", service_id), write_id("Consultant", consultant.pk), start, end, now
    )
    return slots[0] if slots else None


def _parts(node_id: str) -> tuple[int, int, datetime.datetime]:
    parts = node_id.split(".")
    if len(parts) != 3 or len(parts[2]) > 11:
        raise BadUserInput("This slot's id is malformed.")
    service_id, schedule_id, start = (read_pk(part) for part in parts)
    return service_id, schedule_id, selectors.moment(start)


def _range(
    since: datetime.datetime | None, until: datetime.datetime | None, now: datetime.datetime
) -> tuple[datetime.datetime, datetime.datetime]:
    """Give the range to list. Raises BadUserInput for one that is empty or too long."""
    since = max(since or now, now - datetime.timedelta(days=1))
    until = until or since + DEFAULT_LISTING
    if until - since > LONGEST_LISTING:
        raise BadUserInput(f"At most {LONGEST_LISTING.days} days can be listed at once.")
    if until <= since:
        raise BadUserInput("`until` must come after `from` and after now.")
    return since, until


def _place(slot: Slot) -> tuple[int, int]:
    return int(slot.starts_at.timestamp()), int(slot.node_id.split(".")[1])


def _cursor(slot: Slot) -> str:
    start, schedule = _place(slot)
    return write_id("slot-cursor", f"{start}.{schedule}")


def _read_cursor(text: str) -> tuple[int, int]:
    kind, place = read_id(text)
    start, _, schedule = place.partition(".")
    if kind != "slot-cursor":
        raise BadUserInput("This cursor is not one that this list gave.")
    return read_pk(start), read_pk(schedule)
