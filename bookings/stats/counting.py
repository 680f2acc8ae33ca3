"""Counting bookings: the database groups, whatever their number."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count as Rows
from django.db.models import (
    DateField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Sum,
)
from django.db.models.functions import Coalesce, TruncDate

from bookings.booking.models import Booking, BookingEvent
from bookings.booking.states import ACTIVE, SEATED, ActorKind, Move, Status
from bookings.stats.figures import Count
from bookings.stats.scope import Days, Scope

_NEVER_PROVEN = BookingEvent.objects.filter(
    booking=OuterRef("pk"), from_status=Status.DRAFT, to_status__in=(Status.EXPIRED, Status.CANCELLED)
)
_LENGTH = ExpressionWrapper(F("ends_at") - F("starts_at"), DurationField())
_LEAD = ExpressionWrapper(F("starts_at") - F("created_at"), DurationField())
_MINUTE = timedelta(minutes=1)


@dataclass
class Counted:
    """The same bookings by their days, services and consultants."""

    whole: Count = field(default_factory=Count)
    days: dict[date, Count] = field(default_factory=dict)
    services: defaultdict[int, Count] = field(default_factory=lambda: defaultdict(Count))
    consultants: defaultdict[int, Count] = field(default_factory=lambda: defaultdict(Count))


def requests(scope: Scope) -> QuerySet[Booking]:
    """Give the bookings that count: all but drafts, and what lapsed or was cancelled without ever being proven."""
    unproven = Q(status__in=(Status.EXPIRED, Status.CANCELLED)) & Q(Exists(_NEVER_PROVEN))
    return Booking.objects.filter(scope.of()).exclude(status=Status.DRAFT).exclude(unproven)


def in_days(scope: Scope, days: Days) -> QuerySet[Booking]:
    """Give those whose session begins on one of some days; of a wish without a time, the wished date counts."""
    since, until = days.instants(scope.zone)
    timed = Q(starts_at__gte=since, starts_at__lt=until)
    wished = Q(starts_at__isnull=True, preferred_date__range=(days.first, days.last))
    return requests(scope).filter(timed | wished)


def count(scope: Scope, days: Days, *, parts: bool) -> Counted:
    """Count the bookings of some days, with one statement. parts: by service and consultant, too."""
    by = ["service_id", "consultant_id"] if parts else []
    day = Coalesce(TruncDate("starts_at", tzinfo=scope.zone), F("preferred_date"), output_field=DateField())
    rows = (
        in_days(scope, days)
        .order_by()
        .values("status", *by, day=day)
        .annotate(number=Rows("pk"), timed=Rows("starts_at"), length=Sum(_LENGTH), lead=Sum(_LEAD))
    )
    found = Counted(days={each: Count() for each in days})
    for row in rows:
        shown = min(max(row["day"], days.first), days.last)  # a clock may show the hour before midnight twice
        groups = [found.whole, found.days[shown]]
        if parts:
            groups.append(found.services[row["service_id"]])
        if parts and row["consultant_id"] is not None:
            groups.append(found.consultants[row["consultant_id"]])
        _add(groups, row)
    return found


def upcoming(scope: Scope, *, now: datetime) -> int:
    """Give how many active bookings are to come: those that have not begun, and requests that wait for a time."""
    ahead = Q(starts_at__gte=now) | Q(starts_at__isnull=True)
    return Booking.objects.filter(scope.of(), ahead, status__in=ACTIVE).count()


def cancelled_by(scope: Scope, days: Days) -> Mapping[ActorKind, int]:
    """Give who cancelled those of the bookings of some days that were."""
    events = BookingEvent.objects.filter(move=Move.CANCEL, booking__in=in_days(scope, days).values("pk"))
    rows = events.order_by().values("actor_kind").annotate(number=Rows("pk"))
    found = Counter({row["actor_kind"]: row["number"] for row in rows})
    return {kind: found[kind] for kind in ActorKind if found[kind]}


def _add(groups: Iterable[Count], row: dict[str, object]) -> None:
    nothing = timedelta(0)
    held = row["length"] if row["status"] in SEATED else None
    for group in groups:
        group.add(
            str(row["status"]),
            int(str(row["number"])),
            minutes=(held or nothing) // _MINUTE,  # type: ignore[operator]  # rows say what, not of which kind
            lead=row["lead"] or nothing,  # type: ignore[arg-type]  # as above
            timed=int(str(row["timed"])),
        )
