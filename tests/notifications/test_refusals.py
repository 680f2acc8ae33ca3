"""Who wants no more of a kind of mail: asked when it is queued and when it leaves; and the way out."""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from bookings.notifications import refusals
from bookings.notifications.delivery import deliver, deliver_due
from bookings.notifications.models import MailRefusal, OutboxMessage
from bookings.notifications.refusals import Kind
from bookings.notifications.services import drop_queued
from bookings.retention.services import forget_sent_messages
from tests import factories
from tests.notifications.conftest import NOW

pytestmark = pytest.mark.django_db

ANA = "ana@example.org"
REMINDS = {"template": "reminder", "secrets": {}}


def path_to_stop(email: str = ANA, kind: Kind = Kind.REMINDERS) -> str:
    return re.sub(r"^https?://[^/]+", "", refusals.link_to_stop(email, kind))


@pytest.fixture
def browser() -> Client:
    """One that asks for tokens against forgery, as Django's test client else does not."""
    return Client(enforce_csrf_checks=True)


def test_wants__everybody_wants_everything_until_they_say_otherwise():
    assert refusals.wishes_of(ANA) == {Kind.REMINDERS: True, Kind.REVIEW_REQUESTS: True}

    refusals.refuse(email=ANA, kind=Kind.REMINDERS, now=NOW)
    refusals.refuse(email=" Ana@Example.ORG ", kind=Kind.REMINDERS, now=NOW)

    assert refusals.wishes_of("ANA@example.org") == {Kind.REMINDERS: False, Kind.REVIEW_REQUESTS: True}
    assert not refusals.wants("Ana@example.org", Kind.REMINDERS)
    assert refusals.wants("ben@example.org", Kind.REMINDERS)
    row = MailRefusal.objects.get()
    assert ANA not in f"{row.address_digest} {row}"


def test_queue__refused_kind_is_not_queued_and_what_one_needs_is(queue):
    refusals.refuse(email=ANA, kind=Kind.REMINDERS, now=NOW)

    assert queue("a", **REMINDS) is None
    assert queue("b") is not None


def test_queue__other_kind_is_queued(queue):
    refusals.refuse(email=ANA, kind=Kind.REVIEW_REQUESTS, now=NOW)

    assert queue("a", **REMINDS) is not None


def test_deliver__what_was_refused_meanwhile_does_not_leave(queue, mailoutbox):
    row = queue("a", **REMINDS | {"secrets": {"link": "https://meet.example/x"}})
    refusals.refuse(email=ANA, kind=Kind.REMINDERS, now=NOW)

    assert deliver(row.pk, now=NOW) is False
    assert deliver_due(NOW + timedelta(days=1)) == 0

    row.refresh_from_db()
    assert (row.status, row.last_error, row.secrets, mailoutbox) == ("DROPPED", "Refused", {}, [])


@pytest.mark.parametrize(("early", "sent"), [(timedelta(0), False), (timedelta(seconds=60), True)])
def test_deliver__what_is_of_no_use_any_more_does_not_leave(queue, mailoutbox, early, sent):
    row = queue("a", **REMINDS, expires_at=NOW + timedelta(hours=1))

    assert deliver(row.pk, now=NOW + timedelta(hours=1) - early) is sent

    row.refresh_from_db()
    assert (row.status, len(mailoutbox)) == (("SENT", 1) if sent else ("DROPPED", 0))


def test_drop_queued__what_waits_never_leaves_and_what_left_stays(queue, mailoutbox):
    offered = factories.service()
    booking = factories.draft(factories.consultant(offered), offered)
    left = queue("a", **REMINDS, booking_id=booking.pk)
    deliver(left.pk, now=NOW)
    waits = queue("b", **REMINDS, booking_id=booking.pk)
    with transaction.atomic():
        assert drop_queued(booking_id=booking.pk, template="reminder") == 1

    assert deliver(waits.pk, now=NOW) is False

    assert dict(OutboxMessage.objects.filter(template="reminder").values_list("key", "status")) == {
        "a": "SENT",
        "b": "DROPPED",
    }
    assert len(mailoutbox) == 1


def test_purge__dropped_mails_go_with_the_sent_ones(queue, settings):
    row = queue("a", **REMINDS, expires_at=NOW)
    deliver(row.pk, now=NOW)
    kept = timedelta(days=settings.OUTBOX_RETENTION_DAYS)

    assert forget_sent_messages(NOW + kept - timedelta(seconds=1)) == 0
    assert forget_sent_messages(NOW + kept) == 1


def test_mail__has_the_headers_of_one_press_and_the_same_link_in_its_text(queue, smtp):
    row = queue("a", **REMINDS)

    deliver(row.pk, now=NOW)

    sent = smtp.accepted[0]
    link = refusals.link_to_stop(ANA, Kind.REMINDERS)
    assert sent["list-unsubscribe"].strip() == f"<{link}>"  # it stands on a line of its own, as it is long
    assert sent["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
    assert link in sent.get_body(("plain",)).get_content().splitlines()
    assert f'href="{link}"' in sent.get_body(("html",)).get_content()
    assert ANA not in link


def test_mail__that_one_needs_offers_no_way_out(queue, smtp):
    deliver(queue("a").pk, now=NOW)

    sent = smtp.accepted[0]
    assert sent["list-unsubscribe"] is None
    assert sent["list-unsubscribe-post"] is None
    assert "/mail/stop/" not in sent.as_string()


@pytest.mark.parametrize("content", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_stop__one_press_of_a_mail_program_is_enough(browser, content):
    body = {
        "application/x-www-form-urlencoded": "List-Unsubscribe=One-Click",
        "multipart/form-data; boundary=x": (
            '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
        ),
    }[content]

    answer = browser.post(path_to_stop(), body, content_type=content)

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert refusals.wishes_of(ANA) == {Kind.REMINDERS: False, Kind.REVIEW_REQUESTS: True}


def test_stop__looking_changes_nothing_and_says_what_would_stop(browser):
    page = browser.get(path_to_stop()).content.decode()

    assert "Reminders of sessions" in page
    assert "<button>Stop these mails</button>" in page
    assert not MailRefusal.objects.exists()


def test_stop__offers_to_send_them_again(browser):
    stopped = browser.post(path_to_stop())
    assert 'name="again"' in stopped.content.decode()

    allowed = browser.post(path_to_stop(), {"again": "1"})

    assert refusals.wants(ANA, Kind.REMINDERS)
    assert "You get these mails again" in allowed.content.decode()


def test_stop__address_that_was_not_made_here_does_nothing(browser):
    good = path_to_stop()
    bens = path_to_stop("ben@example.org")
    forged = [
        good.replace("reminders", "review_requests"),
        bens[: bens.index("-") + 65] + good[good.rindex("-") :],
        good.replace("reminders", "newsletters"),
        good[:-3] + "x" * 2 + "/",
    ]

    assert [browser.post(path).status_code for path in forged] == [404] * 4
    assert browser.put(good).status_code == 405
    assert not MailRefusal.objects.exists()
