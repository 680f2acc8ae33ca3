"""What came of asking an address of the admin, what an answer tells, and what a question changed."""

import re
from typing import Any

from django.http import HttpResponse
from django.test import Client

from tests.admin.addresses import Address
from tests.admin.matrix.world import MARK, Snapshot, World
from tests.admin.side import Rows

_LINK = re.compile(r"/admin/([a-z_]+/[a-z_]+)/([^/\"'?&<>\s]+)/")
LETTERS = {"changelist": "l", "add": "a", "change": "p", "delete": "d", "history": "h"}
"""How the table of pages writes them."""


def text_of(answer: Any) -> str:
    """Everything that somebody reads in an answer: its body and where it leads."""
    body: bytes = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode("utf-8", "replace") + str(answer.headers.get("Location", ""))


def outcome(answer: HttpResponse) -> str:
    """Say in a word: yes, login, home (there is no such row), move, or the status."""
    if answer.status_code in {301, 302}:
        where = answer.headers["Location"]
        return "login" if where.startswith("/admin/login/") else "home" if where == "/admin/" else "move"
    return "yes" if answer.status_code == 200 else str(answer.status_code)


def opened(client: Client, paths: list[str]) -> str:
    """Say what comes of GETs, for the table: yes where one of them shows a page."""
    found = {outcome(client.get(path)) for path in paths}
    return "yes" if "yes" in found else "/".join(sorted(found))


def letters(client: Client, pages: dict[str, Address], world: World) -> str:
    """Say which of a model's pages open, for the table."""
    shown = [
        letter
        for page, letter in LETTERS.items()
        if page in pages and opened(client, pages[page].paths(world.here, 2)) == "yes"
    ]
    return "".join(shown) or "-"


def leaks(world: World, answer: Any, path: str = "") -> list[str]:
    """Give what an answer tells of the practice: its words, and links to its rows beside the one that was asked for."""
    text = text_of(answer)
    said = [text[max(0, hit.start() - 80) : hit.end() + 20] for hit in re.finditer(MARK, text, re.IGNORECASE)]
    keys = world.keys_in_addresses
    linked = {(folder, key) for folder, key in _LINK.findall(text) if key in keys.get(folder, ())}
    return said[:3] + [
        f"links to {folder}/{key}" for folder, key in sorted(linked - set(_LINK.findall(path)))
    ]


def changed(before: Snapshot, after: Snapshot, rows: Rows) -> list[str]:
    """Give what is otherwise than it was: the practice's rows, and rows of others that name one of its now."""
    return [
        found
        for model in rows
        if model.__name__ in before
        for found in _changed(model, before[model.__name__], after[model.__name__], rows)
    ]


def _changed(model: Any, before: list[Any], after: list[Any], rows: Rows) -> list[str]:
    key, name, own = model._meta.pk.attname, model.__name__, rows[model]
    was, now = {row[key]: row for row in before}, {row[key]: row for row in after}
    found = [
        f"{name} {pk}: {_difference(was[pk], now.get(pk))}" for pk in own & set(was) if was[pk] != now.get(pk)
    ]
    relations = [field for field in model._meta.concrete_fields if field.is_relation]
    for pk in set(now) - own:
        for field in relations:
            value = now[pk][field.attname]
            if value in rows.get(field.related_model, ()) and was.get(pk, {}).get(field.attname) != value:
                found.append(f"{name} {pk} names the practice's {field.name} {value}")
    return found


def _difference(before: dict[str, Any], after: dict[str, Any] | None) -> Any:
    if after is None:
        return "gone"
    return {name: (value, after[name]) for name, value in before.items() if after[name] != value}
