"""Taking a practice away for good, where nothing was ever asked for, booked or paid."""

from django.db import transaction
from django.db.models import ProtectedError

from bookings.accounts.viewer import Viewer
from bookings.booking.models import Booking
from bookings.businesses.models import Business
from bookings.businesses.policies import Duty
from bookings.businesses.staff import require_duty
from bookings.common.errors import DomainError, ErrorCode
from bookings.common.guards import purge_permit
from bookings.pictures.services import forget_picture
from bookings.slots.models import Slot


def delete_business(*, viewer: Viewer, business_id: int) -> None:
    """Take a practice away with all that it ever offered: people, rooms, services, calendars, staff, keys.

    Its owners' alone. Where somebody ever asked for a booking, or a payment provider ever wrote to an account of the
    practice's, it stays readable: close it instead.
    Raises UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, BUSINESS_IN_USE.
    """
    viewer.require_user()
    with transaction.atomic():
        # With its key: whoever is about to draft here waits, and finds nothing any more.
        business = Business.objects.select_for_update().filter(pk=business_id).first()
        if business is None:
            raise DomainError(ErrorCode.NOT_FOUND, field=["id"])
        require_duty(viewer, Duty.STANDING, business)
        if Booking.objects.filter(business=business).exists():
            raise DomainError(ErrorCode.BUSINESS_IN_USE, field=["id"])
        try:
            _delete(business)
        except ProtectedError:
            raise DomainError(ErrorCode.BUSINESS_IN_USE, field=["id"]) from None


def _delete(business: Business) -> None:
    """Delete what belongs to it, what points at others first, and then itself."""
    for person in business.consultants.exclude(picture=""):
        forget_picture(person)
    forget_picture(business)
    business.payment_accounts.all().delete()
    with purge_permit():  # nobody agreed to them, as there is no booking
        business.consent_texts.all().delete()
    business.consultants.all().delete()
    business.resources.all().delete()
    Slot.objects.filter(schedule__business=business).delete()
    business.schedules.all().delete()
    business.services.all().delete()
    business.delete()
