"""A practice with bookings in every state, reached through the real services."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import count

import pytest

from bookings.booking import services
from bookings.booking.models import Booking
from bookings.consultants.models import Consultant
from bookings.payments.models import Payment, SandboxCheckout
from tests import factories
from tests.factories import NOW, TEN


@dataclass
class World:
    """One booking (or attempt to pay for one) in each state; each of another client, at a time of its own."""

    host: Consultant
    pending: Booking
    approved: Booking
    paying: Payment
    paid: Payment
    failed: Payment
    paid_late: Payment
    free: Booking
    on_site: Booking
    by_itself: Booking
    rejected: Booking
    lapsed: Booking
    lapsed_draft: Booking
    in_group: list[Booking]


@pytest.fixture
def world(db: None) -> World:
    offered = factories.service()
    place = offered.business
    free = factories.service(place, price=Decimal(0))
    on_site = factories.service(place, payment_policy="ON_SITE")
    by_itself = factories.service(place, payment_policy="ON_SITE", needs_approval=False)
    group = factories.service(place, seats=3)
    host = factories.consultant(offered, user=factories.user())
    host.services.add(free, on_site, by_itself, group)
    days = count(2)

    def at_ten(reach, service=offered, **fields):
        return reach(host, service, starts_at=TEN + timedelta(days=next(days)), **fields)

    in_group = [factories.pending(host, group, starts_at=TEN + timedelta(days=1), seats=n) for n in (1, 2)]
    return World(
        host=host,
        pending=at_ten(factories.pending),
        approved=at_ten(factories.approved),
        paying=at_ten(factories.paying),
        paid=told(at_ten(factories.paying), SandboxCheckout.Status.SUCCESS),
        failed=told(at_ten(factories.paying), SandboxCheckout.Status.FAILED),
        paid_late=told(expired(at_ten(factories.paying)), SandboxCheckout.Status.SUCCESS),
        free=at_ten(factories.approved, free),
        on_site=at_ten(factories.approved, on_site),
        by_itself=at_ten(factories.pending, by_itself),
        rejected=rejected(at_ten(factories.pending)),
        lapsed=lapsed(at_ten(factories.pending)),
        lapsed_draft=lapsed(at_ten(factories.draft)),
        in_group=in_group,
    )


def told(payment: Payment, status: str) -> Payment:
    """Let the bank say what became of an attempt."""
    SandboxCheckout.objects.filter(reference=payment.reference).update(status=status, paid_at=NOW)
    return services.settle(payment_id=payment.pk, now=NOW)


def expired(payment: Payment) -> Payment:
    lapsed(payment.booking)
    return payment


def lapsed(booking: Booking) -> Booking:
    booking.refresh_from_db()
    # an attempt that ends before `pay_by` would only go back to APPROVED
    assert services.lapse(booking_id=booking.pk, now=booking.pay_by or booking.deadline_at)
    booking.refresh_from_db()
    return booking


def rejected(booking: Booking) -> Booking:
    staff = factories.staff_of(booking.business)
    return services.reject(booking_id=booking.pk, viewer=staff, reason="Away.", now=NOW)
