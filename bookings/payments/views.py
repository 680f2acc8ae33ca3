"""The inbox of providers' events, and the sandbox's page to pay or fail on."""

import logging
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from bookings.common import clock
from bookings.common.text import can_be_kept
from bookings.payments import sandbox, services
from bookings.payments.models import SandboxCheckout
from bookings.payments.providers import ProviderNotSetUp, provider
from bookings.payments.providers.base import EventRefused

log = logging.getLogger(__name__)

MOST_BYTES: Final = 256 * 1024
_CHOICES: Final = {
    "pay": SandboxCheckout.Status.SUCCESS,
    "fail": SandboxCheckout.Status.FAILED,
    "abandon": SandboxCheckout.Status.ABANDONED,
}
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@csrf_exempt
@require_POST
def events(request: HttpRequest, provider_name: str) -> HttpResponse:
    """Take a provider's event: check the signature on the raw bytes, store it once, say 200.

    What it means is asked of the provider later. 404: no such provider, 413: over 256 KB, 400: not genuine.
    """
    try:
        sender = provider(provider_name)
    except ProviderNotSetUp:
        raise Http404 from None
    if _stated_length(request) > MOST_BYTES or len(request.body) > MOST_BYTES:
        return HttpResponse(status=413)
    try:
        event = sender.read_event(request.body, request.headers)
    except EventRefused as refusal:
        log.warning("an event for %s was refused: %s", provider_name, type(refusal).__name__)
        return HttpResponse(status=400)
    services.store_event(provider=sender, event=event, raw=request.body, now=clock.now())
    return HttpResponse(status=200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sandbox_checkout(request: HttpRequest, reference: str) -> HttpResponse:
    """Show what is to be paid, and take the choice. Choosing twice is harmless: the first choice stands."""
    if settings.PAYMENT_PROVIDER != "sandbox" or not can_be_kept(reference):
        raise Http404
    checkout = get_object_or_404(SandboxCheckout, reference=reference)
    now = clock.now()
    if request.method == "POST":
        status = _CHOICES.get(request.POST.get("choice", ""))
        if status is None:
            return HttpResponseBadRequest("choose pay, fail or abandon", content_type="text/plain")
        sandbox.settle_checkout(reference=checkout.reference, status=status, now=now)
        return redirect("payments:sandbox_checkout", reference=checkout.reference)
    is_open = checkout.status == SandboxCheckout.Status.OPEN
    context = {
        "checkout": checkout,
        "amount": str(checkout.money),
        "state": "EXPIRED" if is_open and now >= checkout.expires_at else checkout.status,
        "return_url": checkout.return_url if sandbox.is_web_address(checkout.return_url) else "",
    }
    response = render(request, "payments/sandbox_checkout.html", context)
    response["Content-Security-Policy"] = _POLICY
    return response


def _stated_length(request: HttpRequest) -> int:
    """Give the length that the client states, before anything is read."""
    stated = request.META.get("CONTENT_LENGTH") or "0"
    return int(stated) if stated.isascii() and stated.isdigit() else MOST_BYTES + 1
