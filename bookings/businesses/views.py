"""The page to which an invitation leads where no front end has its own. A GET changes nothing; a button posts."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bookings.accounts.models import User
from bookings.accounts.viewer import Viewer
from bookings.businesses import invitations
from bookings.businesses.models import StaffInvitation, StaffMember
from bookings.common import clock
from bookings.common.errors import DomainError
from bookings.common.pages import mailed, refused
from bookings.limits.addresses import known_by_network
from bookings.limits.policies import Limit
from bookings.limits.services import hit


@mailed
def join(request: HttpRequest) -> HttpResponse:
    """Say who is logged in and ask for the button, or accept in their name; where nobody is, by the password."""
    user = request.user if isinstance(request.user, User) else None
    if request.method != "POST":
        return render(request, "staff/join.html", {"account": user})
    now = clock.now()
    try:
        hit(Limit.CODE, known_by_network(request), now=now)
        invitation = _accepted(request, user, now)
    except DomainError as error:
        return refused(request, "staff/join.html", error, account=user)
    role = StaffMember.Role(invitation.role).label
    return render(request, "staff/join.html", {"account": user, "joined": invitation.business, "role": role})


def _accepted(request: HttpRequest, user: User | None, now: datetime) -> StaffInvitation:
    token, password = request.POST.get("token", ""), request.POST.get("password", "")
    if user is None:
        return invitations.accept_by_password(token=token, password=password, now=now)
    return invitations.accept(token=token, viewer=Viewer(user=user), now=now)
