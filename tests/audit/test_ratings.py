"""Ratings that are not what their reviews say are found."""

from bookings.reviews.models import Review
from tests import factories
from tests.audit.faults import change, wrong
from tests.reviews.sessions import practice, reviewed


def test_miscounted_ratings__are_found(db):
    host = practice()
    reviewed(host, 5)
    review = reviewed(host, 2)
    place = host.business
    place.refresh_from_db()
    host.refresh_from_db()
    assert wrong() == {}

    change(place, rating_average="3.52")
    assert wrong() == {"miscounted_practice_ratings": (place.pk,)}
    change(place, rating_average="3.50", rating_sum=8)
    change(host, rating_count=3)
    assert wrong() == {
        "miscounted_practice_ratings": (place.pk,),
        "miscounted_consultant_ratings": (host.pk,),
    }
    change(place, rating_sum=7)
    change(host, rating_count=2)
    change(review, hidden_at=review.created_at, hidden_reason="So.")
    assert wrong() == {
        "miscounted_practice_ratings": (place.pk,),
        "miscounted_consultant_ratings": (host.pk,),
    }


def test_reviews_of_another_session__are_found(db):
    host = practice()
    review = reviewed(host, 5)
    other = factories.consultant(host.services.get())
    Review.objects.filter(pk=review.pk).update(consultant=None)

    assert wrong()["reviews_of_another_session"] == (review.pk,)
    Review.objects.filter(pk=review.pk).update(consultant=other)
    assert wrong()["reviews_of_another_session"] == (review.pk,)
