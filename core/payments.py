"""Who takes the money: the platform's own keys with each payment provider. Practices may have keys of their own."""

from typing import NamedTuple

from django.core.exceptions import ImproperlyConfigured

from core import env


class Payments(NamedTuple):
    """What the settings say of payments. keys: by provider; without a secret key a provider is not set up."""

    provider: str
    sandbox_secret: str
    keys: dict[str, dict[str, str]]


def read(*, debug: bool, secret_key: str) -> Payments:
    """Read it from the environment. Raises ImproperlyConfigured for a provider without its keys."""
    name = env.one_of(
        "PAYMENT_PROVIDER", "sandbox", "paystack", "stripe", "none", default="sandbox" if debug else "none"
    )
    sandbox_secret = env.text(
        "SANDBOX_SECRET", example="any-long-random-text", default="sandbox-" + secret_key if debug else ""
    )
    if name == "sandbox" and not sandbox_secret:
        raise ImproperlyConfigured(
            "PAYMENT_PROVIDER=sandbox takes no real money. Where that is meant, set "
            "SANDBOX_SECRET=any-long-random-text"
        )
    paystack = {
        "secret_key": _key(
            "PAYSTACK_SECRET_KEY", "sk_test_", "sk_live_", default=env.required_unless(name != "paystack", "")
        ),
        "webhook_secret": "",
        "url": env.url("PAYSTACK_URL", example="https://api.paystack.co", default="https://api.paystack.co"),
    }
    stripe_missing = env.required_unless(name != "stripe", "")
    stripe = {
        "secret_key": _key(
            "STRIPE_SECRET_KEY", "sk_test_", "sk_live_", "rk_test_", "rk_live_", default=stripe_missing
        ),
        "webhook_secret": _key("STRIPE_WEBHOOK_SECRET", "whsec_", default=stripe_missing),
        "url": env.url("STRIPE_URL", example="https://api.stripe.com", default="https://api.stripe.com"),
    }
    return Payments(name, sandbox_secret, {"paystack": paystack, "stripe": stripe})


def _key(name: str, *begins: str, default: object) -> str:
    """Give a provider's key. Raises ImproperlyConfigured, which does not repeat it, for one that begins otherwise."""
    key = env.text(name, example=f"{begins[0]}...", default=default)
    if key and not key.startswith(begins):
        raise ImproperlyConfigured(f"{name} is no such key: those begin with {' or '.join(begins)}.")
    return key
