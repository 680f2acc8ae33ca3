"""What a client said in public goes with them, on request and by itself; the stars stay."""

from datetime import timedelta

import pytest
from django.conf import settings

from bookings.audit.invariants import audit
from bookings.privacy.erasure import erase_person
from bookings.privacy.export import export_person
from bookings.retention.people import forget_clients
from bookings.reviews.models import Review
from bookings.reviews.services import FORGOTTEN, forget_author, hide_review, reply_to_review
from tests import factories
from tests.factories import TEN
from tests.reviews.sessions import practice, rating_of, reviewed

pytestmark = pytest.mark.django_db(transaction=True)

EMAIL = "finch@example.org"


def written() -> Review:
    host = practice()
    reviewed(host, 2, "Somebody else's.")
    review = reviewed(host, 5, "My finch sang.", email=EMAIL, full_name="Fiona Finch")
    lead = factories.staff_of(host.business)
    return reply_to_review(review_id=review.pk, viewer=lead, text="Thank you.", now=TEN)


def left(review: Review) -> tuple[str, str, int, str]:
    row = Review.objects.get(pk=review.pk)
    return row.comment, row.author_name, row.rating, row.reply


def test_erase__empties_comment_and_name_and_leaves_the_stars() -> None:
    review = written()

    erase_person(email=EMAIL, now=TEN)

    assert left(review) == ("", "", 5, "Thank you.")
    assert Review.objects.filter(comment="Somebody else's.").count() == 1
    assert rating_of(review.business) == (2, 7, "3.50")
    assert forget_author(booking_id=review.booking_id) is False
    assert audit(now=TEN) == []


def test_erase__leaves_no_word_of_why_it_was_hidden() -> None:
    review = written()
    lead = factories.staff_of(review.business)
    hide_review(review_id=review.pk, viewer=lead, reason="Fiona Finch is rude.", now=TEN)

    erase_person(email=EMAIL, now=TEN)

    hidden = Review.objects.get(pk=review.pk)
    assert (hidden.hidden_reason, hidden.hidden_at) == (FORGOTTEN, TEN)
    assert forget_author(booking_id=review.booking_id) is False


def test_retention__empties_them_with_their_booking() -> None:
    review = written()

    forget_clients(TEN + timedelta(days=settings.PERSONAL_DATA_RETENTION_DAYS + 2))

    assert left(review) == ("", "", 5, "Thank you.")


def test_export__lists_what_the_person_said() -> None:
    review = written()

    part = export_person(email=EMAIL, now=TEN)["parts"]["reviews"]

    assert part["rows"] == [
        {
            "practice": review.business.name,
            "booking": review.booking.acknowledgement_id,
            "rating": 5,
            "comment": "My finch sang.",
            "authorName": "Fiona F.",
            "createdAt": "2030-01-07T08:00:00+00:00",
            "reply": "Thank you.",
            "repliedAt": TEN.isoformat(),
            "hiddenAt": None,
        }
    ]
