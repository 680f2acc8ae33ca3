"""Whatever rights somebody was given in the admin, they read what belongs to their own practice."""

from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.urls import reverse

from bookings import tasks
from bookings.accounts.models import User
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.payments import sandbox
from bookings.payments.models import Refund, SandboxCheckout
from tests import factories
from tests.admin.desk import logged_in, read
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)

KEPT_APART = (
    "bookingevent",
    "claim",
    "outboxmessage",
    "payment",
    "receipt",
    "receiptcounter",
    "refund",
    "sandboxcheckout",
    "sandboxrefund",
)


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def paid() -> Booking:
    """A booking with a claim, events, messages, a payment and a refund of a second one."""
    service = factories.service()
    host = factories.consultant(service)
    first = factories.paying(host, service)
    sandbox.settle_checkout(reference=first.reference, status=SandboxCheckout.Status.SUCCESS, now=NOW)
    services.settle(payment_id=first.pk, now=NOW)
    booking = first.booking
    staff = factories.staff_of(booking.business)
    services.cancel_as(booking_id=booking.pk, viewer=staff, now=NOW)
    tasks.run_refund(Refund.objects.get(payment=first).pk)
    factories.pending(host, service)
    return booking


def reader_of(booking: Booking) -> User:
    user = factories.staff_of(booking.business).user
    assert user is not None
    user.user_permissions.set(
        Permission.objects.filter(codename__in=[f"view_{model}" for model in KEPT_APART])
    )
    return user


@pytest.mark.parametrize("model", KEPT_APART)
def test_rows__of_another_practice_are_not_listed_and_have_no_page(model: str) -> None:
    mine, other = paid(), paid()
    lists = reverse(f"admin:bookings_{model}_changelist")
    client, colleague = logged_in(reader_of(mine)), logged_in(reader_of(other))
    rows = [_keys(read(each, lists), model) for each in (client, colleague)]
    assert all(rows)
    assert not rows[0] & rows[1]
    for key in rows[1]:
        assert client.get(reverse(f"admin:bookings_{model}_change", args=[key])).status_code == 302


def _keys(page: str, model: str) -> set[int]:
    start = f'href="/admin/bookings/{model}/'
    return {int(part.partition("/")[0]) for part in page.split(start)[1:] if part[0].isdecimal()}
