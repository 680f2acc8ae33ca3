"""Who may run what of a practice: one table. What staff may do with bookings is booking/rights to say."""

from collections.abc import Collection, Mapping

from django.db import models

from bookings.accounts.viewer import Viewer
from bookings.businesses.models import StaffMember
from bookings.common.errors import Forbidden

_OWNER, _MANAGER, _STAFF = StaffMember.Role.OWNER, StaffMember.Role.MANAGER, StaffMember.Role.STAFF


class Duty(models.TextChoices):
    """A part of running a practice."""

    CALENDARS = (
        "CALENDARS",
        "Hours, date overrides, time off and published slots of consultants and resources",
    )
    OFFER = "OFFER", "Services, consultants and resources"
    PRACTICE = "PRACTICE", "Opening hours, closed days and texts of consent"
    PROFILE = (
        "PROFILE",
        "What the practice says of itself, where it is, its tax, what goes back, how long things last",
    )
    STANDING = "STANDING", "Its name in addresses and its currency; close it, open it again, take it away"
    PICTURES = "PICTURES", "The pictures of the practice and of its consultants"
    CLIENTS = "CLIENTS", "The block list: from whom no bookings are taken"
    FIGURES = "FIGURES", "See the practice's figures; of its money, whoever may see its takings"
    REVIEWS = "REVIEWS", "Answer reviews for the practice, hide them with a reason and show them again"
    COMPANIES = "COMPANIES", "Corporate clients: see, add and change them, and see whose booking one is"
    STAFF = "STAFF", "See who works here and who is invited; invite and remove those whose role is STAFF"
    LEADS = "LEADS", "Invite and remove owners and managers, and give roles"
    KEYS = "KEYS", "Service keys"
    PAYMENTS = "PAYMENTS", "The practice's own accounts with payment providers, and their keys"


DUTIES: Mapping[Duty, frozenset[StaffMember.Role]] = {
    Duty.CALENDARS: frozenset({_OWNER, _MANAGER, _STAFF}),
    Duty.OFFER: frozenset({_OWNER, _MANAGER}),
    Duty.PRACTICE: frozenset({_OWNER, _MANAGER}),
    Duty.PROFILE: frozenset({_OWNER, _MANAGER}),
    Duty.STANDING: frozenset({_OWNER}),
    Duty.PICTURES: frozenset({_OWNER, _MANAGER}),
    Duty.CLIENTS: frozenset({_OWNER, _MANAGER}),
    Duty.FIGURES: frozenset({_OWNER, _MANAGER}),
    Duty.REVIEWS: frozenset({_OWNER, _MANAGER}),
    Duty.COMPANIES: frozenset({_OWNER, _MANAGER, _STAFF}),
    Duty.STAFF: frozenset({_OWNER, _MANAGER}),
    Duty.LEADS: frozenset({_OWNER}),
    Duty.KEYS: frozenset({_OWNER}),
    Duty.PAYMENTS: frozenset({_OWNER}),
}

NOT_BY_KEY = frozenset(
    {Duty.PROFILE, Duty.STANDING, Duty.PICTURES, Duty.STAFF, Duty.LEADS, Duty.KEYS, Duty.PAYMENTS}
)
"""What no service key does, whoever owns it: a stolen key must not let anybody in for good, change a face, close a
practice, nor turn money elsewhere."""

OWNERS_ALONE = frozenset({"slug", "currency", "is_active"})
"""The columns of a practice that are its STANDING; all others that somebody may change are its PROFILE."""


def duties_of(columns: Collection[str]) -> list[Duty]:
    """Give the duties that it takes to change these columns of a practice."""
    found = [Duty.STANDING] if OWNERS_ALONE & set(columns) else []
    return found + ([Duty.PROFILE] if set(columns) - OWNERS_ALONE else [])


def may(viewer: Viewer, duty: Duty, business_id: int) -> bool:
    """Tell whether somebody has a duty in a business; the platform's admin has all of them."""
    if duty in NOT_BY_KEY and viewer.key is not None:
        return False
    return viewer.is_admin or may_as(viewer.roles.get(business_id), duty)


def may_as(role: str | None, duty: Duty) -> bool:
    """Tell whether a role has a duty; None is no role at all."""
    return role is not None and role in DUTIES[duty]


def duty_over(role: str) -> Duty:
    """Give the duty that it takes to let somebody in as this role, or to take it from them."""
    return Duty.STAFF if role == StaffMember.Role.STAFF else Duty.LEADS


def require(viewer: Viewer, duty: Duty, business_id: int) -> None:
    """Refuse whoever does not have the duty. Raises UNAUTHENTICATED, FORBIDDEN."""
    viewer.require_user()
    if not may(viewer, duty, business_id):
        raise Forbidden
