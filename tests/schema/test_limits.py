"""Limits as clients meet them: how many get through, what the others are told, and that nothing was tried."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.accounts.models import ServiceKey, User
from bookings.booking.models import Booking
from bookings.limits.models import LimitWindow
from bookings.limits.policies import TABLE
from bookings.verification.models import Challenge
from bookings.verification.services import grant_access
from schema.common.limiting import Limited
from schema.http.throttled import THROTTLED
from schema.root import schema
from tests import factories
from tests.factories import NOW, PASSWORD
from tests.schema.client import access_token, ask, code_of, post

pytestmark = pytest.mark.django_db(transaction=True)

LOG_IN = "mutation($input: TokenAuthInput!) { tokenAuth(input: $input) { token errors { code message retryAfter } } }"
STATUS = "query($id: String!) { bookingStatus(acknowledgementId: $id) { status } }"
VERIFY = "mutation($input: VerifyBookingInput!) { verifyBooking(input: $input) { booking { id } errors { code } } }"
ASK_FOR_MAIL = "mutation($id: String!) { %s(input: {acknowledgementId: $id}) { errors { code } } }"


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which passwords were hashed."""
    seen: list[str] = []
    encode = MD5PasswordHasher.encode

    def counting(self: Any, password: str, salt: str) -> str:
        seen.append(password)
        return str(encode(self, password, salt))

    monkeypatch.setattr(MD5PasswordHasher, "encode", counting)
    return seen


@pytest.fixture
def ana(transactional_db: None) -> User:
    return factories.user("ana@example.org")


@pytest.fixture
def draft(transactional_db: None) -> Booking:
    offered = factories.service()
    return factories.draft(factories.consultant(offered), offered)


def try_to_log_in(
    email: str = "ana@example.org", password: str = "wrong", **headers: str
) -> list[dict[str, Any]]:
    given = {"email": email, "password": password}
    return list(ask(LOG_IN, {"input": given}, **headers)["tokenAuth"]["errors"])


def try_code(booking: Booking, code: str = "000000", **headers: str) -> list[str]:
    proof = {"code": {"acknowledgementId": booking.acknowledgement_id, "code": code}}
    return [
        each["code"]
        for each in ask(VERIFY, {"input": {"proof": proof}}, **headers)["verifyBooking"]["errors"]
    ]


def raw(document: str, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Client().post("/graphql/", {"query": document}, content_type="application/json", headers=named)


def test_log_in__of_a_hundred_requests_ten_are_tried(ana: User, hashes: list[str]) -> None:
    answers = [try_to_log_in() for _ in range(100)]

    codes = [answer[0]["code"] for answer in answers]
    assert codes == ["CREDENTIALS_INVALID"] * 10 + ["RATE_LIMITED"] * 90
    assert len(hashes) == 10
    assert {answer[0]["retryAfter"] for answer in answers[10:]} == {300}


def test_log_in__is_limited_alike_for_an_address_that_nobody_has(ana: User, hashes: list[str]) -> None:
    known = [try_to_log_in() for _ in range(12)]
    unknown = [try_to_log_in("nobody@example.org") for _ in range(12)]

    assert known == unknown
    assert len(hashes) == 20


def test_log_in__with_the_right_password_waits_as_well_and_then_works(ana: User, clock: Any) -> None:
    for _ in range(10):
        try_to_log_in()

    assert [each["code"] for each in try_to_log_in(password=PASSWORD)] == ["RATE_LIMITED"]

    clock.shift(timedelta(seconds=300))
    assert try_to_log_in(password=PASSWORD) == []


def test_log_in__is_not_counted_for_another_address_or_another_spelling(ana: User) -> None:
    for spelling in ("ana@example.org", " ANA@example.org", "Ana@EXAMPLE.org") * 4:
        try_to_log_in(spelling)

    assert try_to_log_in("ANA@EXAMPLE.ORG")[0]["code"] == "RATE_LIMITED"
    assert try_to_log_in("ben@example.org")[0]["code"] == "CREDENTIALS_INVALID"


def test_log_in__spoofed_forwarded_addresses_change_nothing(ana: User, hashes: list[str]) -> None:
    headers = [
        {"x_forwarded_for": f"198.51.100.{place}", "x_real_ip": f"198.51.100.{place}"} for place in range(100)
    ]

    codes = [try_to_log_in(**each)[0]["code"] for each in headers]

    assert codes.count("CREDENTIALS_INVALID") == 10
    assert len(hashes) == 10


def test_log_in__behind_a_proxy_spoofed_entries_change_nothing_and_clients_count_apart(
    ana: User, settings: Any
) -> None:
    settings.TRUSTED_PROXIES = 1
    one = [
        try_to_log_in(x_forwarded_for=f"198.51.100.{place}, 203.0.113.1")[0]["code"] for place in range(20)
    ]
    other = [
        try_to_log_in(x_forwarded_for=f"198.51.100.{place}, 203.0.113.2")[0]["code"] for place in range(20)
    ]

    assert one == other == ["CREDENTIALS_INVALID"] * 10 + ["RATE_LIMITED"] * 10


def test_log_in__addresses_of_one_ipv6_network_count_together(ana: User, settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    near = [try_to_log_in(x_forwarded_for=f"2001:db8:1:2::{place:x}")[0]["code"] for place in range(20)]

    assert near == ["CREDENTIALS_INVALID"] * 10 + ["RATE_LIMITED"] * 10
    assert try_to_log_in(x_forwarded_for="2001:db8:1:3::1")[0]["code"] == "CREDENTIALS_INVALID"


def test_log_in__over_a_socket_without_an_address_is_limited_too(ana: User) -> None:
    def answer() -> str:
        sent = Client(REMOTE_ADDR="").post(
            "/graphql/",
            {"query": LOG_IN, "variables": {"input": {"email": "ana@example.org", "password": "wrong"}}},
            content_type="application/json",
        )
        return str(sent.json()["data"]["tokenAuth"]["errors"][0]["code"])

    assert [answer() for _ in range(12)] == ["CREDENTIALS_INVALID"] * 10 + ["RATE_LIMITED"] * 2


@pytest.mark.parametrize("many", [2, 15, 100])
def test_log_in__aliased_in_one_document_is_refused_without_a_try(
    ana: User, hashes: list[str], many: int
) -> None:
    field = f'tokenAuth(input: {{email: "ana@example.org", password: "{PASSWORD}"}}) {{ token }}'
    document = "mutation {" + " ".join(f"a{place}: {field}" for place in range(many)) + "}"

    body = post(document)

    assert "data" not in body
    assert code_of(body) == "QUERY_TOO_COMPLEX"
    assert hashes == []
    assert not LimitWindow.objects.exists()


@pytest.mark.parametrize("many", [2, 15, 100])
def test_codes__aliased_in_one_document_are_refused_without_a_try(draft: Booking, many: int) -> None:
    fields = [
        f'a{place}: verifyBooking(input: {{proof: {{code: {{acknowledgementId: "{draft.acknowledgement_id}", '
        f'code: "{place:06}"}}}}}}) {{ accessToken }}'
        for place in range(many)
    ]

    body = post("mutation {" + " ".join(fields) + "}")

    assert code_of(body) == "QUERY_TOO_COMPLEX"
    assert Challenge.objects.get().tries == 0
    assert not LimitWindow.objects.exists()


def test_codes__of_a_hundred_requests_five_are_tried(draft: Booking) -> None:
    codes = [try_code(draft) for _ in range(100)]

    assert codes == [["CHALLENGE_INVALID"]] * 5 + [["RATE_LIMITED"]] * 95
    assert Challenge.objects.get().tries == 5


def test_codes__of_bookings_that_are_not_there_are_limited_alike(draft: Booking) -> None:
    known = [try_code(draft) for _ in range(7)]
    draft.acknowledgement_id = "MS-ZZZZZZ"

    assert [try_code(draft) for _ in range(7)] == known


def test_codes__the_right_one_waits_as_well(draft: Booking, clock: Any) -> None:
    code = factories.secrets_of(draft)["code"]
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(4):
        try_code(draft, wrong)
    assert try_code(Booking(acknowledgement_id=draft.acknowledgement_id.lower()), wrong) == [
        "CHALLENGE_INVALID"
    ]

    assert try_code(draft, code) == ["RATE_LIMITED"]
    assert Challenge.objects.get().consumed_at is None


def test_codes__an_account_that_needs_no_code_is_not_counted(draft: Booking, ana: User) -> None:
    given = {"input": {"proof": {"account": "Qm9va2luZzox"}}}

    codes = {str(post(VERIFY, given, user=ana)) for _ in range(40)}

    assert not LimitWindow.objects.exists()
    assert "RATE_LIMITED" not in str(codes)


def test_status__counts_every_field_and_the_eleventh_of_a_document_is_refused() -> None:
    fields = " ".join(
        f'a{place}: bookingStatus(acknowledgementId: "MS-{place:06}") {{ status }}' for place in range(12)
    )

    body = post("{" + fields + "}")

    assert [error["path"] for error in body["errors"]] == [["a10"], ["a11"]]
    assert {error["extensions"]["code"] for error in body["errors"]} == {"RATE_LIMITED"}
    assert {error["extensions"]["retryAfter"] for error in body["errors"]} == {60}
    assert not LimitWindow.objects.exists()


def test_status__with_an_access_token_has_a_wider_class(draft: Booking) -> None:
    token, _ = grant_access(subject=draft.subject, email=draft.email, purposes=["view"], now=NOW)
    stranger = [post(STATUS, {"id": "MS-000000"}) for _ in range(11)]
    known = [post(STATUS, {"id": "MS-000000"}, x_booking_token=token) for _ in range(61)]
    forged = post(STATUS, {"id": "MS-000000"}, x_booking_token="forged")

    assert ["errors" in body for body in stranger] == [False] * 10 + [True]
    assert ["errors" in body for body in known] == [False] * 60 + [True]
    assert code_of(forged) == "RATE_LIMITED"


@pytest.mark.parametrize("mutation", ["resendVerification", "requestBookingAccess", "requestCancellation"])
def test_mail__is_limited_by_who_asks_and_alike_for_what_is_not_there(
    draft: Booking, settings: Any, mutation: str
) -> None:
    def answers(acknowledgement: str, network: str) -> list[Any]:
        return [
            post(ASK_FOR_MAIL % mutation, {"id": acknowledgement}, x_forwarded_for=network)["data"]
            for _ in range(22)
        ]

    settings.TRUSTED_PROXIES = 1
    known, unknown = answers(draft.acknowledgement_id, "203.0.113.1"), answers("MS-ZZZZZZ", "203.0.113.2")

    assert known == unknown
    assert (
        known == [{mutation: {"errors": []}}] * 20 + [{mutation: {"errors": [{"code": "RATE_LIMITED"}]}}] * 2
    )


def test_everything__is_counted_by_root_fields_and_refused_before_anything_runs(ana: User) -> None:
    twenty = "{" + " ".join(f"a{place}: __typename" for place in range(15)) + " __typename b: __typename }"
    ten = "{ " + " ".join(f"a{place}: __typename" for place in range(10)) + " }"
    assert code_of(raw(twenty).json()) == "QUERY_TOO_COMPLEX"  # sixteen aliases

    answers = [raw(ten) for _ in range(13)]

    assert [answer.status_code for answer in answers] == [200] * 12 + [429]
    refused = answers[-1]
    assert refused["Retry-After"] == "60"
    (error,) = refused.json()["errors"]
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert error["extensions"]["retryAfter"] == 60
    assert error["extensions"]["requestId"]
    assert "data" not in refused.json()


def test_everything__counts_what_stands_in_fragments() -> None:
    document = "{ ...F } fragment F on Query { a: __typename b: __typename c: __typename }"

    assert [raw(document).status_code for _ in range(41)] == [200] * 40 + [429]


def test_everything__refused_runs_no_statement_and_no_mutation(ana: User, hashes: list[str]) -> None:
    for _ in range(
        121
    ):  # the first that is refused is written down, and those that follow within a second are not
        raw("{ __typename }")

    with CaptureQueriesContext(connection) as statements:
        answer = raw(
            f'mutation {{ tokenAuth(input: {{email: "ana@example.org", password: "{PASSWORD}"}}) {{ token }} }}'
        )

    assert answer.status_code == 429
    assert (len(statements), hashes) == (0, [])


def test_everything__an_account_has_its_own_wider_count_wherever_it_comes_from(ana: User) -> None:
    good = {"authorization": f"Bearer {access_token(ana)}"}
    document = "{ " + " ".join(f"a{place}: __typename" for place in range(15)) + " }"
    for _ in range(8):
        assert raw(document).status_code == 200
    assert raw("{ __typename }").status_code == 429

    assert [raw(document, **good).status_code for _ in range(41)] == [200] * 40 + [429]


def test_everything__a_token_that_is_no_good_counts_as_nobody() -> None:
    for place in range(120):
        raw("{ __typename }", authorization=f"Bearer forged{place}")

    assert raw("{ __typename }", authorization="Bearer another").status_code == 429
    assert raw("{ __typename }").status_code == 429


def test_everything__costs_no_statement(ana: User) -> None:
    token = access_token(ana)

    with CaptureQueriesContext(connection) as statements:
        assert raw("{ __typename }", authorization=f"Bearer {token}").status_code == 200
        assert raw("{ __typename }").status_code == 200

    assert len(statements) == 0


def test_everything__the_page_of_graphiql_is_not_counted(settings: Any) -> None:
    settings.RATE_LIMITS = {"anonymous": "1/minute"}
    page = [Client().get("/graphql/", headers={"accept": "text/html"}).status_code for _ in range(3)]

    assert page == [200] * 3
    assert raw("{ __typename }").status_code == 200
    assert raw("{ __typename }").status_code == 429


def test_refresh_token__with_an_old_access_token_beside_it_is_not_refused_for_it(ana: User) -> None:
    document = 'mutation { refreshToken(input: {refreshToken: "none"}) { errors { code } } }'

    body = post(document, authorization="Bearer expired")

    assert body["data"]["refreshToken"]["errors"] == [{"code": "TOKEN_INVALID"}]


def limited(root: str) -> dict[str, Limited]:
    """Which fields of the schema are limited, by their names."""
    fields = schema._schema.get_type(root).fields  # type: ignore[union-attr]
    return {
        name: extension
        for name, field in fields.items()
        for extension in field.extensions["strawberry-definition"].extensions
        if isinstance(extension, Limited)
    }


ASKED_FOR_THE_PASSWORD = {
    "changePassword",
    "deactivatePaymentAccount",
    "deleteAccount",
    "exportMyData",
    "savePaymentAccount",
    "setSecurityQuestion",
}
"""Their services count, once they know whose password it is."""


def test_limited_mutations__stand_one_in_a_document() -> None:
    mutations = limited("Mutation")

    assert set(mutations) | ASKED_FOR_THE_PASSWORD == set(THROTTLED)
    assert not set(mutations) & ASKED_FOR_THE_PASSWORD


def test_limited_fields__can_be_asked_for_by_nobody() -> None:
    limits = {each.limit for root in ("Query", "Mutation") for each in limited(root).values()}

    assert [limit for limit in limits if "ip" not in TABLE[limit].rates] == []


def test_limited_queries__are_those_that_strangers_could_walk_through() -> None:
    assert "bookingStatus" in limited("Query")


def test_everything__a_service_key_has_its_own_count_and_a_forged_one_none(
    transactional_db: None, settings: Any
) -> None:
    settings.RATE_LIMITS = {"anonymous": "2/minute", "key.key": "3/minute"}
    text = factories.service_key(ServiceKey.Scope.CATALOGUE, place=factories.business()).text

    known = [raw("{ __typename }", authorization=f"Api-Key {text}").status_code for _ in range(4)]
    forged = [raw("{ __typename }", authorization=f"Api-Key {text}{place}").status_code for place in range(3)]

    assert known == [200] * 3 + [429]
    assert forged == [200] * 2 + [429]


def test_everything__keys_for_no_practice_count_as_their_owner_does(
    transactional_db: None, settings: Any, ana: User
) -> None:
    settings.RATE_LIMITS = {"user": "3/minute", "key.key": "100/minute"}
    keys = [factories.service_key(ServiceKey.Scope.CATALOGUE, owner=ana).text for _ in range(4)]

    found = [raw("{ __typename }", authorization=f"Api-Key {text}").status_code for text in keys]

    assert found == [200] * 3 + [429]


def test_everything__an_admins_key_for_no_practice_has_its_own_count(
    transactional_db: None, settings: Any
) -> None:
    settings.RATE_LIMITS = {"user": "1/minute", "key.key": "3/minute"}
    admin = factories.user(is_superuser=True)
    text = factories.service_key(ServiceKey.Scope.CATALOGUE, owner=admin).text

    found = [raw("{ __typename }", authorization=f"Api-Key {text}").status_code for _ in range(4)]

    assert found == [200] * 3 + [429]


def test_everything__a_session_of_the_browser_counts_for_its_account(ana: User, settings: Any) -> None:
    settings.RATE_LIMITS = {"anonymous": "1/minute", "user": "3/minute"}
    browser = Client()
    browser.force_login(ana)
    asked = {"query": "{ __typename }"}

    found = [browser.post("/graphql/", asked, content_type="application/json").status_code for _ in range(4)]

    assert found == [200] * 3 + [429]
    assert raw("{ __typename }").status_code == 200
