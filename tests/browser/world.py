"""A world in which no list of the admin is empty: the demo's practices, and somebody who left a trace everywhere."""

from contextlib import suppress
from datetime import datetime

from django.contrib.auth.models import Group
from django_q.models import Schedule, Task

from bookings import demo
from bookings.accounts.models import User
from bookings.accounts.viewer import Viewer
from bookings.booking.models import Booking
from bookings.businesses import consents
from bookings.businesses.models import Business
from bookings.common.errors import DomainError
from bookings.limits.policies import Limit
from bookings.limits.services import hit
from bookings.notifications import refusals
from bookings.notifications.models import MailRefusal
from bookings.payments.models import Difference, Payment, PaymentAccount
from bookings.pictures.services import ask_for_upload
from tests.factories import NOW
from tests.privacy import ana

UNBROKEN = "Maximiliana-Theodora-von-und-zu-Hohenlohe-Waldenburg-Schillingsfürst"
"""A name that no line breaks."""


def rich(now: datetime = NOW) -> User:
    """Make it, and give the platform's admin."""
    place = demo.seed(now=now).business
    offered = ana.practice()
    ana.traces(offered, ana.account(offered))
    ana.books_everything(offered)
    admin = User.objects.get(email=demo.ADMIN_EMAIL)
    _what_is_rare(place, admin, now)
    Booking.objects.filter(pk=Booking.objects.latest("pk").pk).update(full_name=UNBROKEN)
    return admin


def _what_is_rare(place: Business, admin: User, now: datetime) -> None:
    viewer = Viewer(user=admin)
    consents.publish(
        business_id=place.pk, text="We keep what you tell us to ourselves.", viewer=viewer, now=now
    )
    refusals.refuse(email="carla@example.org", kind=MailRefusal.Kind.REMINDERS, now=now)
    payment = Payment.objects.latest("pk")
    for kind, status in (("OTHER_AMOUNT", "OPEN"), ("MISSED_END", "REPAIRED")):
        Difference.objects.create(payment=payment, kind=kind, status=status, data={"theirs": "59.00 EUR"})
    PaymentAccount.objects.create(
        business=place,
        public_id="harbour",
        provider="paystack",
        currency="GHS",
        secret_key="sk_test_" + "0" * 24,
        live=False,
    )
    with suppress(DomainError):
        while True:
            hit(Limit.LOGIN, {"address": "guesser@example.org", "ip": "198.51.100.7"}, now=now)
    ask_for_upload(viewer=viewer, business_id=place.pk, now=now)
    Group.objects.create(name="Bookkeepers")
    Schedule.objects.create(name="purge", func="bookings.tasks.purge", schedule_type=Schedule.DAILY)
    Task.objects.create(id="b" * 32, name="task", func="f", success=True, started=now, stopped=now)
