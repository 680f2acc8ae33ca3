"""Having again what was left to a person: an event of a provider, a message of the outbox."""

from datetime import datetime

from bookings.accounts.viewer import Viewer
from bookings.booking import selectors
from bookings.booking.rights import Operation
from bookings.common.errors import DomainError, ErrorCode, Forbidden
from bookings.notifications import services as notifications
from bookings.payments import services as paying


def replay_event(*, event_id: int, viewer: Viewer, now: datetime) -> bool:
    """Have a provider's event processed once more; what happened stays. False for one that is still being worked on.

    Raises NOT_FOUND for one that the viewer does not see, FORBIDDEN for one that is not theirs to have again.
    """
    event = selectors.events_visible_to(viewer).filter(pk=event_id).first()
    if event is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    if not selectors.events_visible_to(viewer, what=Operation.REFUND).filter(pk=event_id).exists():
        raise Forbidden
    return paying.replay_event(event=event, now=now)


def retry_message(*, message_id: int, viewer: Viewer, now: datetime) -> bool:
    """Have a message sent again that was given up; False for any other.

    What is about no booking is the platform's. Raises NOT_FOUND for one that the viewer does not see, FORBIDDEN.
    """
    message = selectors.messages_visible_to(viewer).filter(pk=message_id).first()
    if message is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    allowed = selectors.messages_visible_to(viewer, what=Operation.RETRY_MESSAGE).filter(pk=message_id)
    if not allowed.exists():
        raise Forbidden
    return notifications.retry_message(message=message, now=now)
