"""Reading services, and practices whose offer is changed."""

from django.db.models import BigIntegerField, QuerySet
from django.utils.translation import gettext

from bookings.accounts.viewer import Viewer
from bookings.businesses.changes import note_change
from bookings.businesses.models import Business
from bookings.catalogue.models import Service
from bookings.catalogue.policies import require_offer
from bookings.common.compiled import Argument, Compiled
from bookings.common.errors import DomainError, ErrorCode


def in_use() -> QuerySet[Service]:
    """Give the services that take bookings; others are reached only through what was booked before."""
    return Service.objects.filter(is_active=True, business__is_active=True)


def to_book(pk: int) -> Service | None:
    """Give a service that takes bookings, with its practice."""
    return _TO_BOOK.first(pk=pk)


_TO_BOOK: Compiled[Service] = Compiled(
    lambda: in_use().select_related("business").filter(pk=Argument("pk", BigIntegerField()))
)


def to_change(viewer: Viewer, pk: int) -> Service:
    """Give a service, in use or not, to somebody who may change it. Raises UNAUTHENTICATED, FORBIDDEN, NOT_FOUND."""
    viewer.require_user()
    service = Service.objects.filter(pk=pk).first()
    if service is None:
        raise DomainError(ErrorCode.NOT_FOUND, field=["id"])
    require_offer(viewer, service.business_id, field="id")
    return service


def locked(pk: int) -> Service:
    """Lock a service for this transaction; bookings of it may go on being made. Raises NOT_FOUND."""
    service = Service.objects.select_for_update(no_key=True).filter(pk=pk).first()
    if service is None:
        raise DomainError(ErrorCode.NOT_FOUND, field=["id"])
    return service


def place_to_add_to(viewer: Viewer, business_id: int | None) -> Business:
    """Give the practice to somebody who may add to what it offers.

    Raises UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, and VALIDATION_FAILED where none is named.
    """
    viewer.require_user()
    if business_id is None:
        raise DomainError(
            ErrorCode.VALIDATION_FAILED, gettext("Say which practice it belongs to."), field=["businessId"]
        )
    business = Business.objects.filter(pk=business_id).first()
    if business is None:
        raise DomainError(ErrorCode.NOT_FOUND, field=["businessId"])
    require_offer(viewer, business_id, field="businessId")
    return business


def lock_offer(business_id: int) -> None:
    """Let one change of a practice's offer at a time through, for this transaction. Bookings go on meanwhile.

    Its listing is looked at anew afterwards.
    """
    note_change(business_id)
