"""What a service key may ask: the table of scopes, and what stays shut to a key whatever its scopes."""

import logging
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.accounts.keys import NewKey, Scope
from bookings.accounts.models import ServiceKey, User
from bookings.booking.models import Booking
from bookings.businesses.models import Business, StaffMember
from bookings.common.errors import Forbidden
from bookings.verification.services import grant_access
from schema import scopes
from schema.common.inputs import write_id
from schema.http.execution import core_schema
from schema.nodes import NODES
from schema.root import schema
from tests import factories
from tests.factories import NOW, later
from tests.schema.client import ask, code_of, gid, post
from tests.schema.test_bookings import DRAFT, draft_input
from tests.witness import everything

pytestmark = pytest.mark.django_db(transaction=True)

Role = StaffMember.Role
CATALOGUE, BOOKING, PRACTICE = Scope.CATALOGUE, Scope.BOOKING, Scope.PRACTICE
ROOTS = {"query": scopes.QUERIES, "mutation": scopes.MUTATIONS}
STATUS = "query S($id: String!) { bookingStatus(acknowledgementId: $id) { status } }"
LOOK = "query B($by: BookingLookup!) { booking(by: $by) { fullName } }"
NODE = "query N($id: ID!) { node(id: $id) { __typename id } }"
BOOKINGS = "{ bookings { edges { node { id } } } }"
APPROVE = """
mutation A($input: ApproveBookingInput!) { approveBooking(input: $input) { booking { status } errors { code } } }
"""
CREATE_KEY = (
    "mutation C($input: CreateServiceKeyInput!) { createServiceKey(input: $input) { key errors { code } } }"
)
LOG_OUT = "mutation { revokeToken(input: {everywhere: true}) { revoked } }"
MEETING = "mutation M($input: SetMeetingLinkInput!) { setMeetingLink(input: $input) { errors { code } } }"
WEEK = "mutation W($input: SetOpeningHoursInput!) { setOpeningHours(input: $input) { errors { code } } }"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def by(made: NewKey) -> dict[str, str]:
    return {"authorization": f"Api-Key {made.text}"}


def booked(place: Business | None = None) -> Booking:
    service = factories.service(place)
    return factories.pending(factories.consultant(service), service)


def opener(booking: Booking) -> str:
    return grant_access(subject=booking.subject, email=booking.email, purposes=["view"], now=NOW)[0]


def code(document: str, variables: dict[str, Any] | None = None, **headers: str) -> str:
    """The code of the top-level error, or nothing where there is none."""
    body = post(document, variables, **headers)
    return code_of(body) if "errors" in body else ""


@pytest.mark.parametrize("root", ROOTS)
def test_scopes__are_told_of_every_root_field(root: str) -> None:
    assert set(ROOTS[root]) == set(getattr(core_schema(schema), f"{root}_type").fields)


def test_scopes__are_told_of_every_node() -> None:
    assert set(scopes.NODES) == set(NODES)


@pytest.mark.parametrize("scope", Scope)
def test_scopes__are_asked_for_before_every_root_field(scope: Scope) -> None:
    """The resolver of each field refuses a key without its scope. What a key may is asked below."""
    info = SimpleNamespace(context=SimpleNamespace(key=ServiceKey(scopes=[scope])))
    for root, table in ROOTS.items():
        fields = getattr(core_schema(schema), f"{root}_type").fields
        for name in (name for name, allowed in table.items() if scope not in allowed):
            with pytest.raises(Forbidden, match=name):
                fields[name].resolve(None, info)


def test_scopes__of_a_field_that_the_table_forgets_are_none() -> None:
    fields = {"forgotten": SimpleNamespace(resolve=lambda source, info: "done")}
    scopes.hold_to_scopes(SimpleNamespace(query_type=SimpleNamespace(fields=fields), mutation_type=None))  # type: ignore[arg-type]

    def answer(key: ServiceKey | None) -> Any:
        return fields["forgotten"].resolve(None, SimpleNamespace(context=SimpleNamespace(key=key)))

    assert answer(None) == "done"
    with pytest.raises(Forbidden):
        answer(ServiceKey(scopes=list(Scope)))


QUESTIONS: dict[str, Callable[[Booking], tuple[str, dict[str, Any]]]] = {
    "services": lambda booking: ("{ services { totalCount } }", {}),
    "a service": lambda booking: (NODE, {"id": gid(booking.service)}),
    "lifecycle": lambda booking: ("{ lifecycle { move } }", {}),
    "draft": lambda booking: (DRAFT, {"input": draft_input()}),
    "status": lambda booking: (STATUS, {"id": booking.acknowledgement_id}),
    "open": lambda booking: (
        LOOK,
        {
            "by": {
                "acknowledgement": {
                    "acknowledgementId": booking.acknowledgement_id,
                    "accessToken": opener(booking),
                }
            }
        },
    ),
    "bookings": lambda booking: (BOOKINGS, {}),
    "approve": lambda booking: (APPROVE, {"input": {"bookingId": gid(booking)}}),
    "meeting link": lambda booking: (
        MEETING,
        {"input": {"bookingId": gid(booking), "url": "https://x.example"}},
    ),
    "me": lambda booking: ("{ me { email } }", {}),
    "keys": lambda booking: ("{ serviceKeys { totalCount } }", {}),
    "make a key": lambda booking: (CREATE_KEY, {"input": {"name": "x", "scopes": ["CATALOGUE"]}}),
    "log out": lambda booking: (LOG_OUT, {}),
}
OPENED = {
    CATALOGUE: {"services", "a service", "lifecycle"},
    BOOKING: {"lifecycle", "draft", "status", "open"},
    PRACTICE: {"lifecycle", "status", "open", "bookings", "approve"},
}


@pytest.mark.parametrize("scope", Scope)
def test_key__asks_what_its_scope_opens_and_nothing_else(scope: Scope) -> None:
    booking = booked()
    made = factories.service_key(scope, place=booking.business)

    answers = {name: post(*question(booking), **by(made)) for name, question in QUESTIONS.items()}

    def opened(body: dict[str, Any]) -> bool:
        (value,) = (body["data"] or {"": None}).values()
        return "errors" not in body and value is not None and not value_errors(value)

    assert {name for name, body in answers.items() if opened(body)} == OPENED[scope]
    assert {code_of(body) for body in answers.values() if "errors" in body} == {"FORBIDDEN"}


def value_errors(value: Any) -> Any:
    return value.get("errors") if isinstance(value, dict) else None


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("{ services { totalCount } }", "This service key lacks the scope CATALOGUE, which services needs."),
        ("{ bookings { totalCount } }", "This service key lacks the scope PRACTICE, which bookings needs."),
        ("{ me { id } }", "No service key may ask for me; it is for people with an account."),
    ],
)
def test_key__is_told_which_scope_it_lacks(document: str, words: str) -> None:
    body = post(document, **by(factories.service_key(BOOKING)))

    assert (code_of(body), body["errors"][0]["message"]) == ("FORBIDDEN", words)


def test_key__cannot_hide_a_field_in_aliases_or_fragments() -> None:
    made = factories.service_key(*Scope, place=factories.business())
    hidden = (
        "query Q { a: me { id } ...F ... on Query { b: me { id } } } fragment F on Query { c: me { id } }"
    )
    before = everything(without=frozenset({"ServiceKey"}))

    body = post(hidden, **by(made))
    changed = post(
        "mutation M { a: revokeToken(input: {everywhere: true}) { revoked } ...F } fragment F on Mutation "
        '{ b: createServiceKey(input: {name: "x", scopes: [CATALOGUE]}) { key } }',
        **by(made),
    )

    assert body["data"] == {"a": None, "b": None, "c": None}
    assert changed["data"] == {"a": None, "b": None}
    assert {error["extensions"]["code"] for error in body["errors"] + changed["errors"]} == {"FORBIDDEN"}
    assert everything(without=frozenset({"ServiceKey"})) == before


def test_key__of_one_practice_does_not_reach_another() -> None:
    mine, theirs = booked(), booked()
    owner = mine.business.owner
    StaffMember.objects.create(business=theirs.business, user=owner, role=Role.OWNER)
    key = by(factories.service_key(*Scope, place=mine.business))
    assert len(ask(BOOKINGS, user=owner)["bookings"]["edges"]) == 2

    assert ask(BOOKINGS, **key)["bookings"]["edges"] == [{"node": {"id": gid(mine)}}]
    assert ask(LOOK, {"by": {"id": gid(mine)}}, **key)["booking"] == {"fullName": "Carla Client"}
    assert ask(LOOK, {"by": {"id": gid(theirs)}}, **key)["booking"] is None
    assert ask(NODE, {"id": gid(theirs)}, **key)["node"] is None
    refused = ask(APPROVE, {"input": {"bookingId": gid(theirs)}}, **key)["approveBooking"]
    assert refused == {"booking": None, "errors": [{"code": "NOT_FOUND"}]}
    assert ask(APPROVE, {"input": {"bookingId": gid(mine)}}, **key)["approveBooking"]["errors"] == []


def test_key__of_the_admin_gives_none_of_the_admins_rights() -> None:
    mine, theirs = booked(), booked()
    User.objects.filter(pk=mine.business.owner_id).update(is_superuser=True, is_staff=True)
    key = by(factories.service_key(*Scope, place=mine.business))

    assert len(ask(BOOKINGS, **key)["bookings"]["edges"]) == 1
    assert ask(LOOK, {"by": {"id": gid(theirs)}}, **key)["booking"] is None
    for account in (mine.business.owner, factories.user()):
        assert ask(NODE, {"id": write_id("Account", account.pk)}, **key)["node"] is None


def test_key__of_a_client_opens_none_of_their_bookings() -> None:
    booking = booked()
    StaffMember.objects.create(
        business=(place := factories.business()), user=factories.user(booking.email), role=Role.STAFF
    )
    key = by(factories.service_key(*Scope, owner=place.staff.get().user, place=place))

    assert ask(LOOK, {"by": {"id": gid(booking)}}, **key)["booking"] is None


def test_key__may_what_its_owner_may_now() -> None:
    booking = booked()
    member = factories.staff_of(booking.business, Role.OWNER).user
    assert member is not None
    key = by(factories.service_key(PRACTICE, owner=member, place=booking.business))
    week = {"input": {"businessId": gid(booking.business), "week": []}}
    assert code(WEEK, week, **key) == ""

    StaffMember.objects.filter(user=member).update(role=Role.STAFF)
    assert code(WEEK, week, **key) == "FORBIDDEN"
    assert ask(APPROVE, {"input": {"bookingId": gid(booking)}}, **key)["approveBooking"]["errors"] == []

    StaffMember.objects.filter(user=member).delete()
    assert code(BOOKINGS, **key) == "UNAUTHENTICATED"


def test_key__that_is_no_good_is_refused_for_what_anybody_may_ask() -> None:
    made = factories.service_key(CATALOGUE)
    assert code("{ lifecycle { move } }", **by(made)) == ""
    ServiceKey.objects.update(revoked_at=NOW)

    with CaptureQueriesContext(connection) as told:
        body = post("{ a: lifecycle { move } b: lifecycle { move } me { id } }", **by(made))

    assert body["data"] is None
    assert code_of(body) == "UNAUTHENTICATED"
    assert len([query for query in told if "servicekey" in query["sql"]]) == 1
    assert code(DRAFT, {"input": draft_input()}, **by(made)) == "UNAUTHENTICATED"
    assert not Booking.objects.exists()


@pytest.mark.parametrize(
    "form", ["{}", "Bearer {}", "Key {}", "Api-Key", "Api-Key: {}", "ApiKey {}", 'Api-Key "{}"']
)
def test_key__in_a_wrong_form_is_refused(form: str) -> None:
    made = factories.service_key(*Scope, place=factories.business())

    assert code(BOOKINGS, authorization=form.format(made.text)) == "UNAUTHENTICATED"


@pytest.mark.parametrize("form", ["Api-Key {}", "api-key {}", "API-KEY   {} "])
def test_key__is_read_as_other_schemes_are(form: str) -> None:
    made = factories.service_key(*Scope, place=factories.business())

    assert code(BOOKINGS, authorization=form.format(made.text)) == ""


def test_key__in_another_header_is_nobody() -> None:
    made = factories.service_key(*Scope, place=factories.business())

    assert code(BOOKINGS, x_api_key=made.text) == "UNAUTHENTICATED"
    assert code("{ services { totalCount } }", x_api_key=made.text) == ""


def test_key__goes_before_the_cookie_of_a_session() -> None:
    place = factories.business()
    client = Client()
    client.force_login(place.owner)
    key = by(factories.service_key(CATALOGUE))

    answer = client.get("/graphql/", {"query": BOOKINGS}, headers=key).json()

    assert code_of(answer) == "FORBIDDEN"


def test_key__of_staff_opens_no_introspection(settings: Any) -> None:
    settings.GRAPHIQL = False
    place = factories.business()
    User.objects.filter(pk=place.owner_id).update(is_staff=True)

    assert (
        code("{ __schema { types { name } } }", **by(factories.service_key(*Scope, place=place)))
        == "FORBIDDEN"
    )
    assert code("{ __schema { types { name } } }", user=User.objects.get(pk=place.owner_id)) == ""  # type: ignore[arg-type]


def test_key__with_an_access_token_sees_what_that_opens() -> None:
    booking = booked()
    look = {"by": {"id": gid(booking)}}
    token = {"x_booking_token": opener(booking)}

    seen = ask(LOOK, look, **by(factories.service_key(BOOKING)), **token)["booking"]
    unopened = ask(LOOK, look, **by(factories.service_key(BOOKING)))["booking"]

    assert (seen, unopened) == ({"fullName": "Carla Client"}, None)
    assert code(NODE, {"id": gid(booking)}, **by(factories.service_key(CATALOGUE)), **token) == ""
    assert ask(NODE, {"id": gid(booking)}, **by(factories.service_key(CATALOGUE)), **token)["node"] is None


def test_key__costs_one_statement_and_seldom_a_second() -> None:
    booking = booked()
    made = factories.service_key(*Scope, place=booking.business)

    def count(**headers: str) -> int:
        with CaptureQueriesContext(connection) as told:
            ask(STATUS, {"id": booking.acknowledgement_id}, **headers)
        return len(told)

    ask(STATUS, {"id": booking.acknowledgement_id})
    alone = count()
    at = [(0, 2), (1, 1), (59, 1), (60, 2), (61, 1)]
    more = []
    for second, _ in at:
        with time_machine.travel(later(seconds=second), tick=False):
            more.append((second, count(**by(made)) - alone))

    assert more == at
    assert ServiceKey.objects.get().last_used_at == later(seconds=60)


def test_key__has_limits_of_its_own() -> None:
    booking = booked()
    asked = {"id": booking.acknowledgement_id}
    made = factories.service_key(BOOKING)

    anonymous = [code(STATUS, asked) for _ in range(11)]
    by_key = {code(STATUS, asked, **by(made)) for _ in range(30)}

    assert (set(anonymous[:10]), anonymous[10], by_key) == ({""}, "RATE_LIMITED", {""})


def test_key__stands_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    made = factories.service_key(BOOKING)
    headers = {**by(made), "accept": "application/graphql-response+json"}

    for document in (DRAFT, "{ me { id } }", "{ nonsense }", "{"):
        post(document, {"input": draft_input()}, **headers)
    ServiceKey.objects.update(revoked_at=NOW)
    post("{ services { totalCount } }", **headers)

    assert "Bad Request" in caplog.text
    assert made.text[12:] not in caplog.text
