"""Reading bookings. `visible_to` is the one place that decides who sees which."""

from django.db.models import Q, QuerySet

from bookings.accounts.viewer import Viewer
from bookings.booking.models import Booking, BookingEvent
from bookings.booking.policies import actors_of
from bookings.common.errors import DomainError, ErrorCode
from bookings.common.ids import read_acknowledgement_id
from bookings.common.text import can_be_kept
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import Payment


def visible_to(viewer: Viewer) -> QuerySet[Booking]:
    """Give the bookings that the viewer may see in full."""
    if viewer.is_admin:
        return Booking.objects.all()
    opened = [
        int(subject.removeprefix("booking:")) for subject in viewer.subjects if subject.startswith("booking:")
    ]
    condition = Q(pk__in=opened)
    if viewer.business_ids:
        condition |= Q(business__in=viewer.business_ids)
    if viewer.consultant_ids:
        condition |= Q(consultant__in=viewer.consultant_ids)
    if viewer.proven_email is not None:
        condition |= Q(email=viewer.proven_email)
    return Booking.objects.filter(condition)


def payments_visible_to(viewer: Viewer) -> QuerySet[Payment]:
    """Give the payments of the bookings that the viewer may see."""
    return Payment.objects.filter(booking__in=visible_to(viewer))


def messages_visible_to(viewer: Viewer) -> QuerySet[OutboxMessage]:
    """Give the messages about bookings of the viewer's businesses, or about their own as a consultant.

    Clients see none: what was written to them is in their mailbox, what was written to others is not theirs.
    """
    if viewer.is_admin:
        return OutboxMessage.objects.all()
    return OutboxMessage.objects.filter(
        Q(booking__business__in=viewer.business_ids) | Q(booking__consultant__in=viewer.consultant_ids)
    )


def may_see(viewer: Viewer, booking: Booking) -> bool:
    """Tell the same of one booking, without a statement."""
    return bool(actors_of(viewer, booking))


def visible(viewer: Viewer, pk: int) -> Booking:
    """Give one booking. Raises NOT_FOUND, the same for one that is not there and one that is not shown."""
    booking = visible_to(viewer).select_related("business", "service", "consultant").filter(pk=pk).first()
    if booking is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    return booking


def by_acknowledgement(text: str) -> Booking | None:
    """Give the booking of an acknowledgement id as a person may type it. Public facts only may be shown of it."""
    if not can_be_kept(text):
        return None
    return Booking.objects.filter(acknowledgement_id=read_acknowledgement_id(text)).first()


def timeline(booking: Booking) -> QuerySet[BookingEvent]:
    """Give what happened, oldest first."""
    return booking.events.order_by("sequence")
