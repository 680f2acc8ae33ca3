"""Asking to be a consultant or a business owner, and an admin's word on it."""

from datetime import datetime

from django.db import transaction
from django.db.models import Case, QuerySet, Value, When
from django.utils.translation import gettext

from bookings.accounts.locks import lock_account
from bookings.accounts.models import RoleRequest, User
from bookings.accounts.viewer import Viewer
from bookings.common.errors import DomainError, ErrorCode, Forbidden, Unauthenticated, invalid
from bookings.common.text import can_be_kept
from bookings.notifications.services import queue_message

LONGEST_REASON = 300


def ask_for_role(*, user: User, role: str, now: datetime) -> RoleRequest:
    """Record that a person asks for a role; give the request that now waits.

    The same role again is the same request; another role takes the place of the one that waited, under a new
    key, so that no admin grants what they did not read.
    Raises EMAIL_NOT_VERIFIED, and VALIDATION_FAILED for a role that the account has, or that needs no asking.
    """
    with transaction.atomic():
        asking = lock_account(user.pk)
        if asking is None:
            raise Unauthenticated
        if asking.email_verified_at is None:
            raise DomainError(ErrorCode.EMAIL_NOT_VERIFIED)
        if role == User.Role.CLIENT:
            raise invalid("role", gettext("Every account may book; nobody needs to ask for that."))
        if role == asking.role:
            raise invalid("role", gettext("This account has that role already."))
        waiting = RoleRequest.objects.filter(user=asking, status=RoleRequest.Status.WAITING)
        same = waiting.filter(role=role).first()
        if same is not None:
            return same
        waiting.delete()
        return RoleRequest.objects.create(user=asking, role=role, created_at=now)


def decide(*, request_id: int, grant: bool, by: Viewer, now: datetime, reason: str = "") -> RoleRequest:
    """Grant or decline what a person asked for, and tell them, with the reason if there is one; one admin is heard.

    Raises UNAUTHENTICATED, FORBIDDEN for whoever is no admin, NOT_FOUND, ALREADY_DECIDED, and VALIDATION_FAILED for a
    reason that cannot be kept.
    """
    require_admin(by)
    words = reason.strip()
    if len(words) > LONGEST_REASON or not can_be_kept(words):
        raise invalid(
            "reason", gettext("A reason has %(longest)s characters at most.") % {"longest": LONGEST_REASON}
        )
    user_id = RoleRequest.objects.filter(pk=request_id).values_list("user_id", flat=True).first()
    with transaction.atomic():
        # The account is locked first, as where somebody asks, so that the two never wait for each other.
        person = lock_account(user_id or 0)
        request = RoleRequest.objects.select_for_update().filter(pk=request_id, user=person).first()
        if person is None or request is None:
            raise DomainError(ErrorCode.NOT_FOUND, field=["id"])
        if request.status != RoleRequest.Status.WAITING:
            raise DomainError(ErrorCode.ALREADY_DECIDED, field=["id"])
        request.status = RoleRequest.Status.GRANTED if grant else RoleRequest.Status.DECLINED
        request.decided_at, request.decided_by, request.reason = now, by.user, words
        request.save(update_fields=["status", "decided_at", "decided_by", "reason"])
        if grant:
            person.role = request.role
            person.save(update_fields=["role"])
        request.user = person
        _tell(request, now=now)
    return request


def waiting_first() -> QuerySet[RoleRequest]:
    """Give all requests: those that wait, the oldest first, then the others."""
    waits = When(status=RoleRequest.Status.WAITING, then=Value(0))
    return RoleRequest.objects.select_related("user").order_by(
        Case(waits, default=Value(1)), "created_at", "pk"
    )


def waiting(viewer: Viewer) -> QuerySet[RoleRequest]:
    """Give the requests that wait for an answer, the oldest first; to the platform's admin alone."""
    rows = waiting_first().filter(status=RoleRequest.Status.WAITING)
    return rows if viewer.is_admin else rows.none()


def require_admin(viewer: Viewer) -> None:
    """Refuse whoever is not the platform's admin. Raises UNAUTHENTICATED, FORBIDDEN."""
    viewer.require_user()
    if not viewer.is_admin:
        raise Forbidden


def _tell(request: RoleRequest, *, now: datetime) -> None:
    queue_message(
        key=f"account:{request.user_id}/role:{request.pk}/decided",
        template="role_decided",
        recipient=request.user.email,
        context={
            "full_name": request.user.full_name,
            "role": request.role,
            "granted": request.status == RoleRequest.Status.GRANTED,
        },
        secrets={"reason": request.reason} if request.reason else None,
        locale=request.user.locale,
        timezone=request.user.timezone or "UTC",
        now=now,
    )
