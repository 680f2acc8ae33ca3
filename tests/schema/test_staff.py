"""Who works for a practice, through the API, on the page of an invitation, and what the removed one loses."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from bookings.accounts.models import User
from bookings.accounts.viewer import Viewer
from bookings.businesses.models import Business, StaffInvitation, StaffMember
from bookings.notifications.models import OutboxMessage
from schema.common.inputs import write_id
from tests import factories
from tests.factories import NOW
from tests.schema.client import ask, code_of, gid, post
from tests.witness import everything

pytestmark = pytest.mark.django_db(transaction=True)

Role = StaffMember.Role
ANA = "ana@example.org"

ADD = """
mutation ($input: AddStaffMemberInput!) {
  addStaffMember(input: $input) {
    invitation { id email role createdAt expiresAt } errors { code field retryAfter }
  }
}
"""
ACCEPT = """
mutation ($input: AcceptStaffInvitationInput!) {
  acceptStaffInvitation(input: $input) { business { slug } role errors { code field } }
}
"""
WITHDRAW = """
mutation ($input: WithdrawStaffInvitationInput!) {
  withdrawStaffInvitation(input: $input) { invitation { id } errors { code } }
}
"""
SET_ROLE = """
mutation ($input: SetStaffRoleInput!) {
  setStaffRole(input: $input) { member { email role } errors { code } }
}
"""
REMOVE = """
mutation ($input: RemoveStaffMemberInput!) {
  removeStaffMember(input: $input) { business { slug staff { email } } errors { code } }
}
"""
LISTS = """
query ($slug: String!) {
  business(slug: $slug) {
    staff { accountId fullName email role }
    invitations { id email role }
  }
}
"""


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def place(db: None) -> Business:
    return factories.business()


def account(user: User) -> str:
    return write_id("Account", user.pk)


def add(place: Business, user: User | None, email: str = ANA, **given: Any) -> Any:
    variables = {"input": {"businessId": gid(place), "email": email, **given}}
    return ask(ADD, variables, user=user)["addStaffMember"]


def link() -> str:
    return str(OutboxMessage.objects.filter(template="staff_invited").latest("pk").secrets["link"])


def accept(user: User, token: str | None = None) -> Any:
    given = {"input": {"token": token if token is not None else link().partition("#token=")[2]}}
    return ask(ACCEPT, given, user=user)["acceptStaffInvitation"]


def test_staff__are_invited_join_are_promoted_and_removed(place: Business) -> None:
    ana = factories.user(ANA, full_name="Ana Horvat")
    invited = add(place, place.owner)
    assert invited["errors"] == []
    assert invited["invitation"]["role"] == "STAFF"

    lists = ask(LISTS, {"slug": place.slug}, user=place.owner)["business"]
    assert lists["invitations"] == [{key: invited["invitation"][key] for key in ("id", "email", "role")}]
    assert accept(ana) == {"business": {"slug": place.slug}, "role": "STAFF", "errors": []}

    lists = ask(LISTS, {"slug": place.slug}, user=place.owner)["business"]
    assert lists["invitations"] == []
    assert [(member["fullName"], member["role"]) for member in lists["staff"]] == [
        ("", "OWNER"),
        ("Ana Horvat", "STAFF"),
    ]

    given = {"businessId": gid(place), "accountId": account(ana)}
    promoted = ask(SET_ROLE, {"input": {**given, "role": "MANAGER"}}, user=place.owner)["setStaffRole"]
    assert promoted == {"member": {"email": ANA, "role": "MANAGER"}, "errors": []}

    removed = ask(REMOVE, {"input": given}, user=place.owner)["removeStaffMember"]
    assert removed == {
        "business": {"slug": place.slug, "staff": [{"email": place.owner.email}]},
        "errors": [],
    }


def test_removed__loses_the_bookings_with_the_token_still_in_hand(place: Business) -> None:
    service = factories.service(place)
    factories.pending(factories.consultant(service), service)
    manager = factories.staff_of(place).user
    count = "{ bookings { totalCount } }"
    assert ask(count, user=manager)["bookings"]["totalCount"] == 1

    given = {"businessId": gid(place), "accountId": account(manager)}
    ask(REMOVE, {"input": given}, user=place.owner)

    assert ask(count, user=manager)["bookings"]["totalCount"] == 0
    assert ask(LISTS, {"slug": place.slug}, user=manager)["business"] == {"staff": None, "invitations": None}


WHO = {
    "owner": True, "manager": True, "admin": True, "staff": False, "client": False, "owner of another": False,
    "nobody": False,
}  # fmt: skip


@pytest.mark.parametrize("who", WHO)
def test_lists__are_for_owners_and_managers(place: Business, who: str) -> None:
    user = {
        "owner": lambda: place.owner,
        "manager": lambda: factories.staff_of(place).user,
        "admin": lambda: factories.user(is_superuser=True),
        "staff": lambda: factories.staff_of(place, Role.STAFF).user,
        "client": factories.user,
        "owner of another": lambda: factories.business().owner,
        "nobody": lambda: None,
    }[who]()
    StaffInvitation.objects.create(business=place, email=ANA, expires_at=NOW)
    listed = "{ businesses { edges { node { slug staff { email } invitations { email } } } } }"

    one = ask(LISTS, {"slug": place.slug}, user=user)["business"]
    edges = ask(listed, user=user)["businesses"]["edges"]
    of_list = next(edge["node"] for edge in edges if edge["node"]["slug"] == place.slug)
    by_id = ask(
        "query ($id: ID!) { node(id: $id) { ... on Business { staff { email } invitations { email } } } }",
        {"id": gid(place)},
        user=user,
    )["node"]

    for shown in (one, of_list, by_id):
        assert (shown["staff"] is not None) == WHO[who]
        assert (shown["invitations"] is not None) == WHO[who]


@pytest.mark.parametrize("kind", ["StaffInvitation", "BlockedSender", "StaffMember"])
def test_node__knows_none_of_these_by_id(place: Business, kind: str) -> None:
    body = post("query ($id: ID!) { node(id: $id) { id } }", {"id": write_id(kind, 1)}, user=place.owner)
    assert code_of(body) == "BAD_USER_INPUT"


def test_mutations__by_strangers_change_nothing(place: Business) -> None:
    member = factories.staff_of(place, Role.STAFF).user
    invitation = add(place, place.owner)["invitation"]
    of_member = {"businessId": gid(place), "accountId": account(member)}
    tries = [
        (ADD, {"businessId": gid(place), "email": "evil@example.org", "role": "OWNER"}),
        (WITHDRAW, {"invitationId": invitation["id"]}),
        (SET_ROLE, {**of_member, "role": "OWNER"}),
        (REMOVE, of_member),
    ]
    callers = [None, factories.user(), factories.staff_of(factories.business()).user, member]
    for user in callers:
        post("{ __typename }", user=user)
    rows = everything()

    for user in callers:
        for document, given in tries[: 3 if user == member else 4]:
            body = post(document, {"input": given}, user=user)
            if body.get("errors"):
                assert code_of(body) == ("UNAUTHENTICATED" if user is None else "FORBIDDEN")
            else:
                (payload,) = body["data"].values()
                assert payload["errors"] == [{"code": "NOT_FOUND"}]

    assert everything(without=LIMITS) == {name: rows[name] for name in rows if name not in LIMITS}


LIMITS = frozenset({"LimitWindow"})


def test_accept__by_another_account_or_with_another_links_token_is_refused(place: Business) -> None:
    thief = factories.user()
    add(place, place.owner)
    booking_link = factories.secrets_of(
        factories.draft(factories.consultant(factories.service(place)), place.services.get())
    )["link"]

    refused = {"business": None, "role": None}
    wrong = {**refused, "errors": [{"code": "CHALLENGE_INVALID", "field": ["token"]}]}
    unknown = {**refused, "errors": [{"code": "CHALLENGE_INVALID", "field": None}]}
    assert accept(thief) == wrong
    assert accept(thief, "") == unknown
    assert accept(thief, "ą" * 5000) == unknown
    assert accept(thief, booking_link.partition("#token=")[2]) == unknown
    assert not Viewer(user=thief).roles


def test_accept__needs_somebody_signed_in(place: Business) -> None:
    add(place, place.owner)
    assert code_of(post(ACCEPT, {"input": {"token": "x"}})) == "UNAUTHENTICATED"


def test_tries__of_invitations_stand_alone_in_their_document(place: Business) -> None:
    document = """mutation { one: acceptStaffInvitation(input: {token: "a"}) { role }
      two: acceptStaffInvitation(input: {token: "b"}) { role } }"""
    assert code_of(post(document, user=factories.user())) == "QUERY_TOO_COMPLEX"


def test_ids__of_other_kinds_are_refused(place: Business) -> None:
    given = {"businessId": gid(place), "accountId": gid(place)}
    assert code_of(post(REMOVE, {"input": given}, user=place.owner)) == "BAD_USER_INPUT"
    given = {"businessId": gid(place), "accountId": write_id("Account", 10**17)}
    assert ask(REMOVE, {"input": given}, user=place.owner)["removeStaffMember"]["errors"] == [
        {"code": "NOT_FOUND"}
    ]


# ── the page ────────────────────────────────────────────────────────────────────────────────────

PAGE = "/staff/join"


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_page__changes_nothing_when_it_is_opened(place: Business) -> None:
    client = logged_in(factories.user(ANA))
    add(place, place.owner)
    rows = everything()

    for method in (client.get, client.head):
        assert method(PAGE).status_code == 200
    token = link().partition("#token=")[2]
    assert client.get(PAGE, {"token": token}).status_code == 200

    assert everything() == rows


def test_page__lets_in_whoever_is_logged_in_with_that_address(place: Business) -> None:
    ana = factories.user(ANA)
    place.name = "<b>Quiet</b> Room"
    place.save()
    add(place, place.owner)
    token = link().partition("#token=")[2]

    nobody = Client().post(PAGE, {"token": token, "password": "a wrong password"})
    thief = logged_in(factories.user()).post(PAGE, {"token": token})
    answer = logged_in(ana).post(PAGE, {"token": token})

    assert (nobody.status_code, "not the password" in nobody.content.decode()) == (409, True)
    assert (thief.status_code, "another address" in thief.content.decode()) == (409, True)
    assert f'value="{token}"' in thief.content.decode()
    assert answer.status_code == 200
    assert "&lt;b&gt;Quiet&lt;/b&gt; Room" in answer.content.decode()
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert Viewer(user=ana).roles == {place.pk: "STAFF"}


def test_page__lets_in_by_the_password_of_the_invited_address(place: Business) -> None:
    ana, eve = factories.user(ANA), factories.user()
    add(place, place.owner)
    token = link().partition("#token=")[2]

    answer = Client().post(PAGE, {"token": token, "password": factories.PASSWORD})
    again = Client().post(PAGE, {"token": token, "password": factories.PASSWORD})

    assert (answer.status_code, again.status_code) == (200, 409)
    assert (Viewer(user=ana).roles, Viewer(user=eve).roles) == ({place.pk: "STAFF"}, {})
    assert "sessionid" not in answer.cookies


def test_page__a_password_beside_a_link_has_five_tries(place: Business) -> None:
    ana = factories.user(ANA)
    add(place, place.owner)
    given = {"token": link().partition("#token=")[2]}

    for number in range(5):
        guess = Client().post(PAGE, {**given, "password": f"guess {number}"})
        assert (guess.status_code, "not the password" in guess.content.decode()) == (409, True)

    assert Client().post(PAGE, {**given, "password": factories.PASSWORD}).status_code == 409
    assert Viewer(user=ana).roles == {}


def test_page__demands_djangos_token_of_a_browser(place: Business) -> None:
    ana = factories.user(ANA)
    add(place, place.owner)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ana)
    given = {"token": link().partition("#token=")[2]}

    assert browser.post(PAGE, given).status_code == 403
    page = browser.get(PAGE).content.decode()
    (csrf,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert browser.post(PAGE, {**given, "csrfmiddlewaretoken": csrf}).status_code == 200


def test_link__leads_to_the_front_end_where_there_is_one(place: Business, settings: Any) -> None:
    settings.FRONTEND_URL = "https://practice.example"
    add(place, place.owner)
    assert link().startswith("https://practice.example/staff/join#token=")
