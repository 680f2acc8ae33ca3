"""Pages for people who follow a mailed link about their account. A GET changes nothing; a button posts."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bookings.accounts import passwords, registration
from bookings.common import clock
from bookings.common.errors import DomainError
from bookings.common.pages import mailed, refused
from bookings.limits.addresses import known_by_network
from bookings.limits.policies import Limit
from bookings.limits.services import hit


@mailed
def verify_email(request: HttpRequest) -> HttpResponse:
    """Ask for the password, or take it beside the link's token: the account comes into being. Nobody is logged in."""
    if request.method != "POST":
        return render(request, "account/verify_email.html")
    token, now = request.POST.get("token", ""), clock.now()
    try:
        _count(request, f"link:{token}", now)
        registration.verify_by_link(
            token=token, password=request.POST.get("password", ""), log_in=False, now=now
        )
    except DomainError as error:
        return refused(request, "account/verify_email.html", error)
    return render(request, "account/done.html", {"what": "verified"})


@mailed
def reset_password(request: HttpRequest) -> HttpResponse:
    """Ask for the new password, or take it beside the link's token, or beside address and code."""
    if request.method != "POST":
        return render(request, "account/reset_password.html")
    token, email, new_password = (request.POST.get(name, "") for name in ("token", "email", "new_password"))
    now = clock.now()
    try:
        _count(request, passwords.counted_as(token=token, email=email), now)
        if token:
            passwords.reset_by_token(token=token, new_password=new_password, now=now)
        else:
            code = request.POST.get("code", "")
            passwords.reset_by_code(email=email, code=code, new_password=new_password, now=now)
    except DomainError as error:
        return refused(request, "account/reset_password.html", error)
    return render(request, "account/done.html", {"what": "reset"})


def _count(request: HttpRequest, subject: str, now: datetime) -> None:
    """Count a try as the API counts it. Raises RATE_LIMITED."""
    hit(Limit.CODE, {**known_by_network(request), "subject": subject}, now=now)
