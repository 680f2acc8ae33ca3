"""Links that add a session to the usual calendars, and the one to its calendar file, which needs no account.

The file's link is signed: whoever has it reads that one session as it stands, and finds no other by it. A consultant's
names the account, so that it ends when somebody else takes the session over, and when the account is taken off. What
other companies are told by their links is what the title says, the time and the place, never the link of a meeting.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from bookings.common.calendar_file import Session, description, location, title
from bookings.common.secrecy import keyed_digest, same

CLIENT: Final = "c"
"""Holds the link of a booking's client."""
_PURPOSE: Final = "calendar file"
_OUTLOOK: Final = "/calendar/0/deeplink/compose"


@dataclass(frozen=True)
class CalendarLinks:
    """Where a session is added to whose calendar."""

    google: str
    outlook: str
    office365: str
    yahoo: str
    ics_url: str


def host(account_id: int | None) -> str:
    """Give what stands for a consultant as the holder of a link: the account that they are; 0 without one."""
    return f"h{account_id or 0}"


def link_to_file(booking_id: int, holder: str) -> str:
    """Give the whole address of a session's file. It holds for as long as the server's key."""
    path = reverse("calendar:booking", args=[booking_id, holder, _digest(booking_id, holder)])
    return f"{settings.PUBLIC_URL}{path}"


def is_right(booking_id: int, holder: str, digest: str) -> bool:
    """Tell, in constant time and without looking whether there is such a booking, whether a link is ours."""
    return same(digest, _digest(booking_id, holder))


def links_for(session: Session, *, booking_id: int, holder: str) -> CalendarLinks:
    """Give all of a session's links."""
    subject, text = title(session), description(session)
    place = location(session, with_link=False)
    microsoft = urlencode(
        {
            "path": "/calendar/action/compose",
            "rru": "addevent",
            "subject": subject,
            "startdt": session.starts_at.astimezone(UTC).isoformat(timespec="seconds"),
            "enddt": session.ends_at.astimezone(UTC).isoformat(timespec="seconds"),
            "body": text,
            "location": place,
        }
    )
    first, last = _basic(session.starts_at), _basic(session.ends_at)
    google = {
        "action": "TEMPLATE",
        "text": subject,
        "dates": f"{first}/{last}",
        "details": text,
        "location": place,
    }
    yahoo = {"v": "60", "title": subject, "st": first, "et": last, "desc": text, "in_loc": place}
    return CalendarLinks(
        google=f"https://calendar.google.com/calendar/render?{urlencode(google)}",
        outlook=f"https://outlook.live.com{_OUTLOOK}?{microsoft}",
        office365=f"https://outlook.office.com{_OUTLOOK}?{microsoft}",
        yahoo=f"https://calendar.yahoo.com/?{urlencode(yahoo)}",
        ics_url=link_to_file(booking_id, holder),
    )


def _digest(booking_id: int, holder: str) -> str:
    return keyed_digest(_PURPOSE, f"{booking_id}:{holder}")


def _basic(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
