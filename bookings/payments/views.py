"""The inbox of providers' events, and the sandbox's page to pay or fail on."""

import logging
from datetime import datetime
from textwrap import wrap
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from bookings.common import clock
from bookings.common.pages import spoken
from bookings.common.text import can_be_kept
from bookings.limits import services as limits
from bookings.limits.policies import Limit
from bookings.payments import sandbox, services
from bookings.payments.models import PaymentAccount, SandboxCheckout
from bookings.payments.providers import ProviderNotSetUp, provider
from bookings.payments.providers.base import EventRefused

log = logging.getLogger(__name__)

MOST_BYTES: Final = 256 * 1024
_COUNTED: Final = 16 * 1024
"""Bytes that count as one event of an account; what providers send is mostly shorter."""
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@csrf_exempt
@require_POST
def events(request: HttpRequest, provider_name: str) -> HttpResponse:
    """Take a provider's event: check the signature on the raw bytes, store it once, say 200.

    What it means is asked of the provider later. 404: no such provider, or the platform has no keys with it,
    413: over 256 KB, 400: not genuine.
    """
    return _take(request, provider_name, None)


@csrf_exempt
@require_POST
def account_events(request: HttpRequest, provider_name: str, account_id: str) -> HttpResponse:
    """Take an event of a practice's own account, by its own keys, also of one that is out of use: money may come yet.

    404 as well where the account is none of this provider's, or has no secret yet that signs events.
    429: it signed too much.
    """
    account = get_object_or_404(PaymentAccount, public_id=account_id, provider=provider_name)
    return _take(request, provider_name, account)


@spoken
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sandbox_checkout(request: HttpRequest, reference: str) -> HttpResponse:
    """Show what is to be paid, and take a test card's number or a choice. The first one stands, however many follow."""
    if settings.PAYMENT_PROVIDER != "sandbox" or not can_be_kept(reference):
        raise Http404
    checkout = get_object_or_404(SandboxCheckout, reference=reference)
    now = clock.now()
    if request.method == "POST":
        choice = _choice(request)
        if choice is None:
            return HttpResponseBadRequest(
                gettext("Choose a test card, or one of %(choices)s.")
                % {"choices": ", ".join(sandbox.Choice.values)},
                content_type="text/plain",
            )
        sandbox.choose(reference=checkout.reference, choice=choice, now=now)
        return redirect("payments:sandbox_checkout", reference=checkout.reference)
    is_open = checkout.status == SandboxCheckout.Status.OPEN
    context = {
        "checkout": checkout,
        "amount": str(checkout.money),
        "cards": [(" ".join(wrap(number, 4)), choice.label) for number, choice in sandbox.CARDS.items()],
        "state": "EXPIRED" if is_open and now >= checkout.expires_at else checkout.status,
        "return_url": checkout.return_url if sandbox.is_web_address(checkout.return_url) else "",
    }
    response = render(request, "payments/sandbox_checkout.html", context)
    response["Content-Security-Policy"] = _POLICY
    return response


def _choice(request: HttpRequest) -> sandbox.Choice | None:
    """Give what was chosen by its name, or else by the number of a test card, blanks allowed."""
    chosen = request.POST.get("choice", "")
    if chosen:
        return sandbox.Choice(chosen) if chosen in sandbox.Choice.values else None
    return sandbox.CARDS.get("".join(request.POST.get("card", "").split()))


def _stated_length(request: HttpRequest) -> int:
    """Give the length that the client states, before anything is read."""
    stated = request.META.get("CONTENT_LENGTH") or "0"
    return int(stated) if stated.isascii() and stated.isdigit() else MOST_BYTES + 1


def _take(request: HttpRequest, provider_name: str, account: PaymentAccount | None) -> HttpResponse:
    try:
        sender = provider(provider_name, account)
    except ProviderNotSetUp:
        raise Http404 from None
    if not sender.reads_events:
        raise Http404
    if _stated_length(request) > MOST_BYTES or len(request.body) > MOST_BYTES:
        return HttpResponse(status=413)
    try:
        event = sender.read_event(request.body, request.headers)
    except EventRefused as refusal:
        log.warning("an event for %s was refused: %s", provider_name, type(refusal).__name__)
        return HttpResponse(status=400)
    now = clock.now()
    if account is not None and (wait := _too_much(account, len(request.body), now)):
        log.warning("account %s signs more events than are taken", account.pk)
        return HttpResponse(status=429, headers={"Retry-After": str(wait)})
    services.store_event(provider=sender, event=event, raw=request.body, now=now, account=account)
    return HttpResponse(status=200)


def _too_much(account: PaymentAccount, size: int, now: datetime) -> int:
    """Give for how many seconds an account's events are not taken: whoever holds its keys can sign without end.

    A provider repeats what was not taken, and what it gives up reconciliation finds.
    """
    by = {"account": account.public_id}
    return limits.wait_of(Limit.PROVIDER_EVENT, by, amount=1 + size // _COUNTED, now=now)
