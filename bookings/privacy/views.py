"""Pages for people who follow a mailed link to what is known of them. A GET changes nothing; a button posts."""

import json
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bookings.common import clock
from bookings.common.errors import DomainError
from bookings.common.pages import mailed, refused
from bookings.limits.addresses import known_by_network
from bookings.limits.policies import Limit
from bookings.limits.services import hit
from bookings.privacy import services
from bookings.privacy.proofs import Proof


@mailed
def export(request: HttpRequest) -> HttpResponse:
    """Ask for the button, or take the proof and give the document as a file."""
    if request.method != "POST":
        return render(request, "privacy/export.html")
    now = clock.now()
    try:
        document = services.export_by_proof(proof=_proof(request, now), now=now)
    except DomainError as error:
        return refused(request, "privacy/export.html", error)
    answer = HttpResponse(
        json.dumps(document, ensure_ascii=False, indent=2), content_type="application/json; charset=utf-8"
    )
    answer["Content-Disposition"] = 'attachment; filename="personal-data.json"'
    return answer


@mailed
def erase(request: HttpRequest) -> HttpResponse:
    """Ask for the button, or take the proof and forget."""
    if request.method != "POST":
        return render(request, "privacy/erase.html")
    now = clock.now()
    try:
        services.erase_by_proof(
            proof=_proof(request, now),
            cancel_bookings=request.POST.get("cancel_bookings") == "on",
            now=now,
        )
    except DomainError as error:
        return refused(request, "privacy/erase.html", error)
    return render(request, "privacy/done.html")


def _proof(request: HttpRequest, now: datetime) -> Proof:
    """Read what the form holds, and count the try as the API counts it. Raises RATE_LIMITED."""
    given = {name: request.POST.get(name, "") for name in ("email", "code")}
    proof = Proof(token=request.POST.get("token") or None, **given)
    hit(Limit.CODE, {**known_by_network(request), "subject": proof.counted_as}, now=now)
    return proof
