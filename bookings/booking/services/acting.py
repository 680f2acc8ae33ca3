"""As what somebody makes a move, told before anything is touched."""

from bookings.accounts.viewer import Viewer
from bookings.booking import policies, selectors
from bookings.booking.policies import Actor
from bookings.booking.states import TABLE, ActorKind, Move
from bookings.common.errors import Forbidden


def acting(*, booking_id: int, viewer: Viewer, move: Move, signed_in: bool = False) -> Actor:
    """Give as what the viewer makes a move.

    signed_in: an access token is not enough, the client must be logged in. Raises NOT_FOUND where they see no
    such booking, FORBIDDEN.
    """
    booking = selectors.visible(viewer, booking_id)
    actors = [
        actor
        for actor in policies.actors_of(viewer, booking)
        if not signed_in or actor.kind is not ActorKind.CLIENT or actor.is_signed_in
    ]
    actor = policies.allowed_actor(actors, TABLE[move])
    if actor is None:
        raise Forbidden
    return actor
