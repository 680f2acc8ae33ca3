"""How mail leaves: files that /mailbox/ shows, the console, SMTP, or a provider with its key, through Anymail."""

BACKENDS = {
    "smtp": "django.core.mail.backends.smtp.EmailBackend",
    "console": "anymail.backends.console.EmailBackend",
    "file": "django.core.mail.backends.filebased.EmailBackend",
}
PROVIDERS = {
    "brevo": "API_KEY",
    "mailersend": "API_TOKEN",
    "mailgun": "API_KEY",
    "mailjet": "API_KEY",
    "mandrill": "API_KEY",
    "postmark": "SERVER_TOKEN",
    "resend": "API_KEY",
    "sparkpost": "API_KEY",
}
"""Each provider, with what Anymail calls its key."""

SIGNED = {"mailersend": "SIGNING_SECRET", "mailgun": "WEBHOOK_SIGNING_KEY", "mandrill": "WEBHOOK_KEY"}
"""Those that sign their reports, with what Anymail calls the key for it."""


def backend_of(way: str) -> str:
    """Give the dotted path of Django's mail backend for a way that MAIL names."""
    return BACKENDS.get(way, f"anymail.backends.{way}.EmailBackend")


def anymail(way: str, *, key: str, secret: str, webhook_secret: str, webhook_key: str) -> dict[str, object]:
    """Give Anymail's settings.

    secret: mailjet's second key. webhook_secret: opens the provider's reports; webhook_key: what it signs them with.
    """
    found: dict[str, object] = {"REQUESTS_TIMEOUT": 10}
    if webhook_secret:
        found["WEBHOOK_SECRET"] = webhook_secret
    if way in PROVIDERS:
        found[f"{way.upper()}_{PROVIDERS[way]}"] = key
    if way == "mailjet":
        found["MAILJET_SECRET_KEY"] = secret
    if way in SIGNED and webhook_key:
        found[f"{way.upper()}_{SIGNED[way]}"] = webhook_key
    return found
