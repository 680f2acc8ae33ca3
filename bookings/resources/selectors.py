"""Reading resources."""

from django.db.models import QuerySet

from bookings.accounts.viewer import Viewer
from bookings.catalogue.policies import require_offer
from bookings.common.errors import DomainError, ErrorCode
from bookings.resources.models import Resource


def in_use() -> QuerySet[Resource]:
    """Give the resources that are shown; others are reached only through what was booked before."""
    return Resource.objects.filter(is_active=True, business__is_active=True)


def to_change(viewer: Viewer, pk: int) -> Resource:
    """Give a resource that was not deleted to somebody who may change it.

    Raises UNAUTHENTICATED, FORBIDDEN, NOT_FOUND.
    """
    viewer.require_user()
    resource = Resource.objects.select_related("schedule").filter(pk=pk, is_active=True).first()
    if resource is None:
        raise DomainError(ErrorCode.NOT_FOUND, field=["id"])
    require_offer(viewer, resource.business_id, field="id")
    return resource


def locked(pk: int) -> Resource:
    """Lock a resource that was not deleted for this transaction, not its calendar. Raises NOT_FOUND."""
    rows = Resource.objects.select_for_update(no_key=True, of=("self",)).select_related("schedule")
    resource = rows.filter(pk=pk, is_active=True).first()
    if resource is None:
        raise DomainError(ErrorCode.NOT_FOUND, field=["id"])
    return resource
