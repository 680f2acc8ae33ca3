"""Who sits at the admin's desk, and what pages share."""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from bookings.accounts.models import User
from bookings.accounts.viewer import Viewer
from bookings.admin.theme import ModelAdmin

if TYPE_CHECKING:
    Page = ModelAdmin
else:
    Page = object
"""What mixins of pages come from: of a page, for the type checker to see what they build on; else of nothing."""


class AtDesk(Viewer):
    """Somebody who works for a practice, and nothing else: what they booked elsewhere as a client stays out.

    A client sees no internal notes; the admin's pages show them.
    """

    @cached_property
    def proven_email(self) -> str | None:
        """Give no address, so that nobody is a client here."""
        return None


class OfPlatform(Page):
    """Pages of what belongs to no practice, for whom Django's permissions were given, save who works for a practice.

    An account, a session or a queued task cannot be told apart by practice: whoever saw them would see other practices'
    people and clients. The platform's admins see all.
    """

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Judge who somebody is beside what they were given."""
        return super().has_view_permission(request, obj) and is_of_platform(request)

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Judge who somebody is beside what they were given."""
        return super().has_add_permission(request, *args) and is_of_platform(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Judge who somebody is beside what they were given."""
        return super().has_change_permission(request, obj) and is_of_platform(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Judge who somebody is beside what they were given."""
        return super().has_delete_permission(request, obj) and is_of_platform(request)


def may_enter(request: HttpRequest) -> bool:
    """Tell whether somebody may open the admin: whoever works for a practice or is a consultant, and whom it was given.

    What they see there is for the table of rights to say. Who stops working anywhere is out with the next request.
    """
    user = request.user
    return bool(user.is_active and (getattr(user, "is_staff", False) or viewer_of(request).works_somewhere))


def is_of_platform(request: HttpRequest) -> bool:
    """Tell whether somebody is there for the platform: its admin, or somebody who works for no practice."""
    viewer = viewer_of(request)
    return viewer.is_admin or not viewer.works_somewhere


def viewer_of(request: HttpRequest) -> AtDesk:
    """Give the person logged in to the admin; the same for all of a request, so that roles are read once."""
    user = request.user if isinstance(request.user, User) else None
    known: AtDesk | None = getattr(request, "_at_desk", None)
    if known is None or known.user is not user:
        known = AtDesk(user=user)
        request._at_desk = known  # type: ignore[attr-defined]  # ours, beside what Django keeps there
    return known
