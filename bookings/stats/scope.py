"""Of whom figures are told, to whom, and from when until when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.accounts.viewer import Viewer
from bookings.booking.policies import YEARS
from bookings.booking.takings import sees_takings_of
from bookings.businesses.models import Business
from bookings.businesses.policies import Duty, may, may_as
from bookings.common.errors import DomainError, ErrorCode, Forbidden, invalid
from bookings.common.zones import zone
from bookings.consultants.models import Consultant
from bookings.schedules.walltime import local_date, whole_days

LONGEST = 366
"""Days of a range."""
LATELY = 30
"""Days, today the last of them."""
MOST_PRACTICES = 50
"""Offered to be chosen; each has a page of its own besides."""


@dataclass(frozen=True)
class Scope:
    """A practice, a consultant of it, or, with neither, the platform. Days are those of the practice's zone, or UTC.

    money: whether the viewer may see it.
    """

    business: Business | None = None
    consultant: Consultant | None = None
    money: bool = True

    @property
    def zone(self) -> ZoneInfo:
        """On whose wall calendar days are counted."""
        return zone(self.business.timezone) if self.business else ZoneInfo("UTC")

    def of(self, prefix: str = "") -> Q:
        """Give the condition on bookings, or on rows that lead to one."""
        if self.consultant is not None:
            return Q(**{f"{prefix}consultant": self.consultant, f"{prefix}business": self.business})
        return Q(**{f"{prefix}business": self.business}) if self.business else Q()

    def today(self, now: datetime) -> date:
        """Give the date there."""
        return local_date(self.zone, int(now.timestamp()))


@dataclass(frozen=True)
class Days:
    """Some days in a row, both ends included."""

    first: date
    last: date

    @classmethod
    def read(cls, first: date, last: date) -> "Days":
        """Give a range that can be asked about. Raises VALIDATION_FAILED."""
        if first > last:
            raise invalid("between", _("`from` is not after `until`."))
        if (last - first).days >= LONGEST:
            raise invalid("between", _("A range has at most %(days)s days.") % {"days": LONGEST})
        if first.year not in YEARS or last.year not in YEARS:
            raise invalid("between", _("No session lies there."))
        return cls(first, last)

    @classmethod
    def until(cls, last: date) -> "Days":
        """Give the last days up to one."""
        return cls(last - timedelta(days=LATELY - 1), last)

    def instants(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Give the midnights around them, the second one excluded."""
        low, high = whole_days(zone, self.first, self.last)
        return datetime.fromtimestamp(low, UTC), datetime.fromtimestamp(high, UTC)

    def weeks(self) -> list["Days"]:
        """Give the whole weeks, Monday to Sunday, that these days lie in."""
        monday, found = self.first - timedelta(days=self.first.weekday()), []
        while monday <= self.last:
            found.append(Days(monday, monday + timedelta(days=6)))
            monday += timedelta(days=7)
        return found

    def __iter__(self) -> Iterator[date]:
        """Give each day."""
        return (self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1))


@dataclass(frozen=True)
class Told:
    """Of whom somebody may ask figures: a practice, one consultant of it, or the platform; `name` says which."""

    name: str
    business_id: int | None = None
    consultant_id: int | None = None

    @property
    def key(self) -> str:
        """What it is called in an address."""
        if self.consultant_id is not None:
            return f"c{self.consultant_id}"
        return "all" if self.business_id is None else f"b{self.business_id}"


def told_to(viewer: Viewer) -> list[Told]:
    """Give of whom somebody may ask figures, the widest first: two statements at most.

    Of the platform's admin, who may ask of every practice, the first MOST_PRACTICES by name.
    """
    run = [pk for pk, role in viewer.roles.items() if may_as(role, Duty.FIGURES)]
    places = (
        Business.objects.filter(is_active=True) if viewer.is_admin else Business.objects.filter(pk__in=run)
    )
    named = places.order_by("name", "pk").values_list("name", "pk")[:MOST_PRACTICES]
    found = [Told("The whole platform")] if viewer.is_admin else []
    found += [Told(name, pk) for name, pk in named]
    own = Consultant.objects.filter(pk__in=viewer.consultant_ids).order_by("full_name", "pk")
    rows = own.values_list("full_name", "business__name", "business_id", "pk")
    return found + [Told(f"{name}, {place}", business, pk) for name, place, business, pk in rows]


def scope_for(viewer: Viewer, *, business_id: int | None, consultant_id: int | None) -> Scope:
    """Give what somebody wants figures of.

    A practice is for who runs it, a consultant for them and for who runs their practice, the platform for its admin;
    money is for whom the table of rights lets see a practice's takings.
    Raises UNAUTHENTICATED, FORBIDDEN, NOT_FOUND.
    """
    viewer.require_user()
    if business_id is None:
        if not viewer.is_admin:
            raise Forbidden(_("Name your practice."))
        return Scope()
    own = consultant_id is not None and consultant_id in viewer.consultant_ids
    if not own and not may(viewer, Duty.FIGURES, business_id):
        raise Forbidden
    business = Business.objects.filter(pk=business_id).first()
    if business is None:
        raise DomainError(ErrorCode.NOT_FOUND, field=["businessId"])
    person = None
    if consultant_id is not None:
        person = Consultant.objects.filter(pk=consultant_id, business=business).first()
        if person is None:
            raise DomainError(ErrorCode.NOT_FOUND, field=["consultantId"])
    return Scope(business, person, money=sees_takings_of(viewer, business_id))
