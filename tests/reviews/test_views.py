"""The mail that asks for a review, and the page to which it leads."""

from typing import Any

import pytest
import time_machine
from django.test import Client

from bookings.notifications.delivery import deliver
from bookings.notifications.models import MailRefusal, OutboxMessage
from bookings.notifications.refusals import refuse
from bookings.reviews.models import Review
from bookings.verification import services as verification
from tests import factories
from tests.factories import TEN
from tests.reviews.sessions import over, practice

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/bookings/review"


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(TEN, tick=False):
        yield


def send(**fields: str) -> Any:
    return Client().post(PAGE, {"rating": "4", "comment": "Kind.", "named": "yes", **fields})


def test_completed__asks_for_a_review_by_a_link_that_leads_to_the_page(mailoutbox: Any) -> None:
    session = over(practice(), full_name="Ana Nowak")
    message = OutboxMessage.objects.get(template="completed")
    link = message.secrets["link"]
    deliver(message.pk, TEN)

    (mail,) = [mail for mail in mailoutbox if session.email in mail.to]
    answer = send(token=link.partition("#token=")[2])

    assert link.startswith("http")
    assert link.partition("#")[0].endswith(PAGE)
    assert link in mail.body
    assert "List-Unsubscribe" in mail.extra_headers
    assert answer.status_code == 200
    assert 'data-rating="4"' in answer.content.decode()
    review = Review.objects.get(booking=session)
    assert (review.rating, review.comment, review.author_name) == (4, "Kind.", "Ana N.")


def test_completed__is_not_mailed_to_who_wants_no_such_mails() -> None:
    refuse(email="ana@example.org", kind=MailRefusal.Kind.REVIEW_REQUESTS, now=TEN)

    over(practice(), email="ana@example.org")

    assert not OutboxMessage.objects.filter(template="completed").exists()


def test_page__changes_nothing_by_a_get_and_runs_our_files_alone() -> None:
    answer = Client().get(PAGE)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert page.count('type="radio"') == 10
    assert "<style" not in page
    assert not Review.objects.exists()


def test_page__keeps_the_proof_of_whoever_forgot_the_stars_and_takes_it_once() -> None:
    session = over(practice())
    token = OutboxMessage.objects.get(template="completed").secrets["link"].partition("#token=")[2]

    forgot = send(token=token, rating="", comment="<b>Kind</b>")
    first, again = send(token=token, named=""), send(token=token)

    page = forgot.content.decode()
    assert forgot.status_code == 409
    assert token in page
    assert "&lt;b&gt;Kind" in page
    assert "<b>Kind" not in page
    assert (first.status_code, again.status_code) == (200, 409)
    assert Review.objects.get(booking=session).author_name == ""


def test_page__takes_a_code_and_refuses_what_is_no_proof() -> None:
    session = over(practice())
    issued = verification.issue_challenge(
        purpose="BOOKING_ACCESS", subject=session.subject, email=session.email, now=TEN
    )

    assert send(token="wrong").status_code == 409
    assert send(acknowledgement_id=session.acknowledgement_id, code="000000").status_code == 409
    assert not Review.objects.exists()
    assert send(acknowledgement_id=session.acknowledgement_id, code=issued.code).status_code == 200


def test_page__of_a_session_to_come_keeps_the_proof() -> None:
    host = practice()
    booking = factories.pending(host, host.services.get())
    issued = verification.issue_challenge(
        purpose="BOOKING_ACCESS", subject=booking.subject, email=booking.email, now=TEN
    )

    assert send(token=issued.token).status_code == 409
    issued.challenge.refresh_from_db()
    assert issued.challenge.consumed_at is None
