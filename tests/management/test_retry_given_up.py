"""Trying again what was given up."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command

from bookings.common import clock
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import ProviderEvent

pytestmark = pytest.mark.django_db


def message(status: str = "FAILED", *, hours: float = 1, recipient: str = "ana@example.org") -> OutboxMessage:
    now = clock.now()
    number = OutboxMessage.objects.count()
    return OutboxMessage.objects.create(
        key=f"k{number}",
        template="password_changed",
        recipient=recipient,
        status=status,
        attempts=12,
        next_attempt_at=now + timedelta(hours=5),
        created_at=now - timedelta(hours=hours),
        message_id=f"<{number}@x>",
    )


def event(**fields) -> ProviderEvent:
    number = ProviderEvent.objects.count()
    return ProviderEvent.objects.create(
        **{
            "provider": "sandbox",
            "event_id": f"e{number}",
            "kind": "payment.success",
            "body": "{}",
            "attempts": 9,
            "received_at": clock.now() - timedelta(hours=1),
            **fields,
        }
    )


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("retry_given_up", *arguments, stdout=out)
    return out.getvalue().strip()


def test_retry__queues_what_was_given_up_and_nothing_else():
    given_up, sent = message(), message("SENT")
    old, erased = message(hours=100), message(recipient="")
    stuck, done = event(), event(processed_at=clock.now())

    said = run()

    assert said == "1 messages and 1 events are queued again."
    queued = OutboxMessage.objects.filter(
        status="QUEUED", attempts=0, next_attempt_at__lt=clock.now() + timedelta(minutes=1)
    )
    assert [row.pk for row in queued] == [given_up.pk]
    assert {row.status for row in OutboxMessage.objects.filter(pk__in=[old.pk, erased.pk])} == {"FAILED"}
    assert OutboxMessage.objects.get(pk=sent.pk).status == "SENT"
    stuck.refresh_from_db()
    done.refresh_from_db()
    assert (stuck.attempts, stuck.replays, stuck.next_attempt_at is None) == (0, 1, False)
    assert (done.replays, done.processed_at is None) == (0, False)


def test_retry__again_finds_nothing():
    message()
    event()
    run()

    assert run() == "0 messages and 0 events are queued again."


def test_retry__looks_further_back_when_asked_to():
    message(hours=100)

    assert run("--hours", "200") == "1 messages and 0 events are queued again."


def test_retry__without_doing_it_changes_nothing():
    given_up = message()

    assert run("--dry-run") == "1 messages and 0 events were given up."
    given_up.refresh_from_db()
    assert given_up.status == "FAILED"
