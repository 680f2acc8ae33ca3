"""Text from people."""


def can_be_kept(text: str) -> bool:
    """Tell whether every database can keep a text and every answer carry it: no NUL, no half of a surrogate pair."""
    return "\x00" not in text and text == text.encode("utf-8", "ignore").decode()
