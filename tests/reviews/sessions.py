"""Sessions that took place, their clients, and what they say: what the tests of reviews share."""

from typing import Any

from bookings.accounts.viewer import Viewer
from bookings.booking import services as booking
from bookings.booking.models import Booking
from bookings.consultants.models import Consultant
from bookings.reviews.models import Review
from bookings.reviews.services import Words, write_review
from tests import factories
from tests.factories import NOW, TEN


def practice(**fields: Any) -> Consultant:
    """A consultant of a practice where sessions need neither an answer nor money first."""
    offered = factories.service(
        **{"payment_policy": "ON_SITE", "needs_approval": False, "seats": 50, "price": 0, **fields}
    )
    return factories.consultant(offered, user=factories.user())


def over(host: Consultant, **fields: Any) -> Booking:
    """A session that took place."""
    made = factories.pending(host, host.services.get(), **fields)
    return booking.complete(booking_id=made.pk, viewer=factories.staff_of(host.business), now=TEN)


def client(of: Booking) -> Viewer:
    """Whoever reads the booking's mailbox, by an access token that may review."""
    return Viewer(subjects={of.subject}, purposes={of.subject: frozenset({"review"})})


def reviewed(host: Consultant, rating: int = 5, comment: str = "", **fields: Any) -> Review:
    """A review of a fresh session."""
    session = over(host, **fields)
    return write_review(booking_id=session.pk, viewer=client(session), words=Words(rating, comment), now=NOW)


def rating_of(row: Any) -> tuple[int, int, str | None]:
    """Count, sum and average as the database has them now."""
    fresh = type(row).objects.get(pk=row.pk)
    average = None if fresh.rating_average is None else str(fresh.rating_average)
    return fresh.rating_count, fresh.rating_sum, average
