"""Stripe's double refuses what Stripe refuses: else the tests against it would prove little."""

import httpx
import pytest

from bookings.common import clock
from tests.payments.at_stripe import REFUNDS, SESSIONS, paid
from tests.payments.doubles.stripe import KEY, StripeDouble

PRICE = "line_items[0][price_data]"
WHOLE = "payment_intent.latest_charge.balance_transaction"


@pytest.fixture
def double():
    with StripeDouble() as double:
        yield double


def good(**changes):
    form = {
        "mode": "payment",
        "line_items[0][quantity]": "1",
        f"{PRICE}[currency]": "eur",
        f"{PRICE}[unit_amount]": "6000",
        f"{PRICE}[product_data][name]": "Talk",
        "success_url": "https://www.example.org/done",
        "client_reference_id": "SW-one",
        "expires_at": str(ahead(45)),
    }
    return {name: value for name, value in {**form, **changes}.items() if value is not None}


def ahead(minutes):
    return int(clock.now().timestamp()) + minutes * 60


def post(double, path=SESSIONS, *, form=None, key="k", authorization=f"Bearer {KEY}", **given):
    headers = {"authorization": authorization, "idempotency-key": key}
    content = given or {"data": good() if form is None else form}
    return httpx.post(double.url + path, headers=headers, **content)


def error(answer):
    return answer.status_code, answer.json()["error"]["type"]


def test_session__good_one_is_opened(double):
    answer = post(double, form=good(**{"customer_email": "ana@example.org", "metadata[reference]": "SW-one"}))

    assert (answer.status_code, answer.json()["status"], answer.json()["payment_intent"]) == (
        200,
        "open",
        None,
    )


@pytest.mark.parametrize("authorization", ["", "Bearer sk_test_other", f"Token {KEY}", KEY])
def test_any__without_its_key_is_refused(double, authorization):
    assert error(post(double, authorization=authorization)) == (401, "invalid_request_error")


def test_any__takes_the_key_as_a_name_too(double):
    answer = httpx.post(double.url + SESSIONS, auth=(KEY, ""), data=good())

    assert answer.status_code == 200


def test_any__json_is_refused(double):
    assert error(post(double, json=good())) == (400, "invalid_request_error")


@pytest.mark.parametrize(
    "changes",
    [
        {f"{PRICE}[unit_amount]": "60.00"},
        {f"{PRICE}[unit_amount]": "-6000"},
        {f"{PRICE}[unit_amount]": "49"},
        {f"{PRICE}[unit_amount]": "100000000"},
        {f"{PRICE}[currency]": "EUR"},
        {f"{PRICE}[currency]": "isk", f"{PRICE}[unit_amount]": "5050"},
        {f"{PRICE}[currency]": "kwd", f"{PRICE}[unit_amount]": "5124"},
        {f"{PRICE}[product_data][name]": ""},
        {"mode": None},
        {"success_url": "/done"},
        {"client_reference_id": "x" * 201},
        {"customer_email": ""},
        {"customer_email": "josé@example.org"},
        {"metadata[" + "x" * 41 + "]": "1"},
        {"metadata[reference]": "x" * 501},
        {"callback_url": "https://www.example.org/done"},
    ],
    ids=str,
)
def test_session__bad_ones_are_refused_and_not_kept_under_their_key(double, changes):
    assert error(post(double, form=good(**changes))) == (400, "invalid_request_error")
    assert (double.sessions, double.keys) == ({}, {})


@pytest.mark.parametrize(("minutes", "status"), [(29, 400), (31, 200), (23 * 60, 200), (25 * 60, 400)])
def test_session__ends_within_half_an_hour_and_a_day(double, minutes, status):
    assert post(double, form=good(expires_at=str(ahead(minutes)))).status_code == status


def test_key__repeats_its_answer_and_admits_no_other_request(double):
    form = good()  # it says when it ends: a second later it is another
    first, again = post(double, form=form), post(double, form=form)
    other = post(double, form=good(**{f"{PRICE}[unit_amount]": "6001"}))

    assert again.json() == first.json()
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
    assert error(other) == (400, "idempotency_error")
    assert error(post(double, key="x" * 256)) == (400, "idempotency_error")
    assert len(double.sessions) == 1


def test_key__repeats_even_a_failure(double):
    double.break_next(after=True)
    form = good()

    assert [post(double, form=form).status_code for _ in range(2)] == [500, 500]
    assert len(double.sessions) == 1


def test_session__ends_once(double):
    path, form = f"{SESSIONS}/{post(double).json()['id']}/expire", {"expand[0]": WHOLE}

    ended, again = (post(double, path, form=form, key=key) for key in ("a", "b"))

    assert (ended.status_code, ended.json()["status"]) == (200, "expired")
    assert error(again) == (400, "invalid_request_error")
    assert not double.pay("SW-one")


def test_refund__goes_no_further_than_what_is_left(stripe_double):
    paid(stripe_double)
    (intent,) = stripe_double.intents
    sums = ["4000", "2001", "2000", "1"]

    answers = [
        post(stripe_double, REFUNDS, form={"payment_intent": intent, "amount": amount}, key=amount)
        for amount in sums
    ]

    assert [each.status_code for each in answers] == [200, 400, 200, 400]
    assert answers[3].json()["error"]["code"] == "charge_already_refunded"
    assert stripe_double.ledger()["SW-one"].refunded == 6000
