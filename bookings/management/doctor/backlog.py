"""The worker, and what waits for it or for a person."""

from datetime import datetime, timedelta

from django.db.models import Min
from django_q.models import OrmQ, Schedule

from bookings.booking.models import Booking
from bookings.booking.states import TABLE, Move
from bookings.catalogue.models import Service
from bookings.management.doctor.findings import Finding, broken, counted, fine, lasting, warning
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import Difference, ProviderEvent, Refund
from bookings.payments.selectors import can_be_paid_online
from bookings.worker.heartbeat import SILENT, last_beat

OVERDUE = timedelta(minutes=5)
"""How long what is due at once may wait before somebody should look."""
MANY_TASKS = 1000
START_WORKER = "start manage.py worker (systemctl start slotwell-worker)"


def worker(now: datetime) -> Finding:
    """See that some worker lives."""
    beat = last_beat()
    if beat is None:
        return broken("worker", "none was ever seen: no mail leaves, no deadline is kept", START_WORKER)
    if now - beat > SILENT:
        return broken(
            "worker", f"silent for {lasting(now - beat)}: no mail leaves, no deadline is kept", START_WORKER
        )
    return fine("worker", f"its heart beat {lasting(now - beat)} ago")


def tasks(_now: datetime) -> Finding:
    """See that nudges do not pile up."""
    count = OrmQ.objects.count()
    if count > MANY_TASKS:
        return warning("tasks", f"{count} wait", "run more WORKER_PROCESSES, or another worker")
    return fine("tasks", f"{counted(count, 'waits', 'wait')}")


def nightly(now: datetime) -> Finding:
    """See that what runs once a day did."""
    late = Schedule.objects.filter(next_run__lt=now - timedelta(hours=1)).order_by("next_run").first()
    if late is not None:
        return warning("nightly", f"{late.name} is late by {lasting(now - late.next_run)}", START_WORKER)
    return fine("nightly", "on time")


def deadlines(now: datetime) -> Finding:
    """See that bookings lapse when their time is over, so that what they hold is free."""
    over = Booking.objects.filter(status__in=TABLE[Move.EXPIRE].sources, deadline_at__lt=now - OVERDUE)
    if count := over.count():
        what = f"{counted(count, 'booking is', 'bookings are')} past the deadline and still hold"
        return broken("deadlines", what, f"{START_WORKER}; else see its log")
    return fine("deadlines", "kept")


def outbox(now: datetime) -> Finding:
    """See that messages leave."""
    waiting = OutboxMessage.objects.filter(status=OutboxMessage.Status.QUEUED)
    late = waiting.filter(next_attempt_at__lt=now - OVERDUE)
    if count := late.count():
        oldest = late.aggregate(oldest=Min("created_at"))["oldest"]
        what = f"{counted(count, 'message', 'messages')} due and not sent, the oldest {lasting(now - oldest)} old"
        return broken("outbox", what, START_WORKER)
    if failing := waiting.filter(attempts__gte=3).count():
        what = f"{counted(failing, 'message fails', 'messages fail')} again and again"
        return warning("outbox", what, "see Last error in the admin, and the mail server")
    return fine("outbox", f"{counted(waiting.count(), 'message waits', 'messages wait')}")


def given_up(_now: datetime) -> Finding:
    """See that no message was given up."""
    count = OutboxMessage.objects.filter(status=OutboxMessage.Status.FAILED).exclude(recipient="").count()
    if count:
        what = f"{counted(count, 'message was', 'messages were')} given up"
        return warning("given up", what, "see why in the admin, then run manage.py retry_given_up")
    return fine("given up", "no message")


def provider_events(now: datetime) -> Finding:
    """See that what payment providers report is taken in."""
    open_events = ProviderEvent.objects.filter(processed_at__isnull=True)
    if left := open_events.filter(next_attempt_at__isnull=True).count():
        what = (
            f"{counted(left, 'event of a payment provider was', 'events of payment providers were')} given up"
        )
        return warning("events", what, "see why in the admin, then run manage.py retry_given_up")
    if late := open_events.filter(received_at__lt=now - OVERDUE, attempts__gte=3).count():
        what = f"{counted(late, 'event of a payment provider fails', 'events of payment providers fail')}"
        return warning("events", what, "see Last error in the admin, and the provider")
    return fine("events", "all taken in")


def refunds(now: datetime) -> Finding:
    """See that money that goes back gets there."""
    if count := Refund.objects.filter(Refund.NEEDS_PERSON).count():
        what = f"{counted(count, 'refund waits', 'refunds wait')} for a person"
        return warning("refunds", what, "deal with them in the admin, under Refunds")
    requested = Refund.objects.filter(status=Refund.Status.REQUESTED, created_at__lt=now - timedelta(hours=1))
    if count := requested.count():
        what = f"{counted(count, 'refund was', 'refunds were')} asked for and not taken for an hour"
        return warning("refunds", what, "see Last error in the admin, and the provider")
    return fine("refunds", "none is stuck")


def differences(_now: datetime) -> Finding:
    """See that no payment stands otherwise with its provider than here."""
    if count := Difference.objects.filter(status=Difference.Status.OPEN).count():
        what = f"{counted(count, 'payment differs', 'payments differ')} from what its provider says"
        return warning("differences", what, "deal with them in the admin, under Differences")
    return fine("differences", "none waits for a person")


def unpayable(_now: datetime) -> Finding:
    """See that what must be paid online can be."""
    asked = Service.objects.filter(
        is_active=True, business__is_active=True, price__gt=0, payment_policy=Service.PaymentPolicy.ONLINE
    )
    pairs = set(asked.values_list("business_id", "currency"))
    stuck = sum(not can_be_paid_online(business_id=pk, currency=currency) for pk, currency in pairs)
    if stuck:
        what = f"{counted(stuck, 'practice asks', 'practices ask')} for online payment that nobody takes"
        return warning("prices", what, "set PAYMENT_PROVIDER, or give them accounts of their own")
    return fine("prices", "what must be paid online can be")
