"""Reviews in the admin: found, answered, hidden with a reason, by who runs the practice."""

from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from bookings.businesses.models import StaffMember
from bookings.reviews.models import Review
from bookings.reviews.services import show_review
from tests import factories
from tests.admin.desk import logged_in, platform_admin, read
from tests.factories import TEN
from tests.reviews.sessions import practice, rating_of, reviewed

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "admin:bookings_review_changelist"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(TEN, tick=False):
        yield


def post(client: Client, review: Review, **fields: str) -> str:
    address = reverse("admin:bookings_review_change", args=[review.pk])
    answer = client.post(address, {"reply": "", "hidden_reason": "", **fields}, follow=True)
    return answer.content.decode()


def test_page__answers_hides_with_a_reason_and_shows_again() -> None:
    host = practice()
    review = reviewed(host, 1, SCRIPT)
    lead = factories.staff_of(host.business)
    client = logged_in(lead.user)

    assert SCRIPT not in read(client, reverse(LIST), q="alert")
    assert "Say why it is hidden." in post(client, review, hidden="on")
    post(client, review, reply="Sorry.", hidden="on", hidden_reason="Abuse.")

    review.refresh_from_db()
    assert (review.reply, review.hidden_reason, review.hidden_at) == ("Sorry.", "Abuse.", TEN)
    assert (review.replied_by, review.hidden_by, review.decided) == (lead.user, lead.user, False)
    assert rating_of(host) == (0, 0, None)
    post(client, review, reply="Sorry.", hidden_reason="Abuse.")
    assert rating_of(host) == (1, 1, "1.00")


def test_page__what_the_platform_decided_stays() -> None:
    host = practice()
    review = reviewed(host, 1)
    post(platform_admin(), review, hidden="on", hidden_reason="Bought.")

    page = post(logged_in(host.business.owner), review, hidden_reason="Bought.")

    assert "The platform has decided" in page
    assert rating_of(host) == (0, 0, None)


def test_pages__are_for_who_runs_the_practice() -> None:
    host = practice()
    review = reviewed(host, 1, "Rude.")
    address = reverse("admin:bookings_review_change", args=[review.pk])
    staff = logged_in(factories.staff_of(host.business, StaffMember.Role.STAFF).user)
    stranger = logged_in(factories.business().owner)

    assert staff.get(address).status_code == 403
    assert "Rude." not in read(stranger, reverse(LIST))
    assert stranger.post(address, {"hidden": "on", "hidden_reason": "So."}).status_code == 302
    assert rating_of(host) == (1, 1, "1.00")


def test_list__filters_what_is_hidden() -> None:
    host = practice()
    review, _ = reviewed(host, 1, "Rude."), reviewed(host, 5, "Kind.")
    client = platform_admin()
    post(client, review, hidden="on", hidden_reason="So.")

    assert "Rude." in read(client, reverse(LIST), shown="no")
    assert "Rude." not in read(client, reverse(LIST), shown="yes")
    assert "Rude." not in read(client, reverse(LIST), rating__exact="5")
    show_review(review_id=review.pk, viewer=factories.Viewer(user=factories.user(is_superuser=True)))
    assert "Rude." in read(client, reverse(LIST), shown="yes")
