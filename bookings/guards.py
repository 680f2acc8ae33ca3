"""Every guard of every topic, installed after migrations and demanded by a system check."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage

from bookings.booking.guards import BOOKING_EVENT, DISCOUNT
from bookings.businesses.guards import CONSENT_TEXT
from bookings.common import guards
from bookings.payments.guards import RECEIPT
from bookings.slots.guards import OCCUPATION

GUARDS = [OCCUPATION, BOOKING_EVENT, CONSENT_TEXT, DISCOUNT, RECEIPT]


def install_after_migrate(using: str, **_: Any) -> None:
    """Install what the migration that just ran may have dropped."""
    guards.install(GUARDS, using=using)


def check_installed(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Give a finding for each guard that a database lacks."""
    return guards.check(GUARDS, databases)
