"""What a person asks for, and which texts of it nobody needs. Drafting and manual creation share it."""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from bookings.booking.wishes import Wish
from bookings.catalogue.models import MOST_SEATS
from bookings.common.errors import DomainError, ErrorCode, invalid
from bookings.common.text import can_be_kept, check_locale
from bookings.common.zones import check_zone

MAX_TEXT = 5000
MAX_INTAKE = 10_000
_JOINERS = re.compile("[\u200c\u200d]")


@dataclass(frozen=True)
class DraftRequest:
    """What a person asks for: a start (an instant), or a wish for staff to answer; `seats` is how many people come.

    consultant_id, resource_id: whose time; anyone's or any one's where neither is named. ends_at: for a service
    whose length the client chooses. consent_version: of the text that was shown, where the client says.
    """

    email: str
    full_name: str
    service_id: int
    consent: bool
    consultant_id: int | None = None
    resource_id: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    wish: Wish | None = None
    seats: int = 1
    mode: str | None = None
    meeting_platform: str | None = None
    payment_mode: str | None = None
    phone: str = ""
    timezone: str = ""
    locale: str = "en"
    message: str = ""
    intake: dict[str, Any] = field(default_factory=dict)
    consent_version: str | None = None


def check_texts(request: DraftRequest) -> None:
    """Refuse what no person needs. Raises CONSENT_REQUIRED and VALIDATION_FAILED."""
    if not request.consent:
        raise DomainError(ErrorCode.CONSENT_REQUIRED, field=["consent"])
    intake = _written(request.intake)
    rules = (
        (
            "fullName",
            len(request.full_name.strip()) <= 200 and _is_one_line(request.full_name.strip()),
            gettext("A name has 1 to 200 characters on one line."),
        ),
        ("phone", len(request.phone) <= 32, gettext("A telephone number has 32 characters at most.")),
        (
            "message",
            len(request.message) <= MAX_TEXT,
            gettext("A message has %(most)s characters at most.") % {"most": MAX_TEXT},
        ),
        (
            "intake",
            len(intake) <= MAX_INTAKE,
            gettext("The answers have %(most)s characters at most.") % {"most": MAX_INTAKE},
        ),
        (
            "seats",
            1 <= request.seats <= MOST_SEATS,
            gettext("From 1 to %(most)s seats can be asked for.") % {"most": MOST_SEATS},
        ),
    )
    for field_name, kept, message in rules:
        if not kept:
            raise invalid(field_name, message)
    check_locale(request.locale)
    check_zone(request.timezone)
    for field_name, text in (("phone", request.phone), ("message", request.message), ("intake", intake)):
        if not can_be_kept(text):
            raise invalid(
                field_name, gettext("Text may hold neither NUL characters nor halves of surrogate pairs.")
            )


def _written(intake: dict[str, Any]) -> str:
    """Give the answers as JSON. Raises VALIDATION_FAILED for what JSON cannot hold: a literal 1e999 is infinite."""
    try:
        return json.dumps(intake, ensure_ascii=False, allow_nan=False)
    except ValueError:
        raise invalid("intake", gettext("The answers hold a number that is too large.")) from None


def _is_one_line(name: str) -> bool:
    """Tell whether a name is text that shows on one line: joiners stand in Persian, Hindi and emoji names."""
    plain = _JOINERS.sub("", name).replace("\u00a0", " ").strip()
    return bool(plain) and plain.isprintable()
