"""Who may review a session, answer a review, and hide one. Pure functions of objects."""

from django.utils.translation import gettext_lazy as _

from bookings.accounts.viewer import Viewer
from bookings.booking.models import Booking
from bookings.booking.policies import actors_of
from bookings.booking.states import ActorKind, Status
from bookings.businesses import policies as duties
from bookings.businesses.policies import Duty
from bookings.common.errors import DomainError, ErrorCode, Forbidden
from bookings.reviews.models import Review

PURPOSE = "review"
"""What an access token must be for."""
REVIEWED = frozenset({Status.COMPLETED})
"""Where a booking stands whose client may say how it was: the session took place, and the client was there."""


def is_author(viewer: Viewer, booking: Booking) -> bool:
    """Tell whether the viewer may speak as the booking's client: signed in with its address, or by a token for that."""
    clients = [actor for actor in actors_of(viewer, booking) if actor.kind is ActorKind.CLIENT]
    signed_in = any(actor.is_signed_in for actor in clients)
    return signed_in or (bool(clients) and PURPOSE in viewer.purposes.get(booking.subject, ()))


def refuse_unless_author(viewer: Viewer, booking: Booking) -> None:
    """Raise FORBIDDEN where somebody else than the client speaks, or an access token was given for other things."""
    if not is_author(viewer, booking):
        raise Forbidden(_("Only the client of a session reviews it."))


def refuse_unless_over(booking: Booking) -> None:
    """Raise INVALID_TRANSITION for a session that did not take place, or not yet, or without the client."""
    if booking.status not in REVIEWED:
        raise DomainError(
            ErrorCode.INVALID_TRANSITION,
            _("Only a session that took place is reviewed; this one is %(status)s.")
            % {"status": booking.status},
        )


def may_reply(viewer: Viewer, review: Review) -> bool:
    """Tell whether somebody answers for the practice, or is the consultant whose session was reviewed."""
    own = review.consultant_id is not None and review.consultant_id in viewer.consultant_ids
    return own or may_judge(viewer, review)


def may_judge(viewer: Viewer, review: Review) -> bool:
    """Tell whether somebody may hide and show reviews of the practice."""
    return duties.may(viewer, Duty.REVIEWS, review.business_id)


def refuse_decided(viewer: Viewer, review: Review) -> None:
    """Raise FORBIDDEN to a practice where the platform's admin has said whether a review shows."""
    if review.decided and not viewer.is_admin:
        raise Forbidden(_("The platform has decided whether this review is shown."))
