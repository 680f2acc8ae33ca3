"""The page of what searches find of practices."""

from typing import Any

import pytest
import time_machine
from django.urls import reverse

from bookings.businesses.models import Business
from bookings.directory.models import Listing
from bookings.directory.services import refresh_all
from tests import factories
from tests.admin.desk import platform_admin
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)

LIST = reverse("admin:bookings_listing_changelist")


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def test_listing__shows_words_and_cannot_be_changed() -> None:
    place = factories.business(name="Łąka")
    refresh_all(now=lambda: NOW)
    client = platform_admin()

    page = client.get(reverse("admin:bookings_listing_change", args=[place.pk])).content.decode()

    assert "counselling laka" in page
    assert 'name="_save"' not in page


def test_look_again__does_at_once_what_the_worker_does() -> None:
    place, closed = factories.business(name="Before"), factories.business()
    refresh_all(now=lambda: NOW)
    Business.objects.filter(pk=place.pk).update(name="After")
    Business.objects.filter(pk=closed.pk).update(is_active=False)
    form = {"action": "look_again", "_selected_action": [place.pk, closed.pk]}

    answer = platform_admin().post(LIST, form, follow=True).content.decode()

    assert "2 looked at. 1 of them take no bookings any more and were taken out." in answer
    (listing,) = Listing.objects.all()
    assert set(listing.words.values_list("word", flat=True)) == {"after", "counselling"}
