"""Differences over the API: read and dealt with by those who lead the practice."""

from typing import Any

import pytest
import time_machine

from bookings.accounts.models import ServiceKey, User
from bookings.businesses.models import StaffMember
from bookings.payments.models import Difference, Payment
from schema.common.inputs import write_id
from tests import factories
from tests.factories import NOW, later
from tests.schema.client import ask, code_of, gid, post

pytestmark = pytest.mark.django_db(transaction=True)

LIST = """
query L($business: ID, $status: PaymentDifferenceStatus) {
  paymentDifferences(businessId: $business, status: $status) {
    totalCount edges { node { id kind status details foundAt endedAt payment { reference } } }
  }
}
"""
OPEN = "{ paymentDifferences { edges { node { kind } } } }"
RESOLVE = """
mutation R($input: ResolvePaymentDifferenceInput!) {
  resolvePaymentDifference(input: $input) { paymentDifference { id status endedAt } errors { code } }
}
"""


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def payment(transactional_db: None) -> Payment:
    service = factories.service()
    return factories.paying(factories.consultant(service), service)


def difference(payment: Payment, kind: str = "OTHER_AMOUNT", **fields: Any) -> Difference:
    data = {"ours": "60.00 EUR", "theirs": "59.00 EUR"}
    return Difference.objects.create(payment=payment, kind=kind, **{"data": data, "found_at": NOW, **fields})


def lead_of(payment: Payment, role: StaffMember.Role = StaffMember.Role.MANAGER) -> User:
    user = factories.staff_of(payment.booking.business, role).user
    assert user is not None
    return user


def resolve(row: Difference, **options: Any) -> dict[str, Any]:
    variables = {"input": {"id": write_id("PaymentDifference", row.pk)}}
    return dict(ask(RESOLVE, variables, **options)["resolvePaymentDifference"])


def kinds(**options: Any) -> list[str]:
    return [edge["node"]["kind"] for edge in ask(OPEN, **options)["paymentDifferences"]["edges"]]


def test_list__has_what_waits_unless_another_status_is_asked_for(payment: Payment) -> None:
    waits = difference(payment)
    difference(payment, "MISSED_END", status="REPAIRED", found_at=later(hours=1), ended_at=later(hours=1))
    manager = lead_of(payment)

    (edge,) = ask(LIST, {"status": "OPEN"}, user=manager)["paymentDifferences"]["edges"]

    assert edge["node"] == {
        "id": write_id("PaymentDifference", waits.pk),
        "kind": "OTHER_AMOUNT",
        "status": "OPEN",
        "details": ["ours: 60.00 EUR", "theirs: 59.00 EUR"],
        "foundAt": "2030-01-07T08:00:00Z",
        "endedAt": None,
        "payment": {"reference": payment.reference},
    }
    assert kinds(user=manager) == ["OTHER_AMOUNT"]
    everything = ask(LIST, {"status": None}, user=manager)["paymentDifferences"]["edges"]
    assert [edge["node"]["kind"] for edge in everything] == ["MISSED_END", "OTHER_AMOUNT"]


def test_list__is_of_one_practice_where_one_is_named(payment: Payment) -> None:
    difference(payment)
    manager = lead_of(payment)
    own, other = payment.booking.business, factories.business()

    counts = [
        ask(LIST, {"business": gid(place), "status": "OPEN"}, user=manager)["paymentDifferences"][
            "totalCount"
        ]
        for place in (own, other)
    ]

    assert counts == [1, 0]


def test_list__is_empty_for_those_who_lead_no_practice(payment: Payment) -> None:
    difference(payment)
    client = factories.user(payment.booking.email)

    assert kinds(user=lead_of(payment, StaffMember.Role.STAFF)) == []
    assert kinds(user=factories.business().owner) == []
    assert kinds(user=client) == []
    assert code_of(post(OPEN)) == "UNAUTHENTICATED"


def test_resolve__notes_who_and_when_once(payment: Payment) -> None:
    row, manager = difference(payment), lead_of(payment)

    first = resolve(row, user=manager)
    with time_machine.travel(later(hours=1), tick=False):
        second = resolve(row, user=lead_of(payment))

    assert first == second
    assert first["paymentDifference"]["status"] == "RESOLVED"
    row.refresh_from_db()
    assert (row.ended_at, row.resolved_by) == (NOW, manager)
    assert kinds(user=manager) == []


def test_resolve__leaves_what_was_repaired_as_it_is(payment: Payment) -> None:
    row = difference(payment, status="REPAIRED", ended_at=NOW)

    assert resolve(row, user=lead_of(payment))["paymentDifference"]["status"] == "REPAIRED"


def test_resolve__is_not_for_others(payment: Payment) -> None:
    row = difference(payment)
    variables = {"input": {"id": write_id("PaymentDifference", row.pk)}}
    key = factories.service_key(ServiceKey.Scope.PRACTICE, place=payment.booking.business)

    assert code_of(post(RESOLVE, variables, user=lead_of(payment, StaffMember.Role.STAFF))) == "FORBIDDEN"
    assert code_of(post(RESOLVE, variables, authorization=f"Api-Key {key.text}")) == "FORBIDDEN"
    assert code_of(post(RESOLVE, variables)) == "UNAUTHENTICATED"
    assert resolve(row, user=factories.business().owner)["errors"] == [{"code": "NOT_FOUND"}]
    row.refresh_from_db()
    assert row.status == "OPEN"


@pytest.mark.parametrize("number", [1, 3])
def test_list__asks_as_many_statements_for_three_as_for_one(
    payment: Payment, number: int, django_assert_max_num_queries: Any
) -> None:
    for _, kind in zip(range(number), ("OTHER_AMOUNT", "DISPUTE", "FOREIGN_REFUND"), strict=False):
        difference(payment, kind)
    manager = lead_of(payment)
    ask(LIST, {"status": "OPEN"}, user=manager)

    with django_assert_max_num_queries(9):
        told = ask(LIST, {"status": "OPEN"}, user=manager)

    assert told["paymentDifferences"]["totalCount"] == number
