"""Amounts that two change at once: what is asked is what is due, and no coin counts twice."""

from decimal import Decimal

import pytest

from bookings.booking import services
from bookings.booking.amounts import balance, kept
from bookings.booking.models import Booking, Discount
from bookings.booking.policies import due_online
from bookings.booking.states import Status
from bookings.payments.models import Payment
from tests import factories
from tests.factories import NOW, TEN
from tests.invariants import check_invariants
from tests.races.steps import overtake
from tests.races.threads import race

pytestmark = pytest.mark.django_db(transaction=True)


def discounting(booking, staff, **given):
    return lambda: services.give_discount(
        booking_id=booking.pk, viewer=staff, reason="So.", now=NOW, **(given or {"amount": Decimal(10)})
    )


def starting(booking):
    client = factories.client_of(booking)
    return lambda: services.start_payment(booking_id=booking.pk, viewer=client, now=NOW)


def recording(booking, staff, amount=None):
    return lambda: services.record_on_site_payment(
        booking_id=booking.pk, viewer=staff, method="CASH", amount=amount, now=NOW
    )


@pytest.fixture
def on_site(host, offered):
    place = factories.service(offered.business, payment_policy="ON_SITE")
    host.services.add(place)
    return factories.approved(host, place)


def assert_asked_is_due(booking, run):
    booking.refresh_from_db()
    payment = Payment.objects.get(booking=booking)
    assert run.accidents == []
    assert booking.status == Status.PAYMENT_PENDING
    assert payment.asked == due_online(booking)
    check_invariants()


def test_start_payment__after_a_discount_got_in_asks_the_new_price(host, offered, staff, monkeypatch):
    booking = factories.approved(host, offered)

    run = overtake(
        monkeypatch,
        slow=starting(booking),
        at="bookings.booking.services.pay._new_attempt",
        quick=discounting(booking, staff),
    )

    assert run.refusals == []
    assert_asked_is_due(booking, run)
    assert due_online(booking).amount == 50


def test_give_discount__after_a_payment_got_in_has_to_wait(host, offered, staff, monkeypatch):
    booking = factories.approved(host, offered)

    run = overtake(
        monkeypatch,
        slow=discounting(booking, staff),
        at="bookings.booking.services.discount.transaction_once",
        quick=starting(booking),
    )

    assert run.refusals == ["PAYMENT_UNDER_WAY"]
    assert_asked_is_due(booking, run)
    assert due_online(booking).amount == 60


def test_give_discount_and_start_payment__at_once(host, offered, staff):
    for hour in (10, 11, 12):
        booking = factories.approved(host, offered, starts_at=TEN.replace(hour=hour))

        run = race([discounting(booking, staff), starting(booking)])

        assert set(run.refusals) <= {"PAYMENT_UNDER_WAY"}
        assert_asked_is_due(booking, run)


def test_give_discount__of_everything_twice_at_once_is_given_once(host, offered, staff):
    booking = factories.approved(host, offered)

    run = race([discounting(booking, staff, percent=100)] * 3)

    assert (run.accidents, run.refusals) == ([], ["ALREADY_PAID"] * 2)
    assert (Discount.objects.count(), Booking.objects.get(pk=booking.pk).price) == (1, 0)
    check_invariants()


def test_record__all_that_is_left_at_once_is_recorded_once(on_site, staff):
    run = race([recording(on_site, staff)] * 3)

    assert (run.accidents, run.refusals) == ([], ["ALREADY_PAID"] * 2)
    assert (Payment.objects.get(booking=on_site).paid_amount, balance(on_site).amount) == (60, 0)
    check_invariants()


def test_record__parts_at_once_are_never_more_than_the_price(on_site, staff):
    run = race([recording(on_site, staff, Decimal(25))] * 3)

    assert (run.accidents, run.refusals) == ([], ["VALIDATION_FAILED"])
    assert (kept(on_site).amount, balance(on_site).amount) == (50, 10)
    check_invariants()


def test_record_and_discount__at_once_keep_no_more_than_the_price(on_site, staff):
    run = race([recording(on_site, staff), discounting(on_site, staff)])

    on_site.refresh_from_db()
    assert run.accidents == []
    assert (on_site.price, kept(on_site).amount) in {(60, 60), (50, 50)}
    assert balance(on_site).amount == 0
    check_invariants()
