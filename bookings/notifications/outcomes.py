"""What became of a message, in one word: follows from its status and from what the mail provider reported.

The worst that was reported counts, in whatever order it came: a server that takes a mail may still return it, and who
calls a mail unwanted got it first.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import models
from django.db.models import Q

from bookings.notifications.models import OutboxMessage

Status = OutboxMessage.Status


class Outcome(models.TextChoices):
    """How far a message came. The labels are for staff."""

    WAITS = "WAITS", "Waits to be sent"
    SENT = "SENT", "Sent"
    DELIVERED = "DELIVERED", "Delivered"
    BOUNCED = "BOUNCED", "Bounced"
    COMPLAINED = "COMPLAINED", "Complained"
    GIVEN_UP = "GIVEN_UP", "Given up"
    DROPPED = "DROPPED", "Not sent, as nobody needs it"


_BY_STATUS: Mapping[str, Outcome] = {
    Status.QUEUED: Outcome.WAITS,
    Status.SENT: Outcome.SENT,
    Status.FAILED: Outcome.GIVEN_UP,
    Status.DROPPED: Outcome.DROPPED,
}
_UNREPORTED = Q(delivered_at=None, bounced_at=None, complained_at=None)
FILTERS: Mapping[Outcome, Q] = {
    Outcome.COMPLAINED: Q(complained_at__isnull=False),
    Outcome.BOUNCED: Q(bounced_at__isnull=False, complained_at=None),
    Outcome.DELIVERED: Q(delivered_at__isnull=False, bounced_at=None, complained_at=None),
    **{outcome: Q(status=status) & _UNREPORTED for status, outcome in _BY_STATUS.items()},
}
"""How each is found among rows; every row belongs to exactly one."""
NOT_REACHED = FILTERS[Outcome.BOUNCED] | FILTERS[Outcome.GIVEN_UP]
"""Messages whose recipient does not know what they said: a person has to tell them."""
NEVER_ARRIVED = frozenset({Outcome.BOUNCED, Outcome.GIVEN_UP})
NEEDS_A_LOOK = NEVER_ARRIVED | {Outcome.COMPLAINED}


def outcome_of(message: OutboxMessage) -> Outcome:
    """Give what became of a message."""
    if message.complained_at is not None:
        return Outcome.COMPLAINED
    if message.bounced_at is not None:
        return Outcome.BOUNCED
    if message.delivered_at is not None:
        return Outcome.DELIVERED
    return _BY_STATUS[message.status]


def instants_of(message: OutboxMessage) -> list[tuple[Outcome, datetime]]:
    """Give all that is known of its way, in the order in which it happened."""
    known = [
        (Outcome.SENT, message.sent_at),
        (Outcome.DELIVERED, message.delivered_at),
        (Outcome.BOUNCED, message.bounced_at),
        (Outcome.COMPLAINED, message.complained_at),
    ]
    return sorted(((outcome, at) for outcome, at in known if at is not None), key=lambda each: each[1])


def reported(message: OutboxMessage) -> str:
    """Say what the mail provider reported, with the reason where there is one; nothing where it did not."""
    outcome = outcome_of(message)
    if outcome is Outcome.BOUNCED:
        return f"{outcome.label}: {message.get_bounce_reason_display() or 'no reason was given'}"
    if outcome is Outcome.COMPLAINED:
        return f"{outcome.label}: its recipient called it unwanted"
    return str(outcome.label) if outcome is Outcome.DELIVERED else ""


def words_of(message: OutboxMessage) -> str:
    """Say for staff what became of it, with the failure where our own tries did not get it away."""
    known = reported(message) or str(outcome_of(message).label)
    return f"{known}: {message.last_error}" if message.last_error and not reported(message) else known
