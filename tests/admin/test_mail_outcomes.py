"""What mail providers report, as staff read it: on a booking's page and in the outbox."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from bookings.notifications.models import OutboxMessage
from tests.admin.desk import member_of, page_of, pending, platform_admin, read
from tests.factories import NOW

pytestmark = pytest.mark.django_db
OUTBOX = "admin:bookings_outboxmessage_changelist"
SAID = {
    "Sent": {},
    "Delivered": {"delivered_at": NOW + timedelta(minutes=1)},
    "Bounced: the mailbox takes no mail": {
        "delivered_at": NOW + timedelta(minutes=1),
        "bounced_at": NOW + timedelta(minutes=2),
        "bounce_reason": "NO_MAILBOX",
    },
    "Complained: its recipient called it unwanted": {
        "delivered_at": NOW + timedelta(minutes=1),
        "complained_at": NOW + timedelta(hours=3),
    },
}


def sent(**reports):
    """A booking whose mail to its client was sent; what came of it is given."""
    booking = pending()
    rows = OutboxMessage.objects.filter(booking=booking, template="request_received")
    rows.update(status="SENT", attempts=1, sent_at=NOW, provider="postmark", **reports)
    return booking


def rows_of(page):
    """The cells of the table of messages, as text."""
    part = page[page.index('id="messages-heading"') :]
    rows = re.findall(r"<tr.*?</tr>", part, re.DOTALL)
    return [
        [re.sub(r"<[^>]+>", " ", cell).strip() for cell in re.findall(r"<td.*?</td>", row)] for row in rows
    ]


@pytest.mark.parametrize("words", SAID)
def test_booking__says_what_became_of_a_mail(words):
    booking = sent(**SAID[words])

    page = read(member_of(booking), page_of(booking))

    told = next(row for row in rows_of(page) if row and row[0] == "Request received")
    assert told[1] == words
    assert ("could not be delivered" in page) == words.startswith("Bounced")


def test_booking__gives_the_time_of_everything_that_is_known_in_its_order():
    booking = sent(**SAID["Complained: its recipient called it unwanted"])

    page = read(member_of(booking), page_of(booking))

    told = next(row for row in rows_of(page) if row and row[0] == "Request received")
    assert re.findall(r"(Sent|Delivered|Bounced|Complained) .*?(\d\d:\d\d)", told[2]) == [
        ("Sent", "08:00"),
        ("Delivered", "08:01"),
        ("Complained", "11:00"),
    ]


@pytest.mark.parametrize("words", SAID)
def test_outbox__says_the_same_and_finds_it_by_what_became_of_it(words):
    booking = sent(**SAID[words])
    client = member_of(booking)
    became = words.split(":")[0].upper()

    page = client.get(reverse(OUTBOX), {"became": became})

    assert [row.booking_id for row in page.context["cl"].result_list] == [booking.pk]
    assert words in page.content.decode()
    for other in {"SENT", "DELIVERED", "BOUNCED", "COMPLAINED", "GIVEN_UP", "DROPPED"} - {became}:
        assert client.get(reverse(OUTBOX), {"became": other}).context["cl"].result_count == 0


def test_outbox__filter_that_there_is_not_narrows_nothing():
    sent()

    page = platform_admin().get(reverse(OUTBOX), {"became": "' OR 1=1"})

    assert page.context["cl"].result_count == OutboxMessage.objects.count()
