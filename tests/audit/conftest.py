"""A practice with bookings in every state, reached through the real services."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from itertools import count
from typing import Any

import pytest

from bookings.booking import services
from bookings.booking.models import Booking
from bookings.catalogue.models import Service
from bookings.payments.models import Payment, SandboxCheckout
from tests import factories
from tests.factories import NOW, TEN


class World:
    """One booking (or attempt to pay for one) in each state; each of another client, at a time of its own.

    Each is made when a test first asks for it; `everything` makes them all.
    """

    def __init__(self) -> None:
        self._talk = factories.service()
        place = self._talk.business
        self._free = factories.service(place, price=Decimal(0))
        self._on_site = factories.service(place, payment_policy="ON_SITE")
        self._by_itself = factories.service(place, payment_policy="ON_SITE", needs_approval=False)
        self._group = factories.service(place, seats=3)
        self.host = factories.consultant(self._talk, user=factories.user())
        self.host.services.add(self._free, self._on_site, self._by_itself, self._group)
        self._days = count(2)

    def everything(self) -> "World":
        for name, made in vars(World).items():
            if isinstance(made, cached_property):
                getattr(self, name)
        return self

    def _at_ten(self, reach: Callable[..., Any], service: Service | None = None) -> Any:
        start = TEN + timedelta(days=next(self._days))
        return reach(self.host, service or self._talk, starts_at=start)

    @cached_property
    def pending(self) -> Booking:
        return self._at_ten(factories.pending)

    @cached_property
    def approved(self) -> Booking:
        return self._at_ten(factories.approved)

    @cached_property
    def paying(self) -> Payment:
        return self._at_ten(factories.paying)

    @cached_property
    def paid(self) -> Payment:
        return told(self._at_ten(factories.paying), SandboxCheckout.Status.SUCCESS)

    @cached_property
    def failed(self) -> Payment:
        return told(self._at_ten(factories.paying), SandboxCheckout.Status.FAILED)

    @cached_property
    def paid_late(self) -> Payment:
        return told(expired(self._at_ten(factories.paying)), SandboxCheckout.Status.SUCCESS)

    @cached_property
    def free(self) -> Booking:
        return self._at_ten(factories.approved, self._free)

    @cached_property
    def on_site(self) -> Booking:
        return self._at_ten(factories.approved, self._on_site)

    @cached_property
    def by_itself(self) -> Booking:
        return self._at_ten(factories.pending, self._by_itself)

    @cached_property
    def rejected(self) -> Booking:
        return rejected(self._at_ten(factories.pending))

    @cached_property
    def lapsed(self) -> Booking:
        return lapsed(self._at_ten(factories.pending))

    @cached_property
    def lapsed_draft(self) -> Booking:
        return lapsed(self._at_ten(factories.draft))

    @cached_property
    def in_group(self) -> list[Booking]:
        start = TEN + timedelta(days=1)
        return [factories.pending(self.host, self._group, starts_at=start, seats=n) for n in (1, 2)]


@pytest.fixture
def world(db: None) -> World:
    return World()


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
