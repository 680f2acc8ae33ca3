"""Where pictures are kept: the same life in a folder and in a bucket, and both by what the environment says."""

import subprocess
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client

from bookings.accounts.viewer import Viewer
from bookings.common import clock
from bookings.pictures import services
from core.storage import PREFIX, in_bucket
from tests import factories
from tests.core.test_settings import load, refusal
from tests.pictures import makers
from tests.pictures.bucket import KEY, SECRET, Bucket
from tests.pictures.uploads import code_of, fresh, kept, link, name_of, send

PNG = makers.encoded("PNG")
IN_BUCKET = {
    "PICTURE_STORAGE": "s3",
    "S3_BUCKET": "slotwell-test",
    "S3_KEY": KEY,
    "S3_SECRET": SECRET,
}
SHOWN = "settings.STORAGES['pictures']['BACKEND'].rpartition('.')[2], settings.STORAGES['pictures']['OPTIONS'][{!r}]"


@pytest.fixture
def bucket(settings) -> Iterator[Bucket]:
    double = Bucket()
    entry = in_bucket(bucket=double.name, endpoint=double.url, region="eu-central-1", key=KEY, secret=SECRET)
    settings.STORAGES = {**settings.STORAGES, "pictures": entry}
    yield double
    double.stop()


@pytest.mark.django_db(transaction=True)
def test_bucket__carries_a_picture_through_its_whole_life(bucket, folder):
    ana = factories.user()
    now = clock.now()

    first = name_of(send(link(ana, now=now), PNG))
    assert (list(bucket.objects), bucket.types) == (
        [f"{PREFIX}/{first}"],
        {f"{PREFIX}/{first}": "image/webp"},
    )
    assert makers.opened(bucket.objects[f"{PREFIX}/{first}"]).size == (40, 30)

    shown = Client().get(f"/pictures/{first}")
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/webp")
    assert shown.content == bucket.objects[f"{PREFIX}/{first}"]

    second = name_of(send(link(ana, now=now), PNG))
    assert list(bucket.objects) == [f"{PREFIX}/{second}"]
    assert Client().get(f"/pictures/{first}").status_code == 404

    assert code_of(send(link(ana, now=now), PNG + makers.PAYLOAD)) == "PICTURE_BROKEN"
    assert list(bucket.objects) == [f"{PREFIX}/{second}"]

    assert services.remove_picture(viewer=Viewer(user=ana)) is True
    assert bucket.objects == {}
    assert kept(folder) == []


@pytest.mark.django_db(transaction=True)
def test_bucket__is_swept(bucket):
    ana = factories.user()
    name = name_of(send(link(ana, now=clock.now()), PNG))
    orphan, young = "a" * 32 + ".webp", "b" * 32 + ".webp"
    for key in (f"{PREFIX}/{orphan}", f"{PREFIX}/{young}", "other/" + "c" * 32 + ".webp"):
        bucket.objects[key] = bucket.objects[f"{PREFIX}/{name}"]
        bucket.written[key] = clock.now()
    for key in set(bucket.objects) - {f"{PREFIX}/{young}"}:
        bucket.age(key, timedelta(days=2))

    assert services.sweep_files(clock.now()) == 1

    assert sorted(bucket.objects) == sorted(
        ["other/" + "c" * 32 + ".webp", f"{PREFIX}/{young}", f"{PREFIX}/{name}"]
    )


@pytest.mark.django_db(transaction=True)
def test_bucket__that_is_down_costs_no_picture_and_no_500(bucket):
    ana = factories.user()
    name = name_of(send(link(ana, now=clock.now()), PNG))
    path = link(ana, now=clock.now())
    bucket.down = True

    refused, shown = send(path, PNG), Client().get(f"/pictures/{name}")

    assert (refused.status_code, code_of(refused)) == (503, "PICTURE_NOT_KEPT")
    assert (shown.status_code, shown["Cache-Control"]) == (503, "no-store")
    assert fresh(ana) == name


@pytest.mark.django_db(transaction=True)
def test_bucket__of_somebody_else_is_not_written(bucket, settings):
    settings.STORAGES["pictures"]["OPTIONS"]["access_key"] = "another"
    settings.STORAGES = {**settings.STORAGES}

    answer = send(link(factories.user(), now=clock.now()), PNG)

    assert (code_of(answer), bucket.objects) == ("PICTURE_NOT_KEPT", {})


@pytest.mark.parametrize(
    ("given", "option", "expected"),
    [
        ({}, "location", "var/pictures')"),
        ({"PICTURES_DIR": "/srv/pictures"}, "location", "('FileSystemStorage', '/srv/pictures')"),
        (IN_BUCKET, "bucket_name", "('S3Storage', 'slotwell-test')"),
        (IN_BUCKET, "endpoint_url", "('S3Storage', None)"),
        (IN_BUCKET, "access_key", f"('S3Storage', '{KEY}')"),
        (
            {**IN_BUCKET, "S3_ENDPOINT": "https://s3.example.org/"},
            "endpoint_url",
            "('S3Storage', 'https://s3.example.org')",
        ),
        ({**IN_BUCKET, "S3_REGION": "eu-west-2"}, "region_name", "('S3Storage', 'eu-west-2')"),
    ],
)
def test_settings__say_where_pictures_are_kept(given, option, expected):
    done: subprocess.CompletedProcess[str] = load(SHOWN.format(option), **given)

    assert done.stdout.strip().endswith(expected), done.stderr


def test_settings__leave_the_key_to_the_machine_where_none_is_given():
    given = {name: value for name, value in IN_BUCKET.items() if name not in {"S3_KEY", "S3_SECRET"}}

    done = load("'access_key' in settings.STORAGES['pictures']['OPTIONS']", **given)

    assert done.stdout == "False\n", done.stderr


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        ("S3_BUCKET", "Set S3_BUCKET, for example S3_BUCKET=slotwell-pictures"),
        ("S3_SECRET", "Set S3_SECRET, for example S3_SECRET=secret-of-that-key"),
    ],
)
def test_settings__refuse_half_a_bucket(missing, sentence):
    assert refusal(**{name: value for name, value in IN_BUCKET.items() if name != missing}) == sentence


def test_settings__refuse_another_kind_of_storage():
    assert refusal(PICTURE_STORAGE="ftp").startswith("PICTURE_STORAGE='ftp' is none of file, s3")
