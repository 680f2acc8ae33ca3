"""Reads our own Markdown: the documents, their fenced blocks, tables and links."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_OPERATION = re.compile(
    r"^```graphql\n(?P<text>.*?)^```$"
    r"(?:\n+Variables:\n+```json\n(?P<variables>.*?)^```$)?"
    r"(?:\n+Headers:\n+```json\n(?P<headers>.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Operation:
    """A block of GraphQL with the variables and headers that stand below it, as JSON."""

    text: str
    variables: str
    headers: str


def documents() -> list[Path]:
    """Every document of ours, the root's first; not those of packages that the examples install."""
    found = []
    for folder, below, files in os.walk(ROOT / "docs"):
        below[:] = [name for name in below if name != "node_modules"]
        found += [Path(folder, name) for name in files if name.endswith(".md")]
    return sorted(ROOT.glob("*.md")) + sorted(found)


def read(name: str) -> str:
    """The text of a document, by its path from the root."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of one language."""
    return [body for kind, body in _FENCE.findall(text) if kind == language]


def operations(text: str) -> list[Operation]:
    """The blocks of GraphQL, in their order."""
    return [
        Operation(found["text"], found["variables"] or "{}", found["headers"] or "{}")
        for found in _OPERATION.finditer(text)
    ]


def links(text: str) -> list[str]:
    """Where the links lead, code left out."""
    return _LINK.findall(_FENCE.sub("", text))


def anchors(text: str) -> set[str]:
    """What a link may name after `#`, as the usual hosts make it from headings."""
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in _HEADING.findall(_FENCE.sub("", text))
    }


def rows(text: str, *first_columns: str) -> list[list[str]]:
    """The cells of the table that begins with these columns."""
    head = "| " + " | ".join(first_columns)
    _, found, rest = text.partition(f"\n{head}")
    assert found, f"there is no table that begins with {head!r}"
    table = rest.split("\n\n")[0].strip().split("\n")[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
