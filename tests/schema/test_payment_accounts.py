"""A practice's own accounts with payment providers, by the API: entered, seen without their keys, taken out of use."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from bookings.accounts.models import User
from bookings.businesses.models import StaffMember
from bookings.common.models import IdempotencyRecord
from bookings.payments.models import PaymentAccount
from tests import factories
from tests.factories import NOW, PASSWORD
from tests.payments import till
from tests.payments.till import KEY, LIVE, OTHER
from tests.schema.client import ask, code_of, gid, post

pytestmark = pytest.mark.django_db(transaction=True)

SAVE = """
mutation S($input: SavePaymentAccountInput!) {
  savePaymentAccount(input: $input) {
    paymentAccount { id business { slug } provider currency isLive isActive keyEnd inboxUrl createdAt changedAt }
    errors { code field message }
  }
}
"""
END = """
mutation D($input: DeactivatePaymentAccountInput!) {
  deactivatePaymentAccount(input: $input) { paymentAccount { isActive } errors { code field } }
}
"""
LIST = """
query L($business: ID!) {
  paymentAccounts(businessId: $business) { totalCount edges { node { provider currency isActive keyEnd } } }
}
"""


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def _till(monkeypatch: pytest.MonkeyPatch) -> None:
    till.install(monkeypatch)


def given(place: Any, **fields: Any) -> dict[str, Any]:
    wanted = {"businessId": gid(place), "provider": "till", "currency": "EUR", "secretKey": KEY, **fields}
    return {"input": {"password": PASSWORD, **wanted}}


def save(user: User, place: Any, **fields: Any) -> dict[str, Any]:
    return dict(ask(SAVE, given(place, **fields), user=user)["savePaymentAccount"])


def test_save_payment_account__shows_all_but_the_keys(settings: Any) -> None:
    place = factories.business()

    saved = save(place.owner, place, secretKey=f" {KEY} ", currency="eur", webhookSecret="ws_9")

    row = PaymentAccount.objects.get()
    assert saved == {
        "paymentAccount": {
            "id": gid(row),
            "business": {"slug": place.slug},
            "provider": "till",
            "currency": "EUR",
            "isLive": False,
            "isActive": True,
            "keyEnd": "0001",
            "inboxUrl": f"{settings.PUBLIC_URL}/payments/till/events/{row.public_id}",
            "createdAt": "2030-01-07T08:00:00Z",
            "changedAt": "2030-01-07T08:00:00Z",
        },
        "errors": [],
    }
    assert (row.secret_key, row.webhook_secret) == (KEY, "ws_9")


def test_payment_account__has_no_field_for_a_key() -> None:
    fields = ask('{ __type(name: "PaymentAccount") { fields { name } } }')["__type"]["fields"]

    named = {field["name"] for field in fields}
    assert "keyEnd" in named
    assert not {name for name in named - {"keyEnd"} if "key" in name.lower() or "secret" in name.lower()}


@pytest.mark.parametrize("password", ["", "not the password"])
def test_save_payment_account__asks_for_the_password(password: str) -> None:
    place = factories.business()

    refused = save(place.owner, place, password=password)

    assert [(error["code"], error["field"]) for error in refused["errors"]] == [
        ("CREDENTIALS_INVALID", ["password"])
    ]
    assert not PaymentAccount.objects.exists()


def test_save_payment_account__says_what_is_wrong_and_no_key() -> None:
    place = factories.business()

    body = post(SAVE, given(place, secretKey="sk_test_of_another_house"), user=place.owner)

    (error,) = body["data"]["savePaymentAccount"]["errors"]
    assert (error["code"], error["field"]) == ("VALIDATION_FAILED", ["secretKey"])
    assert "another_house" not in str(body)


def test_save_payment_account__again_under_its_idempotency_key_is_the_same() -> None:
    place = factories.business()

    first = save(place.owner, place, idempotencyKey="k1")
    again = save(place.owner, place, idempotencyKey="k1")

    assert again == first
    assert PaymentAccount.objects.count() == 1
    assert save(place.owner, place, idempotencyKey="k1", secretKey=OTHER)["errors"][0]["code"] == (
        "IDEMPOTENCY_MISMATCH"
    )
    assert KEY not in str(list(IdempotencyRecord.objects.values()))


def test_save_payment_account__of_the_same_keys_stays_one() -> None:
    place = factories.business()

    ids = {save(place.owner, place)["paymentAccount"]["id"] for _ in range(2)}

    assert len(ids) == PaymentAccount.objects.count() == 1


def test_payment_accounts__are_for_the_practice_s_owners() -> None:
    place = factories.business()
    second = factories.staff_of(place, StaffMember.Role.OWNER).user
    manager = factories.staff_of(place, StaffMember.Role.MANAGER).user
    assert second is not None
    assert manager is not None
    save(place.owner, place)
    save(second, place, secretKey=LIVE)
    save(place.owner, place, currency="USD")

    def seen(user: User) -> list[tuple[str, str, bool]]:
        found = ask(LIST, {"business": gid(place)}, user=user)["paymentAccounts"]
        rows = [edge["node"] for edge in found["edges"]]
        assert found["totalCount"] == len(rows)
        return [(row["currency"], row["keyEnd"], row["isActive"]) for row in rows]

    assert seen(place.owner) == seen(second)
    assert sorted(seen(second)) == [("EUR", "0001", False), ("EUR", "0004", True), ("USD", "0001", True)]
    assert seen(manager) == seen(factories.business().owner) == []
    assert code_of(post(LIST, {"business": gid(place)})) == "UNAUTHENTICATED"


def test_node__of_an_account_is_for_its_owners() -> None:
    owned = till.account(factories.business())
    look = "query N($id: ID!) { node(id: $id) { ... on PaymentAccount { keyEnd } } }"

    assert ask(look, {"id": gid(owned)}, user=owned.business.owner)["node"] == {"keyEnd": "0001"}
    assert ask(look, {"id": gid(owned)}, user=factories.business().owner)["node"] is None
    assert ask(look, {"id": gid(owned)})["node"] is None


def test_deactivate_payment_account__asks_for_the_password_and_ends_it() -> None:
    owned = till.account(factories.business())
    owner = owned.business.owner

    def end(**fields: Any) -> Any:
        given = {"input": {"id": gid(owned), "password": PASSWORD, **fields}}
        return ask(END, given, user=fields.pop("user", owner))["deactivatePaymentAccount"]

    wrong = end(password="not the password")
    assert wrong["errors"] == [{"code": "CREDENTIALS_INVALID", "field": ["password"]}]
    assert PaymentAccount.objects.get().is_active

    for _ in range(2):
        assert end() == {"paymentAccount": {"isActive": False}, "errors": []}


def test_deactivate_payment_account__of_another_s_is_not_found() -> None:
    owned = till.account(factories.business())
    stranger = factories.business().owner

    refused = ask(END, {"input": {"id": gid(owned), "password": PASSWORD}}, user=stranger)

    assert refused["deactivatePaymentAccount"]["errors"] == [{"code": "NOT_FOUND", "field": ["id"]}]


def test_password__is_tried_ten_times_and_no_more() -> None:
    place = factories.business()
    for _ in range(10):
        save(place.owner, place, password="guess")

    assert save(place.owner, place)["errors"][0]["code"] == "RATE_LIMITED"
