"""Finding practices, and which of them the worker has to look at."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery

from bookings.booking.models import BookingEvent
from bookings.businesses.models import Business, Category
from bookings.businesses.ratings import stars
from bookings.businesses.selectors import in_use
from bookings.common.folding import folded, words_of
from bookings.directory.models import Listing, ListingWord
from bookings.directory.opening import open_at
from bookings.directory.places import Near, box_around, metres_to
from bookings.directory.words import MOST_WORDS, after

NEWEST_EVENTS = 1000
"""How many of the newest events a turn goes through, which is far more than happen between two turns."""
LATE = timedelta(seconds=30)
"""How long after its instant an event may commit, at most; practices are looked at once more then."""
RECENT = timedelta(minutes=15)
"""Of older events the look that is due anyway takes care."""

LEASE = timedelta(minutes=1)
"""How long after somebody claimed a practice it is due again, unless the look was ended; no look takes so long."""

_BEHIND = (
    Q(is_active=True, listing__isnull=True)
    | Q(is_active=True, listing__seen_version__lt=F("version"))
    | Q(is_active=False, listing__isnull=False)
)


class Order(models.TextChoices):
    """By what practices that were found are sorted."""

    NAME = "NAME", "By name."
    DISTANCE = "DISTANCE", "The nearest first; takes `near`."
    RATING = "RATING", "The best rated first, those without a rating last."
    PRICE = (
        "PRICE",
        "The lowest price first; takes `price`, and leaves out practices without a price in its currency.",
    )
    NEXT_FREE = "NEXT_FREE", "The soonest open time first; leaves out practices without one in sight."


@dataclass(frozen=True)
class Price:
    """That the least a practice asks is in a currency, and within bounds, both included."""

    currency: str
    least: Decimal | None = None
    most: Decimal | None = None


@dataclass(frozen=True)
class Wish:
    """What somebody looks for; None does not matter. All of it has to be met."""

    search: str | None = None
    city: str | None = None
    category: str | None = None
    near: Near | None = None
    price: Price | None = None
    rating_from: Decimal | None = None
    open_now: bool = False
    free_before: datetime | None = None
    order: Order = Order.NAME


def found(wish: Wish, now: datetime) -> QuerySet[Business]:
    """Give the practices that meet a wish, in its order, which is the same each time; `metres` where there is `near`.

    What the listing holds (words, city, prices, times) is as it was looked at, seconds after a change.
    """
    rows = _in_place(in_use(), wish)
    for word in words_of(wish.search or "")[:MOST_WORDS]:
        of_row = ListingWord.objects.filter(listing=OuterRef("pk"), word__gte=word, word__lt=after(word))
        rows = rows.filter(Exists(of_row))
    if wish.search and not words_of(wish.search):
        rows = rows.none() if wish.search.strip() else rows
    if wish.price is not None:
        rows = rows.filter(_priced(wish.price))
    if wish.rating_from is not None:
        rows = rows.alias(stars=stars()).filter(stars__gte=wish.rating_from)
    if wish.free_before is not None:
        rows = rows.filter(listing__next_free_at__gte=now, listing__next_free_at__lt=wish.free_before)
    if wish.open_now:
        zones = in_use().order_by().values_list("timezone", flat=True).distinct()
        rows = rows.filter(open_at(now, zones))
    return _sorted(rows, wish.order, now)


def _in_place(rows: QuerySet[Business], wish: Wish) -> QuerySet[Business]:
    if wish.category is not None:
        # As a value of its own, so that one index gives the rows in order.
        rows = rows.filter(category=Category.objects.filter(slug=wish.category).values("pk")[:1])
    if wish.city is not None:
        rows = rows.filter(listing__city=folded(wish.city)) if folded(wish.city) else rows.none()
    if wish.near is not None:
        near = wish.near
        rows = rows.annotate(metres=metres_to(near)).filter(
            box_around(near), metres__lte=near.within_km * 1000
        )
    return rows


def _priced(price: Price) -> Q:
    asked = Q(listing__currency=price.currency, listing__price_from__isnull=False)
    if price.least is not None:
        asked &= Q(listing__price_from__gte=price.least)
    if price.most is not None:
        asked &= Q(listing__price_from__lte=price.most)
    return asked


def _sorted(rows: QuerySet[Any], order: Order, now: datetime) -> QuerySet[Business]:
    if order == Order.DISTANCE:
        return rows.order_by("metres", "pk")
    if order == Order.RATING:
        return rows.annotate(stars=stars()).order_by("-stars", "pk")
    if order == Order.PRICE:
        return rows.order_by("listing__price_from", "pk")
    if order == Order.NEXT_FREE:
        return rows.filter(listing__next_free_at__gte=now).order_by("listing__next_free_at", "pk")
    return rows.order_by("name", "pk")


class Waiting(NamedTuple):
    """A practice to look at, and its listing's times as they were read, by which it is claimed; None without one."""

    pk: int
    looked_at: datetime | None
    due_at: datetime | None


def due(now: datetime, most: int) -> list[Waiting]:
    """Give the practices to look at by now though nothing is known to have changed, the longest due first."""
    rows = Listing.objects.filter(due_at__lte=now).order_by("due_at")
    return [Waiting(*row) for row in rows.values_list("pk", "looked_at", "due_at")[:most]]


def booked_since(now: datetime, most: int) -> list[Waiting]:
    """Give the practices of which bookings moved since they were looked at: at once, and when late ones are in.

    Events are numbered before they commit, so that no number says up to where all is seen; hence the newest of them
    every time. Counted back from the last number their key finds them, however many there are; of a list of keys the
    database would rather read all events.
    """
    newest = Subquery(BookingEvent.objects.order_by("-pk").values("pk")[:1])
    moved = (
        BookingEvent.objects.filter(pk__gt=newest - NEWEST_EVENTS, at__gt=now - RECENT)
        .values("booking__business")
        .annotate(moved_at=Max("at"))
        .values_list("booking__business", "moved_at")
    )
    by_business = dict(moved)
    listed = Listing.objects.filter(pk__in=by_business).values_list("pk", "looked_at", "due_at")
    wanted = [
        Waiting(pk, looked_at, due_at)
        for pk, looked_at, due_at in listed
        if looked_at <= by_business[pk] or looked_at < by_business[pk] + LATE <= now
    ]
    return sorted(wanted, key=lambda each: by_business[each.pk])[:most]


def is_behind(business_id: int) -> bool:
    """Tell whether a practice is not listed as it is."""
    return Business.objects.filter(_BEHIND, pk=business_id).exists()


def behind(now: datetime, most: int) -> list[Waiting]:
    """Give the practices that are not listed as they are: never, or not since their last change, or though closed.

    Those that could not be looked at were put off, and let the others go first. One that is due within two
    leases is left out, since somebody, whose clock may be ahead, may have claimed it; else its time finds it soon.
    """
    of_nobody = Q(listing__isnull=True) | Q(listing__due_at__lte=now) | Q(listing__due_at__gt=now + 2 * LEASE)
    waiting = Business.objects.filter(_BEHIND, of_nobody).order_by(
        F("listing__due_at").asc(nulls_first=True), "pk"
    )
    rows = waiting.values_list("pk", "listing__looked_at", "listing__due_at")
    return [Waiting(*row) for row in rows[:most]]
