"""Many write, hide and show reviews of one practice at once: the ratings are what a plain count gives."""

from collections import Counter

import pytest

from bookings.audit.invariants import audit
from bookings.booking import services as booking
from bookings.common.errors import DomainError
from bookings.consultants.services import save_consultant
from bookings.reviews.models import Review
from bookings.reviews.services import Words, hide_review, show_review, write_review
from tests import factories
from tests.factories import NOW, TEN
from tests.races.threads import race
from tests.reviews.sessions import client, over, practice, rating_of, reviewed

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("postgresql")]


def test_ratings__are_exact_whoever_writes_hides_and_shows_at_once() -> None:
    host = practice()
    lead = factories.staff_of(host.business)
    place = host.business
    standing = [reviewed(host, stars) for stars in (1, 2, 5, 4)]
    hidden = [reviewed(host, stars) for stars in (1, 3)]
    for review in hidden:
        hide_review(review_id=review.pk, viewer=lead, reason="So.", now=TEN)
    sessions = [over(host) for _ in range(4)]

    def write(session, stars):
        return lambda: write_review(
            booking_id=session.pk, viewer=client(session), words=Words(stars), now=NOW
        )

    def hide(review):
        return lambda: hide_review(review_id=review.pk, viewer=lead, reason="So.", now=TEN)

    def show(review):
        return lambda: show_review(review_id=review.pk, viewer=lead)

    result = race(
        [
            *[write(session, stars) for stars, session in enumerate(sessions, 2)],
            *[write(session, 1) for session in sessions[:2]],
            *[hide(review) for review in standing[:2] * 2],
            *[show(review) for review in hidden * 2],
            lambda: save_consultant(
                viewer=lead, consultant_id=host.pk, changes={"bio": "New.", "max_per_day": 9}, now=NOW
            ),
            lambda: booking.mark_no_show(booking_id=sessions[3].pk, viewer=lead, now=TEN),
        ]
    )

    assert result.accidents == []
    refused = Counter(result.refusals)
    assert refused["ALREADY_REVIEWED"] == 2
    assert set(refused) <= {"ALREADY_REVIEWED", "INVALID_TRANSITION"}  # not attended before it was reviewed
    shown = list(Review.objects.filter(hidden_at=None).values_list("rating", flat=True))
    assert Review.objects.filter(booking__in=sessions[:3]).count() == 3
    assert rating_of(place)[:2] == rating_of(host)[:2] == (len(shown), sum(shown))
    assert audit(now=TEN) == []


def test_write_review__of_one_session_at_once_gives_one() -> None:
    host = practice()
    session = over(host)

    def write():
        return write_review(booking_id=session.pk, viewer=client(session), words=Words(3), now=NOW)

    result = race([write] * 6)

    assert result.accidents == []
    assert result.refusals == ["ALREADY_REVIEWED"] * 5
    assert not any(isinstance(end, DomainError) for end in result.results)
    assert rating_of(host.business) == (1, 3, "3.00")
