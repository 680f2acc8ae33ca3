"""A document that is named by its hash is allowed what the same document is allowed, and nothing more."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from bookings.limits.models import LimitWindow
from schema.http.persisted import digest_of
from tests import factories
from tests.factories import NOW
from tests.schema.client import access_token

pytestmark = pytest.mark.django_db(transaction=True)

ME = "query Me { me { email } } # test_persisted"
LOG_IN = "mutation L($input: TokenAuthInput!) { tokenAuth(input: $input) { token errors { code } } } # test_persisted"
FIFTEEN = "{" + " ".join(f"a{place}: __typename" for place in range(15)) + "} # test_persisted"


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


def send(text: str, *, whole: bool = False, client: Client | None = None, **options: Any) -> Any:
    """Name a document by its hash; `whole` sends it beside that."""
    headers = {"accept": "application/graphql-response+json"}
    if user := options.pop("user", None):
        headers["authorization"] = f"Bearer {access_token(user)}"
    body = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest_of(text)}}, **options}
    if whole:
        body["query"] = text
    return (client or Client()).post("/graphql/", body, content_type="application/json", headers=headers)


def told(response: Any) -> list[str]:
    return [error["extensions"]["code"] for error in response.json().get("errors", [])]


def test_viewer__is_whoever_sends_the_hash_not_who_sent_the_document() -> None:
    ana, boris = factories.user("ana@example.org"), factories.user("boris@example.org")
    send(ME, whole=True, user=ana)

    seen = [send(ME, user=user).json()["data"]["me"] for user in (boris, ana, None)]

    assert seen == [{"email": "boris@example.org"}, {"email": "ana@example.org"}, None]


def test_limits__count_tries_to_log_in_by_hash() -> None:
    variables = {"input": {"email": "ana@example.org", "password": "not the password"}}

    def answer(**options: Any) -> str:
        body = send(LOG_IN, variables=variables, **options).json()
        return str(body["data"]["tokenAuth"]["errors"][0]["code"])

    tries = [answer(whole=True), *(answer() for _ in range(11))]

    assert tries == ["CREDENTIALS_INVALID"] * 10 + ["RATE_LIMITED"] * 2


def test_limits__count_the_root_fields_of_a_document_by_hash(settings: Any) -> None:
    send(FIFTEEN, whole=True)

    answers = [send(FIFTEEN) for _ in range(9)]

    assert [answer.status_code for answer in answers] == [200] * 7 + [429] * 2
    assert told(answers[-1]) == ["RATE_LIMITED"]
    assert answers[-1]["Retry-After"]


def test_limits__let_nobody_who_is_over_them_fill_the_memory() -> None:
    for _ in range(8):
        send(FIFTEEN, whole=True)
    late = "{ __typename } # test_persisted, late"

    refused, unknown = send(late, whole=True), send(late)

    assert (told(refused), told(unknown)) == (["RATE_LIMITED"], ["PERSISTED_QUERY_NOT_FOUND"])


def test_limits__are_not_touched_by_a_hash_that_nobody_knows() -> None:
    for number in range(130):
        assert told(send(f"unknown {number}")) == ["PERSISTED_QUERY_NOT_FOUND"]

    assert send("{ __typename } # test_persisted, after", whole=True).status_code == 200
    assert not LimitWindow.objects.exists()


def test_introspect__by_hash_takes_staff(settings: Any) -> None:
    settings.GRAPHIQL = False
    text = "{ __schema { queryType { name } } } # test_persisted"
    staff, ana = factories.user("sam@example.org"), factories.user("ana@example.org")
    staff.is_staff = True
    staff.save()
    assert send(text, whole=True, user=staff).status_code == 200

    answers = [send(text, user=user) for user in (staff, ana, None)]

    assert [told(answer) for answer in answers] == [[], ["FORBIDDEN"], ["FORBIDDEN"]]


def test_session__needs_its_token_by_hash_as_well() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.user("ana@example.org"))
    send(ME, whole=True)

    response = send(ME, client=client)

    assert (response.status_code, told(response)) == (403, ["FORBIDDEN"])


def test_get__by_hash_is_answered_with_no_store_to_everybody() -> None:
    send(ME, whole=True)
    given = {"version": 1, "sha256Hash": digest_of(ME)}

    response = Client().get("/graphql/", {"extensions": json.dumps({"persistedQuery": given})})

    assert response.json() == {"data": {"me": None}}
    assert response["Cache-Control"] == "no-store"
