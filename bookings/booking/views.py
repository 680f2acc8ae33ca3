"""Pages for people who follow a mailed link. A GET changes nothing; a button posts."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods

from bookings.accounts.viewer import Viewer
from bookings.booking import selectors, services
from bookings.booking.models import Booking
from bookings.booking.states import Status
from bookings.common import clock
from bookings.common.errors import DomainError
from bookings.common.pages import strict
from bookings.verification.models import Challenge
from bookings.verification.services import Passed


@strict
@never_cache
@ensure_csrf_cookie
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Ask for the button, or take the proof: the link's token, or acknowledgement id and code."""
    if request.method != "POST":
        return render(request, "booking/verify.html")
    now = clock.now()
    try:
        passed = _passed(request, Challenge.Purpose.VERIFY_BOOKING, now)
        booking = services.verify(passed=passed, now=now).booking
    except DomainError as error:
        return render(request, "booking/verify.html", {"error": error.message}, status=409)
    return render(request, "booking/status.html", _shown(booking))


@strict
@never_cache
@ensure_csrf_cookie
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest) -> HttpResponse:
    """Ask for the button and a reason, or take the proof and cancel."""
    if request.method != "POST":
        return render(request, "booking/cancel.html")
    now = clock.now()
    try:
        passed = _passed(request, Challenge.Purpose.CANCEL_BOOKING, now)
        booking = services.cancel(passed=passed, reason=request.POST.get("reason", ""), now=now)
    except DomainError as error:
        return render(request, "booking/cancel.html", {"error": error.message}, status=409)
    return render(request, "booking/status.html", _shown(booking))


@strict
@never_cache
@ensure_csrf_cookie
@require_http_methods(["GET", "HEAD", "POST"])
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
        return render(request, "booking/pay.html", {"error": error.message}, status=409)
    if not payment.checkout_url:
        return render(request, "booking/status.html", _shown(booking))
    return redirect(payment.checkout_url)


@strict
@never_cache
@ensure_csrf_cookie
@require_http_methods(["GET", "HEAD", "POST"])
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
        return render(request, "booking/open.html", {"error": error.message}, status=409)
    return render(request, "booking/status.html", {**_shown(booking), "booking": booking})


@strict
@never_cache
@require_http_methods(["GET", "HEAD"])
def status(request: HttpRequest) -> HttpResponse:
    """Show what an acknowledgement id alone tells."""
    asked = request.GET.get("id", "")
    booking = selectors.by_acknowledgement(asked) if asked else None
    context = _shown(booking) if booking else {"asked": asked}
    return render(request, "booking/status.html", context)


def _passed(request: HttpRequest, purpose: Challenge.Purpose, now: datetime) -> Passed:
    """Use up what the form holds: the link's token, or id and code. Raises the CHALLENGE_ errors."""
    found = selectors.by_acknowledgement(request.POST.get("acknowledgement_id", ""))
    return services.pass_challenge(
        purpose=purpose,
        token=request.POST.get("token") or None,
        code=request.POST.get("code", ""),
        booking_id=found.pk if found else None,
        now=now,
    )


def _shown(booking: Booking) -> dict[str, object]:
    return {
        "acknowledgement_id": booking.acknowledgement_id,
        "status": booking.status,
        "label": Status(booking.status).label,
        "deadline": booking.deadline_at,
        "updated_at": booking.updated_at,
    }
