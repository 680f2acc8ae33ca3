"""What the tests of messages share."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from bookings.notifications.services import queue_message
from tests.notifications.doubles import SmtpDouble, WebDouble

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def smtp(settings):
    """A mail server that the settings point at."""
    double = SmtpDouble()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", double.port
    yield double
    double.stop()


@pytest.fixture
def web():
    """A web server that takes webhooks."""
    double = WebDouble()
    yield double
    double.stop()


@pytest.fixture
def queue():
    """Queue a verify mail in a transaction of its own, as a service would."""

    def _queue(key="booking:1/event:1/client/verify_booking", **changes):
        given = {
            "template": "verify_booking",
            "recipient": "ana@example.org",
            "context": {"acknowledgement_id": "MS-7K2Q9D", "full_name": "Ana"},
            "secrets": {"code": "123456", "link": "https://booking.example.org/v#t=secret-token"},
            "now": NOW,
        } | changes
        with transaction.atomic():
            return queue_message(key=key, **given)

    return _queue
