"""Forms of the admin's pages as a browser holds them: read, filled in, sent back."""

import html
import re
from html.parser import HTMLParser
from typing import Any

from django.test import Client


class _Fields(HTMLParser):
    """Collects what a browser would send: inputs, ticked boxes, chosen options, texts."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, Any] = {}
        self.hidden: dict[str, list[str]] = {}
        self._select = self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, kind = given.get("name") or "", given.get("type") or ""
        if tag == "input" and name and kind == "hidden":
            self.hidden.setdefault(name, []).append(given.get("value") or "")
        if tag == "input" and name and kind not in {"submit", "file"}:
            if kind not in {"checkbox", "radio"} or "checked" in given:
                self.values[name] = given.get("value") or ("on" if kind == "checkbox" else "")
        elif tag == "select":
            self._select = name
            self.values[name] = ""
        elif tag == "option" and self._select and "selected" in given:
            self.values[self._select] = given.get("value") or ""
        elif tag == "textarea":
            self._text = name
            self.values[name] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._text = ""

    def handle_data(self, data: str) -> None:
        if self._text:
            self.values[self._text] += data.lstrip("\n")


def fields_of(page: str) -> dict[str, Any]:
    """The values of all fields on a page, without those of the search box and of the blank row for new ones."""
    reader = _Fields()
    reader.feed(page)
    return {name: value for name, value in reader.values.items() if "__prefix__" not in name}


def rows_of(fields: dict[str, Any], prefix: str) -> list[dict[str, Any]]:
    """The rows of one inline, by the names of their columns."""
    rows: dict[int, dict[str, Any]] = {}
    for name, value in fields.items():
        begin, _, rest = name.partition("-")
        number, _, column = rest.partition("-")
        if begin == prefix and number.isdecimal():
            rows.setdefault(int(number), {})[column] = value
    return [rows[number] for number in sorted(rows)]


def send(client: Client, address: str, fields: dict[str, Any]) -> str:
    """Send a form, agree with the preview where one comes up, follow where it leads, and give the page there."""
    page = press(client, address, fields)
    return agree(client, address, page) if "What would change" in page else page


def press(client: Client, address: str, fields: dict[str, Any]) -> str:
    """Send a form, with the rows that were added by the page's script, and give the page that comes up."""
    sent = {**fields, "_continue": "Save and continue editing"}
    for name in [name for name in fields if name.endswith("-TOTAL_FORMS")]:
        prefix = name.removesuffix("-TOTAL_FORMS")
        sent[name] = str(max(int(fields[name]), len(rows_of(fields, prefix))))
    answer = client.post(address, sent, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def agree(client: Client, address: str, preview: str) -> str:
    """Press the button of a preview, and give the page that comes up: all that it carries is sent again."""
    reader = _Fields()
    reader.feed(preview)
    answer = client.post(address, reader.hidden, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def words_of(page: str) -> str:
    """What a person reads of a page, on one line: no tags, single spaces."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", page))).strip()
