"""Reading feeds: whose they are, which of them work, and what stands in one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import F, Max, Q, QuerySet

from bookings.accounts.viewer import Viewer
from bookings.booking.calendars import SHOWN, TAKES_PLACE, holder_of, session_of, state_of
from bookings.booking.models import Booking
from bookings.booking.states import Status
from bookings.common.calendar_file import Session
from bookings.common.secrecy import token_hash
from bookings.consultants.models import Consultant
from bookings.feeds.models import CalendarFeed

PAST: Final = timedelta(days=90)
AHEAD: Final = timedelta(days=366)
"""How far back and ahead a feed reaches, from today's midnight in UTC."""
MOST: Final = 2000
"""How many sessions stand in a feed at most; where there are more, the earliest are left out."""
_READ_WITH = ("business", "service", "consultant", "resource")


@dataclass(frozen=True)
class Contents:
    """What a feed holds now, and since when at the latest: not before the last midnight, when its days moved on."""

    sessions: list[Session]
    changed_at: datetime


def working() -> QuerySet[CalendarFeed]:
    """Give the feeds that can be read: not revoked, of an open account that is still whose sessions it shows.

    A consultant's ends when the account is no longer theirs, a client's when the address is no longer the account's, or
    no longer proven. A consultant who takes no new bookings still has sessions to hold, and keeps the feed.
    """
    return of_their_makers().filter(
        revoked_at__isnull=True, created_by__is_active=True, created_by__deleted_at__isnull=True
    )


def of_their_makers() -> QuerySet[CalendarFeed]:
    """Give the feeds of accounts that are still the person whose sessions they show, revoked or not."""
    as_client = Q(email=F("created_by__email"), created_by__email_verified_at__isnull=False)
    return CalendarFeed.objects.filter(Q(consultant__user=F("created_by")) | as_client)


def visible_to(viewer: Viewer) -> QuerySet[CalendarFeed]:
    """Give the feeds that the viewer may see and revoke: their own; the platform's admin all, in the admin."""
    if viewer.account is None:
        return CalendarFeed.objects.none()
    return of_their_makers().filter(created_by=viewer.account)


def by_secret(secret: str) -> CalendarFeed | None:
    """Give the feed of an address, in the same one statement whatever the text is."""
    rows = working().filter(secret_hash=token_hash(secret)).select_related("created_by")
    return rows.first()


def contents(feed: CalendarFeed, *, now: datetime) -> Contents:
    """Give what a feed shows, in two statements, in order of time. Cancelled sessions are gone from it."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for_host = feed.consultant_id is not None
    whose = Q(consultant=feed.consultant_id) if for_host else Q(email=feed.email)
    rows = Booking.objects.filter(
        whose, starts_at__gte=midnight - PAST, starts_at__lt=midnight + AHEAD
    ).exclude(status=Status.DRAFT)
    changed_at = rows.aggregate(last=Max("updated_at"))["last"]
    shown = rows.filter(status__in=SHOWN).select_related(*_READ_WITH).defer("message", "intake")
    newest = list(shown.order_by("-starts_at", "-pk")[:MOST])
    sessions = [session_of(booking, for_host=for_host) for booking in reversed(newest)]
    return Contents(sessions, max(changed_at or midnight, midnight))


def session_for(booking_id: int, holder: str) -> tuple[Booking, Session] | None:
    """Give a booking for the holder of a link to its file; None unless it takes, or took, place or was called off.

    A consultant's link ends when the session is somebody else's, and when the consultant is another account or none
    that is open.
    """
    rows = Booking.objects.select_related(*_READ_WITH, "consultant__user").defer("message", "intake")
    booking = rows.filter(
        pk=booking_id,
        status__in=TAKES_PLACE | {Status.CANCELLED},
        starts_at__isnull=False,
        erased_at__isnull=True,
    ).first()
    for_host = holder.startswith("h")
    if booking is None or holder != holder_of(booking, for_host=for_host):
        return None
    if for_host and not _has_open_account(booking.consultant):
        return None
    return booking, session_of(booking, for_host=for_host, state=state_of(booking))


def _has_open_account(person: Consultant | None) -> bool:
    """Tell whether a consultant is an account that is neither closed nor shut out, as a feed asks."""
    account = person.user if person is not None else None
    return account is not None and account.is_active and account.deleted_at is None
