"""The page to which a consultant's invitation leads where no front end has its own. A GET changes nothing."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bookings.accounts.models import User
from bookings.accounts.viewer import Viewer
from bookings.common import clock
from bookings.common.errors import DomainError
from bookings.common.pages import mailed, refused
from bookings.consultants import linking
from bookings.consultants.models import Consultant
from bookings.limits.addresses import known_by_network
from bookings.limits.policies import Limit
from bookings.limits.services import hit

PAGE = "staff/join.html"
"""The same as for staff: who is invited to a practice, and as what."""


@mailed
def join(request: HttpRequest) -> HttpResponse:
    """Say who is logged in and ask for the button, or accept in their name; where nobody is, by the password."""
    user = request.user if isinstance(request.user, User) else None
    if request.method != "POST":
        return render(request, PAGE, {"account": user})
    now = clock.now()
    try:
        hit(Limit.CODE, known_by_network(request), now=now)
        person = _accepted(request, user, now)
    except DomainError as error:
        return refused(request, PAGE, error, account=user)
    role = User.Role.CONSULTANT.label
    return render(request, PAGE, {"account": user, "joined": person.business, "role": role})


def _accepted(request: HttpRequest, user: User | None, now: datetime) -> Consultant:
    token, password = request.POST.get("token", ""), request.POST.get("password", "")
    if user is None:
        return linking.accept_by_password(token=token, password=password, now=now)
    return linking.accept(token=token, viewer=Viewer(user=user), now=now)
