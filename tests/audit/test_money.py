"""Confirmed without money, money kept for nothing, and wrong sums are found."""

from decimal import Decimal

import pytest

from bookings.payments.models import Refund
from tests.audit.faults import change, wrong


def test_confirmed_without_money__is_found(world):
    change(world.on_site, payment_mode="ONLINE")
    change(world.paid, paid_amount=Decimal("59.99"))

    assert wrong() == {"confirmed_without_money": (world.paid.booking_id, world.on_site.pk)}


def test_confirmed_without_money__other_currency_is_found(world):
    change(world.paid, paid_currency="USD")

    assert wrong() == {"confirmed_without_money": (world.paid.booking_id,)}


@pytest.mark.parametrize("amount", ["59.999", "0"])
def test_misreckoned_refunds__are_found(world, amount):
    change(world.paid_late, refunded_amount=Decimal(amount))

    assert wrong() == {"misreckoned_refunds": (world.paid_late.pk,)}


def test_misreckoned_refunds__parts_are_summed_exactly(world):
    parts = [Decimal("0.1")] * 3 + [Decimal("0.2")] * 3
    for number, amount in enumerate(parts):
        Refund.objects.create(payment=world.paid, amount=amount, reason="STAFF", key=f"part {number}")
    Refund.objects.create(payment=world.paid, amount=5, reason="STAFF", key="refused", status="FAILED")
    change(world.paid, refunded_amount=sum(parts))

    assert wrong() == {}


def test_payments_with_two_effects__are_found(world):
    Refund.objects.create(payment=world.paid_late, amount=1, reason="DUPLICATE", key="twice", status="FAILED")
    Refund.objects.create(payment=world.paid, amount=1, reason="LATE", key="both", status="FAILED")

    assert wrong() == {"payments_with_two_effects": (world.paid.pk, world.paid_late.pk)}


def test_confirmations_without_their_move__are_found(world):
    Refund.objects.filter(payment=world.paid_late).update(reason="STAFF")
    change(world.paid_late, confirms_booking=True)

    assert wrong() == {"confirmations_without_their_move": (world.paid_late.pk,)}


def test_money_kept_for_nothing__is_found(world):
    Refund.objects.filter(payment=world.paid_late).delete()
    change(world.paid_late, refunded_amount=0)

    assert wrong() == {"money_kept_for_nothing": (world.paid_late.pk,)}


def test_payments_of_another_price__are_found(world):
    change(world.paying, amount=Decimal("0.5"))
    change(world.failed, currency="USD")

    assert wrong() == {"payments_of_another_price": (world.paying.pk, world.failed.pk)}
