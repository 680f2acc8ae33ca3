"""Practices' own accounts with payment providers. Keys come in and are used; nobody is ever shown one."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from bookings.accounts.models import User
from bookings.accounts.viewer import Viewer
from bookings.businesses.models import Business, StaffMember
from bookings.businesses.policies import Duty, may
from bookings.businesses.selectors import members
from bookings.common.errors import DomainError, ErrorCode, Forbidden, invalid
from bookings.common.idempotency import Once, transaction_once
from bookings.common.money import minor_units
from bookings.common.secrecy import same
from bookings.common.text import can_be_kept
from bookings.notifications.services import queue_message
from bookings.payments import selectors
from bookings.payments.models import Payment, PaymentAccount
from bookings.payments.providers import account_providers, provider_class
from bookings.payments.providers.base import PaymentState, Provider, ProviderError, ProviderRefused

LONGEST_KEY = 500
_MOST_ASKED = 5
"""Of how many earlier accounts with one provider new keys are tried."""


def accounts_visible_to(viewer: Viewer) -> QuerySet[PaymentAccount]:
    """Give the accounts that the viewer may see, change and take out of use: those of practices that they own."""
    if viewer.account is None:
        return PaymentAccount.objects.none()
    if viewer.is_admin:
        return PaymentAccount.objects.all()
    owned = [pk for pk in viewer.business_ids if may(viewer, Duty.PAYMENTS, pk)]
    return PaymentAccount.objects.filter(business__in=owned)


def save_account(
    *,
    viewer: Viewer,
    business_id: int,
    provider: str,
    currency: str,
    secret_key: str,
    webhook_secret: str = "",
    is_active: bool = True,
    once: Once | None = None,
    now: datetime,
) -> PaymentAccount:
    """Keep a practice's keys with a provider, and take what is paid in a currency by them from now on.

    They replace the keys of an account of the practice, of the same provider, currency and mode, that they open there,
    as only the provider knows (see `_before`), so that refunds go out with them; or of one by which nobody could ever
    pay. Any others make a new account; what was in use before keeps its keys, for refunds, and is used no more.
    is_active: False takes newer keys for refunds alone. The practice's owners are told by mail.
    Raises UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, VALIDATION_FAILED, PAYMENT_PROVIDER_ERROR where the provider was
    asked and did not answer, and AlreadyDone for a replay of `once`.
    """
    place = _place(viewer, business_id)
    keys = _keys(provider, currency, secret_key, webhook_secret)
    if once is not None:
        once.look_up(now=now)
    before = _before(place, keys, currency, secret_key)
    given = {"secret_key": secret_key, "webhook_secret": webhook_secret, "is_active": is_active}
    new = {"provider": provider, "currency": currency, "live": keys.live, "created_by": viewer.account}
    with transaction_once(once, now=now) as outcome:
        place = _locked(place.pk)
        before = before or _unused(place, keys, currency)
        if before is None and not is_active:
            raise invalid("isActive", gettext("The practice has no account with older keys than these."))
        if is_active:
            in_use = PaymentAccount.objects.filter(business=place, currency=currency, is_active=True)
            in_use.update(is_active=False, changed_at=now)
        account = _renewed(before, given, now) if before else _made(place, given | new, now)
        _tell("payment_account_saved", account, place, viewer.require_account(), now)
        outcome.made(account.pk)
    return account


def _renewed(account: PaymentAccount, given: Mapping[str, Any], now: datetime) -> PaymentAccount:
    """Replace an account's keys; without another secret for its events it keeps the one that it has."""
    columns = dict(given)
    columns["webhook_secret"] = given["webhook_secret"] or account.webhook_secret
    PaymentAccount.objects.filter(pk=account.pk).update(**columns, changed_at=now)
    return PaymentAccount.objects.get(pk=account.pk)


def _made(place: Business, columns: Mapping[str, Any], now: datetime) -> PaymentAccount:
    return PaymentAccount.objects.create(
        business=place, public_id=secrets.token_hex(16), created_at=now, changed_at=now, **columns
    )


def deactivate_account(*, account_id: int, viewer: Viewer, now: datetime) -> PaymentAccount:
    """Open no more attempts with an account; one that is out of use stays as it is.

    Attempts that are open can still be paid, its events are still taken, and refunds still go out by its keys. Its
    currency is paid through the platform's provider again, where there is one. Owners are told by mail.
    Raises UNAUTHENTICATED, and NOT_FOUND, with `id`, where there is no such account that the viewer may change.
    """
    person = viewer.require_account()
    with transaction.atomic():
        account = accounts_visible_to(viewer).filter(pk=account_id).first()
        if account is None:
            raise DomainError(ErrorCode.NOT_FOUND, field=["id"])
        place = _locked(account.business_id)
        in_use = PaymentAccount.objects.filter(pk=account.pk, is_active=True)
        if in_use.update(is_active=False, changed_at=now):
            account.refresh_from_db()
            _tell("payment_account_ended", account, place, person, now)
    return account


def _place(viewer: Viewer, business_id: int) -> Business:
    """Give the practice, if its accounts are the viewer's to change."""
    viewer.require_account()
    place = Business.objects.filter(pk=business_id).first()
    if place is None:
        raise DomainError(ErrorCode.NOT_FOUND, field=["businessId"])
    if not may(viewer, Duty.PAYMENTS, business_id):
        raise Forbidden
    return place


def _locked(business_id: int) -> Business:
    """Lock a practice, so that its accounts are changed one after the other."""
    return (
        Business.objects.select_for_update(of=("self",), no_key=True)
        .select_related("owner")
        .get(pk=business_id)
    )


def _keys(name: str, currency: str, secret_key: str, webhook_secret: str) -> Provider:
    """Give the provider with these keys. Raises VALIDATION_FAILED."""
    known = provider_class(name)
    for field, key in (("secretKey", secret_key), ("webhookSecret", webhook_secret)):
        if len(key) > LONGEST_KEY or not can_be_kept(key):
            raise invalid(
                field,
                gettext("A key has %(longest_key)s characters at most, all of them text.")
                % {"longest_key": LONGEST_KEY},
            )
    try:
        keys = known.from_keys(secret_key=secret_key, webhook_secret=webhook_secret) if known else None
    except ValueError as error:
        raise invalid("secretKey", _sentence(str(error))) from None
    if known is None or keys is None:
        there = ", ".join(account_providers()) or gettext("none")
        raise invalid(
            "provider",
            gettext("No practice can have an account of its own with this; there are: %(there)s.")
            % {"there": there},
        )
    try:
        minor_units(currency)
    except DomainError as error:
        raise invalid("currency", error.message) from None
    if not known.accepts(currency):
        raise invalid("currency", gettext("This provider takes no %(currency)s.") % {"currency": currency})
    return keys


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _before(place: Business, keys: Provider, currency: str, secret_key: str) -> PaymentAccount | None:
    """Give the practice's account that these keys open, or None where none is known to.

    The very same key tells it; else the provider does, asked outside any transaction about what the account was paid
    last.
    """
    accounts = list(_of_its_kind(place, keys, currency)[:_MOST_ASKED])
    for account in accounts:
        if same(account.secret_key, secret_key):
            return account
    for account in accounts:
        payment = _last_known(account)
        if payment is not None and _knows(keys, payment):
            return account
    return None


def _unused(place: Business, keys: Provider, currency: str) -> PaymentAccount | None:
    """Give one by which nobody could ever pay: it needs its old keys no more, and is as good as new.

    Locked, as is the practice: an attempt that is being made waits with its end, and reads the new keys.
    """
    accounts = list(_of_its_kind(place, keys, currency).select_for_update()[:_MOST_ASKED])
    refused = Q(status=Payment.Status.FAILED, provider_checkout_id="")
    asked = set(Payment.objects.filter(~refused, account__in=accounts).values_list("account", flat=True))
    return next((account for account in accounts if account.pk not in asked), None)


def _of_its_kind(place: Business, keys: Provider, currency: str) -> QuerySet[PaymentAccount]:
    rows = PaymentAccount.objects.filter(
        business=place, provider=keys.name, currency=currency, live=keys.live
    )
    return rows.order_by("-is_active", "-changed_at", "-pk")


def _last_known(account: PaymentAccount) -> Payment | None:
    """Give an attempt of which the provider must know, if there is one: paid, or else opened there."""
    known = account.payments.filter(Q(status=Payment.Status.SUCCEEDED) | ~Q(provider_checkout_id=""))
    paid = known.filter(status=Payment.Status.SUCCEEDED)
    return paid.order_by("-pk").first() or known.order_by("-pk").first()


def _knows(keys: Provider, payment: Payment) -> bool:
    """Ask a provider, with new keys, whether it knows an attempt. Raises VALIDATION_FAILED, PAYMENT_PROVIDER_ERROR."""
    try:
        told = keys.ask(selectors.known_as(payment))
    except ProviderRefused:
        raise invalid("secretKey", gettext("The provider does not take this key.")) from None
    except ProviderError as error:
        raise DomainError(ErrorCode.PAYMENT_PROVIDER_ERROR, retry_after=30) from error
    return told.state is not PaymentState.UNKNOWN


def _tell(template: str, account: PaymentAccount, place: Business, who: User, now: datetime) -> None:
    """Mail the practice's owners: whoever turns a practice's money elsewhere must not go unnoticed."""
    owners = [member.user for member in members(place) if member.role == StaffMember.Role.OWNER]
    for owner in owners:
        queue_message(
            key=f"payment-account:{account.pk}/{template}/{now:%Y%m%dT%H%M%S.%f}/{owner.pk}",
            template=template,
            recipient=owner.email,
            context={
                "full_name": owner.full_name,
                "member_name": who.full_name or who.email,
                "business_name": place.name,
                "provider": account.provider,
                "currency": account.currency,
                "key_end": account.key_end,
                "live": account.live,
                "in_use": account.is_active,
            },
            locale=owner.locale,
            timezone=owner.timezone or place.timezone,
            now=now,
        )
