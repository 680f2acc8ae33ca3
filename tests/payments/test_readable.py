"""What may be read of an event: what it says of money; nothing of people, cards or keys, whatever a provider sends."""

import json
from typing import Any

import pytest

from bookings.payments.readable import MOST, readable

STRIPE = {
    "id": "evt_1",
    "type": "checkout.session.completed",
    "livemode": False,
    "data": {
        "object": {
            "amount_total": 6000,
            "currency": "eur",
            "payment_status": "paid",
            "client_secret": "cs_secret_quokka",
            "customer_details": {
                "email": "ana@example.org",
                "name": "Ana Quokka",
                "address": {"line1": "Zebra"},
            },
            "metadata": {"id": "quokka", "status": "zebra"},
            "payment_method_details": {"card": {"last4": "4081", "fingerprint": "zebra", "status": "ok"}},
        }
    },
}
PAYSTACK = {
    "event": "charge.success",
    "data": {
        "reference": "SW-a",
        "amount": 6000,
        "authorization": {
            "authorization_code": "AUTH_zebra",
            "bin": "408408",
            "last4": "4081",
            "channel": "card",
        },
        "customer": {"email": "ana@example.org", "id": 89929267},
    },
}


def told(body: Any) -> dict[str, str]:
    return dict(readable(json.dumps(body))[0])


def test_readable__tells_what_became_of_money() -> None:
    assert told(STRIPE) == {
        "id": "evt_1",
        "type": "checkout.session.completed",
        "livemode": "false",
        "data / object / amount_total": "6000",
        "data / object / currency": "eur",
        "data / object / payment_status": "paid",
        "data / object / payment_method_details / card / status": "ok",
    }
    assert told(PAYSTACK)["data / amount"] == "6000"


@pytest.mark.parametrize("body", [STRIPE, PAYSTACK], ids=["stripe", "paystack"])
def test_readable__shows_no_person_card_or_key(body: Any) -> None:
    fields, left_out = readable(json.dumps(body))

    for word in ("quokka", "zebra", "ana@", "4081", "408408", "Zebra", "AUTH_"):
        assert word not in str(fields)
    assert left_out >= 3


@pytest.mark.parametrize(
    "value",
    [
        "sk_test_1",
        "whsec_1",
        "4084084084084081",
        "AUTH_1",
        "tok_1",
        "<b>paid</b>",
        "a@b.org",
        "x" * 101,
        "paid\n",
    ],
)
def test_readable__shows_no_value_that_looks_like_a_secret_or_a_person(value: str) -> None:
    assert readable(json.dumps({"status": value})) == ([], 1)


@pytest.mark.parametrize("body", ["", "no json", "[" * 5000, '{"a": ' * 3000])
def test_readable__bears_what_is_no_event(body: str) -> None:
    assert readable(body) == ([], 1 if body else 0)


def test_readable__is_bounded() -> None:
    fields, left_out = readable(json.dumps({"data": [{"id": number} for number in range(MOST + 7)]}))

    assert (len(fields), left_out) == (MOST, 7)
