"""Why somebody rejects, cancels, gives back or takes off, in their own words."""

from django.utils.translation import gettext

from bookings.common.errors import invalid
from bookings.common.text import can_be_kept

LONGEST_REASON = 2000


def read_reason(words: str, *, needed: bool = True) -> str:
    """Give a reason as it is kept. Raises VALIDATION_FAILED for one too long, and for none where one is needed."""
    text = words.strip()
    least = 1 if needed else 0
    if not least <= len(text) <= LONGEST_REASON or not can_be_kept(text):
        raise invalid(
            "reason",
            gettext("A reason has %(least)s to %(longest_reason)s characters.")
            % {"least": least, "longest_reason": LONGEST_REASON},
        )
    return text
