"""One's own account over the API, and nobody else's."""

from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.accounts.models import RefreshToken, User
from bookings.accounts.sessions import Session, refresh_session, start_session
from bookings.businesses.models import StaffMember
from bookings.notifications import refusals
from schema.common.inputs import write_id
from tests import factories
from tests.factories import NOW, later
from tests.schema.client import ask, code_of, post

pytestmark = pytest.mark.django_db(transaction=True)

ME = """
{ me {
  id email fullName role phone timezone locale createdAt emailVerifiedAt
  preferences { reminders reviewRequests }
  roleRequest { role status createdAt decidedAt }
  practices { role business { name category { name } } }
  consultants { fullName business { name } }
  securityQuestion
} }
"""
UPDATE = """
mutation Update($input: UpdateProfileInput!) {
  updateProfile(input: $input) {
    account { fullName phone timezone locale preferences { reminders reviewRequests } }
    errors { code field message }
  }
}
"""
SESSIONS = "{ me { sessions { id userAgent createdAt usedAt current } } }"
END = """
mutation End($input: EndSessionInput!) {
  endSession(input: $input) { account { sessions { userAgent } } errors { code field } }
}
"""
NODE = "query N($id: ID!) { node(id: $id) { __typename ... on Account { email phone } } }"
AS_IT_WAS = {
    "fullName": "Ana Horvat",
    "phone": "+48221234567",
    "timezone": None,
    "locale": "pl",
    "preferences": {"reminders": True, "reviewRequests": True},
}


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(transactional_db: None) -> User:
    return factories.user(
        "ana@example.org", full_name="Ana Horvat", phone="+48221234567", locale="pl", created_at=NOW
    )


def update(user: User, **given: Any) -> dict[str, Any]:
    return dict(ask(UPDATE, {"input": given}, user=user)["updateProfile"])


def profile_of(user: User) -> dict[str, Any]:
    return dict(
        ask("{ me { fullName phone timezone locale preferences { reminders reviewRequests } } }", user=user)[
            "me"
        ]
    )


def bearer(session: Session) -> dict[str, str]:
    return {"authorization": f"Bearer {session.access_token}"}


def test_me__of_a_new_account(ana: User) -> None:
    assert ask(ME, user=ana)["me"] == {
        "id": write_id("Account", ana.pk),
        "email": "ana@example.org",
        "fullName": "Ana Horvat",
        "role": "CLIENT",
        "phone": "+48221234567",
        "timezone": None,
        "locale": "pl",
        "createdAt": "2030-01-07T08:00:00Z",
        "emailVerifiedAt": "2030-01-07T08:00:00Z",
        "preferences": {"reminders": True, "reviewRequests": True},
        "roleRequest": None,
        "practices": [],
        "consultants": [],
        "securityQuestion": None,
    }


def test_me__is_null_for_nobody() -> None:
    assert ask(ME)["me"] is None


def test_me__practices_say_as_what(ana: User) -> None:
    owned = factories.business(owner=ana, name="B", is_active=False)
    works = factories.business(name="A")
    factories.business(name="C")
    StaffMember.objects.create(business=works, user=ana, role="STAFF")
    StaffMember.objects.create(business=owned, user=ana, role="STAFF")

    assert ask(ME, user=ana)["me"]["practices"] == [
        {"role": "STAFF", "business": {"name": "A", "category": {"name": "Counselling"}}},
        {"role": "OWNER", "business": {"name": "B", "category": {"name": "Counselling"}}},
    ]


def test_me__consultants_are_those_that_one_is(ana: User) -> None:
    offered = factories.service()
    factories.consultant(offered, user=ana, full_name="Dr. Horvat")
    factories.consultant(offered)

    assert ask(ME, user=ana)["me"]["consultants"] == [
        {"fullName": "Dr. Horvat", "business": {"name": offered.business.name}}
    ]


def test_me__takes_as_many_statements_for_1_and_3_practices_and_consultants(ana: User) -> None:
    counts = []
    for more in (1, 2):
        for _ in range(more):
            place = factories.business(owner=ana)
            factories.consultant(factories.service(place), user=ana)
        ask(ME, user=ana)
        with CaptureQueriesContext(connection) as captured:
            ask(ME, user=ana)
        counts.append(len(captured.captured_queries))

    assert counts[0] == counts[1] <= 8


@pytest.mark.parametrize(
    ("given", "changed"),
    [
        ({}, {}),
        ({"fullName": " Ana Marija "}, {"fullName": "Ana Marija"}),
        ({"fullName": None}, {"fullName": ""}),
        ({"phone": "+48 22 123 45 68"}, {"phone": "+48221234568"}),
        ({"phone": "22 123 45 68", "phoneRegion": "pl"}, {"phone": "+48221234568"}),
        ({"phone": None}, {"phone": ""}),
        ({"timezone": "Europe/Warsaw"}, {"timezone": "Europe/Warsaw"}),
        ({"timezone": None}, {}),
        ({"locale": "en-GB"}, {"locale": "en-GB"}),
        ({"preferences": {}}, {}),
        (
            {"preferences": {"reminders": False}},
            {"preferences": {"reminders": False, "reviewRequests": True}},
        ),
        (
            {"preferences": {"reviewRequests": False}},
            {"preferences": {"reminders": True, "reviewRequests": False}},
        ),
    ],
)
def test_update_profile__changes_what_is_given(
    ana: User, given: dict[str, Any], changed: dict[str, Any]
) -> None:
    answer = update(ana, **given)

    assert answer == {"account": {**AS_IT_WAS, **changed}, "errors": []}
    assert profile_of(ana) == {**AS_IT_WAS, **changed}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"fullName": "x" * 201}, "fullName"),
        ({"fullName": "x" * 200_000}, "fullName"),
        ({"fullName": "a\nb"}, "fullName"),
        ({"phone": "22 123 45 67"}, "phone"),
        ({"phone": "+48221234567 ext. 1"}, "phone"),
        ({"phone": "1" * 200_000}, "phone"),
        ({"phone": "22 123 45 67", "phoneRegion": "XX"}, "phoneRegion"),
        ({"timezone": "Warsaw"}, "timezone"),
        ({"locale": None}, "locale"),
        ({"locale": "Polish, please"}, "locale"),
        ({"preferences": None}, "preferences"),
        ({"preferences": {"reminders": None}}, "reminders"),
    ],
)
def test_update_profile__refuses_what_nobody_means(ana: User, given: dict[str, Any], field: str) -> None:
    answer = update(ana, **{"fullName": "Other", **given})

    assert answer["account"] is None
    assert [(error["code"], error["field"]) for error in answer["errors"]] == [("VALIDATION_FAILED", [field])]
    assert profile_of(ana) == AS_IT_WAS


def test_update_profile__switch_and_the_links_in_mails_are_one(ana: User) -> None:
    update(ana, preferences={"reminders": False})
    assert not refusals.wants("ana@example.org", refusals.Kind.REMINDERS)

    refusals.allow(email="ana@example.org", kind=refusals.Kind.REMINDERS)
    refusals.refuse(email="ana@example.org", kind=refusals.Kind.REVIEW_REQUESTS, now=NOW)

    assert profile_of(ana)["preferences"] == {"reminders": True, "reviewRequests": False}


def test_update_profile__preferences_need_a_proven_mailbox(ana: User) -> None:
    User.objects.filter(pk=ana.pk).update(email_verified_at=None)

    answer = update(ana, fullName="Other", preferences={"reminders": False})

    assert answer["errors"][0]["code"] == "EMAIL_NOT_VERIFIED"
    assert profile_of(ana) == AS_IT_WAS


def test_update_profile__markup_is_text(ana: User) -> None:
    name = "<script>alert(1)</script> 🎉 O'Neil"

    assert update(ana, fullName=name)["account"]["fullName"] == name


def test_update_profile__needs_an_account() -> None:
    assert code_of(post(UPDATE, {"input": {"fullName": "X"}})) == "UNAUTHENTICATED"


def test_sessions__are_listed_with_the_one_that_asks(ana: User) -> None:
    phone = start_session(user=ana, user_agent="Phone", now=NOW)
    start_session(user=ana, user_agent="Expired", now=later(days=-31))
    start_session(user=factories.user(), user_agent="Of somebody else", now=NOW)
    with time_machine.travel(later(hours=1), tick=False):
        desk = start_session(user=ana, user_agent="Desk", now=later(hours=1))
    with time_machine.travel(later(minutes=90), tick=False):
        refresh_session(refresh_token=phone.refresh_token, user_agent="Phone 2", now=later(minutes=90))

        listed = ask(SESSIONS, **bearer(desk))["me"]["sessions"]

    assert [{**row, "id": ""} for row in listed] == [
        {
            "id": "",
            "userAgent": "Phone 2",
            "createdAt": "2030-01-07T08:00:00Z",
            "usedAt": "2030-01-07T09:30:00Z",
            "current": False,
        },
        {
            "id": "",
            "userAgent": "Desk",
            "createdAt": "2030-01-07T09:00:00Z",
            "usedAt": "2030-01-07T09:00:00Z",
            "current": True,
        },
    ]


def test_sessions__of_old_passwords_are_not_listed(ana: User) -> None:
    start_session(user=ana, user_agent="Old", now=NOW)
    ana.set_password("another horse battery")
    ana.save()

    new = start_session(user=ana, user_agent="New", now=NOW)

    assert [row["userAgent"] for row in ask(SESSIONS, **bearer(new))["me"]["sessions"]] == ["New"]


def test_end_session__ends_one(ana: User) -> None:
    thief = start_session(user=ana, user_agent="Thief", now=NOW)
    desk = start_session(user=ana, user_agent="Desk", now=NOW)
    listed = ask(SESSIONS, **bearer(desk))["me"]["sessions"]
    wanted = next(row["id"] for row in listed if row["userAgent"] == "Thief")

    answer = ask(END, {"input": {"sessionId": wanted}}, **bearer(desk))["endSession"]

    assert answer == {"account": {"sessions": [{"userAgent": "Desk"}]}, "errors": []}
    assert code_of(post(ME, **bearer(thief))) == "UNAUTHENTICATED"
    again = ask(END, {"input": {"sessionId": wanted}}, **bearer(desk))["endSession"]
    assert again == {"account": None, "errors": [{"code": "NOT_FOUND", "field": ["sessionId"]}]}


def test_end_session__of_somebody_else_is_not_found(ana: User) -> None:
    other = start_session(user=factories.user(), now=NOW)
    family = str(RefreshToken.objects.get().family)

    answer = ask(END, {"input": {"sessionId": family}}, user=ana)["endSession"]

    assert [error["code"] for error in answer["errors"]] == ["NOT_FOUND"]
    assert ask("{ me { email } }", **bearer(other))["me"]


def test_end_session__needs_an_account_and_a_real_id(ana: User) -> None:
    some = "00000000-0000-0000-0000-000000000000"

    assert code_of(post(END, {"input": {"sessionId": some}})) == "UNAUTHENTICATED"
    for wrong in ("1", "", 1, None, "x" * 100_000, some.replace("0", "٠")):
        assert code_of(post(END, {"input": {"sessionId": wrong}}, user=ana)) == "BAD_USER_INPUT"


def test_node__gives_an_account_to_its_owner_alone(ana: User) -> None:
    known = {"id": write_id("Account", ana.pk)}
    admin = User.objects.create_superuser("admin@example.org", factories.PASSWORD)

    assert ask(NODE, known, user=ana)["node"] == {
        "__typename": "Account",
        "email": "ana@example.org",
        "phone": "+48221234567",
    }
    assert ask(NODE, known)["node"] is None
    assert ask(NODE, known, user=factories.user())["node"] is None
    assert ask(NODE, known, user=admin)["node"] is None
