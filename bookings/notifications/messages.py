"""All messages there are. A new one is an entry in a table and its two templates, mail/<name>.txt and .html.

Nearly all of them tell somebody what became of their own booking or account, and carry no List-Unsubscribe. One that a
person can do without says so by `refusable`, which brings that header and all that stands behind it (docs/adr/0038).
"""

from collections.abc import Mapping
from typing import Any

from bookings.notifications.account_messages import ACCOUNT_MESSAGES
from bookings.notifications.booking_messages import BOOKING_MESSAGES
from bookings.notifications.entries import Message

NOTHING = "nothing"
"""Names a message to nobody, which is queued where another would tell by its absence; see services.queue_nothing."""
MESSAGES: Mapping[str, Message] = BOOKING_MESSAGES | ACCOUNT_MESSAGES


def check(name: str, context: Mapping[str, Any], secrets: Mapping[str, Any]) -> None:
    """Refuse, where it is queued, what could never be rendered. Raises ValueError."""
    message = MESSAGES.get(name)
    if message is None:
        raise ValueError(f"there is no message {name!r}")
    lacking = [secret for secret in message.secrets if not secrets.get(secret)]
    if lacking:
        raise ValueError(f"{name} lacks {', '.join(lacking)}")
    link = secrets.get("link") or context.get("link")
    if link and not str(link).startswith(("http://", "https://")):
        raise ValueError("a link in a mail is http or https")
