"""Changing who works in a practice and whose time it sells."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext

from bookings.accounts.viewer import Viewer
from bookings.catalogue.selectors import lock_offer, place_to_add_to
from bookings.common.errors import DomainError, invalid
from bookings.common.idempotency import Once, transaction_once
from bookings.common.rows import fill, replace_links
from bookings.common.zones import zone
from bookings.consultants import selectors
from bookings.consultants.languages import replace_languages
from bookings.consultants.models import Consultant
from bookings.schedules.models import Schedule

COLUMNS: Mapping[str, str] = {
    "full_name": "fullName",
    "slug": "slug",
    "specialisation": "specialisation",
    "practising_since": "practisingSince",
    "bio": "bio",
    "is_active": "isActive",
}
"""What can be changed of the person, and the name under which clients know it."""
OF_THE_SCHEDULE: Mapping[str, str] = {
    "timezone": "timezone",
    "max_per_day": "maxPerDay",
    "max_per_week": "maxPerWeek",
}
"""What can be changed of their calendar here. Its hours are the calendar's own topic."""
AT_DESK: Mapping[str, str] = {"user": "user"}
"""What can be changed of the person beside that in the admin alone: the account that they are, or None."""

_ROOM_FOR_A_NUMBER = 6
_TRIES = 5


def save_consultant(
    *,
    viewer: Viewer,
    changes: Mapping[str, Any],
    now: datetime,
    consultant_id: int | None = None,
    business_id: int | None = None,
    service_ids: Collection[int] | None = None,
    languages: Sequence[str] | None = None,
    once: Once | None = None,
) -> Consultant:
    """Add a consultant to a practice with a calendar of their own, or change one.

    changes: values by column (COLUMNS, AT_DESK and OF_THE_SCHEDULE); what is not there stays. service_ids: what they
    offer, instead of what they did before; None leaves it. languages: tags of BCP 47, likewise. A new one's slug comes
    from their name, their zone from the practice, unless said otherwise. What is booked keeps its instants, whatever
    becomes of the zone. Consultants may change what they say of themselves (selectors.OWN_COLUMNS), and nothing else.
    Raises UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, VALIDATION_FAILED, IDEMPOTENCY_MISMATCH, AlreadyDone.
    """
    if consultant_id is None:
        place = place_to_add_to(viewer, business_id)
        person = Consultant(business=place, schedule=Schedule(business=place, timezone=place.timezone))
    else:
        replaced = {"services": service_ids, "languages": languages}
        asked = {*changes, *(name for name, values in replaced.items() if values is not None)}
        person = selectors.to_change(viewer, consultant_id, asked)
        if business_id not in {None, person.business_id}:
            raise invalid("businessId", gettext("A consultant stays with their practice."))
    with transaction_once(once, now=now) as outcome:
        lock_offer(person.business_id)
        person = person if consultant_id is None else selectors.locked(consultant_id)
        apply(person, changes, now=now)
        if consultant_id is None:
            _add(person, named=bool(changes.get("slug")))
        replace_links(person.services, service_ids, field="serviceIds", business=person.business_id)
        if consultant_id is not None:  # after the services: bookings lock those first, and calendars next
            _keep(person, changes)
        replace_languages(person, languages)
        outcome.made(person.pk)
    return person


def apply(person: Consultant, changes: Mapping[str, Any], *, now: datetime) -> None:
    """Set what is to change of person and calendar, held to all rules. Neither is saved. Raises VALIDATION_FAILED."""
    calendar = {column: changes[column] for column in OF_THE_SCHEDULE if column in changes}
    of_person = {column: changes[column] for column in (*COLUMNS, *AT_DESK) if column in changes}
    account = person.user_id
    fill(person.schedule, calendar, called=OF_THE_SCHEDULE)
    _refuse_years_to_come(person, of_person.get("practising_since"), now)
    if person._state.adding and not of_person.get("slug"):
        of_person.pop("slug", None)
        fill(person, of_person, called=COLUMNS, unchecked={"slug"})
        person.slug = _free_slug(person.full_name)
    else:
        fill(person, of_person, called=COLUMNS)
    if person.user_id != account:
        person.linked_at = now if person.user_id is not None else None


def _refuse_years_to_come(person: Consultant, since: object, now: datetime) -> None:
    """Refuse a beginning that has not come yet on the practice's calendar. Raises VALIDATION_FAILED."""
    if isinstance(since, int) and since > now.astimezone(zone(person.business.timezone)).year:
        raise invalid("practisingSince", gettext("This year has not come yet."))


def _add(person: Consultant, *, named: bool) -> None:
    """Save a new one with their calendar; a slug that was not asked for gives way to one taken meanwhile."""
    person.schedule.save()
    person.schedule_id = person.schedule.pk
    for _ in range(_TRIES):
        if _saved(person):
            return
        if named:
            raise _taken()
        person.slug = _free_slug(person.full_name)
    raise _taken()


def _keep(person: Consultant, changes: Mapping[str, Any]) -> None:
    """Save what changed of somebody known. Raises VALIDATION_FAILED for a slug that another took meanwhile."""
    if not _saved(person):
        raise _taken()
    changed = [column for column in OF_THE_SCHEDULE if column in changes]
    if changed:
        person.schedule.save(update_fields=changed)


def _saved(person: Consultant) -> bool:
    """Save, unless somebody else has the slug: the database says whether."""
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError:
        if not Consultant.objects.filter(slug=person.slug).exclude(pk=person.pk).exists():
            raise
        return False
    return True


def _taken() -> DomainError:
    return invalid("slug", gettext("Somebody else has this name in addresses."))


def _free_slug(name: str) -> str:
    """Give a slug that nobody has: of the name, with a number where that is taken."""
    longest = Consultant._meta.get_field("slug").max_length or 50
    stem = slugify(name)[: longest - _ROOM_FOR_A_NUMBER].strip("-_") or "consultant"
    taken = set(Consultant.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    if stem not in taken:
        return stem
    return next(slug for slug in (f"{stem}-{number}" for number in count(2)) if slug not in taken)
