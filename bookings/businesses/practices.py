"""Opening a practice, and changing what it is: whom it serves, where, in which zone, by which policies.

Closing one (`is_active` off) keeps everything that is booked: it is neither shown nor booked any more, until it is
opened again. Taking one away for good is booking's, which knows whether anything was ever booked.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.crypto import get_random_string
from django.utils.text import slugify
from django.utils.translation import gettext as _

from bookings.accounts.locks import lock_account
from bookings.accounts.models import User
from bookings.accounts.viewer import Viewer
from bookings.businesses.changes import note_change
from bookings.businesses.facts import COLUMNS, apply
from bookings.businesses.models import Business
from bookings.businesses.policies import duties_of
from bookings.businesses.staff import lock_practice, require_duty
from bookings.common.errors import DomainError, ErrorCode, Forbidden, Unauthenticated, invalid
from bookings.common.idempotency import Once, transaction_once

_ROOM_FOR_A_NUMBER = 9
_NUMBERED = 20
"""Names that are tried with a number behind them, before one with letters by chance."""
_TRIES = 5
_LETTERS = "abcdefghjkmnpqrstvwxyz23456789"


def create_business(
    *,
    viewer: Viewer,
    changes: Mapping[str, Any],
    now: datetime,
    owner: User | None = None,
    once: Once | None = None,
) -> Business:
    """Open a practice of the viewer's own; the platform's admin may open one for somebody else (`owner`).

    changes: values by column (facts.COLUMNS); `name` and `category_id` are needed. The slug comes from the name,
    unless it is said. Whoever opens one has a proven address and the role BUSINESS_OWNER, or OPEN_PRACTICES lets
    everybody; an account owns MAX_PRACTICES_PER_OWNER at most.
    Raises UNAUTHENTICATED, FORBIDDEN (a service key too), EMAIL_NOT_VERIFIED, NOT_FOUND, VALIDATION_FAILED,
    IDEMPOTENCY_MISMATCH, AlreadyDone.
    """
    account = viewer.require_account()
    if owner is not None and not viewer.is_admin:
        raise Forbidden
    with transaction_once(once, now=now) as outcome:
        person = lock_account((owner or account).pk)
        if person is None:
            raise Unauthenticated
        if owner is None:
            _refuse_whoever_may_not(person)
        business = Business(owner=person, created_at=now)
        _start(business, changes)
        _add(business, named=bool(changes.get("slug")))
        note_change(business.pk)
        outcome.made(business.pk)
    return business


def update_business(
    *, viewer: Viewer, business_id: int, changes: Mapping[str, Any], now: datetime
) -> Business:
    """Change what a practice is; what `changes` does not name stays. Slots, bookings and payments stay as they are.

    changes: values by column (facts.COLUMNS). Some are its owners' alone (policies.OWNERS_ALONE). Closing keeps what
    is booked, another zone keeps its instants.
    Raises UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, VALIDATION_FAILED.
    """
    viewer.require_user()
    with transaction.atomic():
        business = lock_practice(business_id)
        for duty in duties_of(changes):
            require_duty(viewer, duty, business)
        # Opening hours move with the zone; whoever takes time locks a calendar, and waits.
        if "timezone" in changes:
            list(business.schedules.select_for_update().order_by("pk").values_list("pk", flat=True))
        before = business.currency
        apply(business, changes)
        if business.currency != before:
            _move_currency(business, before)
        changed = [column for column in COLUMNS if column in changes]
        if changed:
            _keep(business, changed)
            note_change(business.pk)
    return business


def _refuse_whoever_may_not(person: User) -> None:
    """Refuse whoever may not open a practice, or has enough.

    Raises EMAIL_NOT_VERIFIED, FORBIDDEN, VALIDATION_FAILED.
    """
    if person.email_verified_at is None:
        raise DomainError(ErrorCode.EMAIL_NOT_VERIFIED)
    if person.is_superuser:
        return
    if person.role != User.Role.BUSINESS_OWNER and not settings.OPEN_PRACTICES:
        raise Forbidden(_("Ask for the role BUSINESS_OWNER first (`requestRole`); an admin grants it."))
    most = settings.MAX_PRACTICES_PER_OWNER
    if Business.objects.filter(owner=person).count() >= most:
        raise DomainError(
            ErrorCode.VALIDATION_FAILED, _("An account owns at most %(most)s practices.") % {"most": most}
        )


def _start(business: Business, changes: Mapping[str, Any]) -> None:
    """Fill in a new one. Raises VALIDATION_FAILED where the least is missing."""
    for column in ("name", "category_id"):
        if changes.get(column) is None:
            raise invalid(COLUMNS[column], _("A new practice needs this."))
    if changes.get("slug"):
        apply(business, changes)
        return
    rest = {column: value for column, value in changes.items() if column != "slug"}
    apply(business, rest, unchecked={"slug"})
    business.slug = _free_slug(business.name)


def _add(business: Business, *, named: bool) -> None:
    """Save a new one; a slug that was not asked for gives way to one taken meanwhile."""
    for _try in range(_TRIES):
        if _saved(business):
            return
        if named:
            raise _taken()
        business.slug = _free_slug(business.name)
    raise _taken()


def _keep(business: Business, changed: list[str]) -> None:
    """Save what changed. Raises VALIDATION_FAILED for a slug that another took meanwhile."""
    if not _saved(business, update_fields=changed):
        raise _taken()


def _saved(business: Business, **how: Any) -> bool:
    """Save, unless another practice has the slug: the database says whether."""
    try:
        with transaction.atomic():
            business.save(**how)
    except IntegrityError:
        if not Business.objects.filter(slug=business.slug).exclude(pk=business.pk).exists():
            raise
        business.pk = business.pk if how else None
        return False
    return True


def _taken() -> DomainError:
    return invalid("slug", _("Another practice has this name in addresses."))


def _free_slug(name: str) -> str:
    """Give a slug that no practice has: of the name, with a number where that is taken, or with letters by chance.

    One look-up, however many practices are called alike.
    """
    longest = Business._meta.get_field("slug").max_length or 50
    stem = slugify(name)[: longest - _ROOM_FOR_A_NUMBER].strip("-_") or "practice"
    tried = [stem, *(f"{stem}-{number}" for number in range(2, _NUMBERED))]
    taken = set(Business.objects.filter(slug__in=tried).values_list("slug", flat=True))
    by_chance = f"{stem}-{get_random_string(_ROOM_FOR_A_NUMBER - 1, _LETTERS)}"
    return next((slug for slug in tried if slug not in taken), by_chance)


def _move_currency(business: Business, before: str) -> None:
    """Let a practice's free services follow its new currency. Raises VALIDATION_FAILED where there are amounts in it.

    A price of 60 EUR is not one of 60 JPY, and what was asked in a currency is paid and given back in it.
    """
    # What these relations lead to stands above this topic and is not imported here.
    if business.services.filter(price__gt=0).exists() or business.bookings.filter(price__gt=0).exists():
        raise invalid(
            "currency",
            _("There are prices in %(currency)s here, of services or of bookings; open another practice.")
            % {"currency": before},
        )
    business.services.update(currency=business.currency)
