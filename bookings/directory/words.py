"""The words by which a practice is found, and those of a search."""

from collections.abc import Iterable

from bookings.common.folding import words_of

MOST_WORDS = 6
"""Of one search; those after them do not narrow it further."""
MOST_KEPT = 400
"""Of one practice."""


def kept_words(texts: Iterable[str]) -> set[str]:
    """Give the words by which something with these texts is found; the first ones, where there are too many."""
    found: dict[str, None] = {}
    for text in texts:
        found.update(dict.fromkeys(words_of(text)))
        if len(found) >= MOST_KEPT:
            break
    return set(list(found)[:MOST_KEPT])


def after(prefix: str) -> str:
    """Give the least text that is greater than all words with a prefix of a to z and digits, character by character."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)
