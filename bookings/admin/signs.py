"""How a list says in a few words, and one colour, where something stands; the words alone say it as well."""

from datetime import datetime
from typing import Literal

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

Tone = Literal["good", "wait", "bad", "quiet"]
NOTHING = "–"
"""What stands where there is nothing to say."""
WHEN = "j M Y, H:i e"
"""How lists write a time: shorter than pages do, and read alike on both sides of the ocean."""


def sign(words: object, tone: Tone) -> SafeString:
    """Give words with a coloured edge: good, waits, bad, or over and done with."""
    return format_html('<span class="sign sign-{}">{}</span>', tone, words)


def times(number: int) -> str:
    """Give how often, as people say it."""
    return "once" if number == 1 else f"{number} times"


def when(at: datetime | None) -> str:
    """Give a time as lists show it; a dash for none."""
    return date_format(localtime(at), WHEN) if at is not None else NOTHING
