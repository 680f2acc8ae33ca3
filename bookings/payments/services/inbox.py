"""The inbox: a provider's event is stored once, and worked on until it is done or given up."""

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from bookings.common.queue import nudge_on_commit
from bookings.payments.backoff import wait
from bookings.payments.models import Payment, PaymentAccount, ProviderEvent
from bookings.payments.providers.base import Event, Provider

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
SWEEP_AFTER = timedelta(seconds=1)
"""How long the nudge has the row for itself before the sweep looks at it."""
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(hours=1)
MOST_ATTEMPTS = 20
AT_ONCE = 50
STRAY_FOR = timedelta(hours=1)
"""How long after it came an event may wait for the payment that it names."""
LONGEST_STRAY_WAIT = timedelta(minutes=5)
_LONGEST_ID = 200
_LONGEST_NAME = 255


def store_event(
    *, provider: Provider, event: Event, raw: bytes, now: datetime, account: PaymentAccount | None = None
) -> ProviderEvent | None:
    """Store a genuine event and nudge the worker; None where it was stored before.

    account: whose keys signed it; None for the platform's. The same id under other keys is another event: whoever
    has keys of their own can sign what they like, and must not take another's event its place.
    """
    event_id = _stored_id(event.event_id, account)
    try:
        with transaction.atomic():
            stored = ProviderEvent.objects.create(
                provider=provider.name,
                account=account,
                event_id=event_id,
                kind=_printable(event.kind)[:64],
                reference=event.reference,
                checkout_id=_name(event.checkout_id),
                payment_id=_name(event.payment_id),
                is_dispute=event.is_dispute,
                body=raw.decode("utf-8", "replace"),
                received_at=now,
                next_attempt_at=now + SWEEP_AFTER,
            )
            nudge_on_commit("process_provider_event", stored.pk)
            return stored
    except IntegrityError:
        if ProviderEvent.objects.filter(provider=provider.name, event_id=event_id).exists():
            return None
        raise


def due_events(*, now: datetime) -> Sequence[int]:
    """Give the keys of events to work on, the longest waiting first, a bounded number."""
    due = ProviderEvent.objects.filter(processed_at__isnull=True, next_attempt_at__lte=now)
    return list(due.order_by("next_attempt_at", "pk").values_list("pk", flat=True)[:AT_ONCE])


def claim_event(event_id: int, *, now: datetime) -> ProviderEvent | None:
    """Take an event that is new or due, for the length of a lease; None where there is nothing to do."""
    unprocessed = ProviderEvent.objects.filter(pk=event_id, processed_at__isnull=True)
    event = unprocessed.select_related("account").first()
    if event is None or event.next_attempt_at is None or (event.attempts and now < event.next_attempt_at):
        return None
    lease = {"attempts": event.attempts + 1, "next_attempt_at": now + LEASE}
    with transaction.atomic():
        unclaimed = ProviderEvent.objects.filter(
            pk=event_id, attempts=event.attempts, processed_at__isnull=True
        )
        if unclaimed.update(**lease) != 1:
            return None
    event.attempts += 1
    event.next_attempt_at = now + LEASE
    return event


def finish_event(*, event_id: int, outcome: str, now: datetime) -> bool:
    """Record what came of an event, a short code; False where that was recorded before."""
    with transaction.atomic():
        unfinished = ProviderEvent.objects.filter(pk=event_id, processed_at__isnull=True)
        return bool(
            unfinished.update(processed_at=now, next_attempt_at=None, outcome=outcome[:32], last_error="")
        )


def note_payment(*, event: ProviderEvent, payment: Payment) -> None:
    """Write down, of an event and the payment that it is about, what only the other knew of the provider's names.

    A provider's name that we know already stays: it is what the provider itself answered.
    """
    with transaction.atomic():
        ProviderEvent.objects.filter(pk=event.pk, reference="").update(reference=payment.reference)
        for name, told in (
            ("provider_checkout_id", event.checkout_id),
            ("provider_payment_id", event.payment_id),
        ):
            if told and not getattr(payment, name):
                Payment.objects.filter(pk=payment.pk, **{name: ""}).update(**{name: told})
                setattr(payment, name, told)


def await_payment(*, event: ProviderEvent, now: datetime) -> bool:
    """Let an event wait whose payment is not there yet; False once it has waited for an hour."""
    if now >= event.received_at + STRAY_FOR:
        log.warning("event %s of %s is about no payment that we know", event.pk, event.provider)
        return False
    pause = wait(event.attempts, first=FIRST_WAIT, longest=LONGEST_STRAY_WAIT)
    with transaction.atomic():
        waiting = ProviderEvent.objects.filter(
            pk=event.pk, processed_at__isnull=True, attempts=event.attempts
        )
        waiting.update(next_attempt_at=now + pause, last_error="no_such_payment_yet")
    return True


def replay_event(*, event: ProviderEvent, now: datetime) -> bool:
    """Have an event processed once more, as new; False for one that is still being worked on.

    The provider is asked again, so its body is not needed, and nothing is done twice: what happened stands. What came
    of it before is shown until it is done.
    """
    with transaction.atomic():
        at_rest = ProviderEvent.objects.filter(pk=event.pk, next_attempt_at__isnull=True)
        revived = at_rest.update(
            attempts=0, processed_at=None, next_attempt_at=now + SWEEP_AFTER, replays=F("replays") + 1
        )
        if revived:
            nudge_on_commit("process_provider_event", event.pk)
        return bool(revived)


def fail_event(*, event_id: int, error: Exception, now: datetime) -> None:
    """Record a failed try and when the next is due: later each time, and after the last one never."""
    with transaction.atomic():
        event = ProviderEvent.objects.select_for_update().get(pk=event_id)
        if event.processed_at is not None:
            return
        given_up = event.attempts >= MOST_ATTEMPTS
        if given_up:
            log.error("event %s of %s is left to a person", event.pk, event.provider)
        pause = wait(event.attempts, first=FIRST_WAIT, longest=LONGEST_WAIT)
        event.next_attempt_at = None if given_up else now + pause
        event.last_error = type(error).__name__[:200]
        event.save(update_fields=["next_attempt_at", "last_error"])


def forget_bodies(*, booking_id: int) -> int:
    """Empty what a provider wrote about a booking's payments, inside the caller's transaction; gives how many.

    That the events came stays: it is what makes each count once. Where the client was sent to pay goes too.
    """
    payments = Payment.objects.filter(booking_id=booking_id)
    payments.exclude(status__in=Payment.OPEN_STATUSES).exclude(checkout_url="").update(checkout_url="")
    about = [_about(payment) for payment in payments]
    if not about:
        return 0
    return ProviderEvent.objects.filter(reduce(or_, about)).exclude(body="").update(body="")


def _about(payment: Payment) -> Q:
    """Give which events are about a payment, by any of its names, whether they were looked at or not."""
    named = Q(reference=payment.reference)
    for name, known in (
        ("checkout_id", payment.provider_checkout_id),
        ("payment_id", payment.provider_payment_id),
    ):
        if known:
            named |= Q(provider=payment.provider, **{name: known})
    return named


def _stored_id(event_id: str, account: PaymentAccount | None) -> str:
    """Give the id under which an event stands once: an account's has the account's name before it."""
    return _fitting_id(event_id if account is None else f"{account.public_id}:{event_id}")


def _name(told: str) -> str:
    """Give a provider's name of something as a column holds it; one that it cannot hold names nothing of ours."""
    return told if len(told) <= _LONGEST_NAME and told.isprintable() else ""


def _fitting_id(event_id: str) -> str:
    """Give the id as it is stored: its hash, where it is too long or not printable."""
    if len(event_id) <= _LONGEST_ID and event_id.isprintable():
        return event_id
    return "sha256:" + hashlib.sha256(event_id.encode("utf-8", "surrogatepass")).hexdigest()


def _printable(text: str) -> str:
    return "".join(char for char in text if char.isprintable())
