"""Asking for a role over the API, and an admin's word on it."""

from typing import Any

import pytest
import time_machine

from bookings.accounts.models import RoleRequest, User
from schema.common.inputs import write_id
from tests import factories
from tests.factories import NOW, later
from tests.schema.client import ask, code_of, gid, post

pytestmark = pytest.mark.django_db(transaction=True)

REQUEST = """
mutation R($input: RequestRoleInput!) {
  requestRole(input: $input) { roleRequest { id role status } errors { code field } }
}
"""
DECIDE = """
mutation D($input: DecideRoleRequestInput!) {
  decideRoleRequest(input: $input) { roleRequest { role status decidedAt email } errors { code field } }
}
"""
LIST = """
query L($status: RoleRequestStatus) {
  roleRequests(status: $status) { totalCount edges { node { email fullName role status createdAt } } }
}
"""
WAITING = "{ roleRequests { totalCount } }"
NODE = "query N($id: ID!) { node(id: $id) { ... on RoleRequest { email role } } }"


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(transactional_db: None) -> User:
    return factories.user("ana@example.org", full_name="Ana Horvat")


@pytest.fixture
def admin(transactional_db: None) -> User:
    return User.objects.create_superuser("admin@example.org", factories.PASSWORD)


def request(user: User, role: str = "CONSULTANT") -> dict[str, Any]:
    return dict(ask(REQUEST, {"input": {"role": role}}, user=user)["requestRole"])


def decide(user: User, known: str, *, grant: bool = True) -> dict[str, Any]:
    return dict(ask(DECIDE, {"input": {"id": known, "grant": grant}}, user=user)["decideRoleRequest"])


def codes(payload: dict[str, Any]) -> list[str]:
    return [error["code"] for error in payload["errors"]]


def test_request_role__waits_and_shows_on_me(ana: User) -> None:
    answer = request(ana, "BUSINESS_OWNER")

    row = RoleRequest.objects.get()
    assert answer == {
        "roleRequest": {"id": gid(row), "role": "BUSINESS_OWNER", "status": "WAITING"},
        "errors": [],
    }
    me = ask("{ me { role roleRequest { role status createdAt decidedAt } } }", user=ana)["me"]
    assert me == {
        "role": "CLIENT",
        "roleRequest": {
            "role": "BUSINESS_OWNER",
            "status": "WAITING",
            "createdAt": "2030-01-07T08:00:00Z",
            "decidedAt": None,
        },
    }


def test_request_role__refusals(ana: User) -> None:
    unproven = factories.user(email_verified_at=None)

    assert request(ana, "CLIENT")["errors"] == [{"code": "VALIDATION_FAILED", "field": ["role"]}]
    assert codes(request(unproven)) == ["EMAIL_NOT_VERIFIED"]
    assert code_of(post(REQUEST, {"input": {"role": "CONSULTANT"}})) == "UNAUTHENTICATED"
    assert code_of(post(REQUEST, {"input": {"role": "ADMIN"}}, user=ana)) == "BAD_USER_INPUT"
    assert not RoleRequest.objects.exists()


@pytest.mark.parametrize(
    ("grant", "status", "role"), [(True, "GRANTED", "CONSULTANT"), (False, "DECLINED", "CLIENT")]
)
def test_decide_role_request__by_an_admin(
    ana: User, admin: User, grant: bool, status: str, role: str
) -> None:
    known = request(ana)["roleRequest"]["id"]

    answer = decide(admin, known, grant=grant)

    assert answer["errors"] == []
    assert answer["roleRequest"] == {
        "role": "CONSULTANT",
        "status": status,
        "decidedAt": "2030-01-07T08:00:00Z",
        "email": "ana@example.org",
    }
    me = ask("{ me { role roleRequest { status } } }", user=ana)["me"]
    assert me == {"role": role, "roleRequest": {"status": status}}
    assert codes(decide(admin, known)) == ["ALREADY_DECIDED"]


def test_decide_role_request__is_for_admins_alone(ana: User, admin: User) -> None:
    known = request(ana)["roleRequest"]["id"]
    given = {"input": {"id": known, "grant": True}}

    assert code_of(post(DECIDE, given)) == "UNAUTHENTICATED"
    for user in (ana, factories.user(is_staff=True), factories.staff_of(factories.business(), "OWNER").user):
        assert code_of(post(DECIDE, given, user=user)) == "FORBIDDEN"
    assert codes(decide(admin, write_id("RoleRequest", 0))) == ["NOT_FOUND"]
    assert RoleRequest.objects.get().status == "WAITING"


def test_role_requests__list_those_that_wait_the_oldest_first(ana: User, admin: User) -> None:
    young, done = factories.user("young@example.org"), factories.user("done@example.org")
    decide(admin, request(done)["roleRequest"]["id"])
    with time_machine.travel(later(minutes=1), tick=False):
        request(young, "BUSINESS_OWNER")
    request(ana)

    waiting = ask(LIST, {"status": "WAITING"}, user=admin)["roleRequests"]
    every = ask(LIST, {"status": None}, user=admin)["roleRequests"]

    assert [edge["node"]["email"] for edge in waiting["edges"]] == ["ana@example.org", "young@example.org"]
    assert waiting["edges"][0]["node"] == {
        "email": "ana@example.org",
        "fullName": "Ana Horvat",
        "role": "CONSULTANT",
        "status": "WAITING",
        "createdAt": "2030-01-07T08:00:00Z",
    }
    assert every["totalCount"] == 3
    assert ask(WAITING, user=admin)["roleRequests"] == {"totalCount": 2}


def test_role_requests__are_for_admins_alone(ana: User) -> None:
    assert code_of(post(WAITING)) == "UNAUTHENTICATED"
    assert code_of(post(WAITING, user=ana)) == "FORBIDDEN"


def test_node__gives_a_request_to_whoever_asked_and_to_admins(ana: User, admin: User) -> None:
    known = {"id": request(ana)["roleRequest"]["id"]}

    for user in (ana, admin):
        assert ask(NODE, known, user=user)["node"] == {"email": "ana@example.org", "role": "CONSULTANT"}
    assert ask(NODE, known)["node"] is None
    assert ask(NODE, known, user=factories.user())["node"] is None
