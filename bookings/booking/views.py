"""Pages for people who follow a mailed link. A GET changes nothing; a button posts."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bookings.accounts.viewer import Viewer
from bookings.booking import refund_policy, selectors, services, wishes
from bookings.booking.models import Booking
from bookings.booking.states import Status
from bookings.common import clock
from bookings.common.errors import DomainError
from bookings.common.ids import read_acknowledgement_id
from bookings.common.pages import mailed, refused, strict
from bookings.limits.addresses import known_by_network
from bookings.limits.policies import Limit
from bookings.limits.services import hit
from bookings.verification.models import Challenge
from bookings.verification.services import Passed


@mailed
def verify(request: HttpRequest) -> HttpResponse:
    """Ask for the button, or take the proof: the link's token, or acknowledgement id and code."""
    if request.method != "POST":
        return render(request, "booking/verify.html")
    now = clock.now()
    try:
        passed = _passed(request, Challenge.Purpose.VERIFY_BOOKING, now)
        booking = services.verify(passed=passed, now=now).booking
    except DomainError as error:
        return refused(request, "booking/verify.html", error)
    return render(request, "booking/status.html", _shown(booking))


@mailed
def cancel(request: HttpRequest) -> HttpResponse:
    """Ask for the button, say to whoever brings the proof what goes back, or take the proof and cancel."""
    if request.method != "POST":
        return render(request, "booking/cancel.html")
    now = clock.now()
    try:
        given = _given(request, now)
        if request.POST.get("step") == "look":
            return render(request, "booking/cancel.html", _offered(request, given, now))
        passed = services.pass_challenge(purpose=Challenge.Purpose.CANCEL_BOOKING, now=now, **given)
        booking = services.cancel(passed=passed, reason=request.POST.get("reason", ""), now=now)
    except DomainError as error:
        return refused(request, "booking/cancel.html", error)
    shown = {**_shown(booking), "refund": refund_policy.given_back(booking)}
    return render(request, "booking/status.html", shown)


@mailed
def pay(request: HttpRequest) -> HttpResponse:
    """Ask for the button, or use up the link's token and lead on to the provider's page."""
    if request.method != "POST":
        return render(request, "booking/pay.html")
    now = clock.now()
    try:
        booking, access = services.grant_access(
            passed=_passed(request, Challenge.Purpose.BOOKING_ACCESS, now), now=now
        )
        viewer = Viewer()
        viewer.use_access_token(access, now=now)
        payment = services.start_payment(booking_id=booking.pk, viewer=viewer, now=now)
    except DomainError as error:
        return refused(request, "booking/pay.html", error)
    if not payment.checkout_url:
        return render(request, "booking/status.html", _shown(booking))
    return redirect(payment.checkout_url)


@mailed
def open_booking(request: HttpRequest) -> HttpResponse:
    """Ask for the button, or take the proof and show the booking as its client may see it."""
    if request.method != "POST":
        return render(request, "booking/open.html")
    now = clock.now()
    try:
        booking, _ = services.grant_access(
            passed=_passed(request, Challenge.Purpose.BOOKING_ACCESS, now), now=now
        )
    except DomainError as error:
        return refused(request, "booking/open.html", error)
    shown = {**_shown(booking), "booking": booking, "wish": wishes.words(booking)}
    return render(request, "booking/status.html", shown)


@strict
@never_cache
@require_http_methods(["GET", "HEAD"])
def status(request: HttpRequest) -> HttpResponse:
    """Show what an acknowledgement id alone tells."""
    asked = request.GET.get("id", "")
    if not asked:
        return render(request, "booking/status.html")
    try:
        hit(Limit.STATUS, known_by_network(request), now=clock.now())
    except DomainError as error:
        return refused(request, "booking/status.html", error)
    booking = selectors.by_acknowledgement(asked)
    return render(request, "booking/status.html", _shown(booking) if booking else {"asked": asked})


def _passed(request: HttpRequest, purpose: Challenge.Purpose, now: datetime) -> Passed:
    """Use up what the form holds: the link's token, or id and code. Raises the CHALLENGE_ errors, RATE_LIMITED."""
    return services.pass_challenge(purpose=purpose, now=now, **_given(request, now))


def _given(request: HttpRequest, now: datetime) -> dict[str, Any]:
    """Read the proof of a form, and count the try. Raises RATE_LIMITED."""
    given, token = request.POST.get("acknowledgement_id", ""), request.POST.get("token") or None
    about = {} if token else {"subject": f"booking:{read_acknowledgement_id(given)}"}
    hit(Limit.CODE, {**known_by_network(request), **about}, now=now)
    found = selectors.by_acknowledgement(given)
    code = request.POST.get("code", "")
    return {"token": token, "code": code, "booking_id": found.pk if found else None}


def _offered(request: HttpRequest, given: dict[str, Any], now: datetime) -> dict[str, object]:
    """Give what the client is asked once more about, with the proof that the next form brings again."""
    booking = services.look(purpose=Challenge.Purpose.CANCEL_BOOKING, now=now, **given)
    return {
        "booking": booking,
        "wish": wishes.words(booking),
        "offer": refund_policy.offer(booking, now, refund_policy.paid_with(booking)),
        "token": given["token"] or "",
        "acknowledgement_id": request.POST.get("acknowledgement_id", ""),
        "code": given["code"],
    }


def _shown(booking: Booking) -> dict[str, object]:
    return {
        "acknowledgement_id": booking.acknowledgement_id,
        "status": booking.status,
        "label": Status(booking.status).label,
        "deadline": booking.deadline_at,
        "updated_at": booking.updated_at,
    }
