"""What a page or a mail is made of, whatever it says: elements, attributes, and what would run or lead away."""

import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

RUNS = re.compile(r"^(x-|@|:|on|hx-|v-|ng-|_$|style$|srcdoc$|http-equiv$|integrity$|nonce$)")
"""Attributes whose values something reads as more than text: the browser, the theme's Alpine and htmx."""
LEADS = {
    "href",
    "src",
    "action",
    "formaction",
    "data",
    "poster",
    "srcset",
    "background",
    "cite",
    "xlink:href",
    "content",
}
"""Attributes that may hold an address."""
HARMLESS_SCHEMES = {"", "http", "https", "mailto", "tel", "data"}
RAW = {"script", "style"}
_NUMBERS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+")
_DATA = re.compile(r"image/(png|gif|svg\+xml|jpeg|webp)")


@dataclass
class Markup(HTMLParser):
    """A parsed document: one line for each tag, and what stood in scripts."""

    tags: list[str] = field(default_factory=list)
    schemes: set[str] = field(default_factory=set)
    _raw: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(
            f"<{tag} {' '.join(sorted(self._told(name, value or '') for name, value in attrs))}>"
        )
        if tag in RAW:
            self._raw = dict(attrs).get("type") or "text/javascript"

    def handle_endtag(self, tag: str) -> None:
        self.tags.append(f"</{tag}>")
        self._raw = ""

    def handle_data(self, data: str) -> None:
        if self._raw == "application/json":
            self.tags.append(f"json {_shape(json.loads(data))}")
        elif self._raw:
            self.tags.append(f"raw {_plain(data)}")

    def handle_comment(self, data: str) -> None:
        self.tags.append(f"<!--{_plain(data)}-->")

    def handle_decl(self, decl: str) -> None:
        self.tags.append(f"<!{decl}>")

    def _told(self, name: str, value: str) -> str:
        """Give an attribute as it must be alike: its name, and its value where that does something."""
        if RUNS.match(name):
            return f"{name}={_plain(value)}"
        if name in LEADS:
            found = urlsplit(re.sub(r"[\x00-\x20]", "", value))
            if found.scheme != "data" or not _DATA.match(found.path):
                self.schemes.add(found.scheme)
            return f"{name}={found.scheme}:{_plain(found.netloc)}"
        return name


def markup(text: str) -> Markup:
    """Parse a document."""
    found = Markup()
    found.feed(text)
    found.close()
    return found


def differences(one: Markup, other: Markup) -> list[str]:
    """Give where two documents are made otherwise, the first few places; none where only their words differ."""
    first, second = one.tags, other.tags
    if first == second:
        return []
    at = next(
        (at for at, (a, b) in enumerate(zip(first, second, strict=False)) if a != b),
        min(len(first), len(second)),
    )
    return [f"at tag {at}: {first[at : at + 3]} is not {second[at : at + 3]}"]


def _plain(value: str) -> str:
    """Give a text without the numbers of rows, which differ from one world to the next."""
    return _NUMBERS.sub("#", value)


def _shape(value: Any) -> Any:
    """Give JSON with its texts and numbers left out."""
    if isinstance(value, dict):
        return {_plain(key): _shape(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_shape(each) for each in value]
    return type(value).__name__
