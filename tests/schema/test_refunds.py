"""Refunds through the API: what clients read before they cancel, and what staff do."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.accounts.models import User
from bookings.booking.models import Booking
from bookings.businesses.models import StaffMember
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.payments import services as paying
from bookings.payments.models import Payment, Refund
from tests import factories
from tests.factories import NOW, TEN, later
from tests.lifecycle import confirmed
from tests.schema.client import ask, code_of, gid, post

pytestmark = pytest.mark.django_db

START = TEN + timedelta(days=7)
REFUND = """
mutation ($input: RefundPaymentInput!) {
  refundPayment(input: $input) {
    refund { id amount { amount currency } reason status note createdAt doneAt needsPerson }
    payment { id refunded { amount } }
    errors { code field }
  }
}
"""
RETRY = """
mutation ($input: RetryRefundInput!) {
  retryRefund(input: $input) { refund { id status needsPerson } errors { code field } }
}
"""
CANCEL = """
mutation ($input: CancelBookingInput!) {
  cancelBooking(input: $input) {
    booking { status payments { refunds { amount { amount } reason note } } }
    errors { code field }
  }
}
"""
POLICY = """
query ($id: ID!) {
  booking(by: {id: $id}) {
    availableActions { action refund { amount } }
    refundPolicy {
      tiers { noticeMinutes percent refund { amount currency } until }
      refund { amount currency }
      until
    }
  }
}
"""
REFUNDS = "query ($id: ID!) { booking(by: {id: $id}) { payments { refunds { id note amount { amount } } } } }"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def offered(db: None) -> Service:
    return factories.service(cancellation_notice=timedelta(0))


@pytest.fixture
def host(offered: Service) -> Consultant:
    return factories.consultant(offered, user=factories.user())


@pytest.fixture
def booking(host: Consultant, offered: Service) -> Booking:
    return confirmed(host, offered, starts_at=START)


@pytest.fixture
def payment(booking: Booking) -> Payment:
    return Payment.objects.get(booking=booking)


@pytest.fixture
def manager(offered: Service) -> User:
    user = factories.staff_of(offered.business).user
    assert user is not None
    return user


def policy(booking: Booking, user: User, *, at: Any = NOW) -> tuple[Any, str | None]:
    """What the policy says, and what the viewer's own cancelling would give back."""
    with time_machine.travel(at, tick=False):
        told = ask(POLICY, {"id": gid(booking)}, user=user)["booking"]
    action = next(row for row in told["availableActions"] if row["action"] == "CANCEL")
    return told["refundPolicy"], action["refund"] and action["refund"]["amount"]


def test_refund_payment__gives_a_part_back_once_for_a_key(payment: Payment, manager: User) -> None:
    given = {
        "input": {"paymentId": gid(payment), "amount": "12.50", "reason": "Late.", "idempotencyKey": "k"}
    }

    first = ask(REFUND, given, user=manager)["refundPayment"]
    again = ask(REFUND, given, user=manager)["refundPayment"]

    assert first == again
    refund = Refund.objects.get()
    assert first == {
        "refund": {
            "id": gid(refund),
            "amount": {"amount": "12.50", "currency": "EUR"},
            "reason": "STAFF",
            "status": "REQUESTED",
            "note": "Late.",
            "createdAt": "2030-01-07T08:00:00Z",
            "doneAt": None,
            "needsPerson": False,
        },
        "payment": {"id": gid(payment), "refunded": {"amount": "12.50"}},
        "errors": [],
    }


def test_refund_payment__replay_is_answered_after_all_went_back(payment: Payment, manager: User) -> None:
    given = {"input": {"paymentId": gid(payment), "reason": "Late.", "idempotencyKey": "k"}}

    ask(REFUND, given, user=manager)
    paying.run_due_refunds(now=later(seconds=1))
    again = ask(REFUND, given, user=manager)["refundPayment"]

    assert again["errors"] == []
    assert again["refund"]["status"] == "SUCCEEDED"
    assert again["refund"]["doneAt"] == "2030-01-07T08:00:01Z"


def test_refund_payment__under_the_key_of_another_amount_is_refused(payment: Payment, manager: User) -> None:
    given = {"paymentId": gid(payment), "amount": "1", "reason": "Late.", "idempotencyKey": "k"}

    ask(REFUND, {"input": given}, user=manager)
    answer = ask(REFUND, {"input": {**given, "amount": "2"}}, user=manager)["refundPayment"]

    assert answer["errors"] == [{"code": "IDEMPOTENCY_MISMATCH", "field": ["idempotencyKey"]}]
    assert Refund.objects.get().amount == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"amount": "60.01"}, "amount"), ({"amount": "0.001"}, "amount"), ({"reason": " "}, "reason")],
)
def test_refund_payment__names_the_field_at_fault(
    payment: Payment, manager: User, wrong: dict[str, str], field: str
) -> None:
    given = {"paymentId": gid(payment), "reason": "Late.", **wrong}

    answer = ask(REFUND, {"input": given}, user=manager)["refundPayment"]

    assert answer == {
        "refund": None,
        "payment": None,
        "errors": [{"code": "VALIDATION_FAILED", "field": [field]}],
    }


def test_refund_payment__is_for_owner_and_managers(payment: Payment, offered: Service) -> None:
    staff = factories.staff_of(offered.business, StaffMember.Role.STAFF).user
    given = {"input": {"paymentId": gid(payment), "reason": "Late."}}

    assert code_of(post(REFUND, given, user=staff)) == "FORBIDDEN"
    assert code_of(post(REFUND, given, user=factories.user(payment.booking.email))) == "FORBIDDEN"
    answer = ask(REFUND, given, user=factories.user())["refundPayment"]
    assert answer["errors"][0]["code"] == "NOT_FOUND"
    assert not Refund.objects.exists()


def test_refunds__are_listed_to_the_client_without_the_reason(
    booking: Booking, payment: Payment, manager: User
) -> None:
    for amount in ("1", "2"):
        ask(REFUND, {"input": {"paymentId": gid(payment), "amount": amount, "reason": "Odd."}}, user=manager)
    client = factories.user(booking.email)

    def listed(user: User) -> list[tuple[str, str | None]]:
        (paid,) = ask(REFUNDS, {"id": gid(booking)}, user=user)["booking"]["payments"]
        return [(row["amount"]["amount"], row["note"]) for row in paid["refunds"]]

    assert listed(client) == [("1.00", None), ("2.00", None)]
    assert listed(manager) == [("1.00", "Odd."), ("2.00", "Odd.")]


def test_retry_refund__takes_up_what_was_left_to_a_person(payment: Payment, manager: User) -> None:
    ask(REFUND, {"input": {"paymentId": gid(payment), "reason": "Late."}}, user=manager)
    Refund.objects.update(attempts=20, next_attempt_at=None)
    node = "query ($id: ID!) { node(id: $id) { ... on Refund { needsPerson } } }"
    refund = Refund.objects.get()

    before = ask(node, {"id": gid(refund)}, user=manager)
    answer = ask(RETRY, {"input": {"refundId": gid(refund)}}, user=manager)["retryRefund"]

    assert before == {"node": {"needsPerson": True}}
    assert answer == {
        "refund": {"id": gid(refund), "status": "REQUESTED", "needsPerson": False},
        "errors": [],
    }
    assert paying.run_due_refunds(now=later(seconds=1)) == 1


def test_retry_refund__of_one_that_was_refused_says_what_helps(payment: Payment, manager: User) -> None:
    ask(REFUND, {"input": {"paymentId": gid(payment), "reason": "Late."}}, user=manager)
    Refund.objects.update(status="FAILED", next_attempt_at=None)

    answer = ask(RETRY, {"input": {"refundId": gid(Refund.objects.get())}}, user=manager)["retryRefund"]

    assert answer["errors"] == [{"code": "VALIDATION_FAILED", "field": ["refundId"]}]


def test_refund_policy__tells_the_tiers_and_what_they_come_to_now(booking: Booking, manager: User) -> None:
    client = factories.user(booking.email)
    tiers = [
        {
            "noticeMinutes": 1440,
            "percent": 100,
            "refund": {"amount": "60.00", "currency": "EUR"},
            "until": "2030-01-13T10:00:00Z",
        },
        {
            "noticeMinutes": 720,
            "percent": 50,
            "refund": {"amount": "30.00", "currency": "EUR"},
            "until": "2030-01-13T22:00:00Z",
        },
    ]

    in_time, own = policy(booking, client)
    late, late_own = policy(booking, client, at=START - timedelta(hours=23))
    for_staff, staffs = policy(booking, manager, at=START - timedelta(hours=1))

    sixty, thirty = tiers[0]["refund"], tiers[1]["refund"]
    assert in_time == {"tiers": tiers, "refund": sixty, "until": "2030-01-13T10:00:00Z"}
    assert late == {"tiers": tiers, "refund": thirty, "until": "2030-01-13T22:00:00Z"}
    assert for_staff == {
        "tiers": tiers,
        "refund": {"amount": "0.00", "currency": "EUR"},
        "until": "2030-01-14T10:00:00Z",
    }
    assert (own, late_own, staffs) == ("60.00", "30.00", "60.00")


def test_refund_policy__of_what_was_not_paid_tells_the_tiers_alone(
    host: Consultant, offered: Service, manager: User
) -> None:
    told, own = policy(factories.pending(host, offered), manager)

    assert [(row["percent"], row["refund"]) for row in told["tiers"]] == [(100, None), (50, None)]
    assert (told["refund"], told["until"], own) == (None, None, None)


def test_refund_policy__is_not_the_consultants(booking: Booking, host: Consultant) -> None:
    assert host.user is not None
    assert policy(booking, host.user) == (None, None)


def test_refund_policy__of_a_list_costs_no_more_for_more_bookings(
    booking: Booking, host: Consultant, offered: Service, manager: User
) -> None:
    document = """
    { bookings { edges { node {
        refundPolicy { refund { amount } tiers { refund { amount } } }
        availableActions { refund { amount } }
        payments { refunds { amount { amount } note needsPerson } }
    } } } }
    """

    def statements() -> int:
        with CaptureQueriesContext(connection) as told:
            ask(document, user=manager)
        return len(told)

    def given_back(paid: Booking) -> None:
        given = {"paymentId": gid(paid.payments.get()), "amount": "1", "reason": "x"}
        ask(REFUND, {"input": given}, user=manager)

    given_back(booking)
    one = statements()
    for day in (8, 9):
        given_back(confirmed(host, offered, starts_at=TEN + timedelta(days=day)))

    assert statements() == one


def test_cancel__with_a_percentage_by_a_manager(booking: Booking, manager: User) -> None:
    given = {"proof": {"account": gid(booking)}, "refundPercent": 25}

    answer = ask(CANCEL, {"input": given}, user=manager)["cancelBooking"]

    assert answer == {
        "booking": {
            "status": "CANCELLED",
            "payments": [
                {"refunds": [{"amount": {"amount": "15.00"}, "reason": "CANCELLATION", "note": ""}]}
            ],
        },
        "errors": [],
    }


def test_cancel__percentage_with_the_clients_proof_is_refused_and_the_proof_stays_good(
    booking: Booking,
) -> None:
    request = "mutation ($input: RequestCancellationInput!) { requestCancellation(input: $input) { errors { code } } }"
    ask(request, {"input": {"acknowledgementId": booking.acknowledgement_id}})
    token = factories.secrets_of(booking, "confirm_cancellation")["link"].partition("#token=")[2]

    refused = post(CANCEL, {"input": {"proof": {"token": token}, "refundPercent": 100}})
    done = ask(CANCEL, {"input": {"proof": {"token": token}}})["cancelBooking"]

    assert code_of(refused) == "FORBIDDEN"
    assert done["booking"]["status"] == "CANCELLED"


def test_request_cancellation__tells_no_money_to_whoever_asks(booking: Booking) -> None:
    request = "mutation ($input: RequestCancellationInput!) { requestCancellation(input: $input) { errors { code } } }"

    known = post(request, {"input": {"acknowledgementId": booking.acknowledgement_id}})
    unknown = post(request, {"input": {"acknowledgementId": "MS-000000"}})

    assert known == unknown == {"data": {"requestCancellation": {"errors": []}}}
    assert Payment.objects.get().refunded_amount == Decimal(0)
