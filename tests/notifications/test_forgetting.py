"""The outbox forgets people: whom it wrote to, and whom it named to others."""

import pytest
from django.core import mail

from bookings.notifications.delivery import MOST_ATTEMPTS, deliver
from bookings.notifications.forgetting import ERASED, forget_mentions, forget_recipient
from bookings.notifications.models import OutboxMessage
from bookings.notifications.services import queue_message, retry_message
from tests.factories import NOW, later

pytestmark = pytest.mark.django_db

ANA = "ana@example.org"


def queued(template: str = "personal_data_erased", **fields) -> OutboxMessage:
    context = {"full_name": "Ana", "service_name": "Talk"}
    given = {"key": "k", "recipient": ANA, "context": context, "locale": "pl", "now": NOW, **fields}
    message = queue_message(template=template, **given)
    assert message is not None
    return message


def fresh(message: OutboxMessage) -> OutboxMessage:
    return OutboxMessage.objects.get(pk=message.pk)


def test_deliver__of_the_last_mail_forgets_its_recipient_when_it_left():
    message = queued()

    assert deliver(message.pk, NOW)

    assert mail.outbox[0].to == [ANA]
    row = fresh(message)
    assert (row.status, row.recipient, row.context, row.locale) == ("SENT", "", {}, "en")


def test_deliver__of_the_last_mail_forgets_its_recipient_when_it_is_given_up(settings):
    settings.EMAIL_BACKEND = "no.such.Backend"
    message = queued()

    for attempt in range(MOST_ATTEMPTS):
        assert fresh(message).recipient == ANA
        deliver(message.pk, later(hours=2 * attempt))

    row = fresh(message)
    assert (row.status, row.recipient, row.context) == ("FAILED", "", {})


def test_deliver__of_any_other_mail_keeps_to_whom_it_went():
    message = queued("session_stolen")

    assert deliver(message.pk, NOW)

    assert fresh(message).recipient == ANA


def test_forget_recipient__gives_up_what_waits_and_nobody_revives_it():
    message = queued("session_stolen", secrets={"user_agent": "Browser"})

    assert forget_recipient(OutboxMessage.objects.all()) == 1

    row = fresh(message)
    assert (row.status, row.last_error, row.recipient, row.secrets) == ("FAILED", ERASED, "", {})
    assert not retry_message(message=row, now=NOW)
    assert not deliver(message.pk, NOW)
    assert mail.outbox == []


def test_forget_mentions__takes_the_name_and_lets_the_mail_leave():
    message = queued("session_stolen", recipient="boss@example.org")

    assert forget_mentions(OutboxMessage.objects.all()) == 1
    assert forget_mentions(OutboxMessage.objects.all()) == 0

    assert fresh(message).context == {"service_name": "Talk"}
    assert deliver(message.pk, NOW)
    assert "Ana" not in mail.outbox[0].body
