"""Who may have service keys: people for themselves, owners for their practice."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from bookings.accounts import keys
from bookings.accounts.keys import NewKey
from bookings.accounts.locks import lock_account
from bookings.accounts.models import ServiceKey, User
from bookings.accounts.viewer import Viewer
from bookings.businesses.models import Business
from bookings.businesses.policies import Duty, may
from bookings.common.errors import DomainError, ErrorCode, Forbidden, Unauthenticated
from bookings.common.idempotency import Once, transaction_once
from bookings.notifications.services import queue_message

Scope = ServiceKey.Scope


def visible_to(viewer: Viewer) -> QuerySet[ServiceKey]:
    """Give the keys that the viewer may see and revoke: their own, and those for practices whose keys are theirs."""
    if viewer.account is None:
        return ServiceKey.objects.none()
    if viewer.is_admin:
        return ServiceKey.objects.all()
    practices = [pk for pk in viewer.business_ids if may(viewer, Duty.KEYS, pk)]
    return ServiceKey.objects.filter(Q(owner=viewer.account) | Q(business__in=practices))


def make_key(
    *,
    viewer: Viewer,
    name: str,
    scopes: Collection[Scope],
    business_id: int | None = None,
    expires_at: datetime | None = None,
    owner: User | None = None,
    once: Once | None = None,
    now: datetime,
) -> NewKey:
    """Make a key of the viewer's own; the platform's admin may make one for somebody else, and any number.

    Whoever will own it has proven their address. A key for a practice takes the duty for its keys there. With the
    scope PRACTICE its owner works there, and owner and practice are told by mail.
    Raises UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, EMAIL_NOT_VERIFIED, VALIDATION_FAILED, RATE_LIMITED, and AlreadyDone
    for a replay of `once`: a key is shown once.
    """
    place = _place(viewer, business_id)
    with transaction_once(once, now=now) as outcome:
        holder = _holder(viewer, owner)
        if place is not None and Scope.PRACTICE in scopes and place.pk not in Viewer(user=holder).roles:
            raise Forbidden(gettext("A key for the work of a practice belongs to somebody who works there."))
        if not viewer.is_admin:
            keys.refuse_too_many(owner=holder, now=now)
        made = keys.create_key(
            owner=holder, name=name, scopes=scopes, business_id=business_id, expires_at=expires_at, now=now
        )
        if place is not None and Scope.PRACTICE in scopes:
            _tell(made.row, holder, place, now)
        outcome.made(made.row.pk)
    return made


def revoke_key(*, viewer: Viewer, key_id: int, now: datetime) -> ServiceKey:
    """Make a key worthless for good; one that was revoked before stays as it is.

    Raises UNAUTHENTICATED, and NOT_FOUND, with `id`, where there is no such key that the viewer may revoke.
    """
    viewer.require_account()
    with transaction.atomic():
        key = visible_to(viewer).filter(pk=key_id).first()
        if key is None:
            raise DomainError(ErrorCode.NOT_FOUND, field=["id"])
        ServiceKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=now)
        key.refresh_from_db(fields=["revoked_at"])
    return key


def _place(viewer: Viewer, business_id: int | None) -> Business | None:
    """Give the practice that a key is for, if the viewer may make keys for it."""
    viewer.require_account()
    if business_id is None:
        return None
    place = Business.objects.select_related("owner").filter(pk=business_id).first()
    if place is None:
        raise DomainError(ErrorCode.NOT_FOUND, field=["businessId"])
    if not may(viewer, Duty.KEYS, business_id):
        raise Forbidden
    return place


def _holder(viewer: Viewer, owner: User | None) -> User:
    """Give the account that the key will belong to, locked, so that its keys are counted one after the other."""
    asked = viewer.require_user() if owner is None else owner
    if asked != viewer.account and not viewer.is_admin:
        raise Forbidden
    holder = lock_account(asked.pk)
    if holder is None:
        raise Unauthenticated
    if holder.email_verified_at is None:
        raise DomainError(ErrorCode.EMAIL_NOT_VERIFIED)
    return holder


def _tell(key: ServiceKey, holder: User, place: Business, now: datetime) -> None:
    """Mail whoever will own the key, and the practice: a key that nobody asked for is to be noticed."""
    people: dict[str, dict[str, Any]] = {
        person.email: {"full_name": person.full_name, "locale": person.locale, "timezone": person.timezone}
        for person in (place.owner, holder)
    }
    for number, (address, person) in enumerate(people.items()):
        queue_message(
            key=f"service-key:{key.pk}/made/{number}",
            template="service_key_made",
            recipient=address,
            context={"full_name": person["full_name"], "business_name": place.name, "prefix": key.prefix},
            secrets={"key_name": key.name},
            locale=person["locale"],
            timezone=person["timezone"] or place.timezone,
            now=now,
        )
