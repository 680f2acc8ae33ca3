"""What was booked before reminders, cities and refusals were kept has them after the migrations."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from bookings.audit.invariants import audit
from bookings.booking.models import Booking
from bookings.catalogue.models import Service
from bookings.notifications import refusals
from tests import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.prove, pytest.mark.busy]
ANA, BEN = "ana@example.org", "ben@example.org"


def test_practice__reminds_finds_and_spares_whom_it_finds_there():
    offered = factories.service(payment_policy=Service.PaymentPolicy.ON_SITE)
    booking = factories.approved(factories.consultant(offered), offered, email=ANA)
    Booking.objects.filter(pk=booking.pk).update(intake={"City": "Łódź"}, city_digest="", remind_at=None)
    for email in (ANA, BEN):
        factories.user(email, email_verified_at=factories.NOW)
    refusals.refuse(email=BEN, kind=refusals.Kind.REMINDERS, now=factories.NOW)

    try:
        call_command("migrate", "bookings", "0010", verbosity=0)
    finally:
        call_command("migrate", "bookings", verbosity=0)

    kept = Booking.objects.get()
    assert kept.status == "CONFIRMED"
    assert kept.starts_at - kept.remind_at == timedelta(days=1)
    assert kept.city_digest
    assert [refusals.wants(email, refusals.Kind.REMINDERS) for email in (ANA, BEN)] == [True, False]
    assert not list(audit())
