"""Tables for pages that are generated from code."""

from collections.abc import Iterable


def code(choice: str) -> str:
    """Give a word as it is written in code."""
    return f"`{choice}`"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Give a table; the same rows give the same text."""
    lines = [" | ".join(cells).join(("| ", " |")) for cells in (head, *rows)]
    lines.insert(1, "|" + "---|" * len(head))
    return "\n".join(lines)
