"""Pictures in the admin: seen on the pages of accounts, consultants and practices, and taken away there."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from bookings.accounts.viewer import Viewer
from bookings.businesses.models import StaffMember
from bookings.pictures import files, services
from bookings.pictures.models import PictureUpload
from tests import factories
from tests.admin import desk
from tests.admin.pages import fields_of, send
from tests.pictures import makers
from tests.pictures.conftest import folder  # noqa: F401 - a fixture
from tests.pictures.uploads import fresh, kept

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("folder")]

BUTTON = "Remove the picture"


@pytest.fixture
def service() -> Any:
    return factories.service()


def pictured(row: Any) -> Any:
    row.picture = files.keep(makers.encoded("WEBP"))
    row.save(update_fields=["picture"])
    return row


def page_of(row: Any) -> str:
    return reverse(f"admin:bookings_{row._meta.model_name}_change", args=[row.pk])


def button_of(row: Any) -> str:
    return reverse(f"admin:bookings_{row._meta.model_name}_remove_picture", args=[row.pk])


def test_pages__show_the_picture_and_take_it_away(service, folder):  # noqa: F811
    client = desk.platform_admin()
    for row in map(pictured, (service.business, factories.consultant(service), factories.user())):
        name = row.picture

        page = desk.read(client, page_of(row))
        after = client.post(button_of(row), follow=True).content.decode()

        assert f'src="/pictures/{name}"' in page
        assert f'action="{button_of(row)}"' in page
        assert "was removed" in after
        assert name not in after
        assert BUTTON not in after
        assert (fresh(row), kept(folder)) == ("", [])
        assert LogEntry.objects.latest("pk").change_message == "Removed the picture."


def test_page__without_a_picture_has_no_button(service):
    assert BUTTON not in desk.read(desk.platform_admin(), page_of(service.business))


def test_page__of_somebody_new_still_opens():
    assert BUTTON not in desk.read(desk.platform_admin(), reverse("admin:bookings_user_add"))


def test_page__saves_as_before_and_keeps_the_picture(service):
    row = pictured(factories.user())
    client = desk.platform_admin()
    page = desk.read(client, page_of(row))
    assert page.index(BUTTON) < page.index('id="user_form"')
    assert "</form>" in page[page.index(BUTTON) : page.index('id="user_form"')]

    name = row.picture
    send(
        client,
        page_of(row),
        {**fields_of(page), "full_name": "Ana Anew", "groups": [], "user_permissions": []},
    )

    row.refresh_from_db()
    assert (row.full_name, row.picture) == ("Ana Anew", name)


@pytest.mark.parametrize(("role", "status"), [(StaffMember.Role.MANAGER, 302), (StaffMember.Role.STAFF, 403)])
def test_remove__of_a_practice_goes_by_duty(service, role, status):
    row = pictured(service.business)
    client = desk.logged_in(factories.staff_of(service.business, role).user)

    page, answer = desk.read(client, page_of(row)), client.post(button_of(row))

    assert (answer.status_code, BUTTON in page) == (status, status == 302)
    assert bool(fresh(row)) is (status == 403)


def test_remove__of_another_practice_finds_nothing(service):
    row = pictured(service.business)
    client = desk.logged_in(factories.business().owner)

    answer = client.post(button_of(row), follow=True)

    assert answer.status_code == 404
    assert fresh(row)


def test_remove__takes_a_post_with_djangos_token(service):
    row = pictured(service.business)
    client = desk.platform_admin()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies

    answers = [client.get(button_of(row)), strict.post(button_of(row)), Client().post(button_of(row))]

    assert [answer.status_code for answer in answers] == [403, 403, 302]
    assert fresh(row)


def test_links__are_listed_without_their_hashes(service):
    ana = service.business.owner
    services.ask_for_upload(viewer=Viewer(user=ana), business_id=service.business.pk, now=factories.NOW)
    row = PictureUpload.objects.get()
    client = desk.platform_admin()

    listed = desk.read(client, reverse("admin:bookings_pictureupload_changelist"))
    page = desk.read(client, page_of(row))

    assert ana.email in listed
    assert service.business.name in page
    assert row.token_hash not in listed + page
    assert 'name="_save"' not in page
