"""The payment providers. Only this registry knows them all.

To add one:

1. a module here with a subclass of `base.Provider`, which asks by `http.JsonApi` or as bounded as that;
2. its line in `_PROVIDERS` below;
3. its keys in core/payments.py (and its name among the choices of PAYMENT_PROVIDER), and in .env.example;
4. tests/payments/doubles/<name>.py: its server, written from its documentation;
5. tests/payments/test_<name>.py: a subclass of `contract_http.HttpProviderContract` against that double.

Its inbox is `/payments/<name>/events` from then on, and `/payments/<name>/events/<account>` for a business's own keys.
"""

from django.conf import settings
from django.utils.translation import gettext

from bookings.common.errors import DomainError, ErrorCode
from bookings.payments.models import PaymentAccount
from bookings.payments.providers.base import Provider
from bookings.payments.providers.paystack import PaystackProvider
from bookings.payments.providers.sandbox import SandboxProvider
from bookings.payments.providers.stripe import StripeProvider

_PROVIDERS: dict[str, type[Provider]] = {
    "paystack": PaystackProvider,
    "sandbox": SandboxProvider,
    "stripe": StripeProvider,
}


class ProviderNotSetUp(DomainError):
    """No provider of this name, or its keys are not in the settings."""

    def __init__(self, message: str) -> None:
        super().__init__(ErrorCode.PAYMENT_PROVIDER_ERROR, message)


def provider(name: str, account: PaymentAccount | None = None) -> Provider:
    """Give the provider of this name, with a business's own keys where an account is given.

    Raises ProviderNotSetUp.
    """
    known = _PROVIDERS.get(name)
    if known is None:
        raise ProviderNotSetUp(
            gettext("There is no payment provider %(name)s; there are: %(there)s.")
            % {"name": repr(name), "there": ", ".join(sorted(_PROVIDERS))}
        )
    ready = known.from_settings() if account is None else _of(known, account)
    if ready is None:
        raise ProviderNotSetUp(gettext("The payment provider %(name)s is not set up.") % {"name": repr(name)})
    return ready


def provider_class(name: str) -> type[Provider] | None:
    """Give what there is under a name, whether it is set up or not."""
    return _PROVIDERS.get(name)


def account_providers() -> list[str]:
    """Give the names of those with which a business can have an account of its own."""
    return sorted(name for name, known in _PROVIDERS.items() if _has_accounts(known))


def default_provider() -> Provider:
    """Give the provider that new attempts use where a business has none of its own, as PAYMENT_PROVIDER names it.

    Raises ProviderNotSetUp.
    """
    if settings.PAYMENT_PROVIDER == "none":
        raise ProviderNotSetUp(gettext("Online payment is not set up here."))
    return provider(settings.PAYMENT_PROVIDER)


def _has_accounts(known: type[Provider]) -> bool:
    try:
        return known.from_keys(secret_key="", webhook_secret="") is not None
    except ValueError:  # it knows how keys look
        return True


def _of(known: type[Provider], account: PaymentAccount) -> Provider | None:
    try:
        return known.from_keys(secret_key=account.secret_key, webhook_secret=account.webhook_secret)
    except ValueError as error:
        raise ProviderNotSetUp(
            gettext("The keys of account %(public_id)s are none: %(error)s")
            % {"public_id": account.public_id, "error": error}
        ) from None
