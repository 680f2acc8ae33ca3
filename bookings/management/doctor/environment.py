"""What the settings say, and whether that can work."""

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.cache import caches
from django.core.mail import get_connection
from django.http.request import validate_host

from bookings.management.doctor.findings import Finding, broken, fine, warning

_SIGNING = {
    "mailersend": "MAILERSEND_SIGNING_SECRET",
    "mailgun": "MAILGUN_WEBHOOK_SIGNING_KEY",
    "mandrill": "MANDRILL_WEBHOOK_KEY",
}
_UNSENT = {"console": "mail is only printed", "file": "mail is only written into files"}
_OURS = {"paystack": "PAYSTACK_SECRET_KEY", "stripe": "STRIPE_SECRET_KEY"}


def settings_checks(_now: datetime) -> Finding:
    """Run Django's checks, outside DEBUG those for deployments too."""
    if settings.DEBUG:
        found = checks.run_checks()
        mode = "development (DEBUG); what production needs is not judged"
    else:
        found = checks.run_checks(include_deployment_checks=True)
        mode = "production, nothing to complain of"
    told = [message for message in found if message.level >= checks.WARNING and not message.is_silenced()]
    if not told:
        return fine("settings", mode)
    ids = ", ".join(sorted({message.id or "?" for message in told}))
    worst = max(message.level for message in told)
    finding = broken if worst >= checks.ERROR else warning
    return finding("settings", f"Django's checks complain: {ids}", "see manage.py check --deploy")


def addresses(_now: datetime) -> Finding:
    """Hold the addresses that mails name against the hosts that are served."""
    parts = urlsplit(settings.PUBLIC_URL)
    if not validate_host(parts.hostname or "", settings.ALLOWED_HOSTS):
        todo = "add the host of PUBLIC_URL to ALLOWED_HOSTS"
        return broken("addresses", "mailed links lead to a host that is refused", todo)
    if settings.DEBUG:
        return fine("addresses", f"links lead to {parts.netloc}")
    if parts.scheme != "https":
        return broken("addresses", "PUBLIC_URL is not https", "set PUBLIC_URL=https://…")
    if settings.FRONTEND_URL:
        front = urlsplit(settings.FRONTEND_URL)
        if front.scheme != "https":
            return broken("addresses", "FRONTEND_URL is not https", "set FRONTEND_URL=https://…")
        origin = f"{front.scheme}://{front.netloc}"
        if front.netloc != parts.netloc and origin not in settings.CORS_ALLOWED_ORIGINS:
            return warning(
                "addresses",
                "the front end may not call the API from a browser",
                f"add {origin} to CORS_ALLOWED_ORIGINS",
            )
    return fine("addresses", f"links lead to {parts.netloc}")


def https(_now: datetime) -> Finding:
    """See that HTTPS is demanded, and that whoever comes by it is believed."""
    if settings.DEBUG:
        return fine("https", "not demanded in DEBUG")
    behind = getattr(settings, "SECURE_PROXY_SSL_HEADER", None) is not None
    if settings.SECURE_SSL_REDIRECT and not behind:
        return broken(
            "https",
            "the web speaks HTTP, so every page leads to itself for ever",
            "put a proxy in front that sets X-Forwarded-Proto, and say BEHIND_HTTPS_PROXY=true",
        )
    if not settings.SECURE_SSL_REDIRECT:
        return warning(
            "https",
            "pages are served over HTTP too",
            "set SECURE_SSL_REDIRECT=true, or see to it in the proxy",
        )
    return fine("https", "demanded, and the proxy in front is believed")


def proxies(_now: datetime) -> Finding:
    """See that limits can tell clients apart."""
    behind = getattr(settings, "SECURE_PROXY_SSL_HEADER", None) is not None
    if behind and not settings.TRUSTED_PROXIES:
        return warning(
            "proxies",
            "behind a proxy all clients count as one for limits",
            "set TRUSTED_PROXIES, mostly to 1",
        )
    return fine("proxies", f"clients' addresses are read {settings.TRUSTED_PROXIES} proxies away")


def mail(_now: datetime) -> Finding:
    """See that mail leaves."""
    way = settings.MAIL
    if way in _UNSENT:
        what = f"{_UNSENT[way]} (MAIL={way})"
        return fine("mail", what) if settings.DEBUG else broken("mail", what, "set MAIL=smtp or a provider")
    if (
        way == "smtp"
        and not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL)
        and not _is_here(settings.EMAIL_HOST)
    ):
        return warning("mail", "mail goes to its server in clear", "set SMTP_STARTTLS=true or SMTP_TLS=true")
    if way not in {"smtp", *_UNSENT} and not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        return warning(
            "mail",
            f"it leaves by {way}, which cannot report bounces",
            "set MAIL_WEBHOOK_SECRET, and enter the address with the provider",
        )
    if way in _SIGNING and _SIGNING[way] not in settings.ANYMAIL:
        return warning(
            "mail",
            f"the reports of {way} are signed, and cannot be checked",
            "set MAIL_WEBHOOK_KEY to its signing key",
        )
    return fine("mail", f"it leaves by {way}")


def mail_server(_now: datetime) -> Finding:
    """Log in to the mail server, and leave."""
    if settings.MAIL != "smtp":
        return fine("mail server", f"none is asked for MAIL={settings.MAIL}")
    try:
        connection = get_connection()
        connection.open()
        connection.close()
    except Exception as error:  # its text may hold what was sent
        return broken(
            "mail server", f"cannot be used: {type(error).__name__}", "see SMTP_… in the configuration table"
        )
    return fine("mail server", "answers, and takes the log-in")


def payments(_now: datetime) -> Finding:
    """See that money can be taken, and that it is real."""
    name = settings.PAYMENT_PROVIDER
    if name == "none":
        return fine("payments", "the platform takes none; practices may have accounts of their own")
    if name == "sandbox":
        what = "the sandbox takes no real money"
        return fine("payments", what) if settings.DEBUG else warning("payments", what, "set PAYMENT_PROVIDER")
    if "_test_" in settings.PAYMENT_KEYS[name]["secret_key"] and not settings.DEBUG:
        return warning("payments", f"{name} is in its test mode", f"set {_OURS[name]} to a live key")
    return fine("payments", f"taken by {name}")


def limits(now: datetime) -> Finding:
    """Count once where limits are counted, in Redis if one is named."""
    if not settings.REDIS_URL:
        return fine("limits", "counted in the database, and in each process")
    # Loaded only where it is used: most installations have no Redis.
    from limits import RateLimitItemPerSecond  # noqa: PLC0415

    from bookings.limits.redis import PREFIX, RedisStorage  # noqa: PLC0415
    from bookings.limits.storage import Window  # noqa: PLC0415

    window = Window(f"{PREFIX}doctor", (RateLimitItemPerSecond(1000),))
    try:
        RedisStorage(settings.REDIS_URL).acquire([window], amount=1, at=now.timestamp())
    except Exception as error:  # its text may hold the address with the password
        what = f"Redis does not answer ({type(error).__name__}); limits hold in the database and each process"
        return warning("limits", what, "see to the Redis of REDIS_URL")
    return fine("limits", "counted in Redis")


def cache(_now: datetime) -> Finding:
    """Put something into the cache and take it out."""
    caches["default"].set("slotwell:doctor", "there", 10)
    if caches["default"].get("slotwell:doctor") != "there":
        return broken("cache", "forgets what it is given", "see CACHES in core/settings.py")
    return fine("cache", "keeps what it is given")


def _is_here(host: str) -> bool:
    return host in {"localhost", "127.0.0.1", "::1"} or "." not in host
