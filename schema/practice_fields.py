"""What a practice tells of itself beside its columns: where it is, how it is rated, and what those who run it see."""

from decimal import Decimal
from typing import Any

import strawberry
import strawberry_django

from bookings.businesses import models
from bookings.businesses.facts import LIFETIMES
from bookings.businesses.policies import Duty
from schema.common.fields import OfDuty
from schema.common.ratings import Rating
from schema.common.scalars import URL

Root = strawberry.Parent[models.Business]


@strawberry.type(description="A place on the map, WGS 84.")
class Location:
    """The two columns of a place."""

    latitude: float = strawberry.field(description="Degrees north.")
    longitude: float = strawberry.field(description="Degrees east.")


@strawberry.type(
    description="How a practice handles bookings, where a service says nothing else. Null stands for the usual, which "
    "each description names."
)
class Policies:
    """What is copied onto each booking when it is drafted."""

    draft_lifetime_minutes: int | None = strawberry.field(
        description="How long a draft waits for its proof; usually 30."
    )
    pending_lifetime_minutes: int | None = strawberry.field(
        description="How long a request waits for an answer; usually 2880, two days."
    )
    approved_lifetime_minutes: int | None = strawberry.field(
        description="How long an approved booking waits for its payment; usually 1440, a day."
    )
    payment_lifetime_minutes: int | None = strawberry.field(
        description="How long one attempt to pay stays open; usually 30."
    )
    cancellation_notice_minutes: int | None = strawberry.field(
        description="Until how long before the start clients may cancel or move; usually 1440, a day."
    )
    max_active_bookings: int = strawberry.field(description="How many active bookings one client may hold.")

    @classmethod
    def of(cls, row: models.Business) -> "Policies":
        """Give what a practice set."""
        lasting = {name: getattr(row, name) for name in LIFETIMES}
        minutes = {
            f"{name}_minutes": None if lasts is None else int(lasts.total_seconds() // 60)
            for name, lasts in lasting.items()
        }
        return cls(max_active_bookings=row.max_active_bookings, **minutes)


def location() -> Any:
    """Declare `Business.location`."""
    return strawberry_django.field(
        _location,
        only=["latitude", "longitude"],
        description="Where it is on the map; null where it does not say.",
    )


def rating() -> Any:
    """Declare `Business.rating`."""
    return strawberry_django.field(
        _rating, only=["rating_average", "rating_count"], description="What clients think of it."
    )


def website() -> Any:
    """Declare `Business.website`."""
    return strawberry_django.field(
        _website, only=["website"], description="Its own pages; null where there are none."
    )


def tax_number() -> Any:
    """Declare `Business.taxNumber`."""
    return strawberry_django.field(
        _tax_number,
        only=["tax_number"],
        extensions=[OfDuty(Duty.PROFILE)],
        description="What stands on receipts, or an empty string; null for all but owners and managers.",
    )


def tax_rate() -> Any:
    """Declare `Business.taxRate`."""
    return strawberry_django.field(
        _tax_rate,
        only=["tax_rate"],
        description="Percent of tax that prices include, where a service says nothing else.",
    )


def policies() -> Any:
    """Declare `Business.policies`."""
    return strawberry_django.field(
        _policies,
        only=[*LIFETIMES, "max_active_bookings"],
        extensions=[OfDuty(Duty.PROFILE)],
        description="How it handles bookings; null for all but owners and managers.",
    )


def _location(root: Root) -> Location | None:
    if root.latitude is None or root.longitude is None:
        return None
    return Location(latitude=root.latitude, longitude=root.longitude)


def _rating(root: Root) -> Rating:
    return Rating.of(root)


def _website(root: Root) -> URL | None:
    return URL(root.website) if root.website else None


def _tax_number(root: Root) -> str | None:
    return root.tax_number


def _tax_rate(root: Root) -> Decimal:
    return root.tax_rate


def _policies(root: Root) -> Policies | None:
    return Policies.of(root)
