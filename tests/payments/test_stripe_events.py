"""Events of Stripe: which are genuine, and where they lead."""

import json

import pytest
import time_machine
from django.utils.datastructures import CaseInsensitiveMapping

from bookings.payments.providers.base import Event, EventRefused, SignatureInvalid
from tests.payments.at_stripe import BEGUN, opened, paid, refund, stripe
from tests.payments.doubles.stripe import StripeDouble


def genuine(at: StripeDouble) -> list[Event]:
    return [stripe().read_event(each.raw, CaseInsensitiveMapping(each.headers)) for each in at.take_events()]


def test_read_event__of_each_kind_leads_to_the_attempt(stripe_double):
    attempt = paid(stripe_double)
    stripe_double.refunds_are = "pending"
    made = refund(attempt)
    stripe_double.move_refund(made.provider_refund_id, "failed", "declined")
    stripe_double.refund_there("SW-one", 100)
    stripe_double.dispute("SW-one")
    payment_id = stripe().ask(attempt).provider_payment_id

    told = genuine(stripe_double)

    assert [(each.kind, each.reference, each.checkout_id, each.is_dispute) for each in told] == [
        ("charge.succeeded", "SW-one", "", False),
        ("payment_intent.succeeded", "SW-one", "", False),
        ("checkout.session.completed", "SW-one", attempt.checkout_id, False),
        ("refund.created", "SW-one", "", False),
        ("charge.refunded", "SW-one", "", False),
        ("refund.failed", "SW-one", "", False),
        ("refund.created", "", "", False),
        ("charge.refunded", "SW-one", "", False),
        ("charge.dispute.created", "", "", True),
    ]
    assert {each.payment_id for each in told} == {payment_id}
    assert len({each.event_id for each in told}) == 9


def test_read_event__of_a_page_that_was_never_tried_has_no_payment(stripe_double):
    attempt = opened()
    stripe_double.fail("SW-one")

    (told,) = genuine(stripe_double)

    assert (told.kind, told.reference) == ("checkout.session.expired", "SW-one")
    assert (told.checkout_id, told.payment_id) == (attempt.checkout_id, "")


@pytest.mark.parametrize(
    "about",
    [
        {"data": {"object": {"object": "customer", "id": "cus_1"}}},
        {"data": {"object": {"object": "charge", "id": "ch_1", "payment_intent": None, "metadata": {}}}},
        {"data": {"object": {"object": "payment_intent", "id": "", "metadata": {"reference": "two words"}}}},
        {"object": "v2.core.event", "related_object": {"id": "x"}},
    ],
)
def test_read_event__that_concerns_nothing_of_ours_names_nothing(stripe_double, about):
    raw = json.dumps({"id": "evt_1", "object": "event", "type": "some.thing", **about}).encode()

    told = stripe().read_event(raw, CaseInsensitiveMapping(stripe_double.sign(raw)))

    assert told == Event("evt_1", "some.thing", "")


@pytest.mark.parametrize(
    "told",
    [
        {"type": "charge.refunded"},
        {"id": "evt_1"},
        {"id": 1, "type": "charge.refunded"},
        {"id": "evt_1", "type": "charge.refunded", "data": {"object": ["charge"]}},
        {
            "id": "evt_1",
            "type": "checkout.session.completed",
            "data": {"object": {"object": "checkout.session"}},
        },
    ],
)
def test_read_event__signed_and_of_another_shape_is_refused_as_such(stripe_double, told):
    raw = json.dumps(told).encode()

    with pytest.raises(EventRefused) as refusal:
        stripe().read_event(raw, CaseInsensitiveMapping(stripe_double.sign(raw)))
    assert refusal.type is EventRefused


@pytest.mark.parametrize(
    ("seconds", "fits"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)]
)
@time_machine.travel(BEGUN, tick=False)
def test_read_event__signed_long_ago_is_refused(stripe_double, seconds, fits):
    raw = b'{"id": "evt_1", "type": "ping"}'
    headers = CaseInsensitiveMapping(stripe_double.sign(raw, at=BEGUN.timestamp() + seconds))

    assert reads(raw, headers) == fits


def reads(raw, headers) -> bool:
    try:
        return bool(stripe().read_event(raw, headers))
    except SignatureInvalid:
        return False


def test_read_event__any_of_its_signatures_may_fit(stripe_double):
    raw = b'{"id": "evt_1", "type": "ping"}'
    time, ours, _ = stripe_double.sign(raw)["stripe-signature"].split(",")
    other = stripe_double.sign(raw, secret="whsec_the_old_one")["stripe-signature"].split(",")[1]

    for header, fits in [
        (f"{time},{other},{ours}", True),
        (f"{time},{ours},{other}", True),
        (f"{ours},{time}", True),
        (f"{time}, {ours}", True),
        (f"{time},{other}", False),
        (f"{time},{ours.replace('v1', 'v0')}", False),
        (f"{time},{ours.upper()}", False),
        (ours, False),
        (time, False),
        (f"{time},{time},{ours}", False),
        (f"t=,{ours}", False),
        (f"t=-1,{ours}", False),
        (f"t=²,{ours}", False),
        (f"t={'9' * 5000},{ours}", False),
        (f"{time},v1=", False),
        (f"{time},v1=é\udce9", False),
        ("," * 5000, False),
        (f"{time}," + f"{other}," * 50 + ours, False),
    ]:
        assert reads(raw, CaseInsensitiveMapping({"Stripe-Signature": header})) == fits, header[:200]
