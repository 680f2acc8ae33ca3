"""Queue what a change has to tell, inside the change's own transaction."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from bookings.common.compiled import Insertion
from bookings.common.queue import nudge_on_commit
from bookings.notifications import messages
from bookings.notifications.models import OutboxMessage
from bookings.notifications.refusals import wants

OVERTAKEN = "Overtaken"
"""What `last_error` says of a message that a later change made wrong before it left."""
SWEEP_AFTER = timedelta(seconds=1)
"""How long the nudge has the row for itself before the sweep looks at it."""
_ONCE_PER_KEY = Insertion(OutboxMessage, unless=(("key",), ""))


def queue_message(
    *,
    key: str,
    template: str,
    recipient: str,
    context: Mapping[str, Any],
    secrets: Mapping[str, Any] | None = None,
    locale: str = "en",
    timezone: str = "UTC",
    booking_id: int | None = None,
    expires_at: datetime | None = None,
    now: datetime,
) -> OutboxMessage | None:
    """Queue one mail of `messages.MESSAGES`; None where the key was queued before, or the recipient refused its kind.

    context: what the template may show, kept for good. secrets: codes, links and free text, encrypted
    and wiped on sending. timezone: IANA name in which the recipient reads times. expires_at: from when on it is not
    sent any more. Must run inside the transaction of the change. Raises ValueError for an unknown message or a lacking
    secret (a bug).
    """
    messages.check(template, context, secrets or {})
    refusable = messages.MESSAGES[template].refusable
    if refusable is not None and not wants(recipient, refusable):
        return None
    return _queue(
        OutboxMessage(
            key=key,
            channel=OutboxMessage.Channel.EMAIL,
            template=template,
            recipient=recipient,
            locale=locale,
            timezone=timezone,
            context=dict(context),
            secrets=dict(secrets or {}),
            booking_id=booking_id,
            expires_at=expires_at,
        ),
        now,
    )


def queue_nothing(*, key: str, secrets: Mapping[str, Any], now: datetime) -> OutboxMessage | None:
    """Queue a message to nobody, where somebody asked for a mail about a booking that there is not.

    It goes the way of every other, so that whoever asks cannot tell by the time that it takes. The worker takes it,
    wipes the secrets and sends nothing; the next purge deletes it. Must run inside a transaction.
    """
    return _queue(
        OutboxMessage(key=key, template=messages.NOTHING, recipient="", secrets=dict(secrets)),
        now,
    )


def queue_webhook(
    *,
    key: str,
    url: str,
    event: str,
    body: str,
    headers: Mapping[str, str] | None = None,
    secrets: Mapping[str, Any] | None = None,
    booking_id: int | None = None,
    now: datetime,
) -> OutboxMessage | None:
    """Queue a POST of exactly `body` (UTF-8) to `url`; None where the key was queued before.

    headers: sent as they are and kept; Content-Type is application/json unless they say otherwise.
    secrets: may hold `body` and `headers` that replace or extend the plain ones and are wiped on
    sending. Must run inside the transaction of the change. Raises ValueError for a URL that is not http(s).
    """
    if urlsplit(url).scheme not in {"http", "https"}:
        raise ValueError("a webhook goes to an http or https address")
    return _queue(
        OutboxMessage(
            key=key,
            channel=OutboxMessage.Channel.WEBHOOK,
            template=event,
            recipient=url,
            context={"body": body, "headers": dict(headers or {})},
            secrets=dict(secrets or {}),
            booking_id=booking_id,
        ),
        now,
    )


def retry_message(*, message: OutboxMessage, now: datetime) -> bool:
    """Queue a message again that was given up; False where it is not (or no longer) given up, or erased."""
    with transaction.atomic():
        revived = OutboxMessage.objects.filter(
            ~Q(recipient=""), pk=message.pk, status=OutboxMessage.Status.FAILED
        ).update(status=OutboxMessage.Status.QUEUED, attempts=0, next_attempt_at=now + SWEEP_AFTER)
        if revived:
            nudge_on_commit("deliver_message", message.pk)
    return bool(revived)


def drop_queued(*, booking_id: int, template: str) -> int:
    """Keep what waits from leaving, as a change made it wrong; gives how many messages. One on its way still arrives.

    Must run inside the transaction of that change.
    """
    return OutboxMessage.objects.filter(
        booking_id=booking_id, template=template, status=OutboxMessage.Status.QUEUED
    ).update(status=OutboxMessage.Status.DROPPED, last_error=OVERTAKEN, secrets={})


def stable_message_id(key: str) -> str:
    """Give the Message-ID that every attempt under this key carries."""
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{host}>"


def _queue(message: OutboxMessage, now: datetime) -> OutboxMessage | None:
    """Insert the row and nudge on commit; after a repeat the transaction stays usable."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("a message is queued in the transaction of the change that it tells of")
    message.message_id = stable_message_id(message.key)
    message.created_at = now
    message.next_attempt_at = now + SWEEP_AFTER
    if not _ONCE_PER_KEY.insert(message):
        return None
    nudge_on_commit("deliver_message", message.pk)
    return message
