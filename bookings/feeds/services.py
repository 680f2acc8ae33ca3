"""Making and revoking feeds. The address is told once; the database keeps its hash."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from bookings.accounts.locks import lock_account
from bookings.accounts.viewer import Viewer
from bookings.common.batches import delete, in_batches
from bookings.common.errors import DomainError, ErrorCode, Unauthenticated
from bookings.common.idempotency import Once, transaction_once
from bookings.common.ids import new_token
from bookings.common.secrecy import token_hash
from bookings.feeds import selectors
from bookings.feeds.models import CalendarFeed

MOST_AT_ONCE: Final = 10
"""Feeds of one account that are not revoked."""
READ_IS_KEPT_TO: Final = timedelta(hours=1)
"""How exactly the last reading is kept: a feed that is asked for all day costs a write an hour."""
REVOKED_KEPT: Final = timedelta(days=30)
"""How long a revoked feed is still listed."""


@dataclass(frozen=True)
class NewFeed:
    """A feed as it was made; `url` is the only copy of its address."""

    row: CalendarFeed
    url: str = field(repr=False)


def create_feed(
    *, viewer: Viewer, consultant_id: int | None = None, once: Once | None = None, now: datetime
) -> NewFeed:
    """Make a feed of the viewer's own: of all their bookings as a client, by their proven address, or as a consultant.

    Raises UNAUTHENTICATED, EMAIL_NOT_VERIFIED (of a client), NOT_FOUND for a consultant who is not the viewer,
    VALIDATION_FAILED for one too many, and AlreadyDone for a replay of `once`: an address is shown once.
    """
    account = viewer.require_account()
    with transaction_once(once, now=now) as outcome:
        holder = lock_account(account.pk)
        if holder is None:
            raise Unauthenticated
        if consultant_id is None and holder.email_verified_at is None:
            raise DomainError(ErrorCode.EMAIL_NOT_VERIFIED)
        if consultant_id is not None and consultant_id not in viewer.consultant_ids:
            raise DomainError(ErrorCode.NOT_FOUND, field=["consultantId"])
        if CalendarFeed.objects.filter(created_by=holder, revoked_at__isnull=True).count() >= MOST_AT_ONCE:
            raise DomainError(
                ErrorCode.VALIDATION_FAILED,
                gettext(
                    "An account has at most %(most_at_once)s calendar feeds. Revoke one that is not used."
                )
                % {"most_at_once": MOST_AT_ONCE},
            )
        secret = new_token()
        row = CalendarFeed.objects.create(
            secret_hash=token_hash(secret),
            consultant_id=consultant_id,
            email="" if consultant_id is not None else holder.email,
            created_by=holder,
            created_at=now,
        )
        outcome.made(row.pk)
    return NewFeed(row, f"{settings.PUBLIC_URL}{reverse('calendar:feed', args=[secret])}")


def revoke_feed(*, viewer: Viewer, feed_id: int, now: datetime) -> CalendarFeed:
    """End a feed for good; one that was revoked before stays as it is.

    Raises UNAUTHENTICATED, and NOT_FOUND, with `id`, where there is no such feed of the viewer's.
    """
    viewer.require_account()
    with transaction.atomic():
        feed = selectors.visible_to(viewer).filter(pk=feed_id).first()
        if feed is None:
            raise DomainError(ErrorCode.NOT_FOUND, field=["id"])
        CalendarFeed.objects.filter(pk=feed.pk, revoked_at__isnull=True).update(revoked_at=now)
        feed.refresh_from_db(fields=["revoked_at"])
    return feed


def revoke_all(*, feeds: QuerySet[CalendarFeed], now: datetime) -> int:
    """End feeds whoever made them, for the platform's admin; give how many were not revoked yet."""
    return feeds.filter(revoked_at__isnull=True).update(revoked_at=now)


def touch(*, feed: CalendarFeed, now: datetime) -> None:
    """Keep when a feed was last read, to READ_IS_KEPT_TO; of requests at the same time one writes."""
    due = now - READ_IS_KEPT_TO
    if feed.last_read_at is not None and feed.last_read_at > due:
        return
    stale = Q(last_read_at__isnull=True) | Q(last_read_at__lte=due)
    CalendarFeed.objects.filter(stale, pk=feed.pk).update(last_read_at=now)


def forget_revoked(now: datetime) -> int:
    """Delete feeds that were revoked 30 days ago, or whose maker is gone."""
    over = Q(revoked_at__lte=now - REVOKED_KEPT) | Q(created_by__isnull=True)
    return sum(in_batches(CalendarFeed.objects.filter(over), delete))
