"""What consultants say of themselves, and what follows a session, in the admin."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.consultants.models import Consultant
from bookings.notifications.models import OutboxMessage
from bookings.notifications.rendering import render
from tests import factories
from tests.admin.desk import member_of, page_of, platform_admin, read
from tests.admin.pages import fields_of, send
from tests.factories import NOW, TEN
from tests.lifecycle import confirmed, ended

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def save(person: Consultant, **given: Any) -> str:
    address, client = reverse("admin:bookings_consultant_change", args=[person.pk]), platform_admin()
    return send(client, address, {**fields_of(read(client, address)), **given})


def test_consultant__languages_and_years_are_kept_as_the_api_keeps_them() -> None:
    person = factories.consultant(factories.service())

    save(person, spoken="PL, pt_BR,", practising_since=2011)
    page = read(platform_admin(), reverse("admin:bookings_consultant_change", args=[person.pk]))

    assert sorted(person.languages.values_list("code", flat=True)) == ["pl", "pt-br"]
    assert 'value="pl, pt-br"' in page
    save(person, spoken="")
    assert not person.languages.exists()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"spoken": "Polish, of course"}, "A language is written as en or pt-BR."),
        ({"practising_since": 2031}, "This year has not come yet."),
    ],
)
def test_consultant__bad_answers_are_shown_beside_them(given: dict[str, Any], words: str) -> None:
    person = factories.consultant(factories.service())

    answer = save(person, full_name="Somebody else", **given)

    person.refresh_from_db()
    assert words in answer
    assert person.full_name != "Somebody else"


def test_consultant__account_given_here_is_linked_from_now_on() -> None:
    person, account = factories.consultant(factories.service()), factories.user()

    save(person, user=account.pk)

    person.refresh_from_db()
    assert (person.user, person.linked_at) == (account, NOW)


def test_booking__page_leads_to_what_it_follows_and_what_follows_it() -> None:
    offered = factories.service()
    before = ended(services.complete)(factories.consultant(offered), offered, meeting_platform="ZOOM")
    again = services.follow_up(
        booking_id=before.pk,
        given=services.FollowUp(starts_at=TEN + timedelta(days=1)),
        viewer=Viewer(user=offered.business.owner),
        now=TEN,
    ).booking
    client = member_of(before)

    first, second = read(client, page_of(before)), read(client, page_of(again))

    assert f'<a href="{page_of(again)}">{again.acknowledgement_id}</a>' in first
    assert f'<a href="{page_of(before)}">{before.acknowledgement_id}</a>' in second
    assert ("Zoom" in first, "Zoom" in second) == (True, True)


def test_mail__to_the_consultant_says_how_the_client_would_like_to_meet() -> None:
    offered = factories.service()
    host = factories.consultant(offered, user=factories.user())
    confirmed(host, offered, meeting_platform="GOOGLE_MEET")

    mail = render(OutboxMessage.objects.get(template="consultant_confirmed"))

    assert "Would like to meet by: Google Meet" in mail.text
    assert "Google Meet" in mail.html
