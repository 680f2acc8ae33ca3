"""The sandbox's far side: its ledger, as a bank would keep one. The provider calls it, and its page does.

Nothing here knows our payments: what happens reaches them by the signed webhook, as with any other provider.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bookings.notifications.services import queue_webhook
from bookings.payments.models import SandboxCheckout, SandboxRefund

SIGNATURE_HEADER = "X-Sandbox-Signature"
_LONGEST_DESCRIPTION = 300
_LONGEST_ADDRESS = 2048
AT_ONCE = 50


LATE_BY = timedelta(minutes=2)
"""How long money that comes late is on its way. Whatever the merchant does meanwhile, it comes."""


class Choice(models.TextChoices):
    """What somebody can do on the page."""

    PAY = "pay", _("is paid at once")
    FAIL = "fail", _("is declined")
    LATE = "late", _("is paid two minutes later, even if the booking has ended by then")
    TWICE = "twice", _("is paid at once, and the practice is told twice")
    ABANDON = "abandon", _("walks away")


CARDS: Mapping[str, Choice] = {
    "4242424242424242": Choice.PAY,
    "4000000000000002": Choice.FAIL,
    "4000000000003063": Choice.LATE,
    "4000000000000259": Choice.TWICE,
}
"""The numbers of the test cards, and what each does."""


class Refused(Exception):
    """The ledger says no, and nothing was done."""


def open_checkout(
    *,
    reference: str,
    amount_minor: int,
    currency: str,
    description: str,
    return_url: str,
    expires_at: datetime,
    now: datetime,
) -> SandboxCheckout:
    """Open a checkout, or give the one of this reference.

    Raises Refused for nothing to pay, an address that is not http(s), and a reference used otherwise.
    """
    if amount_minor <= 0:
        raise Refused("there is nothing to pay")
    if not is_web_address(return_url):
        raise Refused("the way back must be an http or https address")
    checkout, _ = SandboxCheckout.objects.get_or_create(
        reference=reference,
        defaults={
            "amount_minor": amount_minor,
            "currency": currency,
            "description": description[:_LONGEST_DESCRIPTION],
            "return_url": return_url,
            "expires_at": expires_at,
            "created_at": now,
        },
    )
    if (checkout.amount_minor, checkout.currency) != (amount_minor, currency):
        raise Refused("this reference stands for another amount")
    return checkout


def choose(*, reference: str, choice: Choice, now: datetime) -> bool:
    """Do what somebody chose on the page; False where it had ended or run out before."""
    if choice is Choice.LATE:
        return _pay_late(reference, now)
    ends = {
        Choice.FAIL: SandboxCheckout.Status.FAILED,
        Choice.ABANDON: SandboxCheckout.Status.ABANDONED,
    }
    status = ends.get(choice, SandboxCheckout.Status.SUCCESS)
    return settle_checkout(
        reference=reference, status=status, now=now, times=2 if choice is Choice.TWICE else 1
    )


def look(*, reference: str, now: datetime) -> SandboxCheckout | None:
    """Give a checkout as it stands: money that was on its way has come once its time is over."""
    on_its_way = SandboxCheckout.objects.filter(
        reference=reference, status=SandboxCheckout.Status.LATE, paid_at__lte=now
    )
    with transaction.atomic():
        if on_its_way.update(status=SandboxCheckout.Status.SUCCESS):
            _tell(reference, SandboxCheckout.Status.SUCCESS, now)
    return SandboxCheckout.objects.filter(reference=reference).first()


def arrive_due(*, now: datetime) -> int:
    """Let all money come whose time on the way is over, and tell the merchant; gives how many payments."""
    due = SandboxCheckout.objects.filter(status=SandboxCheckout.Status.LATE, paid_at__lte=now)
    references = list(due.values_list("reference", flat=True)[:AT_ONCE])
    for reference in references:
        look(reference=reference, now=now)
    return len(references)


def settle_checkout(*, reference: str, status: SandboxCheckout.Status, now: datetime, times: int = 1) -> bool:
    """Take an open checkout to its end and tell the merchant; False where it had ended or run out before.

    The merchant's own closing is possible after it ran out, and tells nobody. times: how often it is told.
    """
    closing = status == SandboxCheckout.Status.CLOSED
    with transaction.atomic():
        still_open = SandboxCheckout.objects.filter(reference=reference, status=SandboxCheckout.Status.OPEN)
        if not closing:
            still_open = still_open.filter(expires_at__gt=now)
        paid_at = now if status == SandboxCheckout.Status.SUCCESS else None
        if still_open.update(status=status, paid_at=paid_at) != 1:
            return False
        if not closing:
            _tell(reference, status, now, times)
    return True


def refund_checkout(*, checkout_id: int, amount_minor: int, key: str, now: datetime) -> SandboxRefund:
    """Give back money of a paid checkout, once for a key.

    Raises Refused for what was not paid, for more than is left, and for a key used otherwise.
    """
    with transaction.atomic():
        checkout = SandboxCheckout.objects.select_for_update().get(pk=checkout_id)
        before = SandboxRefund.objects.filter(key=key).first()
        if before is not None:
            if (before.checkout_id, before.amount_minor) != (checkout_id, amount_minor):
                raise Refused("this key stands for another refund")
            return before
        if checkout.status != SandboxCheckout.Status.SUCCESS:
            raise Refused("nothing was paid")
        if not 0 < amount_minor <= checkout.amount_minor - checkout.refunded_minor:
            raise Refused("this is more than what is left of what was paid")
        checkout.refunded_minor += amount_minor
        checkout.save(update_fields=["refunded_minor"])
        return SandboxRefund.objects.create(
            checkout=checkout, key=key, amount_minor=amount_minor, created_at=now
        )


def is_web_address(text: str) -> bool:
    """Tell whether a link may lead there: http or https, a host, nothing that hides."""
    if len(text) > _LONGEST_ADDRESS or any(char.isspace() or not char.isprintable() for char in text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def sign(raw: bytes, secret: str) -> str:
    """Give the signature of an event: hexadecimal HMAC-SHA512 of the very bytes."""
    return hmac.new(secret.encode(), raw, hashlib.sha512).hexdigest()


def _pay_late(reference: str, now: datetime) -> bool:
    """Send the money on its way; it cannot be held up."""
    still_open = SandboxCheckout.objects.filter(
        reference=reference, status=SandboxCheckout.Status.OPEN, expires_at__gt=now
    )
    with transaction.atomic():
        return still_open.update(status=SandboxCheckout.Status.LATE, paid_at=now + LATE_BY) == 1


def _tell(reference: str, status: SandboxCheckout.Status, now: datetime, times: int = 1) -> None:
    """Queue the signed webhook. One checkout ends once, so its end names the event, however often it is told."""
    kind = f"payment.{status.lower()}"
    event_id = f"{reference}:{kind}"
    body = json.dumps({"id": event_id, "event": kind, "reference": reference, "at": now.isoformat()})
    path = reverse("payments:events", args=["sandbox"])
    for time in range(times):
        queue_webhook(
            key=f"sandbox/{event_id}" + (f"/{time + 1}" if time else ""),
            url=f"{settings.PUBLIC_URL}{path}",
            event=kind,
            body=body,
            headers={SIGNATURE_HEADER: sign(body.encode(), settings.SANDBOX_SECRET)},
            now=now,
        )
