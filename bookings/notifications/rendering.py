"""From an outbox row to a subject, a text and an HTML body. Text from people comes out inert."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.template import Context, engines
from django.template.backends.django import DjangoTemplates
from django.utils import dateformat, translation
from django.utils.dateparse import parse_datetime

from bookings.notifications.messages import LANGUAGES, MESSAGES
from bookings.notifications.models import OutboxMessage

LONGEST = 200
_LONGEST = {"full_name": 80, "reason": 2000}
_OURS = {"acknowledgement_id", "amount", "code", "deadline", "ends_at", "starts_at"}
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SCHEME = re.compile(r":\s*/+")
_DOMAIN_DOT = re.compile(r"(?<=\w)\.(?=[^\W\d_]{2})|(?<=\d)\.(?=\d+\.\d+\.\d)")


@dataclass(frozen=True)
class Rendered:
    """What goes into one mail."""

    subject: str
    text: str
    html: str


def render(message: OutboxMessage) -> Rendered:
    """Render a queued mail in its recipient's language and zone. Raises ValueError where it cannot be."""
    entry = MESSAGES.get(message.template)
    if entry is None:
        raise ValueError(f"there is no message {message.template!r}")
    language = message.locale if message.locale in LANGUAGES else LANGUAGES[0]
    with translation.override(language):
        shown: dict[str, Any] = {
            "acknowledgement_id": "",
            **_values(message),
            "language": language,
            "heading": str(entry.heading),
            "button": str(entry.button),
        }
        subject = one_line(str(entry.subject) % shown)
        return Rendered(
            subject=subject,
            text=_fill(f"mail/{message.template}.txt", shown, autoescape=False),
            html=_fill(f"mail/{message.template}.html", {**shown, "subject": subject}, autoescape=True),
        )


def one_line(text: str, longest: int = LONGEST) -> str:
    """Give the text without control and direction marks, on one line, at most `longest` characters."""
    plain = "".join(
        " " if unicodedata.category(letter) in {"Cc", "Zl", "Zp", "Cs"} else letter
        for letter in _BIDI.sub("", text)
    )
    plain = " ".join(plain.split())
    return plain if len(plain) <= longest else plain[: longest - 1].rstrip() + "…"


def inert(text: str, longest: int = LONGEST) -> str:
    """Give text from people so that no mail program links it: `a.example` becomes `a. example`."""
    return _DOMAIN_DOT.sub(". ", _SCHEME.sub(": ", one_line(text, longest)))


def _fill(name: str, values: dict[str, Any], *, autoescape: bool) -> str:
    backend = engines["django"]
    if not isinstance(backend, DjangoTemplates):
        raise TypeError("mail templates are Django's")
    template = backend.engine.get_template(name)
    filled = template.render(Context(values, autoescape=autoescape))
    return re.sub(r"\n{3,}", "\n\n", filled).strip() + "\n"


def _values(message: OutboxMessage) -> dict[str, Any]:
    """Give what the templates may show: the row's values, cleaned, with its times in words."""
    given = {**message.context, **message.secrets}
    values = {key: _clean(key, value) for key, value in given.items()}
    zone = _zone(message.timezone)
    starts_at, ends_at = _parsed(given.get("starts_at")), _parsed(given.get("ends_at"))
    deadline = _parsed(given.get("deadline"))
    values["when"] = _period(starts_at, ends_at, zone) if starts_at else ""
    values["until"] = _moment(deadline, zone) if deadline else ""
    alternatives = map(_parsed, given.get("alternatives") or [])
    values["alternatives"] = [_moment(instant, zone) for instant in alternatives if instant]
    return values


def _clean(key: str, value: Any) -> Any:
    if not isinstance(value, str) or key == "link":
        return value
    return one_line(value) if key in _OURS else inert(value, _LONGEST.get(key, LONGEST))


def _zone(name: str) -> ZoneInfo:
    """Give the zone; UTC, which is then named, where the row's is not known on this machine."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def _parsed(value: Any) -> datetime | None:
    """Read an ISO instant. Raises ValueError for one without an offset: no mail is better than a guess."""
    if not value:
        return None
    instant = parse_datetime(str(value))
    if instant is None or instant.tzinfo is None:
        raise ValueError("an instant in a message's context is ISO 8601 with an offset")
    return instant


def _moment(instant: datetime, zone: ZoneInfo) -> str:
    local = instant.astimezone(zone)
    return f"{dateformat.format(local, 'l j F Y, H:i')} ({_zone_text(local, zone)})"


def _period(starts_at: datetime, ends_at: datetime | None, zone: ZoneInfo) -> str:
    if ends_at is None:
        return _moment(starts_at, zone)
    first, last = starts_at.astimezone(zone), ends_at.astimezone(zone)
    end = dateformat.format(last, "H:i" if first.date() == last.date() else "l j F Y, H:i")
    return f"{dateformat.format(first, 'l j F Y, H:i')} - {end} ({_zone_text(first, zone)})"


def _zone_text(local: datetime, zone: ZoneInfo) -> str:
    """Name the zone with its offset, which tells apart the two 02:30s of an autumn night."""
    if zone.key == "UTC":
        return "UTC"
    offset = local.strftime("%z")
    return f"{zone.key}, UTC{offset[:3]}:{offset[3:5]}"
