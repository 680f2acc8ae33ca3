"""Erasure waits for what is still to come: bookings that are active, practices that somebody owns, sessions to give."""

from decimal import Decimal
from typing import Any

import pytest
import time_machine

from bookings.booking.models import Booking
from bookings.booking.states import ACTIVE, Status
from bookings.common.errors import ErrorCode
from bookings.payments.models import Refund
from bookings.privacy.services import erase_person
from tests import factories
from tests.factories import NOW, TEN
from tests.privacy import ana
from tests.privacy.columns import found
from tests.witness import refusal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def offered() -> Any:
    return ana.practice()


@pytest.mark.parametrize("status", sorted(ACTIVE))
def test_erase_person__is_refused_while_a_booking_is_active(offered: Any, status: Status) -> None:
    booking = ana.booked(offered, status)
    before = found(*ana.WORDS)

    error = refusal(erase_person, email=ana.EMAIL, now=NOW)

    assert (error.code, error.field) == (ErrorCode.ACCOUNT_IN_USE, ["cancelBookings"])
    booking.refresh_from_db()
    assert booking.status == status
    assert found(*ana.WORDS) == before


def test_erase_person__cancels_nothing_where_one_booking_is_too_near(offered: Any) -> None:
    far = ana.booked(offered, Status.PENDING)
    near = ana.booked(offered, Status.CONFIRMED)
    Booking.objects.filter(pk=near.pk).update(cancellation_notice=TEN - NOW)

    error = refusal(erase_person, email=ana.EMAIL, cancel_bookings=True, now=NOW)

    assert error.code == ErrorCode.ACCOUNT_IN_USE
    assert error.retry_after == (2 + 1 + 12) * 3600
    assert near.acknowledgement_id in error.message
    far.refresh_from_db()
    assert far.status == Status.PENDING


def test_erase_person__gives_back_what_the_client_gets_for_what_it_cancels(offered: Any) -> None:
    booking = ana.booked(offered, Status.CONFIRMED)
    Booking.objects.filter(pk=booking.pk).update(refund_tiers=[[60, 50]])

    erase_person(email=ana.EMAIL, cancel_bookings=True, now=NOW)

    booking.refresh_from_db()
    assert booking.status == Status.CANCELLED
    refund = Refund.objects.get()
    assert (refund.payment.booking_id, refund.amount) == (booking.pk, Decimal(30))
    assert booking.events.latest("sequence").actor_kind == "CLIENT"


def test_erase_person__is_refused_to_an_owner_and_to_a_consultant_with_sessions(offered: Any) -> None:
    owner = offered.business.owner
    assert refusal(erase_person, email=owner.email, now=NOW).code == ErrorCode.ACCOUNT_IN_USE
    guide = factories.user()
    factories.pending(factories.consultant(offered, user=guide), offered)
    assert refusal(erase_person, email=guide.email, now=NOW).code == ErrorCode.ACCOUNT_IN_USE
    guide.refresh_from_db()
    assert guide.is_active


def test_erase_person__is_refused_to_an_admin(offered: Any) -> None:
    admin = factories.user(is_superuser=True)
    assert refusal(erase_person, email=admin.email, now=NOW).code == ErrorCode.ACCOUNT_IN_USE
