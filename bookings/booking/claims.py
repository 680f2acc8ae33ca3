"""A client's places in a business: at most so many active bookings, by a unique row each."""

from django.db import IntegrityError, transaction
from django.db.models import BigIntegerField, CharField

from bookings.booking.models import Booking, Claim
from bookings.common.compiled import Argument, Compiled
from bookings.common.errors import DomainError, ErrorCode

MORE_THAN_ENOUGH = 1000
"""How many places staff may open for one client."""
_PLACES = Compiled(
    lambda: Claim.objects.filter(
        business=Argument("business", BigIntegerField()), email=Argument("email", CharField())
    ).values_list("place")
)


def take(booking: Booking, *, exceed: bool = False) -> Claim:
    """Give the client of a booking a free place, 1..N tried in turn. Raises ACTIVE_BOOKING_EXISTS.

    exceed: staff may give more places than the business allows its clients.
    """
    allowed = MORE_THAN_ENOUGH if exceed else booking.business.max_active_bookings
    for place in range(1, allowed + 1):
        try:
            with transaction.atomic():
                return Claim.objects.create(business_id=booking.business_id, email=booking.email, place=place)
        except IntegrityError:
            continue
    raise DomainError(ErrorCode.ACTIVE_BOOKING_EXISTS)


def lock(booking: Booking) -> Claim | None:
    """Lock the place that a booking stands on, as it is once whoever moves or frees it is done; None without one."""
    if booking.claim_id is None:
        return None
    return Claim.objects.select_for_update().get(pk=booking.claim_id)


def give_back(claim: Claim) -> None:
    """Free a locked place, unless another booking of the same series still stands on it.

    The client's highest place moves down into it: what staff gave beyond the number allowed goes on counting.
    """
    if claim.bookings.exists():
        return
    freed = claim.place
    claim.delete()
    above = Claim.objects.filter(business_id=claim.business_id, email=claim.email, place__gt=freed)
    while (last := above.order_by("-place").first()) is not None:
        if Claim.objects.filter(pk=last.pk, place=last.place).update(place=freed):
            return


def is_full(*, business_id: int, email: str, allowed: int) -> bool:
    """Tell whether the client has no place left."""
    return len(_PLACES.rows(business=business_id, email=email)) >= allowed
