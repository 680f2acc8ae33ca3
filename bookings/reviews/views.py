"""The page on which a client reviews a session. A GET changes nothing; a button posts."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from bookings.booking import selectors
from bookings.booking.services import pass_challenge
from bookings.common import clock
from bookings.common.errors import DomainError, invalid
from bookings.common.ids import read_acknowledgement_id
from bookings.common.pages import mailed, refused
from bookings.limits.addresses import known_by_network
from bookings.limits.policies import Limit
from bookings.limits.services import hit
from bookings.reviews import services
from bookings.reviews.services import Words
from bookings.verification.models import Challenge

STARS = range(5, 0, -1)
PAGE = "reviews/review.html"


@mailed
def review(request: HttpRequest) -> HttpResponse:
    """Ask for stars and words, or take them with the proof: the link's token, or acknowledgement id and code."""
    if request.method != "POST":
        return render(request, PAGE, {"stars": STARS})
    try:
        written = _written(request, clock.now())
    except DomainError as error:
        typed = {name: request.POST.get(name, "") for name in ("rating", "comment", "acknowledgement_id")}
        return refused(request, PAGE, error, stars=STARS, **typed)
    return render(request, "reviews/thanks.html", {"review": written})


def _written(request: HttpRequest, now: datetime) -> Any:
    """Write it; a proof is used up only by what can be written. Raises the CHALLENGE_ errors and those of writing."""
    given, token = request.POST.get("acknowledgement_id", ""), request.POST.get("token") or None
    about = {} if token else {"subject": f"booking:{read_acknowledgement_id(given)}"}
    hit(Limit.CODE, {**known_by_network(request), **about}, now=now)
    words = _words(request)
    found = selectors.by_acknowledgement(given)
    passed = pass_challenge(
        purpose=Challenge.Purpose.BOOKING_ACCESS,
        token=token,
        code=request.POST.get("code", ""),
        booking_id=found.pk if found else None,
        judge=lambda passed: services.judge(passed, words),
        now=now,
    )
    return services.write_by_proof(passed=passed, words=words, now=now)


def _words(request: HttpRequest) -> Words:
    stars = request.POST.get("rating", "")
    if stars not in {str(number) for number in STARS}:
        raise invalid("rating", gettext("Choose one to five stars."))
    comment = request.POST.get("comment", "").replace("\r\n", "\n")
    return Words(int(stars), comment, named=request.POST.get("named") == "yes")
