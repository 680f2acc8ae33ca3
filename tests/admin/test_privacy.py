"""What admins do about what is known of a person, and who publishes texts of consent."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from bookings.accounts.models import User
from bookings.booking.models import BookingNote
from bookings.businesses.models import ConsentText, StaffMember
from tests import factories
from tests.admin.desk import logged_in, platform_admin
from tests.factories import NOW
from tests.privacy.columns import found

pytestmark = pytest.mark.django_db(transaction=True)

ACCOUNTS = "admin:bookings_user_changelist"
EMAIL = "ana@example.org"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana() -> User:
    offered = factories.service()
    booking = factories.draft(factories.consultant(offered), offered, email=EMAIL)
    BookingNote.objects.create(booking=booking, text="between us", created_at=NOW)
    return factories.user(EMAIL, full_name="Ana Horvat")


def act(client: Client, action: str, *users: User, **more: str) -> Any:
    given = {"action": action, "_selected_action": [str(user.pk) for user in users], **more}
    return client.post(reverse(ACCOUNTS), given, follow=True)


def test_export_person__is_a_file_with_the_internal_notes(ana: User) -> None:
    answer = act(platform_admin(), "export_person", ana)

    assert answer["Content-Disposition"] == f'attachment; filename="account-{ana.pk}.json"'
    parts = json.loads(answer.content)["parts"]
    assert parts["account"]["rows"][0]["email"] == EMAIL
    assert [row["text"] for row in parts["internalNotes"]["rows"]] == ["between us"]


def test_erase_person__asks_once_more_and_leaves_nothing_in_the_admins_log(ana: User) -> None:
    client = platform_admin()

    asked = act(client, "erase_person", ana).content.decode()
    assert "cannot be undone" in asked
    assert User.objects.filter(email=EMAIL).exists()
    done = act(client, "erase_person", ana, sure="yes").content.decode()

    assert "Erased, with 1 bookings." in done
    places = {line.partition(":")[0] for line in found(EMAIL, "Ana Horvat", "between us")}
    assert places == {"bookings_outboxmessage.recipient"}  # the last mail, which is about to leave
    assert not LogEntry.objects.filter(object_repr__icontains="ana").exists()


def test_erase_person__says_why_it_is_refused() -> None:
    owner = factories.business().owner

    done = act(platform_admin(), "erase_person", owner, sure="yes").content.decode()

    assert "still owns a practice" in done
    owner.refresh_from_db()
    assert owner.is_active


def test_personal_data__is_for_the_platforms_admins_and_one_account_at_a_time(ana: User) -> None:
    several = act(platform_admin(), "erase_person", ana, factories.user(), sure="yes").content.decode()
    assert "Choose one account" in several
    clerk = factories.user()
    clerk.user_permissions.add(*_all_of_accounts())
    answer = act(logged_in(clerk), "erase_person", ana, sure="yes")
    assert "Erased" not in answer.content.decode()
    assert User.objects.filter(email=EMAIL).exists()


def _all_of_accounts() -> Any:
    return Permission.objects.filter(content_type__model="user", content_type__app_label="bookings")


def test_consent_text__is_published_by_managers_and_changed_by_nobody() -> None:
    place = factories.business()
    client = logged_in(factories.staff_of(place, StaffMember.Role.MANAGER).user)
    given = {"business": place.pk, "text": "Our own words."}

    client.post(reverse("admin:bookings_consenttext_add"), given, follow=True)

    row = ConsentText.objects.get()
    assert (row.version, row.text) == ("2030-01-07.1", "Our own words.")
    page = reverse("admin:bookings_consenttext_change", args=[row.pk])
    assert "Our own words." in client.get(page).content.decode()
    assert client.post(page, {**given, "text": "Others."}).status_code == 403
    assert client.post(reverse("admin:bookings_consenttext_delete", args=[row.pk])).status_code == 403


def test_consent_text__of_another_practice_is_not_there() -> None:
    place = factories.business()
    other = factories.staff_of(factories.business(), StaffMember.Role.OWNER).user
    client = logged_in(other)

    client.post(reverse("admin:bookings_consenttext_add"), {"business": place.pk, "text": "Mine now."})

    assert not ConsentText.objects.exists()


def test_consent_text__a_new_version_begins_with_an_old_one_and_takes_its_place() -> None:
    place = factories.business()
    client = logged_in(factories.staff_of(place, StaffMember.Role.MANAGER).user)
    add = reverse("admin:bookings_consenttext_add")
    client.post(add, {"business": place.pk, "text": "Our own words."})
    first = ConsentText.objects.get()
    page = reverse("admin:bookings_consenttext_change", args=[first.pk])
    assert "In force</span>" in client.get(page).content.decode()

    form = client.get(add, {"from": first.pk}).content.decode()
    client.post(add, {"business": place.pk, "text": "Our own words, for a year."})

    assert "Our own words.</textarea>" in form
    assert "In force until 7 Jan 2030, 08:00" in client.get(page).content.decode()
    assert ConsentText.objects.get(pk=first.pk).text == "Our own words."


def test_consent_text__of_another_practice_begins_no_new_version() -> None:
    place = factories.business()
    ConsentText.objects.create(business=place, version="1", text="Quokka words.", published_at=NOW)
    other = logged_in(factories.staff_of(factories.business(), StaffMember.Role.OWNER).user)

    for key in (ConsentText.objects.get().pk, "9" * 30, "x"):
        answer = other.get(reverse("admin:bookings_consenttext_add"), {"from": key})
        assert answer.status_code == 200
        assert "Quokka" not in answer.content.decode()
