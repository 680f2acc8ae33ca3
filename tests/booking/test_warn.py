"""Staff are told in time, once, of what needs a person."""

from datetime import timedelta

import pytest

from bookings.booking import services
from bookings.booking.services.warn import BEFORE_LAPSE
from bookings.catalogue.models import Service
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import Refund, SandboxCheckout
from bookings.payments.sandbox import settle_checkout
from bookings.payments.services import retry_refund, run_refund
from tests import factories
from tests.factories import NOW

LAPSING, REFUND = "staff_about_to_lapse", "staff_refund_needs_person"


def told(template: str) -> list[str]:
    return list(OutboxMessage.objects.filter(template=template).values_list("recipient", flat=True))


def test_request__about_to_lapse_is_told_once(host, offered):
    far = factories.later(days=10).replace(hour=10)
    booking = factories.pending(host, offered, starts_at=far)
    soon = booking.deadline_at - BEFORE_LAPSE

    assert services.warn_due(now=soon - timedelta(seconds=1)) == 0
    assert services.warn_due(now=soon) == 1
    assert services.warn_due(now=soon + timedelta(hours=1)) == 0
    assert told(LAPSING) == [offered.business.owner.email]


def test_request__that_was_answered_is_not_told(host, offered):
    far = factories.later(days=10).replace(hour=10)
    booking = factories.approved(host, offered, starts_at=far)

    assert services.warn_due(now=booking.created_at + timedelta(hours=47)) == 0


def test_request__that_lives_for_minutes_is_not_told(host, offered):
    Service.objects.filter(pk=offered.pk).update(pending_lifetime=timedelta(minutes=5))
    factories.pending(host, offered)

    assert services.warn_due(now=NOW) == 0


@pytest.mark.parametrize(
    "stuck",
    [
        {"status": Refund.Status.FAILED},
        {"status": Refund.Status.REQUESTED, "next_attempt_at": None},
        {"status": Refund.Status.PENDING, "needs_person": True},
    ],
)
def test_refund__left_to_a_person_is_told_once(host, offered, stuck):
    payment = factories.paying(host, offered)
    settle_checkout(reference=payment.reference, status=SandboxCheckout.Status.SUCCESS, now=NOW)
    services.settle(payment_id=payment.pk, now=NOW)
    staff = factories.staff_of(offered.business)
    services.cancel_as(booking_id=payment.booking_id, viewer=staff, now=NOW)

    assert services.warn_due(now=NOW) == 0
    Refund.objects.update(**stuck)
    assert services.warn_due(now=NOW) == 1
    assert services.warn_due(now=NOW) == 0
    assert told(REFUND) == [offered.business.owner.email]


def test_refund__is_told_once_even_where_its_mail_was_forgotten(host, offered):
    payment = factories.paying(host, offered)
    settle_checkout(reference=payment.reference, status=SandboxCheckout.Status.SUCCESS, now=NOW)
    services.settle(payment_id=payment.pk, now=NOW)
    services.cancel_as(booking_id=payment.booking_id, viewer=factories.staff_of(offered.business), now=NOW)
    Refund.objects.update(status=Refund.Status.FAILED)
    services.warn_due(now=NOW)
    OutboxMessage.objects.filter(template=REFUND).delete()

    assert services.warn_due(now=factories.later(days=100)) == 0


def test_refund__that_fails_after_a_person_was_told_of_it_is_told_again(host, offered):
    payment = factories.paying(host, offered)
    settle_checkout(reference=payment.reference, status=SandboxCheckout.Status.SUCCESS, now=NOW)
    services.settle(payment_id=payment.pk, now=NOW)
    services.cancel_as(booking_id=payment.booking_id, viewer=factories.staff_of(offered.business), now=NOW)
    Refund.objects.update(next_attempt_at=None)
    services.warn_due(now=NOW)
    refund = Refund.objects.get()

    assert retry_refund(refund=refund, now=NOW)
    SandboxCheckout.objects.all().delete()  # the provider knows nothing of it any more
    run_refund(refund.pk, now=factories.later(minutes=6))
    refund.refresh_from_db()

    assert refund.status == Refund.Status.FAILED
    assert services.warn_due(now=factories.later(minutes=7)) == 1
    assert services.warn_due(now=factories.later(minutes=8)) == 0
    assert told(REFUND) == [offered.business.owner.email] * 2
