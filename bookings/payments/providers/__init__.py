"""The payment providers. Only this registry knows them all.

To add one:

1. a module here with a subclass of `base.Provider`;
2. its line in `_PROVIDERS` below;
3. its keys in core/settings.py (and its name among the choices of PAYMENT_PROVIDER), and in .env.example;
4. tests/payments/test_<name>.py: a subclass of `contract.ProviderContract` against a double of its server.

Its inbox is `/payments/<name>/events` from then on.
"""

from django.conf import settings

from bookings.common.errors import DomainError, ErrorCode
from bookings.payments.providers.base import Provider
from bookings.payments.providers.sandbox import SandboxProvider

_PROVIDERS: dict[str, type[Provider]] = {
    "sandbox": SandboxProvider,
}


class ProviderNotSetUp(DomainError):
    """No provider of this name, or its keys are not in the settings."""

    def __init__(self, message: str) -> None:
        super().__init__(ErrorCode.PAYMENT_PROVIDER_ERROR, message)


def provider(name: str) -> Provider:
    """Give the provider of this name. Raises ProviderNotSetUp."""
    known = _PROVIDERS.get(name)
    if known is None:
        raise ProviderNotSetUp(
            f"There is no payment provider {name!r}; there are: {', '.join(sorted(_PROVIDERS))}."
        )
    ready = known.from_settings()
    if ready is None:
        raise ProviderNotSetUp(f"The payment provider {name!r} is not set up.")
    return ready


def default_provider() -> Provider:
    """Give the provider that new attempts use, as PAYMENT_PROVIDER names it. Raises ProviderNotSetUp."""
    if settings.PAYMENT_PROVIDER == "none":
        raise ProviderNotSetUp("Online payment is not set up here.")
    return provider(settings.PAYMENT_PROVIDER)
