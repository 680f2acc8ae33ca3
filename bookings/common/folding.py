"""Text as it is compared and searched: without accents, strokes and case, so that Łódź, LODZ and lodz are one."""

import re

from text_unidecode import unidecode  # type: ignore[import-untyped]  # it has no types, nor stubs

LONGEST_WORD = 40
LONGEST_NAME = 200
"""Of a folded name: one letter of another script may become a whole word."""
_WORD = re.compile("[a-z0-9]+")


def words_of(text: str) -> list[str]:
    """Give the words of a text in order, folded to a to z and digits; nothing where it has none."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(unidecode(text).lower())]


def folded(text: str) -> str:
    """Give a name as it is compared, such as `new york`, and of a very long one its beginning; empty without a word."""
    return " ".join(words_of(text))[:LONGEST_NAME]
