"""Reading favourites: each account its own, and nobody else's."""

from dataclasses import dataclass

from django.db.models import QuerySet

from bookings.accounts.viewer import Viewer
from bookings.favourites.models import Favourite

NEWEST_FIRST = ("-created_at", "-pk")


@dataclass(frozen=True)
class Keys:
    """What an account keeps, by key."""

    businesses: frozenset[int]
    consultants: frozenset[int]


def visible_to(viewer: Viewer) -> QuerySet[Favourite]:
    """Give the favourites of the person who is signed in; a service key has none."""
    user = viewer.account
    return Favourite.objects.filter(user=user) if user is not None else Favourite.objects.none()


def keys_of(viewer: Viewer) -> Keys:
    """Give all of an account's favourites at once; there are few, so a list of practices is marked by one statement."""
    rows = list(visible_to(viewer).values_list("business_id", "consultant_id"))
    return Keys(
        businesses=frozenset(business for business, _ in rows if business is not None),
        consultants=frozenset(consultant for _, consultant in rows if consultant is not None),
    )
