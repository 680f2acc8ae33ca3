"""What lists show of a practice or a consultant that is worked out: distance, least price, next open time."""

import datetime
from typing import Any

import strawberry
import strawberry_django
from django.db.models import F

from bookings.businesses import models
from bookings.consultants.models import Consultant
from bookings.directory.models import ConsultantListing, Listing
from bookings.directory.opening import is_open
from schema.common.context import Info
from schema.common.scalars import Money

Root = strawberry.Parent[models.Business]

_AS_LOOKED_AT = (
    "as it was looked at last: seconds after a booking or a change, else about every quarter of an hour, later where "
    "very many practices wait. `openSlots` says what is open this moment. Null where none is in sight."
)


def distance_km() -> Any:
    """Declare `Business.distanceKm`."""
    return strawberry_django.field(
        _distance_km,
        only=["id"],
        description="Kilometres as the crow flies from the place that `businesses` was asked `near`; null elsewhere.",
    )


def price_from() -> Any:
    """Declare `Business.priceFrom`."""
    return strawberry_django.field(
        _price_from,
        only=["is_active"],
        annotate={"listed_price": F("listing__price_from"), "listed_currency": F("listing__currency")},
        description="The lowest price of its services, in its currency; null where it sells none.",
    )


def next_free_at() -> Any:
    """Declare `Business.nextFreeAt`."""
    return strawberry_django.field(
        _next_free_of_practice,
        only=["is_active"],
        annotate={"listed_free_at": F("listing__next_free_at"), "listed_for": F("listing__pk")},
        description=f"When its next open time of any service begins, {_AS_LOOKED_AT}",
    )


def is_open_now() -> Any:
    """Declare `Business.isOpenNow`."""
    return strawberry_django.field(
        _is_open_now,
        only=["timezone"],
        prefetch_related=["opening_hours", "closed_days"],
        description="Whether it is open at this moment by its own clock. One that sets no hours always is, but on the "
        "days that it closes.",
    )


def next_free_at_of_consultant() -> Any:
    """Declare `Consultant.nextFreeAt`."""
    return strawberry_django.field(
        _next_free_of_consultant,
        only=["is_active"],
        annotate={"listed_free_at": F("listing__next_free_at"), "listed_for": F("listing__pk")},
        description=f"When their next open time of any service begins, {_AS_LOOKED_AT}",
    )


def _distance_km(root: Root) -> float | None:
    metres: int | None = getattr(root, "metres", None)
    return None if metres is None else metres / 1000


def _price_from(root: Root) -> Money | None:
    listed: Any = root
    if not hasattr(root, "listed_price"):
        row = Listing.objects.filter(pk=root.pk).values_list("price_from", "currency").first()
        listed.listed_price, listed.listed_currency = row or (None, None)
    if listed.listed_price is None or not root.is_active:
        return None
    return Money.of(listed.listed_price, listed.listed_currency)


def _next_free_of_practice(root: Root, info: Info) -> datetime.datetime | None:
    return _next_free(root, Listing, info.context.now)


def _next_free_of_consultant(root: strawberry.Parent[Consultant], info: Info) -> datetime.datetime | None:
    return _next_free(root, ConsultantListing, info.context.now)


def _next_free(root: Any, listing: Any, now: datetime.datetime) -> datetime.datetime | None:
    """Give what the list's own statement has read, or what is listed of a row that came another way."""
    if hasattr(root, "listed_for"):
        at: datetime.datetime | None = root.listed_free_at
    else:
        at = listing.objects.filter(pk=root.pk).values_list("next_free_at", flat=True).first()
    return at if at is not None and at > now and root.is_active else None


def _is_open_now(root: Root, info: Info) -> bool:
    return is_open(root, info.context.now)
