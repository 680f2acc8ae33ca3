"""What mail providers report after they took a mail: that it bounced, was refused, or was called unwanted.

Anymail checks and normalises the reports; its signal is the one interface that it offers for them.
"""

import logging
from typing import Any

from bookings.common import clock
from bookings.notifications.models import OutboxMessage

log = logging.getLogger(__name__)

UNDELIVERED = frozenset({"bounced", "rejected", "failed", "complained"})
"""Anymail's event types after which staff should know that the person was not reached, or does not want to be."""


def record_report(sender: object, event: Any, **_: Any) -> None:
    """Mark the message that a provider could not deliver; repeats and other events change nothing."""
    if event.event_type not in UNDELIVERED or not event.message_id:
        return
    marked = OutboxMessage.objects.filter(
        provider_message_id=event.message_id, bounced_at__isnull=True
    ).update(bounced_at=event.timestamp or clock.now(), last_error=event.event_type)
    if marked:
        log.warning("a mail was not delivered: %s", event.event_type)
