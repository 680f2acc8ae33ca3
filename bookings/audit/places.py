"""Claims: each active booking stands on a place of its own client."""

from django.db.models import Count, Exists, F, OuterRef, Q

from bookings.audit.scope import Scope, ids_of
from bookings.booking.models import Booking, Claim
from bookings.booking.states import ACTIVE

_ACTIVE = Q(status__in=ACTIVE)


def bookings_without_their_claim(scope: Scope) -> list[int]:
    """Invariant 3: an active booking holds a claim of its own business and address; another holds none.

    Without an address (somebody at the desk or on the telephone) there is nothing to claim by.
    """
    somebody_elses = ~Q(claim__email=F("email")) | ~Q(claim__business=F("business"))
    wrong = (
        _ACTIVE & Q(claim__isnull=True) & ~Q(email="")
        | _ACTIVE & Q(claim__isnull=False) & somebody_elses
        | ~_ACTIVE & Q(claim__isnull=False)
    )
    return ids_of(Booking.objects.using(scope.using).filter(wrong))


def claims_without_an_active_booking(scope: Scope) -> list[int]:
    """Invariant 3: a claim goes with its last active booking; one left behind shuts its client out."""
    holders = Booking.objects.filter(_ACTIVE, claim=OuterRef("pk"))
    return ids_of(Claim.objects.using(scope.using).filter(~Exists(holders)))


def claims_of_several_bookings(scope: Scope) -> list[int]:
    """Invariant 3: one claim, one active booking; else a client would hold more than N.

    How many places a client may have is not judged: staff may exceed N, and N may have been lowered.
    """
    active = Count("bookings", filter=Q(bookings__status__in=ACTIVE))
    return ids_of(Claim.objects.using(scope.using).annotate(active=active).filter(active__gt=1))
