"""Time and seats: what is occupied, counted and booked agree."""

from django.db.models import (
    Aggregate,
    Count,
    Exists,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    Window,
)
from django.db.models.expressions import RowRange
from django.db.models.functions import Coalesce

from bookings.audit.scope import Scope, ids_of
from bookings.booking.models import Booking
from bookings.booking.states import SEATED
from bookings.slots.models import Occupation, Slot


def overlapping_occupations(scope: Scope) -> list[int]:
    """Invariant 1: busy ranges of one schedule never overlap. Gives the later occupation of each clash."""
    latest_end_before = Window(
        Max("busy_until"),
        partition_by=[F("schedule")],
        order_by=[F("busy_from").asc(), F("pk").asc()],
        frame=RowRange(start=None, end=-1),
    )
    rows = Occupation.objects.using(scope.using).annotate(latest_end_before=latest_end_before)
    return ids_of(rows.filter(latest_end_before__gt=F("busy_from")))


def taken_slots_without_occupation(scope: Scope) -> list[int]:
    """Invariant 1: a slot with taken seats occupies its schedule; unoccupied time would be sold again."""
    own = Occupation.objects.filter(slot=OuterRef("pk"), schedule=OuterRef("schedule"))
    return ids_of(Slot.objects.using(scope.using).filter(~Exists(own), seats_taken__gt=0))


def occupations_without_taken_seats(scope: Scope) -> list[int]:
    """Invariant 1: an occupation is present only while seats are taken; else nobody could book that time."""
    return ids_of(Occupation.objects.using(scope.using).filter(slot__seats_taken=0))


def occupations_short_of_their_session(scope: Scope) -> list[int]:
    """Invariant 1: a busy range holds its slot's whole session. Buffers are the first holder's, so unchecked."""
    outside = Q(busy_from__gt=F("slot__starts_at")) | Q(busy_until__lt=F("slot__ends_at"))
    return ids_of(Occupation.objects.using(scope.using).filter(outside))


def miscounted_slots(scope: Scope) -> list[int]:
    """Invariant 2: `0 <= seats_taken <= capacity`; seats and holders are those of the bookings that keep seats."""
    wrong = (
        ~Q(seats_taken=F("held"))
        | ~Q(holders=F("held_by"))
        | Q(seats_taken__lt=0)
        | Q(seats_taken__gt=F("capacity"))
    )
    rows = Slot.objects.using(scope.using).annotate(held=_seated(Sum("seats")), held_by=_seated(Count("pk")))
    return ids_of(rows.filter(wrong))


def bookings_beside_their_slot(scope: Scope) -> list[int]:
    """Invariant 9, as far as rows can tell: whoever keeps seats keeps them in the very slot that was offered.

    Such a booking's time and service are its slot's; the slot is on the schedule of its consultant or, where it
    has none, of its resource, and a resource beside a consultant is occupied by the same slot. It has a slot where
    it has a time (a wish has neither), and a booking that keeps no seats has none. That listing and booking judge
    alike cannot be seen in rows; the tests of the engine show it.
    """
    keeps = Q(status__in=SEATED)
    in_its_room = Exists(
        Occupation.objects.filter(slot=OuterRef("slot"), schedule=OuterRef("resource__schedule"))
    )
    beside = (
        ~Q(starts_at=F("slot__starts_at"))
        | ~Q(ends_at=F("slot__ends_at"))
        | ~Q(service=F("slot__service"))
        | Q(slot__service__isnull=True)
        | Q(starts_at__isnull=True)
        | Q(consultant__isnull=False) & ~Q(consultant__schedule=F("slot__schedule"))
        | Q(consultant__isnull=False, resource__isnull=False) & ~in_its_room
        | Q(consultant__isnull=True, resource__isnull=False) & ~Q(resource__schedule=F("slot__schedule"))
        | Q(consultant__isnull=True, resource__isnull=True)
    )
    wrong = (
        keeps & Q(slot__isnull=False) & beside
        | keeps & Q(slot__isnull=True, starts_at__isnull=False)
        | ~keeps & Q(slot__isnull=False)
    )
    return ids_of(Booking.objects.using(scope.using).filter(wrong))


def _seated(counted: Aggregate) -> Coalesce:
    """Give an aggregate over the bookings that keep seats of the outer slot; zero where there are none."""
    seated = Booking.objects.filter(slot=OuterRef("pk"), status__in=SEATED).order_by().values("slot")
    return Coalesce(
        Subquery(seated.annotate(counted=counted).values("counted")), Value(0), output_field=IntegerField()
    )
