"""Forgetting a person in the outbox. The rows stay, as proof that something was told; whom and what goes."""

from django.db.models import QuerySet

from bookings.notifications.models import OutboxMessage

ERASED = "Erased"
"""What `last_error` says of a message that was given up because its recipient was erased."""
_OF_THE_PERSON = ("full_name", "phone", "email", "message")
"""What messages to others may tell of a booking's client."""


def forget_recipient(rows: QuerySet[OutboxMessage]) -> int:
    """Erase to whom messages went and what they said; what had not left yet never will. Gives how many rows.

    One that is on its way at this very moment may still arrive.
    """
    rows.filter(status=OutboxMessage.Status.QUEUED).update(
        status=OutboxMessage.Status.FAILED, last_error=ERASED
    )
    return rows.update(
        recipient="", context={}, secrets={}, locale="en", timezone="UTC", provider_message_id=""
    )


def forget_mentions(rows: QuerySet[OutboxMessage]) -> int:
    """Erase a booking's client from messages to others; those that wait still leave, without a name."""
    rows.exclude(status=OutboxMessage.Status.QUEUED).update(secrets={})
    changed = 0
    for message in rows.order_by("pk"):
        kept = {name: value for name, value in message.context.items() if name not in _OF_THE_PERSON}
        if kept != message.context:
            OutboxMessage.objects.filter(pk=message.pk).update(context=kept)
            changed += 1
    return changed
