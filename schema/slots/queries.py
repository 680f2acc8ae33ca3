"""Listing what is open, and explaining what is not."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from enum import Enum
from typing import Annotated

import strawberry

from bookings.availability import selectors
from bookings.availability.engine import Opening, Terms
from bookings.availability.hosts import Hosts, hosts_of
from bookings.catalogue import models as catalogue
from bookings.catalogue import selectors as catalogue_selectors
from bookings.common.errors import DomainError
from bookings.common.zones import zone
from schema.common.context import Info
from schema.common.inputs import (
    BadUserInput,
    malformed,
    optional_pk,
    pk_of,
)
from schema.slots.connection import (
    LONGEST_LISTING,
    After,
    Before,
    First,
    From,
    Last,
    Page,
    SlotConnection,
    Until,
    listed_range,
)
from schema.slots.refusals import SlotExplanation
from schema.slots.types import Slot, SlotKey, slots_of

MOST_SERVICES = 10
"""Of how many services slots can be looked up by their ids at once."""

ServiceId = Annotated[strawberry.ID, strawberry.argument(description="What to book.")]
ConsultantId = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        description="With whom; if absent, each start at which anyone who offers it is free."
    ),
]
ResourceId = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        description="Which resource, for a service that sells a resource's time; any one if absent."
    ),
]
SEATS = strawberry.argument(description="How many seats are wanted in one session.")


@strawberry.enum(description="A part of the day, on the clock of the calendar that is booked.")
class PartOfDay(Enum):
    """Hours of the wall clock at which a session starts."""

    MORNING = strawberry.enum_value("MORNING", description="Before 12:00.")
    AFTERNOON = strawberry.enum_value("AFTERNOON", description="From 12:00, before 17:00.")
    EVENING = strawberry.enum_value("EVENING", description="From 17:00.")


_HOURS = {PartOfDay.MORNING: (0, 12), PartOfDay.AFTERNOON: (12, 17), PartOfDay.EVENING: (17, 24)}

WantedPart = Annotated[
    PartOfDay | None,
    strawberry.argument(
        description="Only in this part of the day, on the clock of the calendar that is booked; on the practice's "
        "where anyone's will do."
    ),
]
EndsAt = Annotated[
    datetime.datetime | None,
    strawberry.argument(
        description="For a service whose length the client chooses: when a session that starts at `from` "
        "ends. All that are listed are as long; the shortest if absent."
    ),
]


@strawberry.type
class Query:
    """Root fields of this topic."""

    @strawberry.field(
        description="Open times of a service, by start. Times lie in [from, until): from now on and for 14 days, "
        "unless said otherwise; 62 days at most. What is listed can be booked, and nothing else can."
    )
    def open_slots(
        self,
        info: Info,
        service_id: ServiceId,
        consultant_id: ConsultantId = None,
        resource_id: ResourceId = None,
        from_: From = None,
        until: Until = None,
        part_of_day: WantedPart = None,
        ends_at: EndsAt = None,
        seats: Annotated[int, SEATS] = 1,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> SlotConnection:
        """Ask the engine for whoever is named, or for anyone who offers the service."""
        now = info.context.now
        since, end = listed_range(from_, until, now)
        page = Page(first, after, last, before)
        service = _service(service_id)
        if service is None:
            return SlotConnection.of([], lambda _: [], page)
        hosts, terms = (
            _hosts(service, consultant_id, resource_id),
            _terms(service, seats, _length(from_, ends_at)),
        )
        found = selectors.offered(terms=terms, hosts=hosts, since=since, until=end, now=now)
        found = _within(part_of_day, found, service, hosts)
        return SlotConnection.of(found, lambda shown: slots_of(shown, service, hosts.consultant), page)

    @strawberry.field(
        description="Why a time can be booked or not: every rule that stands against it, and the next open times."
    )
    def explain_slot(
        self,
        info: Info,
        service_id: ServiceId,
        starts_at: Annotated[datetime.datetime, strawberry.argument(description="The start in question.")],
        consultant_id: ConsultantId = None,
        resource_id: ResourceId = None,
        ends_at: Annotated[
            datetime.datetime | None,
            strawberry.argument(description="The end, for a service whose length the client chooses."),
        ] = None,
        seats: Annotated[int, SEATS] = 1,
    ) -> SlotExplanation | None:
        """Ask the engine for its reasons; null where there is no such service."""
        service = _service(service_id)
        if service is None:
            return None
        hosts = _hosts(service, consultant_id, resource_id)
        terms = _terms(service, seats, _length(starts_at, ends_at))
        return SlotExplanation(
            terms=terms, hosts=hosts, start=starts_at, now=info.context.now, service=service
        )


def still_open(node_ids: Iterable[str], *, now: datetime.datetime) -> dict[str, Slot]:
    """Give the slots of some ids that are open, by id: as many statements for one as for all of a service.

    Raises BadUserInput for ids of too many services, or too far apart.
    """
    keys = {node_id: SlotKey.read(node_id) for node_id in node_ids}
    by_service: defaultdict[int, list[SlotKey]] = defaultdict(list)
    for key in keys.values():
        by_service[key.service].append(key)
    starts = [key.start for key in keys.values()]
    if len(by_service) > MOST_SERVICES or max(starts) - min(starts) > LONGEST_LISTING:
        raise BadUserInput(
            f"Ask for slots of at most {MOST_SERVICES} services within {LONGEST_LISTING.days} days at once."
        )
    found: dict[str, Slot] = {}
    for service in catalogue_selectors.in_use().select_related("business").filter(pk__in=by_service):
        slots = slots_of(_open_at(service, by_service[service.pk], now), service)
        found.update((slot.node_id, slot) for slot in slots if slot.node_id in keys)
    return found


def _open_at(service: catalogue.Service, keys: list[SlotKey], now: datetime.datetime) -> list[Opening]:
    """Give the openings at the starts of some keys, among which theirs are if they are open."""
    hosts = hosts_of(service)
    found: list[Opening] = []
    for length, anyone in {(key.length, key.schedule == selectors.ANY) for key in keys}:
        try:
            terms = selectors.terms_of(service, length=length)
        except DomainError:  # a length that the service has no more
            continue
        starts = [
            key.start for key in keys if (key.length, key.schedule == selectors.ANY) == (length, anyone)
        ]
        found += selectors.openings_among(terms=terms, hosts=hosts, starts=starts, now=now, anyone=anyone)
    return found


def _service(service_id: str) -> catalogue.Service | None:
    return catalogue_selectors.to_book(pk_of(service_id, "Service"))


def _hosts(service: catalogue.Service, consultant_id: str | None, resource_id: str | None) -> Hosts:
    """Give whose time is asked for. Raises BadUserInput for a name that the service has no use for."""
    sells_things = service.holds == catalogue.Service.Holds.RESOURCE
    if resource_id is not None and not sells_things:
        raise BadUserInput("The practice chooses the room of this service; name no resource.")
    if consultant_id is not None and sells_things:
        raise BadUserInput("This service sells a resource's time; name no consultant.")
    return hosts_of(
        service,
        consultant_id=optional_pk(consultant_id, "Consultant"),
        resource_id=optional_pk(resource_id, "Resource"),
    )


def _terms(service: catalogue.Service, seats: int, length: datetime.timedelta | None) -> Terms:
    """Give what is asked for. Raises BadUserInput for seats or a length that no session has."""
    if not 1 <= seats <= catalogue.MOST_SEATS:
        raise BadUserInput(f"From 1 to {catalogue.MOST_SEATS} seats can be asked for.")
    with malformed():
        return selectors.terms_of(service, seats=seats, length=length)


def _within(
    part: PartOfDay | None, found: list[Opening], service: catalogue.Service, hosts: Hosts
) -> list[Opening]:
    """Keep what starts in a part of the day, if one is wanted; where anyone will do, of the practice's day."""
    if part is None:
        return found
    zones = {schedule.pk: zone(schedule.timezone) for schedule in hosts.schedules}
    zones[selectors.ANY] = zone(service.business.timezone)
    first, end = _HOURS[part]
    return [
        opening
        for opening in found
        if first <= selectors.moment(opening.start).astimezone(zones[opening.schedule]).hour < end
    ]


def _length(start: datetime.datetime | None, ends_at: datetime.datetime | None) -> datetime.timedelta | None:
    if ends_at is None:
        return None
    if start is None or ends_at <= start:
        raise BadUserInput("`endsAt` needs a start before it.")
    return ends_at - start
