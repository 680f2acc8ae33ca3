"""What mail providers report after they took a mail: that it arrived, bounced, or was called unwanted.

Anymail checks and normalises the reports; its signal is the one interface that it offers for them. They come late,
twice and in any order: a row keeps the earliest instant of each kind, and what it shows follows from these alone.
Opened and clicked are nobody's business here; deferred says nothing yet, for a bounce or a delivery follows.
"""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from bookings.common import clock
from bookings.common.addresses import address_digest, normalise_email
from bookings.common.secrecy import keyed_digest, same
from bookings.notifications.messages import MESSAGES
from bookings.notifications.models import OutboxMessage
from bookings.notifications.refusals import Cause, note_arrival, refuse_for

log = logging.getLogger(__name__)

Reason = OutboxMessage.BounceReason

COLUMNS: Mapping[str, str] = {
    "delivered": "delivered_at",
    "bounced": "bounced_at",
    "rejected": "bounced_at",
    "failed": "bounced_at",
    "complained": "complained_at",
}
"""Anymail's kinds of events that count, and what they set."""
REASONS: Mapping[str, Reason] = {
    "invalid": Reason.INVALID,
    "bounced": Reason.NO_MAILBOX,
    "timed_out": Reason.TIMED_OUT,
    "blocked": Reason.BLOCKED,
    "spam": Reason.SPAM,
    "unsubscribed": Reason.UNSUBSCRIBED,
}
FOR_GOOD = frozenset({Reason.INVALID, Reason.NO_MAILBOX})
"""After which the next mail would not arrive either."""
MARK: Final = "slotwell"
"""Under which a provider keeps our name for a mail, and gives it back with every report."""
_LONGEST = 300
_PURPOSE = "mail-report"


def mark_of(message: OutboxMessage) -> str:
    """Name a message to the provider. It is the same at every try, whatever ids the provider gives to them.

    Two installations may share one account with a provider: the seal tells whose message it is.
    """
    return f"{message.pk}-{_seal(message.message_id)}"


def record_report(sender: object, event: Any, esp_name: str = "", **_: Any) -> None:
    """Mark the message that a provider reports on; repeats, other events and other people's mails change nothing."""
    column = COLUMNS.get(event.event_type)
    if column is None:
        return
    at = _instant(event.timestamp)
    with transaction.atomic():
        message = _message(event, esp_name.lower())
        if message is None or not _is_to(message, event.recipient):
            return
        known: datetime | None = getattr(message, column)
        reason = REASONS.get(str(event.reject_reason or ""), Reason.OTHER) if column == "bounced_at" else ""
        if known is not None and (known, message.bounce_reason if reason else "") <= (at, reason):
            return
        changes = {column: at, **({"bounce_reason": reason} if reason else {})}
        OutboxMessage.objects.filter(pk=message.pk).update(**changes)
        if known is None:
            _follow(message, column, reason, at)
    if column != "delivered_at" and known is None:
        log.warning(
            "mail %s (%s): %s%s", message.pk, message.template, event.event_type, f", {reason}".rstrip(", ")
        )


def _follow(message: OutboxMessage, column: str, reason: str, at: datetime) -> None:
    """Stop what can be done without, where the mailbox wants or takes none; go on where one arrived."""
    if column == "delivered_at":
        note_arrival(email=message.recipient, at=at)
        return
    entry = MESSAGES.get(message.template)
    kind = entry.refusable if entry is not None else None
    cause = Cause.COMPLAINT if column == "complained_at" else Cause.BOUNCE if reason in FOR_GOOD else None
    if kind is not None and cause is not None:
        refuse_for(digest=address_digest(message.recipient), kind=kind, now=at, cause=cause)


def _message(event: Any, provider: str) -> OutboxMessage | None:
    """Find and lock the message of a report: by our mark on it, else by the id that this provider gave to it."""
    rows = OutboxMessage.objects.select_for_update().defer("context", "secrets")
    given = event.metadata.get(MARK) if isinstance(event.metadata, Mapping) else None
    pk, dash, seal = str(given or "").partition("-")
    if dash and pk.isascii() and pk.isdecimal() and len(pk) < 19:
        marked = rows.filter(pk=int(pk)).first()
        if marked is not None and same(seal, _seal(marked.message_id)):
            return marked
    known_as = str(event.message_id or "")
    if not known_as or len(known_as) > _LONGEST or not known_as.isprintable():
        return None
    return rows.filter(Q(provider=provider) | Q(provider=""), provider_message_id=known_as).first()


def _is_to(message: OutboxMessage, recipient: object) -> bool:
    """Tell whether a report is about our recipient, and not about somebody to whom the provider sent a copy."""
    if not message.recipient:
        return False  # erased since
    address = parseaddr(str(recipient))[1] if recipient else ""
    return not address or normalise_email(address) == normalise_email(message.recipient)


def _instant(reported: object) -> datetime:
    """Give when it happened; a provider's clock that is ahead of ours counts as now."""
    now = clock.now()
    if not isinstance(reported, datetime):
        return now
    return min(reported if reported.tzinfo else reported.replace(tzinfo=UTC), now)


def _seal(message_id: str) -> str:
    return keyed_digest(_PURPOSE, message_id)[:32]
