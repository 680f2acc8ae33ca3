"""Figures in the admin: for who runs the practice, and the platform's for its admin."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from bookings.admin.figures import length
from bookings.businesses.models import StaffMember
from tests import factories
from tests.admin.desk import logged_in, platform_admin, read
from tests.factories import TEN
from tests.lifecycle import confirmed
from tests.reviews.sessions import practice, reviewed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(TEN + timedelta(hours=2), tick=False):
        yield


def page_of(place: Any) -> str:
    return reverse("admin:bookings_business_figures", args=[place.pk])


def test_page__shows_counts_money_and_bars() -> None:
    offered = factories.service(name="<b>Talk</b>")
    host = factories.consultant(offered)
    confirmed(host, offered)
    owner = logged_in(offered.business.owner)

    page = read(owner, page_of(offered.business))

    assert "EUR (test mode)" in page
    assert "60.00" in page
    assert "EUR (test mode)" in page
    assert "&lt;b&gt;Talk&lt;/b&gt;" in page
    assert "<b>Talk" not in page
    assert '<meter min="0" max="1" value="1">' in page
    assert "9 Dec 2029" in page
    linked = read(owner, reverse("admin:bookings_business_change", args=[offered.business.pk]))
    assert page_of(offered.business) in linked


def test_page__of_one_consultant_and_of_other_days() -> None:
    host = practice()
    reviewed(host, 4)
    owner = logged_in(host.business.owner)

    own = read(owner, page_of(host.business), consultant=str(host.pk))
    later = read(owner, page_of(host.business), first="2030-02-01", last="2030-02-02")
    wrong = read(owner, page_of(host.business), first="2030-02-02", last="2030-02-01")

    assert "1, 4.00 stars" in own
    assert "2 Feb 2030" in later
    assert "Until: This day is before the first one." in wrong
    assert "9 Dec 2029" in wrong
    assert "Until: Choose 366 days at most." in read(
        owner, page_of(host.business), first="2028-02-02", last="2030-02-01"
    )
    assert owner.get(page_of(host.business), {"consultant": str(practice().pk)}).status_code == 404


def test_pages__are_for_who_may_ask() -> None:
    host = practice()
    place = host.business
    whole = reverse("admin:bookings_business_all_figures")
    staff = logged_in(factories.staff_of(place, StaffMember.Role.STAFF).user)

    assert staff.get(page_of(place)).status_code == 403
    assert logged_in(factories.business().owner).get(page_of(place)).status_code == 403
    assert logged_in(place.owner).get(whole).status_code == 403
    assert "Days in UTC".lower() in read(platform_admin(), whole).lower()


def test_page__names_no_two_things_alike_and_draws_what_its_tables_say() -> None:
    host = practice()
    reviewed(host, 4)
    owner = logged_in(host.business.owner)

    page = read(owner, page_of(host.business))

    rows = re.findall(
        r'<tr><th scope="row">([^<]+)</th><td class="number">', page.partition("</section></div>")[0]
    )
    names = re.findall(r"<h2>([^<]+)</h2>", page)
    assert len(names) == len(set(names))
    assert len(rows) == len(set(rows))
    drawn = json.loads(re.findall(r'<script id="chart-bookings-drawn"[^>]*>([^<]+)<', page)[0])
    done = next(each for each in drawn["series"] if each["name"] == "Completed")
    assert sum(done["values"]) == 1
    assert len(drawn["labels"]) == 30


@pytest.mark.parametrize(
    ("lead", "told"),
    [
        (None, "–"),
        (timedelta(minutes=5, seconds=40), "0 h 6 min"),
        (timedelta(hours=23, minutes=59, seconds=50), "1 d 0 h"),
        (timedelta(days=1, hours=19, minutes=12, microseconds=310268), "1 d 19 h"),
    ],
)
def test_figures__length_is_told_without_seconds(lead: timedelta | None, told: str) -> None:
    assert length(lead) == told
