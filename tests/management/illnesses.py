"""What a deployment's settings are like, and what can be wrong with an installation."""

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from cryptography.fernet import Fernet
from django.db import connection
from django_q.models import OrmQ, Schedule

from bookings import demo
from bookings.accounts.models import User
from bookings.booking.models import Booking
from bookings.common import clock
from bookings.management.doctor import Grade, files
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import Difference, Payment, Refund
from bookings.worker.models import WorkerHeartbeat
from tests import factories
from tests.management.test_retry_given_up import event, message

STRIPE = {"secret_key": "sk_live_very_secret", "webhook_secret": "whsec_very_secret", "url": ""}
PRODUCTION = {
    "DEBUG": False,
    "ALLOWED_HOSTS": ["booking.example.org"],
    "PUBLIC_URL": "https://booking.example.org",
    "FRONTEND_URL": "https://www.example.org",
    "CORS_ALLOWED_ORIGINS": ["https://www.example.org"],
    "SECRET_KEY": "Secret-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFG",
    "SECURE_SSL_REDIRECT": True,
    "SECURE_HSTS_SECONDS": 31_536_000,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SECURE_HSTS_PRELOAD": True,
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "TRUSTED_PROXIES": 1,
    "MAIL": "smtp",
    "EMAIL_HOST": "smtp.example.org",
    "EMAIL_USE_TLS": True,
    "EMAIL_HOST_PASSWORD": "hunter2-of-the-mail",
    "PAYMENT_PROVIDER": "stripe",
    "PAYMENT_KEYS": {"stripe": STRIPE},
    "REDIS_URL": "",
}
"""What the settings of a deployment are like."""
BY_VENDOR = {"database"} if connection.vendor == "sqlite" else set()
"""What a deployment on SQLite is warned of in any case."""
DAY = timedelta(days=1)

Change = Callable[[SimpleNamespace], Any]


def collect(*names: str) -> Change:
    def change(well: SimpleNamespace) -> None:
        well.settings.STATIC_ROOT.mkdir(exist_ok=True)
        manifest = well.settings.STATIC_ROOT / "staticfiles.json"
        manifest.write_text(json.dumps({"paths": dict.fromkeys(names, "")}))

    return change


def set_to(**values: Any) -> Change:
    """Change settings."""

    def change(well: SimpleNamespace) -> None:
        for name, value in values.items():
            setattr(well.settings, name, value)

    return change


def making(make: Callable[[], Any]) -> Change:
    """Make, or change, rows."""
    return lambda _well: make()


def disk_of(share: float) -> Change:
    return lambda well: well.patch.setattr(files, "_free", lambda _: (share, 900))


def beaten(ago: timedelta) -> None:
    WorkerHeartbeat.objects.update(beaten_at=clock.now() - ago)


def lapsed() -> None:
    offered = factories.service()
    booking = factories.draft(factories.consultant(offered), offered)
    Booking.objects.filter(pk=booking.pk).update(deadline_at=clock.now() - DAY)


def paid() -> Payment:
    offered = factories.service()
    return Payment.objects.create(
        booking=factories.approved(factories.consultant(offered), offered),
        provider="stripe",
        reference="r",
        amount=60,
        currency="EUR",
        live=True,
        status="SUCCEEDED",
        paid_amount=60,
        paid_currency="EUR",
        expires_at=clock.now(),
    )


def refund(**fields: Any) -> None:
    Refund.objects.create(payment=paid(), amount=1, reason="STAFF", key="k", **fields)


def sealed_by_another_key() -> None:
    event(processed_at=clock.now())
    sealed = Fernet(Fernet.generate_key()).encrypt(b"{}").decode()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE bookings_providerevent SET body = %s", [sealed])


def without_a_guard() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name LIMIT 1")
            cursor.execute(f'DROP TRIGGER "{cursor.fetchone()[0]}"')
        else:
            cursor.execute("SELECT tgname, tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal LIMIT 1")
            name, table = cursor.fetchone()
            cursor.execute(f'DROP TRIGGER "{name}" ON {table}')


def unwritable(well: SimpleNamespace) -> None:
    # Root may write nearly everywhere.
    well.patch.setattr(files.os, "access", lambda *_: False)


def unpayable(well: SimpleNamespace) -> None:
    factories.service(price=Decimal(9))
    well.settings.PAYMENT_PROVIDER = "none"


def stuck_mail() -> None:
    message("QUEUED")
    OutboxMessage.objects.update(next_attempt_at=clock.now() - DAY)


def many_tasks() -> None:
    OrmQ.objects.bulk_create(OrmQ(key="k", payload="", lock=clock.now()) for _ in range(1001))


def late_purge() -> None:
    Schedule.objects.create(name="purge", func="f", next_run=clock.now() - 2 * DAY)


OFF, BAD = Grade.WARNING, Grade.BROKEN
SETTINGS: dict[str, tuple[Change, str, Grade, str]] = {
    "no HSTS": (set_to(SECURE_HSTS_SECONDS=0), "settings", OFF, "security.W004"),
    "a host that is refused": (set_to(ALLOWED_HOSTS=["x.example.org"]), "addresses", BAD, "is refused"),
    "no https": (
        set_to(PUBLIC_URL="http://booking.example.org"),
        "addresses",
        BAD,
        "PUBLIC_URL is not https",
    ),
    "no https in front": (
        set_to(FRONTEND_URL="http://x.example.org"),
        "addresses",
        BAD,
        "FRONTEND_URL is not",
    ),
    "a front end shut out": (set_to(CORS_ALLOWED_ORIGINS=[]), "addresses", OFF, "may not call"),
    "a redirect without end": (set_to(SECURE_PROXY_SSL_HEADER=None), "https", BAD, "leads to itself"),
    "pages over http": (set_to(SECURE_SSL_REDIRECT=False), "https", OFF, "over HTTP too"),
    "one client for limits": (set_to(TRUSTED_PROXIES=0), "proxies", OFF, "count as one"),
    "mail on the console": (set_to(MAIL="console"), "mail", BAD, "MAIL=console"),
    "mail in files": (set_to(MAIL="file"), "mail", BAD, "only written into files"),
    "mail in clear": (set_to(EMAIL_USE_TLS=False), "mail", OFF, "in clear"),
    "mail without reports": (set_to(MAIL="postmark", ANYMAIL={}), "mail", OFF, "cannot report bounces"),
    "a sandbox": (set_to(PAYMENT_PROVIDER="sandbox"), "payments", OFF, "no real money"),
    "a test key": (
        set_to(PAYMENT_KEYS={"stripe": {**STRIPE, "secret_key": "sk_test_x"}}),
        "payments",
        OFF,
        "test mode",
    ),
    "a Redis that is away": (set_to(REDIS_URL="redis://127.0.0.1:9/0"), "limits", OFF, "does not answer"),
}
FILES: dict[str, tuple[Change, str, Grade, str]] = {
    "nothing collected": (
        lambda well: (well.settings.STATIC_ROOT / "staticfiles.json").unlink(),
        "static files",
        BAD,
        "never collected",
    ),
    "an older release's files": (collect("b.css"), "static files", BAD, "1 file was not collected"),
    "pictures nowhere": (unwritable, "pictures", BAD, "cannot be written"),
    "a disk that fills": (disk_of(0.05), "disk", OFF, "5% free (900 MB)"),
    "a full disk": (disk_of(0.01), "disk", BAD, "1% free"),
}
ROWS: dict[str, tuple[Change, str, Grade, str]] = {
    "a guard lost": (making(without_a_guard), "guards", BAD, "1 guard is missing"),
    "a key lost": (making(sealed_by_another_key), "keys", BAD, "bookings_providerevent.body"),
    "no admin": (making(lambda: User.objects.update(is_superuser=False)), "admin", OFF, "nobody"),
    "the demo's accounts": (
        making(lambda: User.objects.create_user(demo.STAFF_EMAIL, demo.PASSWORD)),
        "demo",
        BAD,
        "1 account has",
    ),
    "no worker ever": (making(WorkerHeartbeat.objects.all().delete), "worker", BAD, "none was ever seen"),
    "a silent worker": (making(lambda: beaten(timedelta(minutes=9))), "worker", BAD, "silent for 9 minutes"),
    "a queue of tasks": (making(many_tasks), "tasks", OFF, "1001 wait"),
    "a night without purge": (making(late_purge), "nightly", OFF, "purge is late by 2 days"),
    "a booking past its deadline": (making(lapsed), "deadlines", BAD, "1 booking is past"),
    "mail that is stuck": (
        making(stuck_mail),
        "outbox",
        BAD,
        "1 message due and not sent, the oldest 1 hour",
    ),
    "mail that fails": (making(lambda: message("QUEUED")), "outbox", OFF, "1 message fails again"),
    "mail that was given up": (making(message), "given up", OFF, "1 message was given up"),
    "an event given up": (making(event), "events", OFF, "1 event of a payment provider was given up"),
    "an event that fails": (
        making(lambda: event(next_attempt_at=clock.now() + DAY)),
        "events",
        OFF,
        "1 event of a payment provider fails",
    ),
    "a refund refused": (making(lambda: refund(status="FAILED")), "refunds", OFF, "1 refund waits"),
    "a refund not taken": (
        making(lambda: refund(next_attempt_at=clock.now(), created_at=clock.now() - DAY)),
        "refunds",
        OFF,
        "not taken for an hour",
    ),
    "a payment that differs": (
        making(lambda: Difference.objects.create(payment=paid(), kind="DISPUTE")),
        "differences",
        OFF,
        "1 payment differs",
    ),
    "a price that nobody can pay": (unpayable, "prices", OFF, "1 practice asks"),
}
CASES = SETTINGS | FILES | ROWS
"""What is wrong: what makes it so, the line that says it, how bad it is, and a part of the words."""
