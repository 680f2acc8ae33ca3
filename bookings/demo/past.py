"""What happened at the demo practices in the last weeks, through the services that real bookings go through."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import cycle
from zoneinfo import ZoneInfo

from django.db.models import Q

from bookings.accounts.viewer import Viewer
from bookings.booking import services as booking
from bookings.booking.locks import lock_row
from bookings.booking.models import Booking
from bookings.booking.services import Creation, DraftRequest
from bookings.booking.states import Status
from bookings.businesses.models import Business
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.notifications.models import OutboxMessage
from bookings.payments import sandbox
from bookings.payments import services as payments
from bookings.payments.models import Payment, Refund, SandboxCheckout
from bookings.payments.providers import ProviderNotSetUp
from bookings.payments.selectors import route_for
from bookings.reviews.policies import PURPOSE
from bookings.reviews.services import Words, write_review

NOT_SENT = "Past of the demo"
"""What `last_error` says of the mails about it, which nobody gets."""
CLIENTS_AT = "@client.demo.example"
CLIENTS = ("Nora Berg", "Tomasz Kos", "Aisha Rahman", "Felix Braun", "Carla Nunes", "Jakub Zając")
REVIEWS = (
    Words(5, "On time, warm and to the point."),
    Words(4, "Good advice. The room was a little cold."),
    Words(5, ""),
    Words(3, "Fine, but it began late.", named=False),
    Words(5, "I slept again for the first time in months."),
)
ENDS = (
    Status.COMPLETED,
    Status.COMPLETED,
    Status.COMPLETED,
    Status.CANCELLED,
    Status.COMPLETED,
    Status.NO_SHOW,
)
"""How one session after the other ended."""


@dataclass(frozen=True)
class _Past:
    """One session that was: of which service, with whom, when, for whom, and how it ended."""

    service: Service
    consultant: Consultant
    starts_at: datetime
    client: str
    end: Status
    words: Words | None


def is_there(business: Business) -> bool:
    """Tell whether a practice has its past: one of its clients booked, or did and was forgotten since."""
    ours = Q(email__endswith=CLIENTS_AT) | Q(erased_at__isnull=False)
    return Booking.objects.filter(ours, business=business).exists()


def happen(business: Business, *, count: int, now: datetime) -> int:
    """Let so many sessions of a practice have been, one each working day before today, some reviewed, some cancelled.

    Paid by the sandbox; a service that another provider is paid for has no past. Their mails are dropped.
    Days on which somebody booked are left out. Gives how many it made.
    """
    sessions = _sessions(business, count, now)
    for past in sessions:
        _play(past, Viewer(user=business.owner))
    references = Payment.objects.filter(booking__business=business).values_list("reference", flat=True)
    told = [f"sandbox/{reference}:payment.success" for reference in references]
    OutboxMessage.objects.filter(
        Q(booking__business=business) | Q(key__in=told), status=OutboxMessage.Status.QUEUED
    ).update(status=OutboxMessage.Status.DROPPED, last_error=NOT_SENT, secrets={})
    return len(sessions)


def _sessions(business: Business, count: int, now: datetime) -> list[_Past]:
    """Plan them, the latest first: consultants, services, clients, ends and words take turns."""
    pairs = [
        (service, consultant)
        for consultant in business.consultants.prefetch_related("services").order_by("pk")
        for service in consultant.services.order_by("pk")
        if service.duration >= 30 and _can_be_paid(service)
    ]
    zone = ZoneInfo(business.timezone)
    days = (now.astimezone(zone).date() - timedelta(days=ago) for ago in range(2, 100))
    starts = Booking.objects.filter(business=business, starts_at__lt=now).values_list("starts_at", flat=True)
    taken = {at.astimezone(zone).date() for at in starts if at}
    dates = [day for day in days if day.weekday() < 5 and day not in taken][:count]
    turns = (
        zip(dates, cycle(pairs), cycle(CLIENTS), cycle(ENDS), cycle(REVIEWS), strict=False) if pairs else ()
    )
    return [
        _Past(service, consultant, datetime.combine(day, time(10), zone), client, end, words)
        for day, (service, consultant), client, end, words in turns
    ]


def _can_be_paid(service: Service) -> bool:
    """Tell whether a past of it can be played without asking anybody outside."""
    if not service.price or service.payment_policy != Service.PaymentPolicy.ONLINE:
        return True
    try:
        route = route_for(business_id=service.business_id, currency=service.currency)
    except ProviderNotSetUp:
        return False
    return route.provider.name == "sandbox"


def _play(past: _Past, staff: Viewer) -> None:
    """Book days before, pay, and end as planned; a completed session may be reviewed the day after."""
    asked_at = past.starts_at - timedelta(days=3)
    made = booking.create(request=_request(past), how=Creation(), viewer=staff, now=asked_at)
    if made.status == Status.APPROVED:
        _pay(made, asked_at + timedelta(hours=1))
    if past.end is Status.CANCELLED:
        _cancel(made, staff, past.starts_at - timedelta(days=1))
        return
    end = booking.mark_no_show if past.end is Status.NO_SHOW else booking.complete
    end(booking_id=made.pk, viewer=staff, now=past.starts_at + timedelta(minutes=past.service.duration))
    if past.end is Status.COMPLETED and past.words is not None:
        client = Viewer(subjects={made.subject}, purposes={made.subject: frozenset({PURPOSE})})
        said_at = past.starts_at + timedelta(days=1)
        write_review(booking_id=made.pk, viewer=client, words=past.words, now=said_at)


def _request(past: _Past) -> DraftRequest:
    first = past.client.split(maxsplit=1)[0].lower()
    return DraftRequest(
        email=f"{first}{CLIENTS_AT}",
        full_name=past.client,
        service_id=past.service.pk,
        consultant_id=past.consultant.pk,
        starts_at=past.starts_at,
        consent=True,
    )


def _pay(made: Booking, now: datetime) -> None:
    """Pay at the sandbox, as its client."""
    client = Viewer(subjects={made.subject})
    payment = booking.start_payment(booking_id=made.pk, viewer=client, now=now)
    paid = SandboxCheckout.Status.SUCCESS
    sandbox.settle_checkout(reference=payment.reference, status=paid, now=now)
    booking.settle(payment_id=payment.pk, now=now)


def _cancel(made: Booking, staff: Viewer, now: datetime) -> None:
    """Cancel as the practice, and have the sandbox give back what was paid."""
    booking.cancel_as(booking_id=made.pk, viewer=staff, now=now)
    for refund in Refund.objects.filter(payment__booking=made):
        payments.run_refund(
            refund.pk, now=now + timedelta(minutes=1), when_done=booking.refund_ended, lock_first=lock_row
        )
