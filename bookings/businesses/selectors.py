"""Reading practices, who works for them, and from whom they take no bookings."""

from dataclasses import dataclass

from django.db.models import Count, Expression, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from bookings.accounts.models import User
from bookings.accounts.viewer import Viewer
from bookings.businesses.models import BlockedSender, Business, Category, StaffInvitation, StaffMember
from bookings.common.addresses import address_digest


@dataclass(frozen=True)
class Member:
    """Somebody who works for a practice; an owner without a row of their own among them."""

    user: User
    role: StaffMember.Role


def in_use() -> QuerySet[Business]:
    """Give the practices that take bookings; others are reached only through what was booked before."""
    return Business.objects.filter(is_active=True)


def visible_to(viewer: Viewer) -> QuerySet[Business]:
    """Give the practices that somebody may look up: those in use, and closed ones where they work."""
    if viewer.is_admin:
        return Business.objects.all()
    return Business.objects.filter(Q(is_active=True) | Q(pk__in=viewer.business_ids))


def in_use_of_category() -> Expression:
    """Give how many practices of each category of a queryset take bookings, as an expression to annotate it with."""
    rows = in_use().filter(category=OuterRef("pk")).order_by().values("category")
    counted = rows.annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), Value(0), output_field=IntegerField())


def in_use_of(category: Category) -> int:
    """Count the practices of one category that take bookings."""
    return in_use().filter(category=category).count()


def role_in(business: Business, user_id: int) -> str | None:
    """Give what somebody is in a practice, as the database has it now; None for nobody there."""
    if business.owner_id == user_id:
        return StaffMember.Role.OWNER
    return business.staff.filter(user_id=user_id).values_list("role", flat=True).first()


def members(business: Business) -> list[Member]:
    """Give who works for a practice: whom it belongs to, then in the order in which they came."""
    rows = business.staff.select_related("user").order_by("pk")
    others = [
        Member(row.user, StaffMember.Role(row.role)) for row in rows if row.user_id != business.owner_id
    ]
    return [Member(business.owner, StaffMember.Role.OWNER), *others]


def is_staff_address(business: Business, email: str) -> bool:
    """Tell whether the account of a normalised address works for a practice."""
    return business.owner.email == email or business.staff.filter(user__email=email).exists()


def open_invitations(business: Business) -> QuerySet[StaffInvitation]:
    """Give the invitations that were neither accepted nor withdrawn, those that ran out too, oldest first."""
    rows: QuerySet[StaffInvitation] = business.invitations.filter(
        accepted_at__isnull=True, withdrawn_at__isnull=True
    )
    return rows.order_by("pk")


def subject_of(invitation: StaffInvitation) -> str:
    """Give the name under which challenges know an invitation."""
    return f"invitation:{invitation.pk}"


def is_blocked(*, business_id: int, email: str) -> bool:
    """Tell whether a practice takes no bookings from a normalised address; one look-up in the unique index.

    A block outlives the erasure of whom it blocks: then the list holds the address's digest alone.
    """
    if not email:
        return False
    _, _, domain = email.rpartition("@")
    labels = domain.split(".")
    domains = [".".join(labels[place:]) for place in range(len(labels))]
    values = [email, address_digest(email), *domains]
    return BlockedSender.objects.filter(business_id=business_id, value__in=values).exists()
