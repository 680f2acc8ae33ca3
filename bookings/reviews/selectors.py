"""Reading reviews. `visible_to` is the one place that decides who sees which."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from bookings.accounts.viewer import Viewer
from bookings.booking import selectors as bookings
from bookings.booking.models import Booking
from bookings.businesses.policies import Duty, may_as
from bookings.common.errors import DomainError, ErrorCode
from bookings.reviews import policies
from bookings.reviews.models import Review

NEWEST_FIRST = ("-created_at", "-pk")
SHOWN = Q(hidden_at__isnull=True)
"""What counts in a rating, and everybody reads."""
LATELY = timedelta(days=30)
"""For how long a review without an answer is worth a look."""


def visible_to(viewer: Viewer) -> QuerySet[Review]:
    """Give the reviews that somebody sees: what is shown, and hidden ones of the bookings that they may see."""
    public = SHOWN & Q(business__is_active=True)
    return Review.objects.filter(public | Q(booking__in=bookings.visible_to(viewer)))


def visible(viewer: Viewer, pk: int) -> Review:
    """Give one. Raises NOT_FOUND, the same for one that is not there and one that is not shown."""
    review = visible_to(viewer).filter(pk=pk).first()
    if review is None:
        raise DomainError(ErrorCode.NOT_FOUND, field=["reviewId"])
    return review


def ruled_by(viewer: Viewer) -> QuerySet[Review]:
    """Give the reviews of the practices that somebody works for; for the platform's admin, all of them."""
    return (
        Review.objects.all() if viewer.is_admin else Review.objects.filter(business__in=viewer.business_ids)
    )


def unanswered(viewer: Viewer, *, now: datetime) -> QuerySet[Review]:
    """Give the reviews of LATELY that show without an answer, of the practices for which somebody has the duty."""
    waits = Review.objects.filter(SHOWN, replied_at__isnull=True, created_at__gte=now - LATELY)
    if viewer.is_admin:
        return waits
    places = [pk for pk, role in viewer.roles.items() if may_as(role, Duty.REVIEWS)]
    return waits.filter(business__in=places)


def may_be_written(booking: Booking, viewer: Viewer) -> bool:
    """Tell whether the viewer may review a session now: as its client, once it took place, and not twice.

    A list of bookings has read `is_reviewed` beside each.
    """
    if booking.status not in policies.REVIEWED or not policies.is_author(viewer, booking):
        return False
    read: bool | None = getattr(booking, "is_reviewed", None)
    return not (Review.objects.filter(booking=booking.pk).exists() if read is None else read)
