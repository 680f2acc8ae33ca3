"""What the databases guarantee about payments, whatever the code does."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from bookings.common.secrecy import decrypt
from bookings.payments.models import Payment, ProviderEvent, Refund, SandboxRefund
from tests import factories

PAID = "status = 'SUCCEEDED', paid_amount = 60, paid_currency = 'EUR'"


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount


def refused(statement, *values):
    """Run raw SQL that one of the guards must refuse; give the guard's answer."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        sql(statement, *values)
    return str(refusal.value)


def payment_for(booking, **changes):
    given = {
        "provider": "sandbox",
        "reference": f"SW-{Payment.objects.count()}",
        "amount": 60,
        "currency": "EUR",
        "live": False,
        "expires_at": factories.NOW,
        "status": Payment.Status.CLOSED,
    } | changes
    return Payment.objects.create(booking=booking, **given)


def test_payment__refunds_stay_within_what_was_paid(booking):
    pk = payment_for(booking).pk
    sql(f"UPDATE bookings_payment SET {PAID}, refunded_amount = 60 WHERE id = %s", pk)

    for amount in ("60.001", "61", "-0.001"):
        answer = refused("UPDATE bookings_payment SET refunded_amount = %s WHERE id = %s", amount, pk)
        assert "payment_refunds_within_paid" in answer


def test_payment__what_was_paid_cannot_shrink_below_its_refunds(booking):
    pk = payment_for(booking).pk
    sql(f"UPDATE bookings_payment SET {PAID}, refunded_amount = 60 WHERE id = %s", pk)

    assert "payment_refunds_within_paid" in refused(
        "UPDATE bookings_payment SET paid_amount = 59 WHERE id = %s", pk
    )


@pytest.mark.parametrize(
    "status", [status for status in Payment.Status if status != Payment.Status.SUCCEEDED]
)
def test_payment__only_a_success_has_money(booking, status):
    pk = payment_for(booking).pk

    answer = refused("UPDATE bookings_payment SET status = %s, paid_amount = 1 WHERE id = %s", status, pk)

    assert "payment_succeeded_means_paid" in answer


def test_payment__a_success_without_money_is_none(booking):
    pk = payment_for(booking).pk

    answer = refused("UPDATE bookings_payment SET status = 'SUCCEEDED' WHERE id = %s", pk)

    assert "payment_succeeded_means_paid" in answer


def test_payment__confirms_only_when_paid(booking):
    pk = payment_for(booking).pk

    answer = refused("UPDATE bookings_payment SET confirms_booking = %s WHERE id = %s", True, pk)

    assert "payment_confirms_only_when_paid" in answer


def test_payment__one_alone_confirms_a_booking(booking):
    one, other = payment_for(booking).pk, payment_for(booking).pk
    sql(f"UPDATE bookings_payment SET {PAID}")
    sql("UPDATE bookings_payment SET confirms_booking = %s WHERE id = %s", True, one)

    refused("UPDATE bookings_payment SET confirms_booking = %s WHERE id = %s", True, other)


@pytest.mark.parametrize("first", Payment.OPEN_STATUSES)
@pytest.mark.parametrize("second", Payment.OPEN_STATUSES)
def test_payment__one_alone_is_open(booking, first, second):
    payment_for(booking, status=first)
    closed = payment_for(booking).pk

    refused("UPDATE bookings_payment SET status = %s WHERE id = %s", second, closed)


def test_payment__any_number_may_have_ended(booking):
    for status in (Payment.Status.CLOSED, Payment.Status.FAILED, Payment.Status.CLOSED, Payment.Status.OPEN):
        payment_for(booking, status=status)

    assert booking.payments.count() == 4


def test_payment__asks_something(booking):
    pk = payment_for(booking).pk

    assert "payment_asks_something" in refused("UPDATE bookings_payment SET amount = 0 WHERE id = %s", pk)


def test_payment__a_reference_stands_once(booking):
    payment_for(booking, reference="SW-a")

    with pytest.raises(IntegrityError), transaction.atomic():
        payment_for(booking, reference="SW-a")


def test_payment__keeps_its_booking(booking):
    payment_for(booking)

    with pytest.raises(ProtectedError):
        booking.delete()


def test_refund__is_of_something_and_once_for_a_key(booking):
    payment = payment_for(booking)
    refund = Refund.objects.create(payment=payment, amount=1, reason=Refund.Reason.STAFF, key="k")

    assert "refund_of_something" in refused("UPDATE bookings_refund SET amount = 0 WHERE id = %s", refund.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.create(payment=payment, amount=1, reason=Refund.Reason.STAFF, key="k")


def test_provider_event__stands_once_for_a_provider(db):
    first = ProviderEvent.objects.create(provider="sandbox", event_id="e", kind="k", body="{}")
    ProviderEvent.objects.create(provider="other", event_id="e", kind="k", body="{}")

    refused("UPDATE bookings_providerevent SET provider = 'other' WHERE id = %s", first.pk)


def test_provider_event__body_is_sealed(db):
    row = ProviderEvent.objects.create(provider="sandbox", event_id="e", kind="k", body='{"name": "Carla"}')

    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM bookings_providerevent WHERE id = %s", [row.pk])
        stored = cursor.fetchone()[0]
    row.refresh_from_db()
    assert "Carla" not in stored
    assert decrypt(stored) == row.body == '{"name": "Carla"}'


def test_sandbox_checkout__refunds_stay_within_what_was_paid(checkout):
    change = "UPDATE bookings_sandboxcheckout SET status = %s, refunded_minor = %s WHERE id = %s"
    sql(change, "SUCCESS", 6000, checkout.pk)

    for status, refunded in (("SUCCESS", 6001), ("SUCCESS", -1), ("OPEN", 1), ("FAILED", 6000)):
        assert "sandbox_refunds_within_paid" in refused(change, status, refunded, checkout.pk)


def test_sandbox_checkout__asks_something(checkout):
    answer = refused("UPDATE bookings_sandboxcheckout SET amount_minor = 0 WHERE id = %s", checkout.pk)

    assert "sandbox_checkout_asks_something" in answer


def test_sandbox_refund__is_of_something_and_once_for_a_key(checkout):
    refund = SandboxRefund.objects.create(checkout=checkout, key="k", amount_minor=1)

    answer = refused("UPDATE bookings_sandboxrefund SET amount_minor = 0 WHERE id = %s", refund.pk)
    assert "sandbox_refund_of_something" in answer
    with pytest.raises(IntegrityError), transaction.atomic():
        SandboxRefund.objects.create(checkout=checkout, key="k", amount_minor=1)
