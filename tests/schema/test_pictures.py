"""Pictures over GraphQL: a mutation gives the link, and whoever is shown says where the picture is."""

from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine

from tests import factories
from tests.factories import NOW
from tests.pictures import makers
from tests.pictures.conftest import folder  # noqa: F401 - a fixture
from tests.pictures.uploads import kept, send
from tests.schema.client import ask, code_of, gid, post

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("folder")]

SET = """mutation Set($input: SetProfilePictureInput!) {
  setProfilePicture(input: $input) {
    uploadUrl method maxBytes maxSide expiresAt errors { code field message retryAfter } } }"""
REMOVE = """mutation Remove($input: RemoveProfilePictureInput!) {
  removeProfilePicture(input: $input) { removed errors { code field } } }"""
SHOWN = """query Shown($business: String!, $consultant: String!) {
  me { pictureUrl }
  business(slug: $business) { pictureUrl consultants { pictureUrl } }
  consultant(slug: $consultant) { pictureUrl } }"""


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def person() -> Any:
    return factories.consultant(factories.service())


def linked(user: Any, **of: str) -> dict[str, Any]:
    return dict(ask(SET, {"input": of}, user=user)["setProfilePicture"])


def removed(user: Any, **of: str) -> dict[str, Any]:
    return dict(ask(REMOVE, {"input": of}, user=user)["removeProfilePicture"])


def uploaded(user: Any, **of: str) -> str:
    """Where the picture is served that somebody has just set."""
    return str(
        send(urlsplit(linked(user, **of)["uploadUrl"]).path, makers.encoded("PNG")).json()["pictureUrl"]
    )


def shown(person: Any, user: Any) -> list[str | None]:
    data = ask(SHOWN, {"business": person.business.slug, "consultant": person.slug}, user=user)
    (listed,) = data["business"]["consultants"]
    assert listed == data["consultant"]
    return [data[name]["pictureUrl"] for name in ("me", "business", "consultant")]


def test_set_profile_picture__says_where_how_how_much_and_until_when(settings):
    given = linked(factories.user())

    url = given.pop("uploadUrl")
    assert url.startswith(f"{settings.PUBLIC_URL}/uploads/")
    assert given == {
        "method": "PUT",
        "maxBytes": 5 * 1024 * 1024,
        "maxSide": 4096,
        "expiresAt": "2030-01-07T08:10:00Z",
        "errors": [],
    }


def test_picture_url__is_shown_where_the_picture_is_and_gone_with_it(person, settings, folder):  # noqa: F811
    owner = person.business.owner
    assert shown(person, owner) == [None, None, None]

    urls = [
        uploaded(owner),
        uploaded(owner, businessId=gid(person.business)),
        uploaded(owner, consultantId=gid(person)),
    ]

    assert shown(person, owner) == urls
    assert all(url.startswith(f"{settings.PUBLIC_URL}/pictures/") for url in urls)
    assert removed(owner, consultantId=gid(person)) == {"removed": True, "errors": []}
    assert removed(owner, consultantId=gid(person)) == {"removed": False, "errors": []}
    assert shown(person, owner) == [*urls[:2], None]
    assert len(kept(folder)) == 2


def test_picture_url__of_another_account_is_not_shown(person):
    uploaded(person.business.owner)

    assert shown(person, factories.user()) == [None, None, None]


@pytest.mark.parametrize("mutation", [SET, REMOVE])
def test_pictures__are_for_those_who_may(person, mutation):
    name = "setProfilePicture" if mutation is SET else "removeProfilePicture"
    of = {"consultantId": gid(person)}

    anonymous = post(mutation, {"input": {}})
    stranger = ask(mutation, {"input": of}, user=factories.user())[name]
    both = ask(mutation, {"input": {**of, "businessId": gid(person.business)}}, user=person.business.owner)[
        name
    ]
    neighbour = post(mutation, {"input": {"businessId": gid(person.business)}}, user=factories.user())
    wrong = post(mutation, {"input": {"businessId": gid(person)}}, user=person.business.owner)

    assert code_of(anonymous) == "UNAUTHENTICATED"
    assert [(error["code"], error["field"]) for error in stranger["errors"]] == [
        ("NOT_FOUND", ["consultantId"])
    ]
    assert [(error["code"], error["field"]) for error in both["errors"]] == [
        ("VALIDATION_FAILED", ["businessId"])
    ]
    assert code_of(neighbour) == "FORBIDDEN"
    assert code_of(wrong) == "BAD_USER_INPUT"


def test_set_profile_picture__is_limited(settings):
    settings.RATE_LIMITS = {"upload.user": "2/hour"}
    ana = factories.user()

    given = [linked(ana) for _ in range(3)]

    assert [answer["uploadUrl"] is not None for answer in given] == [True, True, False]
    (error,) = given[2]["errors"]
    assert (error["code"], error["retryAfter"]) == ("RATE_LIMITED", 3600)
    assert linked(factories.user())["errors"] == []


def test_set_profile_picture__once_a_document():
    twice = "mutation { a: setProfilePicture(input: {}) { uploadUrl } b: setProfilePicture(input: {}) { uploadUrl } }"

    assert code_of(post(twice, user=factories.user())) == "QUERY_TOO_COMPLEX"


def test_upload__refuses_in_the_shape_of_a_mutation(person):
    answer = send(urlsplit(linked(factories.user())["uploadUrl"]).path, b"<svg/>")

    assert answer.json() == {
        "errors": [{"code": "PICTURE_TYPE_REFUSED", "message": "A picture is a PNG, a JPEG or a WebP."}]
    }
