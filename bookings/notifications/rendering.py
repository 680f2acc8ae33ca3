"""From an outbox row to a subject, a text and an HTML body. Text from people comes out inert."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from css_inline import CSSInliner
from django.conf import settings
from django.template import Context, engines
from django.template.backends.django import DjangoTemplates
from django.urls import reverse
from django.utils import translation
from django.utils.dateparse import parse_date, parse_datetime, parse_time
from django.utils.translation import gettext

from bookings.common import dates, languages
from bookings.common.calendar_file import Method
from bookings.common.inert import LONGEST, inert, one_line
from bookings.notifications.entries import Audience, Message
from bookings.notifications.invitations import METHODS, Invitation, invitation_of
from bookings.notifications.messages import MESSAGES
from bookings.notifications.models import OutboxMessage
from bookings.notifications.refusals import link_to_stop
from bookings.notifications.wording import wished

_LABELS = {"meeting_platform", "method", "role_label", "status_label", "what"}
"""Words of ours that were queued as they stand in the code (languages.source)."""
_LINKS = {"link", "cancel_link", "page", "status_link"}
_LONGEST = {"full_name": 80, "inviter_name": 80, "member_name": 80, "reason": 2000}
_OURS = {
    "acknowledgement_id", "amount", "code", "deadline", "deposit", "ends_at", "off", "on_site", "starts_at",
}  # fmt: skip
_INLINER = CSSInliner(load_remote_stylesheets=False)
"""Writes the style sheet into each element, as many mail programs read no other. What is for phones and for dark mode
stays a sheet, which style.html says."""


@dataclass(frozen=True)
class Rendered:
    """What goes into one mail."""

    subject: str
    text: str
    html: str
    stop_link: str = ""
    """Where its recipient stops mails of its kind; empty where they cannot."""
    invitation: Invitation | None = None
    """The calendar file that goes with it."""


def render(message: OutboxMessage) -> Rendered:
    """Render a queued mail in its recipient's language and zone. Raises ValueError where it cannot be."""
    entry = MESSAGES.get(message.template)
    if entry is None:
        raise ValueError(f"there is no message {message.template!r}")
    language = languages.language_of(message.locale)
    with translation.override(language):
        values = _values(message)
        stop_link = link_to_stop(message.recipient, entry.refusable) if entry.refusable else ""
        shown: dict[str, Any] = {
            "acknowledgement_id": "",
            **values,
            "link": values.get("link") or _way_to_booking(entry, message),
            "audience": entry.audience.value,
            "site": urlsplit(settings.PUBLIC_URL).hostname or "",
            "language": language,
            "heading": str((values["wish"] and entry.wish_heading) or entry.heading),
            "button": str(entry.button),
            "stop_link": stop_link,
            "stops": str(entry.refusable.label) if entry.refusable else "",
        }
        invitation = invitation_of(message)
        shown["calendar_links"] = invitation.links if invitation else None
        subject = one_line(str((values["wish"] and entry.wish_subject) or entry.subject) % shown)
        together = {"when": shown["when"].replace(" - ", "\u00a0-\u00a0")}  # no line ends between two times
        html = _fill(
            f"mail/{message.template}.html", {**shown, **together, "subject": subject}, autoescape=True
        )
        return Rendered(
            subject=subject,
            text=_fill(f"mail/{message.template}.txt", shown, autoescape=False),
            html=_INLINER.inline(html),
            stop_link=stop_link,
            invitation=invitation,
        )


def _way_to_booking(entry: Message, message: OutboxMessage) -> str:
    """Give where the button leads: the client's page of the booking, or the practice's, which asks who one is."""
    if not entry.opens_booking or message.booking_id is None:
        return ""
    if entry.audience is Audience.CLIENT:
        return str(message.context.get("page") or "")
    return f"{settings.PUBLIC_URL}{reverse('admin:bookings_booking_change', args=[message.booking_id])}"


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
    given |= {name: gettext(str(given[name])) for name in _LABELS if given.get(name)}
    values = {key: _clean(key, value) for key, value in given.items()}
    zone = _zone(message.timezone)
    starts_at, ends_at = _parsed(given.get("starts_at")), _parsed(given.get("ends_at"))
    deadline = _parsed(given.get("deadline"))
    values["when"] = _period(starts_at, ends_at, zone) if starts_at else ""
    values["wish"] = "" if starts_at else _wish(given)
    values["until"] = _moment(deadline, zone) if deadline else ""
    refund_until = _parsed(given.get("refund_until"))
    values["refund_until"] = _moment(refund_until, zone) if refund_until else ""
    values["place"] = _place(message)
    alternatives = map(_parsed, given.get("alternatives") or [])
    values["alternatives"] = [_moment(instant, zone) for instant in alternatives if instant]
    return values


def _place(message: OutboxMessage) -> str:
    """Give where the session takes place; nothing where the row does not say, or there is no session any more."""
    calendar = message.context.get("calendar") or {}
    if METHODS.get(message.template) is not Method.REQUEST or not calendar:
        return ""
    return gettext("Online") if calendar.get("is_online") else inert(str(calendar.get("place") or ""))


def _clean(key: str, value: Any) -> Any:
    if not isinstance(value, str) or key in _LINKS:
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


def _wish(given: Mapping[str, Any]) -> str:
    """Give what was wished, with the zone that it means. Raises ValueError for what is no date or time."""
    if not given.get("preferred_date"):
        return ""
    day = parse_date(str(given["preferred_date"]))
    if day is None:
        raise ValueError("a wished date in a message's context is ISO 8601")
    first, last = (parse_time(str(given.get(name) or "")) for name in ("preferred_from", "preferred_until"))
    zone = _zone(str(given.get("preferred_zone") or "UTC"))
    return f"{wished(day, str(given.get('preferred_period')), first, last)} ({zone.key})"


def _moment(instant: datetime, zone: ZoneInfo) -> str:
    local = instant.astimezone(zone)
    return f"{dates.moment(local)} ({_zone_text(local, zone)})"


def _period(starts_at: datetime, ends_at: datetime | None, zone: ZoneInfo) -> str:
    if ends_at is None:
        return _moment(starts_at, zone)
    first, last = starts_at.astimezone(zone), ends_at.astimezone(zone)
    end = f"{last:%H:%M}" if first.date() == last.date() else dates.moment(last)
    if first.utcoffset() != last.utcoffset():  # the clocks change in between: each end needs its own
        return f"{dates.moment(first)} (UTC{_offset(first)}) - {end} ({_zone_text(last, zone)})"
    return f"{dates.moment(first)} - {end} ({_zone_text(first, zone)})"


def _zone_text(local: datetime, zone: ZoneInfo) -> str:
    """Name the zone with its offset, which tells apart the two 02:30s of an autumn night."""
    if zone.key == "UTC":
        return "UTC"
    return f"{zone.key}, UTC{_offset(local)}"


def _offset(local: datetime) -> str:
    offset = local.strftime("%z")
    return f"{offset[:3]}:{offset[3:5]}"
