"""What bookings make of a consultant or a resource: in use at an instant or not, and who is still to come."""

from datetime import datetime

from django.db.models import (
    Case,
    CharField,
    Exists,
    Expression,
    F,
    OuterRef,
    Q,
    Subquery,
    TextChoices,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from bookings.booking.models import Booking
from bookings.booking.states import ACTIVE, SEATED, Status
from bookings.booking.touched import MOST, SHOWN, Touched
from bookings.businesses.models import Business
from bookings.consultants.models import Consultant
from bookings.resources.models import Resource
from bookings.slots.models import Occupation

ASKED = frozenset({Status.PENDING, Status.APPROVED, Status.PAYMENT_PENDING})
"""Time is held, and nothing is settled yet."""
SETTLED = SEATED - ASKED


class AvailabilityStatus(TextChoices):
    """Whether a resource can be used at an instant."""

    AVAILABLE = "AVAILABLE", "Nothing stands against it"
    PENDING = "PENDING", "Somebody has asked for it"
    UNAVAILABLE = "UNAVAILABLE", "It is taken, or out of use"


def status_at(instant: datetime) -> Expression:
    """Give the status of each resource of a queryset at an instant, as an expression to annotate it with.

    Busy ranges of one schedule never overlap, so the one that began last is the only one that can hold the instant.
    """
    of_the_slot = Booking.objects.filter(slot=OuterRef("slot"))
    last = Occupation.objects.filter(schedule=OuterRef("schedule"), busy_from__lte=instant).order_by(
        "-busy_from"
    )
    held = Case(
        When(busy_until__lte=instant, then=Value(AvailabilityStatus.AVAILABLE)),
        When(
            Exists(of_the_slot.filter(status__in=sorted(SETTLED))), then=Value(AvailabilityStatus.UNAVAILABLE)
        ),
        When(Exists(of_the_slot.filter(status__in=sorted(ASKED))), then=Value(AvailabilityStatus.PENDING)),
        default=Value(AvailabilityStatus.AVAILABLE),
        output_field=CharField(),
    )
    return Case(
        When(Q(is_available=False) | Q(is_active=False), then=Value(AvailabilityStatus.UNAVAILABLE)),
        default=Coalesce(
            Subquery(last.annotate(held=held).values("held")[:1]), Value(AvailabilityStatus.AVAILABLE)
        ),
        output_field=CharField(),
    )


def status_of(resource: Resource, instant: datetime) -> AvailabilityStatus:
    """Give the status of one resource at an instant; one that is gone is unavailable."""
    rows = Resource.objects.filter(pk=resource.pk).annotate(status=status_at(instant))
    found = rows.values_list("status", flat=True).first()
    return AvailabilityStatus(found or AvailabilityStatus.UNAVAILABLE)


def still_to_come(host: Business | Consultant | Resource, now: datetime) -> Touched:
    """Give the active bookings that need a consultant, a resource or a whole practice and are not over.

    By start, wishes last.
    """
    coming = Booking.objects.filter(
        _needing(host, now),
        Q(ends_at__gt=now) | Q(ends_at__isnull=True),
        status__in=sorted(ACTIVE),
    )
    first = coming.select_related(*SHOWN).order_by(F("starts_at").asc(nulls_last=True), "pk")[:MOST]
    return Touched(list(first), coming.count())


def _needing(host: Business | Consultant | Resource, now: datetime) -> Q:
    """Give what makes a booking one that counts on a host: named, or held on its calendar."""
    if isinstance(host, Business):
        return Q(business=host.pk)
    named = Q(resource=host.pk) if isinstance(host, Resource) else Q(consultant=host.pk)
    held = Occupation.objects.filter(schedule=host.schedule_id, busy_until__gt=now)
    return named | Q(slot__in=held.values("slot"))
