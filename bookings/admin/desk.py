"""Who sits at the admin's desk."""

from functools import cached_property

from django.http import HttpRequest

from bookings.accounts.models import User
from bookings.accounts.viewer import Viewer


class AtDesk(Viewer):
    """Somebody who works for a practice, and nothing else: what they booked elsewhere as a client stays out.

    A client sees no internal notes; the admin's pages show them.
    """

    @cached_property
    def proven_email(self) -> str | None:
        """Give no address, so that nobody is a client here."""
        return None


def viewer_of(request: HttpRequest) -> AtDesk:
    """Give the person logged in to the admin."""
    return AtDesk(user=request.user if isinstance(request.user, User) else None)
