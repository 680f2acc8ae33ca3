"""Calendar feeds in the admin: seen and revoked by the platform's admin, and never an address."""

from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from bookings.accounts.viewer import Viewer
from bookings.businesses.models import StaffMember
from bookings.feeds.models import CalendarFeed
from bookings.feeds.services import NewFeed, create_feed
from tests import factories
from tests.admin.desk import logged_in, platform_admin
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "admin:bookings_calendarfeed_changelist"


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def made() -> NewFeed:
    return create_feed(viewer=Viewer(user=factories.user("ana@example.org")), now=NOW)


def test_list__shows_whose_they_are_and_no_secret() -> None:
    feed = made()
    boss = platform_admin()

    page = boss.get(reverse(LIST), {"q": "ana@example.org"}).content.decode()
    detail = boss.get(reverse("admin:bookings_calendarfeed_change", args=[feed.row.pk])).content.decode()

    for text in (page, detail):
        assert "ana@example.org" in text
        assert feed.row.secret_hash not in text
        assert feed.url.rpartition("/")[2] not in text


def test_revoke__ends_the_chosen_feeds() -> None:
    feed, other = made(), create_feed(viewer=Viewer(user=factories.user()), now=NOW)

    platform_admin().post(reverse(LIST), {"action": "revoke", "_selected_action": [feed.row.pk]})

    revoked = dict(CalendarFeed.objects.values_list("pk", "revoked_at"))
    assert revoked == {feed.row.pk: NOW, other.row.pk: None}
    assert Client().get(urlsplit(feed.url).path).status_code == 404


def test_list__is_not_for_those_who_work_for_a_practice() -> None:
    made()
    staff = logged_in(factories.staff_of(factories.business(), StaffMember.Role.OWNER).user)

    assert staff.get(reverse(LIST)).status_code == 403
