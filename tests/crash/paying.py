"""One step of a booking's money, in a process of its own: `python -m tests.crash.paying start|deliver|cancel|standing`.

What a step needs comes as JSON on standard input; what came of it goes to standard output, as JSON in the last line.
"""

import json
import os
import sys
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
django.setup()

from django.test import Client  # noqa: E402 - needs the settings

from bookings.booking import services  # noqa: E402
from bookings.booking.models import Booking  # noqa: E402
from bookings.payments.models import Payment, ProviderEvent, Refund  # noqa: E402
from tests import factories  # noqa: E402
from tests.factories import later  # noqa: E402
from tests.invariants import check_invariants  # noqa: E402
from tests.payments.world import THURSDAY, books, cancel  # noqa: E402
from tests.payments.world import start as begin_to_pay  # noqa: E402
from tests.witness import history, told  # noqa: E402


def start() -> dict[str, Any]:
    """An approved booking for which somebody begins to pay."""
    offered = factories.service(factories.business(currency="NGN"), currency="NGN")
    booking = factories.approved(factories.consultant(offered), offered, starts_at=THURSDAY)
    return {"reference": begin_to_pay(booking).reference}


def deliver(raw: str, headers: dict[str, str]) -> dict[str, Any]:
    """The provider brings an event to the inbox."""
    answer = Client(SERVER_NAME="127.0.0.1").post(
        "/payments/paystack/events", raw, "application/json", headers=headers
    )
    return {"status": answer.status_code}


def confirmed() -> dict[str, Any]:
    """The client comes back and says that it is paid."""
    (booking,) = Booking.objects.all()
    viewer = factories.client_of(booking)
    payment = services.confirm_payment(booking_id=booking.pk, viewer=viewer, now=later(minutes=1))
    return {"status": payment.status}


def call_off() -> dict[str, Any]:
    """The practice calls off what was paid."""
    (booking,) = Booking.objects.all()
    cancel(booking, factories.staff_of(booking.business))
    return {"refunds": Refund.objects.count()}


def standing() -> dict[str, Any]:
    """How everything stands; fails where the audit finds something."""
    check_invariants()
    (booking,) = Booking.objects.all()
    return {
        "history": history(booking),
        "confirmations": [template for template, _ in told(booking)].count("confirmed"),
        "books": books(),
        "payments": list(Payment.objects.values_list("status", flat=True)),
        "refunds": list(Refund.objects.values_list("status", flat=True)),
        "tries": list(ProviderEvent.objects.values_list("attempts", flat=True)),
    }


STEPS = {"start": start, "deliver": deliver, "confirm": confirmed, "cancel": call_off, "standing": standing}

if __name__ == "__main__":
    given = json.loads(sys.stdin.read() or "{}")
    print(json.dumps(STEPS[sys.argv[1]](**given)))
