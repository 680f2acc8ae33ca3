"""Keeping what searches find of practices: looked at anew after each change, and now and then without one.

Whoever looks reads the practice's version before all else, so that a change which commits meanwhile is looked at again.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from bookings.businesses.models import Business
from bookings.catalogue.models import Service
from bookings.common import clock
from bookings.common.folding import folded
from bookings.consultants.models import Consultant
from bookings.directory import selectors
from bookings.directory.free import Free, next_free
from bookings.directory.models import ConsultantListing, Listing, ListingWord
from bookings.directory.selectors import LEASE, Waiting
from bookings.directory.words import kept_words

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(minutes=15)
"""After how long a practice is due again of which nothing is heard; later where more are due than workers do."""
LOOK_AT_MOST_EVERY = timedelta(minutes=1)
"""Where one open time after the other runs out of notice."""
BATCH = 100
"""Practices that a sweep takes up at once."""
TURN_LASTS = timedelta(seconds=8)
"""After how long a turn takes up no more: less than a worker that stops waits for it."""

Read = Callable[[datetime], list[Waiting]]
"""Gives practices to look at, by a moment."""


@dataclass(frozen=True)
class _Seen:
    """What is to be listed of a practice, as it was at `version`."""

    version: int
    columns: Mapping[str, object]
    words: set[str]
    free_by_consultant: Mapping[int, datetime | None]


def refresh_listing(*, business_id: int, now: datetime) -> bool:
    """Look anew at a practice; one that takes no bookings has no listing. Tells whether it has one.

    Of two who look at the same practice, the one that saw the newer version leaves what stays. One that is deleted
    meanwhile has none either.
    """
    business = Business.objects.select_related("category").filter(pk=business_id).first()
    if business is None or not business.is_active:
        with transaction.atomic():
            Listing.objects.filter(business=business_id).delete()
            ConsultantListing.objects.filter(consultant__business=business_id).delete()
        return False
    seen = _look_at(business, now)
    with transaction.atomic():
        if not _lock(business_id):
            return False
        Listing.objects.bulk_create([Listing(business=business, looked_at=now)], ignore_conflicts=True)
        listing = Listing.objects.select_for_update().get(pk=business_id)
        if (listing.seen_version, listing.looked_at) <= (seen.version, now):
            _write(listing, seen, now)
    return True


def refresh_behind(*, business_id: int, now: datetime) -> bool:
    """Look anew at a practice if it is not listed as it is: one look sees many changes. Tells whether it looked."""
    if not selectors.is_behind(business_id):
        return False
    refresh_listing(business_id=business_id, now=now)
    return True


def refresh_due(*, now: datetime) -> int:
    """Look at practices whose bookings moved since they were looked at, and at those whose time has come.

    Those with bookings go first, batch by batch. Several workers share the work. Gives how many were looked at.
    """
    return _refresh(lambda at: selectors.booked_since(at, BATCH) + selectors.due(at, BATCH), now)


def refresh_changed(*, now: datetime) -> int:
    """Look at practices whose change nobody was told of, as the nudge was lost or rows were brought in by hand.

    Gives how many were looked at.
    """
    return _refresh(lambda at: selectors.behind(at, BATCH), now)


def refresh_all(*, now: Callable[[], datetime], done: Callable[[int], None] = lambda _: None) -> int:
    """Look at every practice, one after the other; `done` is told how many after each hundred. Gives how many."""
    count = 0
    for pk in Business.objects.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=1000):
        refresh_listing(business_id=pk, now=now())
        count += 1
        if count % 100 == 0:
            done(count)
    return count


def _refresh(read: Read, now: datetime) -> int:
    """Look at what waits, batch by batch while they come full and the turn lasts; what others claimed is theirs.

    One that cannot be looked at is logged, waits for its next time and stops no other.
    """
    tick = clock.running_from(now)
    count = 0
    failed: set[int] = set()
    while tick() < now + TURN_LASTS:
        batch = read(tick())
        for each in batch:
            if tick() >= now + TURN_LASTS:
                break
            if each.pk not in failed and _claim(each, tick()):
                count += 1
                failed |= _look_or_put_off(each.pk, tick)
        if len(batch) < BATCH or failed.issuperset(each.pk for each in batch):
            break
    return count


def _claim(waiting: Waiting, now: datetime) -> bool:
    """Take a practice for oneself, as it was read; False where somebody was faster. Who dies is followed by another."""
    if waiting.looked_at is not None and waiting.due_at is not None:
        as_read = Listing.objects.filter(pk=waiting.pk, looked_at=waiting.looked_at, due_at=waiting.due_at)
        return bool(as_read.update(looked_at=now, due_at=now + LEASE))
    with transaction.atomic():
        # Nothing is claimed of one never listed: it is not shown as open always.
        first = {"looked_at": now, "due_at": now + LEASE, "sets_hours": True}
        return _lock(waiting.pk) and Listing.objects.get_or_create(pk=waiting.pk, defaults=first)[1]


def _lock(business_id: int) -> bool:
    """Keep a practice from being deleted until the transaction ends, which holds up no booking; False if it is gone."""
    row = Business.objects.select_for_update(no_key=True).filter(pk=business_id)
    return row.values_list("pk", flat=True).first() is not None


def _look_or_put_off(business_id: int, tick: Callable[[], datetime]) -> set[int]:
    """Look at a practice; give it back where that failed."""
    try:
        refresh_listing(business_id=business_id, now=tick())
    except Exception:  # one that cannot be looked at must not hold up the others
        log.exception("practice %s could not be listed", business_id)
        now = tick()
        Listing.objects.filter(pk=business_id).update(looked_at=now, due_at=now + LOOK_EVERY)
        return {business_id}
    return set()


def _look_at(business: Business, now: datetime) -> _Seen:
    """Read all that is listed of a practice, whose row, with its version, was read before."""
    free = next_free(business, now)
    services = list(Service.objects.filter(business=business, is_active=True).order_by("pk"))
    people = list(Consultant.objects.filter(business=business, is_active=True).order_by("pk"))
    return _Seen(
        version=business.version,
        columns={
            "city": folded(business.city),
            "currency": business.currency,
            "sets_hours": business.opening_hours.exists(),
            "price_from": _least_price(services, business.currency),
            "next_free_at": min((each.starts_at for each in free.values()), default=None),
            "due_at": _due_at(free, now),
        },
        words=kept_words(
            [
                business.name,
                business.city,
                business.category.name,
                *(service.name for service in services),
                *(text for person in people for text in (person.full_name, person.specialisation)),
            ]
        ),
        free_by_consultant={
            person.pk: free[person.schedule_id].starts_at if person.schedule_id in free else None
            for person in people
        },
    )


def _least_price(services: Iterable[Service], currency: str) -> Decimal | None:
    return min((service.price for service in services if service.currency == currency), default=None)


def _due_at(free: Mapping[int, Free], now: datetime) -> datetime:
    """Give when to look again: once an open time that is listed cannot be asked for any more, and in any case soon."""
    runs_out = min((each.until for each in free.values()), default=now + LOOK_EVERY) + timedelta(seconds=1)
    return min(max(runs_out, now + LOOK_AT_MOST_EVERY), now + LOOK_EVERY)


def _write(listing: Listing, seen: _Seen, now: datetime) -> None:
    for column, value in seen.columns.items():
        setattr(listing, column, value)
    listing.seen_version, listing.looked_at = seen.version, now
    listing.save()
    known = set(listing.words.values_list("word", flat=True))
    if known - seen.words:
        listing.words.filter(word__in=known - seen.words).delete()
    ListingWord.objects.bulk_create(
        ListingWord(listing=listing, word=word) for word in sorted(seen.words - known)
    )
    of_practice = ConsultantListing.objects.filter(consultant__business=listing.pk)
    of_practice.exclude(consultant__in=seen.free_by_consultant).delete()
    ConsultantListing.objects.bulk_create(
        [
            ConsultantListing(consultant_id=pk, next_free_at=at, looked_at=now)
            for pk, at in seen.free_by_consultant.items()
        ],
        update_conflicts=True,
        unique_fields=["consultant"],
        update_fields=["next_free_at", "looked_at"],
    )
