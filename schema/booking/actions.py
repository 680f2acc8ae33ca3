"""What can be done with a booking beside the lifecycle's moves."""

from django.db.models import Exists, OuterRef

from bookings.accounts.viewer import Viewer
from bookings.booking import policies
from bookings.booking.models import Booking
from bookings.booking.rights import Operation
from bookings.reviews.models import Review
from bookings.reviews.selectors import may_be_written
from schema.booking.asking import Call
from schema.booking.lifecycle import ActorKind, AvailableAction, BookingAction, Requirement, is_bearer

WRITTEN = {"is_reviewed": Exists(Review.objects.filter(booking=OuterRef("pk")))}
"""Read beside each booking, for a list without a statement more."""


def beside_moves(booking: Booking, viewer: Viewer) -> list[AvailableAction]:
    """Give what the viewer can do now that changes no status."""
    return [*_follow_up(booking, viewer), *_review(booking, viewer)]


def _follow_up(booking: Booking, viewer: Viewer) -> list[AvailableAction]:
    """Give the way to another session after one that took place; somebody unknown may be its client with a proof."""
    if not policies.can_be_followed_up(booking):
        return []
    actors = policies.actors_of(viewer, booking)
    able = [actor for actor in actors if actor.may(Operation.FOLLOW_UP)]
    if actors and not able:
        return []
    actor = able[0] if able else policies.Actor(ActorKind.CLIENT)
    requires = [Requirement.TIME] if able else [Requirement.ACCESS_TOKEN, Requirement.TIME]
    return [
        AvailableAction(
            action=BookingAction("FOLLOW_UP"),
            mutation="bookFollowUp",
            requires=requires,
            actor=actor.kind,
            deadline=None,
            refund=None,
            call=Call("bookFollowUp", booking, tuple(requires), by_bearer=is_bearer(actor)),
        )
    ]


def _review(booking: Booking, viewer: Viewer) -> list[AvailableAction]:
    """Give the way to a review. Strangers are told nothing of it."""
    if not may_be_written(booking, viewer):
        return []
    clients = [actor for actor in policies.actors_of(viewer, booking) if actor.kind is ActorKind.CLIENT]
    return [
        AvailableAction(
            action=BookingAction("WRITE_REVIEW"),
            mutation="writeReview",
            requires=[],
            actor=ActorKind.CLIENT,
            deadline=None,
            refund=None,
            call=Call("writeReview", booking, (), by_bearer=all(map(is_bearer, clients))),
        )
    ]
