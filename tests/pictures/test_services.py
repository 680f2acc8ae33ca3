"""Who may set which picture, and what becomes of links and files afterwards."""

import os
from datetime import datetime, timedelta

import pytest

from bookings.accounts.models import ServiceKey, User
from bookings.accounts.viewer import Viewer
from bookings.businesses.models import StaffMember
from bookings.common.errors import DomainError
from bookings.pictures import files, services
from bookings.pictures.models import PictureUpload
from bookings.retention.services import KINDS
from tests import factories
from tests.factories import NOW, later
from tests.pictures import makers
from tests.pictures.uploads import fresh, kept

pytestmark = pytest.mark.django_db(transaction=True)

ROLES = StaffMember.Role
WEBP = makers.encoded("WEBP")


@pytest.fixture
def offered():
    return factories.service()


@pytest.fixture
def person(offered):
    return factories.consultant(offered)


def may(viewer: Viewer, **of: int) -> str:
    """Nothing where a link is given, else the code of the refusal; removing is judged alike."""
    codes = set()
    for act in (
        lambda: services.ask_for_upload(viewer=viewer, now=NOW, **of),
        lambda: services.remove_picture(viewer=viewer, **of),
    ):
        try:
            act()
        except DomainError as refusal:
            codes.add(str(refusal.code))
        else:
            codes.add("")
    (code,) = codes
    return code


def shown(row, name: str = "") -> str:
    """Give a row a picture, as an upload does."""
    name = name or files.keep(WEBP)
    type(row).objects.filter(pk=row.pk).update(picture=name)
    return name


def aged(folder, name: str, written: datetime) -> None:
    os.utime(folder / name, (written.timestamp(), written.timestamp()))


def test_ask__is_for_those_who_may(offered, person):
    place = offered.business
    themselves = factories.user()
    person.user = themselves
    person.save(update_fields=["user"])
    other_person = factories.consultant(offered, user=factories.user())
    admin = User.objects.create_superuser("admin@example.org", factories.PASSWORD)
    viewers = {
        "nobody": Viewer(),
        "stranger": Viewer(user=factories.user()),
        "themselves": Viewer(user=themselves),
        "colleague": Viewer(user=other_person.user),
        "owner": Viewer(user=place.owner),
        "manager": factories.staff_of(place, ROLES.MANAGER),
        "staff": factories.staff_of(place, ROLES.STAFF),
        "owner elsewhere": Viewer(user=factories.business().owner),
        "admin": Viewer(user=admin),
    }

    of_person = {name: may(viewer, consultant_id=person.pk) for name, viewer in viewers.items()}
    of_place = {name: may(viewer, business_id=place.pk) for name, viewer in viewers.items()}
    of_account = {name: may(viewer) for name, viewer in viewers.items()}

    assert of_person == {
        "nobody": "UNAUTHENTICATED",
        "stranger": "NOT_FOUND",
        "themselves": "",
        "colleague": "FORBIDDEN",
        "owner": "",
        "manager": "",
        "staff": "FORBIDDEN",
        "owner elsewhere": "NOT_FOUND",
        "admin": "",
    }
    assert of_place == {
        "nobody": "UNAUTHENTICATED",
        "stranger": "FORBIDDEN",
        "themselves": "FORBIDDEN",
        "colleague": "FORBIDDEN",
        "owner": "",
        "manager": "",
        "staff": "FORBIDDEN",
        "owner elsewhere": "FORBIDDEN",
        "admin": "",
    }
    assert of_account == {name: "UNAUTHENTICATED" if name == "nobody" else "" for name in viewers}


def test_ask__is_for_no_service_key(offered, person):
    key = ServiceKey.objects.create(
        name="bot",
        owner=offered.business.owner,
        business=offered.business,
        scopes=[ServiceKey.Scope.PRACTICE],
        prefix="slw_x",
        key_hash="x" * 64,
    )

    for of in ({}, {"consultant_id": person.pk}, {"business_id": offered.business.pk}):
        assert may(Viewer(key=key), **of) == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    ("of", "code", "field"),
    [
        ({"consultant_id": 999_999}, "NOT_FOUND", ["consultantId"]),
        ({"business_id": 999_999}, "NOT_FOUND", ["businessId"]),
        ({"consultant_id": 1, "business_id": 1}, "VALIDATION_FAILED", ["businessId"]),
    ],
)
def test_ask__names_the_input_at_fault(of, code, field):
    with pytest.raises(DomainError) as refused:
        services.ask_for_upload(viewer=Viewer(user=factories.user()), now=NOW, **of)

    assert (str(refused.value.code), refused.value.field) == (code, field)


def test_ask__keeps_the_hash_of_256_random_bits_alone(settings):
    ana = factories.user()

    links = [services.ask_for_upload(viewer=Viewer(user=ana), now=NOW) for _ in range(3)]

    tokens = {link.url.removeprefix(f"{settings.PUBLIC_URL}/uploads/") for link in links}
    assert {len(token) for token in tokens} == {43}
    assert len(tokens) == 3
    (row,) = PictureUpload.objects.values()
    assert not tokens & {str(value) for value in row.values()}
    assert links[-1].expires_at == row["expires_at"] == NOW + timedelta(minutes=10)
    assert all(token not in repr(links) for token in tokens)


def test_remove__takes_row_and_file_and_links_away(person, offered, folder):
    owner = Viewer(user=offered.business.owner)
    name = shown(person)
    services.ask_for_upload(viewer=owner, consultant_id=person.pk, now=NOW)
    services.ask_for_upload(viewer=owner, business_id=offered.business.pk, now=NOW)
    assert kept(folder) == [name]

    removed = [services.remove_picture(viewer=owner, consultant_id=person.pk) for _ in range(2)]

    assert removed == [True, False]
    assert (fresh(person), kept(folder)) == ("", [])
    assert PictureUpload.objects.get().business == offered.business


def test_remove__goes_through_though_the_file_cannot_be_deleted(folder, caplog):
    ana = factories.user()
    name = shown(ana)
    (folder / name).unlink()
    (folder / name).mkdir()
    (folder / name / "in the way").touch()

    assert services.remove_picture(viewer=Viewer(user=ana)) is True

    assert fresh(ana) == ""
    assert "pictures cannot be deleted" in caplog.text


def test_use_up__of_two_who_found_the_link_good_lets_one_through():
    token = services.ask_for_upload(viewer=Viewer(user=factories.user()), now=NOW).url.rpartition("/")[2]
    first, second = (services.open_link(token=token, now=NOW) for _ in range(2))

    services.use_up(upload=first, now=NOW)
    with pytest.raises(DomainError) as refused:
        services.use_up(upload=second, now=later(seconds=1))

    assert str(refused.value.code) == "UPLOAD_LINK_USED"
    assert PictureUpload.objects.get().used_at == NOW


def test_use_up__of_a_link_that_was_replaced_meanwhile_is_refused():
    ana = Viewer(user=factories.user())
    token = services.ask_for_upload(viewer=ana, now=NOW).url.rpartition("/")[2]
    found = services.open_link(token=token, now=NOW)
    services.ask_for_upload(viewer=ana, now=NOW)

    with pytest.raises(DomainError) as refused:
        services.use_up(upload=found, now=NOW)

    assert str(refused.value.code) == "UPLOAD_LINK_INVALID"


def test_take__that_is_refused_at_the_last_moment_leaves_no_file(folder):
    ana = factories.user()
    before = shown(ana)
    services.ask_for_upload(viewer=Viewer(user=ana), now=NOW)
    upload = PictureUpload.objects.get()
    User.objects.filter(pk=ana.pk).update(is_active=False)

    with pytest.raises(DomainError) as refused:
        services.take_picture(upload=upload, raw=WEBP)

    assert str(refused.value.code) == "FORBIDDEN"
    assert (fresh(ana), kept(folder)) == (before, [before])


def test_take__for_what_was_deleted_meanwhile_leaves_no_file(offered, person, folder):
    owner = Viewer(user=offered.business.owner)
    services.ask_for_upload(viewer=owner, consultant_id=person.pk, now=NOW)
    upload = PictureUpload.objects.get()
    _ = upload.consultant
    person.services.clear()
    person.delete()

    with pytest.raises(DomainError) as refused:
        services.take_picture(upload=upload, raw=WEBP)

    assert str(refused.value.code) == "FORBIDDEN"
    assert kept(folder) == []


def test_links__are_forgotten_a_day_after_their_end():
    for _ in range(2):
        services.ask_for_upload(viewer=Viewer(user=factories.user()), now=NOW)
    PictureUpload.objects.filter(pk=PictureUpload.objects.earliest("pk").pk).update(used_at=NOW)
    gone_at = NOW + timedelta(days=1, minutes=10)

    assert KINDS["upload links"](gone_at - timedelta(seconds=1)) == 0
    assert KINDS["upload links"](gone_at) == 2
    assert not PictureUpload.objects.exists()


def test_sweep__deletes_what_nobody_shows_once_it_is_a_day_old(offered, person, folder, monkeypatch):
    monkeypatch.setattr(services, "BATCH", 2)
    rows = [person, offered.business, offered.business.owner]
    names = [shown(row) for row in rows]
    young, old = files.keep(WEBP), files.keep(WEBP)
    (folder / "notes.txt").write_text("not ours")
    for name in [*names, old, "notes.txt"]:
        aged(folder, name, NOW - timedelta(days=1))
    aged(folder, young, NOW - timedelta(days=1) + timedelta(seconds=1))

    assert KINDS["files of pictures that nobody has"](NOW) == 1
    assert KINDS["files of pictures that nobody has"](NOW) == 0

    assert kept(folder) == sorted([*names, young, "notes.txt"])


def test_sweep__of_a_folder_that_was_never_made_finds_nothing(folder):
    assert not folder.exists()

    assert services.sweep_files(NOW) == 0
