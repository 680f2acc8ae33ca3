"""Who may change what a practice offers: the whole table of rights, through the API."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine

from bookings.accounts.models import User
from bookings.businesses.models import Business, StaffMember
from tests import factories
from tests.booking import shapes
from tests.factories import NOW
from tests.schema.client import code_of, gid, post
from tests.schema.test_offer import DELETE_RESOURCE, SAVE_CONSULTANT, SAVE_RESOURCE, SAVE_SERVICE
from tests.witness import everything

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def place(db: None) -> Business:
    return factories.business()


WHO: dict[str, Callable[[Business], User | None]] = {
    "owner": lambda place: place.owner,
    "manager": lambda place: factories.staff_of(place, StaffMember.Role.MANAGER).user,
    "admin": lambda place: factories.user(is_superuser=True),
    "staff": lambda place: factories.staff_of(place, StaffMember.Role.STAFF).user,
    "consultant": lambda place: place.consultants.order_by("pk")[0].user,
    "other consultant": lambda place: place.consultants.order_by("pk")[1].user,
    "owner of another": lambda place: factories.business().owner,
    "consultant of another": lambda place: (
        factories.consultant(factories.service(), user=factories.user()).user
    ),
    "client": lambda place: factories.user("client@example.org"),
    "nobody": lambda place: None,
}
MAY = {"owner": "done", "manager": "done", "admin": "done"}
NOT_THEIRS = dict.fromkeys(["owner of another", "consultant of another", "client"], "NOT_FOUND")
REFUSED = {
    "staff": "FORBIDDEN", "consultant": "FORBIDDEN", "other consultant": "FORBIDDEN", "nobody": "UNAUTHENTICATED",
}  # fmt: skip
USUAL = {**MAY, **NOT_THEIRS, **REFUSED}

ACTS: dict[str, tuple[str, Callable[[Business], dict[str, Any]], dict[str, str]]] = {
    "add service": (
        SAVE_SERVICE,
        lambda place: {"businessId": gid(place), "name": "Chat", "durationMinutes": 30},
        USUAL,
    ),
    "change service": (
        SAVE_SERVICE,
        lambda place: {"id": gid(place.services.get()), "name": "Chat", "consultantIds": []},
        USUAL,
    ),
    "add consultant": (
        SAVE_CONSULTANT,
        lambda place: {"businessId": gid(place), "fullName": "Mira Novak"},
        USUAL,
    ),
    "change consultant": (
        SAVE_CONSULTANT,
        lambda place: {"id": gid(place.consultants.order_by("pk")[0]), "fullName": "Mira", "serviceIds": []},
        USUAL,
    ),
    "change consultant's words": (
        SAVE_CONSULTANT,
        lambda place: {
            "id": gid(place.consultants.order_by("pk")[0]),
            "bio": "New.",
            "specialisation": "New",
        },
        {**USUAL, "consultant": "done"},
    ),
    "add resource": (SAVE_RESOURCE, lambda place: {"businessId": gid(place), "name": "Room 9"}, USUAL),
    "change resource": (
        SAVE_RESOURCE,
        lambda place: {"id": gid(place.resources.get()), "isAvailable": False, "serviceIds": []},
        USUAL,
    ),
    "delete resource": (DELETE_RESOURCE, lambda place: {"id": gid(place.resources.get())}, USUAL),
}


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("act", ACTS)
def test_offer__is_changed_by_those_whose_duty_it_is(place: Business, act: str, who: str) -> None:
    service = factories.service(place)
    for _ in range(2):
        factories.consultant(service, user=factories.user())
    shapes.room(place, service)
    document, given, expected = ACTS[act]
    user = WHO[who](place)
    variables = {"input": given(place)}
    post("{ __typename }", user=user)  # logs in
    rows = everything()

    body = post(document, variables, user=user)

    if body.get("errors"):
        outcome = code_of(body)
    else:
        (payload,) = body["data"].values()
        outcome = payload["errors"][0]["code"] if payload["errors"] else "done"
    assert outcome == expected[who]
    assert (everything() != rows) == (outcome == "done")
