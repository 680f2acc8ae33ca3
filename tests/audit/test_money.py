"""Confirmed without money, money kept for nothing, and wrong sums are found."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from bookings.booking import services
from bookings.booking.models import Discount
from bookings.payments.models import Payment, Refund
from tests import factories
from tests.audit.faults import change, wrong
from tests.factories import NOW


def taken_on_site(booking):
    """All of a booking's price, taken at the practice."""
    staff = factories.staff_of(booking.business)
    return services.record_on_site_payment(booking_id=booking.pk, viewer=staff, method="CASH", now=NOW)


def test_confirmed_without_money__is_found(world):
    change(world.paid, paid_amount=Decimal("59.99"))
    change(world.on_site, payment_mode="ONLINE")

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
    Refund.objects.create(payment=world.paid, amount=1, reason="LATE", key="both", status="FAILED")
    Refund.objects.create(payment=world.paid_late, amount=1, reason="DUPLICATE", key="twice", status="FAILED")

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


def test_attempts_nobody_waits_for__are_found(world):
    change(world.failed, status="OPEN", closed_at=None)

    assert wrong() == {"attempts_nobody_waits_for": (world.failed.pk,)}


def test_attempts_left_open__are_found_a_day_after_their_end(world):
    a_day_after = world.paying.expires_at + timedelta(days=1)

    assert "attempts_left_open" not in wrong(now=a_day_after)
    assert wrong(now=a_day_after + timedelta(seconds=1))["attempts_left_open"] == (world.paying.pk,)


def test_refunds_made_at_the_provider__count_as_any_other(world):
    Refund.objects.create(
        payment=world.paid, amount=5, reason="EXTERNAL", key="external:1", status="SUCCEEDED"
    )
    assert wrong() == {"misreckoned_refunds": (world.paid.pk,)}

    change(world.paid, refunded_amount=5)
    assert wrong() == {}


def test_payments_of_another_price__an_attempt_that_ended_may_have_asked_for_more(world):
    Discount.objects.create(booking=world.failed.booking, amount=10, reason="So.")
    change(world.failed.booking, price=50, discount=10)
    assert wrong() == {}

    change(world.failed, amount=Decimal("60.001"))
    assert wrong() == {"payments_of_another_price": (world.failed.pk,)}


def test_confirmed_without_money__a_deposit_is_what_is_due(world):
    change(world.paid.booking, price=100, deposit=60)
    change(world.paid, purpose="DEPOSIT")
    assert wrong() == {}

    change(world.paid.booking, deposit=30)
    assert wrong() == {
        "confirmed_without_money": (world.paid.booking_id,),
        "payments_of_another_price": (world.paid.pk,),
    }


def test_payments_of_another_price__a_deposit_that_nobody_agreed_to_is_found(world):
    change(world.paying, purpose="DEPOSIT")

    assert wrong() == {"payments_of_another_price": (world.paying.pk,)}


def test_money_kept_for_nothing__what_was_taken_on_site_is_none(world):
    taken_on_site(world.on_site)

    assert wrong() == {}


def test_overpaid_bookings__are_found(world):
    taken_on_site(world.on_site)
    Discount.objects.create(booking=world.on_site, amount=Decimal("0.01"), reason="So.")
    change(world.on_site, price=Decimal("59.99"), discount=Decimal("0.01"))

    assert wrong() == {"overpaid_bookings": (world.on_site.pk,)}


def test_overpaid_bookings__money_whose_refund_was_refused_is_a_person_s(world):
    payment = taken_on_site(world.on_site)
    Discount.objects.create(booking=world.on_site, amount=10, reason="So.")
    change(world.on_site, price=50, discount=10)
    Refund.objects.create(payment=payment, amount=10, reason="STAFF", key="refused", status="FAILED")

    assert wrong() == {}


def test_miscounted_discounts__are_found(world):
    change(world.pending, discount=5)
    Discount.objects.create(booking=world.approved, amount=5, reason="So.")

    assert wrong() == {"miscounted_discounts": (world.pending.pk, world.approved.pk)}


def test_on_site__the_database_lets_such_money_confirm_nothing(world):
    payment = taken_on_site(world.on_site)

    for columns in ({"confirms_booking": True}, {"purpose": "PRICE"}, {"provider": "sandbox"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Payment.objects.filter(pk=payment.pk).update(**columns)
