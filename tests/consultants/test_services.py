"""Saving a consultant: their calendar, their name in addresses, and what they change of themselves."""

from typing import Any

import pytest

from bookings.accounts.viewer import Viewer
from bookings.businesses.models import Business
from bookings.common.errors import ErrorCode
from bookings.consultants.models import Consultant
from bookings.consultants.services import COLUMNS, OF_THE_SCHEDULE, save_consultant
from bookings.schedules.models import Schedule
from tests import factories
from tests.factories import NOW, TEN
from tests.witness import everything, refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(db: None) -> Business:
    return factories.business(timezone="Europe/Warsaw")


@pytest.fixture
def owner(place: Business) -> Viewer:
    return Viewer(user=place.owner)


def save(
    viewer: Viewer, *, person: Consultant | None = None, place: Business | None = None, **given: Any
) -> Consultant:
    return save_consultant(
        viewer=viewer,
        service_ids=given.pop("service_ids", None),
        changes=given,
        consultant_id=person.pk if person else None,
        business_id=place.pk if place else None,
        now=NOW,
    )


def test_save__new_one_has_a_calendar_in_the_practices_zone_that_is_never_open(
    place: Business, owner: Viewer
) -> None:
    person = save(owner, place=place, full_name="Mira Novak")

    person = Consultant.objects.select_related("schedule").get(pk=person.pk)
    assert (person.slug, person.is_active, person.business_id) == ("mira-novak", True, place.pk)
    schedule = person.schedule
    assert (schedule.business_id, schedule.timezone, schedule.follows_business) == (
        place.pk, "Europe/Warsaw", False,
    )  # fmt: skip
    assert not schedule.weekly_hours.exists()


def test_save__keeps_all_that_can_be_said_of_a_person_and_their_calendar(
    place: Business, owner: Viewer
) -> None:
    service = factories.service(place)
    given = {
        "full_name": "Mira Novak", "slug": "mira", "specialisation": "Grief", "bio": "Since 2001.",
        "is_active": False, "timezone": "Asia/Tokyo", "max_per_day": 3, "max_per_week": 9, "practising_since": 2001,
    }  # fmt: skip
    assert set(given) == {*COLUMNS, *OF_THE_SCHEDULE}

    person = save(owner, place=place, service_ids=[service.pk], **given)

    row = Consultant.objects.select_related("schedule").get(pk=person.pk)
    assert {column: getattr(row, column) for column in COLUMNS} == {name: given[name] for name in COLUMNS}
    assert {name: getattr(row.schedule, name) for name in OF_THE_SCHEDULE} == {
        name: given[name] for name in OF_THE_SCHEDULE
    }
    assert list(row.services.all()) == [service]

    save(owner, person=person, max_per_day=None, specialisation="")
    row.schedule.refresh_from_db()
    row.refresh_from_db()
    assert (row.schedule.max_per_day, row.schedule.max_per_week, row.schedule.timezone) == (
        None, 9, "Asia/Tokyo",
    )  # fmt: skip
    assert (row.specialisation, row.bio, list(row.services.all())) == ("", "Since 2001.", [service])


@pytest.mark.parametrize(
    ("name", "slugs"),
    [
        ("Mira Novak", ["mira-novak", "mira-novak-2", "mira-novak-3"]),
        ("山田", ["consultant", "consultant-2", "consultant-3"]),
        ("A" * 60, ["a" * 44, f"{'a' * 44}-2", f"{'a' * 44}-3"]),
    ],
)
def test_save__slug_of_the_name_gets_a_number_where_it_is_taken(
    place: Business, owner: Viewer, name: str, slugs: list[str]
) -> None:
    assert [save(owner, place=place, full_name=name).slug for _ in range(3)] == slugs


BAD = [
    ("full_name", " "),
    ("full_name", "x" * 201),
    ("full_name", "two\nlines"),
    ("full_name", None),
    ("slug", "not a slug"),
    ("slug", ""),
    ("slug", "x" * 51),
    ("slug", "taken"),
    ("specialisation", "x" * 201),
    ("bio", "x" * 5001),
    ("bio", "nul\x00"),
    ("is_active", None),
    ("timezone", "Europe/Atlantis"),
    ("timezone", "localtime"),
    ("timezone", ""),
    ("timezone", None),
    ("max_per_day", 0),
    ("max_per_day", 32_768),
    ("max_per_week", -1),
]


@pytest.mark.parametrize(
    ("column", "value"), BAD, ids=[f"{column}-{number}" for number, (column, _) in enumerate(BAD)]
)
def test_save__bad_value_is_named_and_nothing_changes(
    place: Business, owner: Viewer, column: str, value: Any
) -> None:
    factories.consultant(factories.service(), slug="taken")
    person = save(owner, place=place, full_name="Mira Novak")
    rows = everything()

    error = refusal(save, viewer=owner, person=person, **{column: value})

    names = {**COLUMNS, **OF_THE_SCHEDULE}
    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, [names[column]])
    assert everything() == rows


def test_save__refused_new_one_leaves_no_calendar_behind(place: Business, owner: Viewer) -> None:
    factories.consultant(factories.service(), slug="taken")
    before = Schedule.objects.count()

    assert refusal(save, viewer=owner, place=place, full_name="Mira", slug="taken").field == ["slug"]
    assert (
        refusal(save, viewer=owner, place=place, full_name="Mira", service_ids=[10**15]).code == "NOT_FOUND"
    )

    assert Schedule.objects.count() == before


def test_save__another_practices_service_is_not_found(place: Business, owner: Viewer) -> None:
    person = save(owner, place=place, full_name="Mira Novak")
    rows = everything()

    error = refusal(save, viewer=owner, person=person, full_name="M", service_ids=[factories.service().pk])

    assert (error.code, error.field) == (ErrorCode.NOT_FOUND, ["serviceIds"])
    del rows["Service"], rows["Business"], rows["User"], rows["Category"]
    assert {name: kept for name, kept in everything().items() if name in rows} == rows


def test_save__new_zone_leaves_what_is_booked_at_its_instants(place: Business, owner: Viewer) -> None:
    service = factories.service(place)
    host = factories.consultant(service)
    booking = factories.approved(host, service)
    rows = everything(without=frozenset({"Schedule"}))

    save(owner, person=host, timezone="Asia/Tokyo")

    assert everything(without=frozenset({"Schedule"})) == rows
    host.schedule.refresh_from_db()
    assert host.schedule.timezone == "Asia/Tokyo"
    assert (booking.starts_at, booking.timezone) == (TEN, "UTC")


def test_save__consultant_changes_their_own_words_and_nothing_else(place: Business) -> None:
    service = factories.service(place)
    host = factories.consultant(service, user=factories.user())
    colleague = factories.consultant(service)
    me = Viewer(user=host.user)

    save(me, person=host, specialisation="Grief", bio="Since 2001.")

    host.refresh_from_db()
    assert (host.specialisation, host.bio) == ("Grief", "Since 2001.")
    for change in (
        {"full_name": "M"},
        {"slug": "m"},
        {"is_active": True},
        {"timezone": "UTC"},
        {"max_per_day": None},
        {"max_per_week": 50},
        {"service_ids": []},
        {"bio": "Mine.", "full_name": "M"},
    ):
        assert refusal(save, viewer=me, person=host, **change).code == ErrorCode.FORBIDDEN
    assert refusal(save, viewer=me, person=colleague, bio="Not mine.").code == ErrorCode.FORBIDDEN
    assert refusal(save, viewer=me, place=place, full_name="Friend").code == ErrorCode.FORBIDDEN
    host.refresh_from_db()
    assert (host.bio, host.services.count()) == ("Since 2001.", 1)
