"""The open times of a day, for the page that creates a booking: the engine's, on the clock of whose they are."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bookings.admin.bookings import wall
from bookings.availability import selectors as availability
from bookings.availability.engine import Opening, Terms
from bookings.availability.hosts import Hosts, hosts_of
from bookings.catalogue.models import Service
from bookings.common.errors import DomainError
from bookings.common.zones import zone
from bookings.consultants.models import Consultant
from bookings.resources.models import Resource


@dataclass(frozen=True)
class Wanted:
    """What a booking is to be of: whose time if somebody is named, which day, for how many, how long (minutes)."""

    service: Service
    consultant: Consultant | None = None
    resource: Resource | None = None
    day: date | None = None
    seats: int = 1
    minutes: int | None = None

    @property
    def here(self) -> ZoneInfo:
        """The zone of whose time it is."""
        named = self.consultant or self.resource
        return zone(named.schedule.timezone if named is not None else self.service.business.timezone)

    @property
    def terms(self) -> Terms:
        """What it asks of time: as staff book it, without notice and horizon. Raises VALIDATION_FAILED."""
        length = None if self.minutes is None else timedelta(minutes=self.minutes)
        terms = availability.terms_of(self.service, seats=self.seats, length=length)
        return replace(terms, notice=None, horizon=None)

    @property
    def hosts(self) -> Hosts:
        """Whose time it may take; nobody's where the one named does not offer the service."""
        sells_things = self.service.holds == Service.Holds.RESOURCE
        return hosts_of(
            self.service,
            consultant_id=self.consultant.pk if self.consultant and not sells_things else None,
            resource_id=self.resource.pk if self.resource and sells_things else None,
        )


@dataclass(frozen=True)
class OpenTimes:
    """Open times to choose from, as values and words; the next ones where the day has none."""

    day: date
    heading: str
    choices: list[tuple[str, str]]
    problem: str = ""


def open_times(wanted: Wanted, now: datetime) -> OpenTimes:
    """Give the open times of the day, or of the next day that has any where no day is said."""
    here = wanted.here
    try:
        terms, hosts = wanted.terms, wanted.hosts
    except DomainError as error:
        day = wanted.day or now.astimezone(here).date()
        return OpenTimes(day, "", [], error.message)
    following = _next(terms, hosts, now, wanted.day, here)
    if wanted.day is None and not following:
        return OpenTimes(now.astimezone(here).date(), "", [], "Nothing is open within the next two weeks.")
    day = wanted.day or _moment(following[0]).astimezone(here).date()
    since, until = wall.begins(day, here), wall.begins(day + timedelta(days=1), here)
    found = availability.offered(terms=terms, hosts=hosts, since=max(since, now), until=until, now=now)
    if found:
        return OpenTimes(
            day, f"Open on {_named(day)} ({here.key})", [_choice(one, here, terms) for one in _each(found)]
        )
    nothing = f"Nothing is open on {_named(day)}."
    if not following:
        return OpenTimes(day, "", [], nothing)
    return OpenTimes(day, f"Next open times ({here.key})", of(following, here), nothing)


def of(openings: list[Opening], here: ZoneInfo) -> list[tuple[str, str]]:
    """Give openings of several days as choices."""
    return [(str(one.start), wall.words(_moment(one), here)) for one in _each(openings)]


def _next(terms: Terms, hosts: Hosts, now: datetime, day: date | None, here: ZoneInfo) -> list[Opening]:
    after = now if day is None else max(now, wall.begins(day, here))
    return availability.next_openings(terms=terms, hosts=hosts, after=after, now=now)


def _each(openings: list[Opening]) -> list[Opening]:
    """Give each start once: of several hosts at one time, the first."""
    return list({one.start: one for one in reversed(openings)}.values())[::-1]


def _choice(opening: Opening, here: ZoneInfo, terms: Terms) -> tuple[str, str]:
    words = wall.clock(_moment(opening), here)
    if terms.capacity > 1:
        words = f"{words}, {opening.seats_left} of {opening.capacity} seats left"
    return str(opening.start), words


def _moment(opening: Opening) -> datetime:
    return datetime.fromtimestamp(opening.start, UTC)


def _named(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"
