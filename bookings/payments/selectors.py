"""Reading payments."""

from typing import NamedTuple

from django.conf import settings
from django.db.models import BigIntegerField, CharField, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from bookings.common.compiled import Argument, Compiled
from bookings.common.errors import DomainError, ErrorCode
from bookings.payments.models import Payment, PaymentAccount
from bookings.payments.providers import ProviderNotSetUp, default_provider, provider
from bookings.payments.providers.base import Attempt, Provider

COUNTED = Q(confirms_booking=True) | Q(purpose=Payment.Purpose.ON_SITE)
"""Which payments count towards their bookings' prices."""
_OWN_ACCOUNT = Compiled(
    lambda: PaymentAccount.objects.filter(
        business=Argument("business", BigIntegerField()),
        currency=Argument("currency", CharField()),
        is_active=True,
    ).order_by("pk")[:1]
)


class Route(NamedTuple):
    """By whom a new attempt is paid; account: the business's own, or None for the platform's."""

    provider: Provider
    account: PaymentAccount | None


def route_for(*, business_id: int, currency: str) -> Route:
    """Give by whom a business is paid in a currency: its own active account, or the platform's provider.

    Raises ProviderNotSetUp where neither takes it.
    """
    own = _OWN_ACCOUNT.first(business=business_id, currency=currency)
    found = provider(own.provider, own) if own is not None else default_provider()
    if not found.accepts(currency):
        raise ProviderNotSetUp(gettext("Nobody takes %(currency)s online here.") % {"currency": currency})
    return Route(found, own)


def can_be_paid_online(*, business_id: int, currency: str) -> bool:
    """Tell whether a business can be paid online in a currency at all."""
    try:
        route_for(business_id=business_id, currency=currency)
    except ProviderNotSetUp:
        return False
    return True


def provider_of(payment: Payment) -> Provider:
    """Give the provider of an attempt, with the keys under which it was opened. Raises ProviderNotSetUp."""
    return provider(payment.provider, payment.account)


def inbox_address(account: PaymentAccount) -> str:
    """Give the address that a practice enters at its provider, so that this account's events come in."""
    path = reverse("payments:account_events", args=[account.provider, account.public_id])
    return f"{settings.PUBLIC_URL}{path}"


def known_as(payment: Payment) -> Attempt:
    """Give what a provider needs to find an attempt."""
    return Attempt(payment.reference, payment.provider_checkout_id, payment.provider_payment_id)


def locked(payment_id: int) -> Payment:
    """Lock one payment for this transaction, after its booking. Raises NOT_FOUND."""
    payment = Payment.objects.select_for_update().filter(pk=payment_id).first()
    if payment is None:
        raise DomainError(ErrorCode.NOT_FOUND)
    return payment


def open_attempt_of(booking_id: int) -> Payment | None:
    """Give the one attempt that may still be paid."""
    return Payment.objects.filter(booking_id=booking_id, status__in=Payment.OPEN_STATUSES).first()


def latest_of(booking_id: int) -> Payment | None:
    """Give the attempt that was begun last with a provider."""
    attempts = Payment.objects.filter(booking_id=booking_id).exclude(provider=Payment.ON_SITE)
    return attempts.order_by("-created_at", "-pk").first()


def counted_of(booking_id: int, *, lock: bool = False) -> QuerySet[Payment]:
    """Give the payments that count towards a booking's price; lock: for this transaction, after the booking.

    Money that confirmed nothing does not count: it goes back by itself.
    """
    rows = Payment.objects.select_for_update() if lock else Payment.objects
    return rows.filter(COUNTED, booking_id=booking_id).order_by("pk")


def confirming(booking_id: int) -> Payment | None:
    """Give the payment whose money confirmed the booking."""
    return Payment.objects.filter(booking_id=booking_id, confirms_booking=True).first()
