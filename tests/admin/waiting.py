"""Practices with something to do, and the first page that says so: what its tests share."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from bookings.booking import services
from bookings.booking.models import Booking
from bookings.consultants.models import Consultant
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import Difference, Payment, ProviderEvent, Refund
from bookings.reviews.models import Review
from tests import factories
from tests.admin.desk import logged_in, read
from tests.factories import NOW, TEN
from tests.lifecycle import confirmed

NOON = NOW + timedelta(hours=4)


def host_of_practice(**fields: Any) -> Consultant:
    service = factories.service(seats=9, cancellation_notice=timedelta(0))
    return factories.consultant(service, hours=(0, 24), **fields)


def at(hours: float) -> dict[str, Any]:
    return {"starts_at": TEN + timedelta(hours=hours)}


def today(host: Consultant) -> Booking:
    return factories.approved(host, host.services.get(), **at(5))


def request(host: Consultant) -> Booking:
    return factories.pending(host, host.services.get(), **at(4))


def to_mark(host: Consultant) -> Booking:
    return confirmed(host, host.services.get())


def paid(host: Consultant) -> Payment:
    return Payment.objects.get(booking=confirmed(host, host.services.get(), **at(48)))


def difference(host: Consultant) -> Booking:
    payment = paid(host)
    Difference.objects.create(payment=payment, kind="DISPUTE", data={"theirs": "59.00 EUR"})
    return payment.booking


def refund(host: Consultant) -> Booking:
    payment = paid(host)
    Refund.objects.create(payment=payment, amount=5, reason="STAFF", needs_person=True, key=payment.reference)
    return payment.booking


def event(host: Consultant) -> Booking:
    payment = paid(host)
    reference = payment.reference
    ProviderEvent.objects.create(provider="sandbox", event_id=reference, kind="paid", reference=reference)
    return payment.booking


def mail(host: Consultant) -> Booking:
    booking = factories.approved(host, host.services.get(), **at(48))
    newest = OutboxMessage.objects.filter(booking=booking).latest("pk")
    OutboxMessage.objects.filter(pk=newest.pk).update(status=OutboxMessage.Status.FAILED)
    return booking


def review(host: Consultant) -> Booking:
    booking = confirmed(host, host.services.get())
    services.complete(booking_id=booking.pk, viewer=factories.staff_of(host.business), now=NOON)
    Review.objects.create(
        booking=booking, business=host.business, consultant=host, rating=2, comment="A cold room."
    )
    return booking


def reference(booking: Booking) -> str:
    return Payment.objects.get(booking=booking).reference


def id_of(booking: Booking) -> str:
    return booking.acknowledgement_id


def recipient(booking: Booking) -> str:
    return booking.email


def words(booking: Booking) -> str:
    return "A cold room."


SECTIONS: dict[str, tuple[Callable[[Consultant], Booking], Callable[[Booking], str], str]] = {
    "today": (today, id_of, "No session begins today."),
    "requests": (request, id_of, "Nobody waits for an answer."),
    "over": (to_mark, id_of, "Every session that is over is marked."),
    "payments": (difference, reference, "Nothing differs from what the providers say."),
    "refunds": (refund, reference, "Every refund goes on by itself."),
    "events": (event, reference, "Every event of a payment provider was dealt with."),
    "mails": (mail, recipient, "Every mail left, and none came back."),
    "reviews": (review, words, "Every review of late has its answer."),
}
"""How each gets something to show, what of it is read there and in the list behind it, and what is said of nothing."""


def home(client: Client, **query: str) -> str:
    return unescape(read(client, reverse("admin:index"), **query))


def part(page: str, key: str) -> str:
    """A section as it is read, also where it only says that there is nothing."""
    rest = page.partition(f'id="now-{key}"')[2]
    assert rest, key
    return re.split(r"</section>|</dd>", rest)[0]


def owner_of(host: Consultant) -> Client:
    """The owner, who was given every right to look at lists."""
    owner = host.business.owner
    owner.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    return logged_in(owner)


def rows_behind(client: Client, section: str) -> str:
    """The list to which a section leads."""
    links = re.findall(r'<p class="all"><a href="([^"]+)"', section)
    assert len(links) == 1
    return unescape(client.get(links[0]).content.decode())
