"""The demo: practices, people and a past, for development. Its passwords are known to everybody."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from bookings.accounts.models import User
from bookings.businesses.models import Business
from bookings.demo import harbour, neighbours, past
from bookings.demo.harbour import SLUG, ZONE
from bookings.demo.people import ADMIN_EMAIL, DOMAIN, OWNER_EMAIL, PASSWORD, STAFF_EMAIL, account
from bookings.directory.services import refresh_listing

__all__ = ["ADMIN_EMAIL", "DOMAIN", "OWNER_EMAIL", "PASSWORD", "SLUG", "STAFF_EMAIL", "ZONE", "Demo", "seed"]

SESSIONS = {harbour.SLUG: 6}
"""How many past sessions a practice has, where it is not the usual number."""
USUALLY = 4
SLUGS = [harbour.SLUG, *(place.slug for place in neighbours.PLACES)]


@dataclass(frozen=True)
class Demo:
    """The first practice, how many were made, and how many that were there already got the past that they lacked."""

    business: Business
    created: int
    completed: int = 0


def seed(*, now: datetime, alone: bool = False) -> Demo:
    """Make the demo's practices that are not there, and the past of those without one: what is there stays as it is.

    alone: the first practice and nothing else, no past either, which takes a tenth of the time.
    """
    with transaction.atomic():
        owner = account(STAFF_EMAIL, "Sam Staff", now, is_staff=True)
        account(ADMIN_EMAIL, "Ada Admin", now, is_staff=True, is_superuser=True)
        found = Business.objects.filter(slug=harbour.SLUG).first()
        first = found or harbour.make(owner=owner, now=now)
    made = [] if found else [first]
    if alone:
        return Demo(first, created=len(made))
    made += _make_neighbours(now)
    ours = Business.objects.filter(slug__in=SLUGS, owner__email__in=[STAFF_EMAIL, OWNER_EMAIL]).order_by("pk")
    given = [business for business in ours if _give_past(business, now)]
    return Demo(first, created=len(made), completed=len(set(given) - set(made)))


def _make_neighbours(now: datetime) -> list[Business]:
    """Make the other practices that are not there, all of one owner."""
    there = set(Business.objects.values_list("slug", flat=True))
    missing = [place for place in neighbours.PLACES if place.slug not in there]
    with transaction.atomic():
        owner = account(OWNER_EMAIL, "Olga Owner", now, role=User.Role.BUSINESS_OWNER)
        return [neighbours.make(place, owner=owner, now=now) for place in missing]


def _give_past(business: Business, now: datetime) -> bool:
    """Make the past of a practice that has none, whole or not at all; tell whether there is more than before."""
    with transaction.atomic():
        if past.is_there(business):
            return False
        sessions = past.happen(business, count=SESSIONS.get(business.slug, USUALLY), now=now)
    refresh_listing(business_id=business.pk, now=now)
    return bool(sessions)
