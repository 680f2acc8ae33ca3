import logging
import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction

from bookings.notifications import delivery
from bookings.notifications.delivery import claim, deliver, deliver_due, wait_after
from bookings.notifications.models import OutboxMessage
from bookings.notifications.services import queue_nothing, queue_webhook
from tests.notifications.conftest import NOW

LATER = NOW + timedelta(days=1)


@pytest.mark.django_db
def test_deliver__sends_once_marks_sent_and_wipes_the_secrets(smtp, queue):
    row = queue()

    assert deliver(row.pk, now=NOW) is True
    assert deliver(row.pk, now=LATER) is False

    row.refresh_from_db()
    assert (row.status, row.attempts, row.secrets, row.last_error) == ("SENT", 1, {}, "")
    assert row.sent_at - NOW < timedelta(seconds=5)
    assert [sent["to"] for sent in smtp.accepted] == ["ana@example.org"]


@pytest.mark.django_db
def test_deliver__what_is_for_nobody_goes_nowhere_and_keeps_no_secret(smtp):
    with transaction.atomic():
        row = queue_nothing(key="challenge:1", secrets={"code": "123456"}, now=NOW)

    assert deliver_due(LATER) == 1

    row.refresh_from_db()
    assert (row.status, row.recipient, row.secrets) == ("SENT", "", {})
    assert smtp.seen == []


@pytest.mark.django_db
def test_deliver__mail_has_text_html_and_says_that_a_machine_wrote_it(smtp, queue):
    row = queue()

    deliver(row.pk, now=NOW)

    sent = smtp.accepted[0]
    assert sent["message-id"] == row.message_id
    assert sent["auto-submitted"] == "auto-generated"
    assert sent["subject"] == "Confirm your request MS-7K2Q9D"
    assert "    123456" in sent.get_body(("plain",)).get_content().splitlines()
    assert 'href="https://booking.example.org/v#t=secret-token"' in sent.get_body(("html",)).get_content()


@pytest.mark.django_db
def test_deliver__refused_mail_waits_and_goes_out_under_the_same_message_id(smtp, queue):
    row = queue()
    smtp.answers.append("refuse")

    assert deliver(row.pk, now=NOW) is False
    row.refresh_from_db()
    assert (row.status, row.attempts, row.secrets["code"]) == ("QUEUED", 1, "123456")
    assert timedelta(seconds=1.5) < row.next_attempt_at - NOW < timedelta(seconds=5)
    assert deliver(row.pk, now=NOW + timedelta(seconds=1)) is False
    assert len(smtp.seen) == 1

    assert deliver_due(LATER) == 1
    assert [seen["message-id"] for seen in smtp.seen] == [row.message_id] * 2
    assert len(smtp.accepted) == 1


@pytest.mark.django_db
def test_deliver__connection_lost_after_acceptance_repeats_the_same_message_id(smtp, queue):
    row = queue()
    smtp.answers.append("vanish")

    deliver(row.pk, now=NOW)
    deliver_due(LATER)

    assert [taken["message-id"] for taken in smtp.accepted] == [row.message_id] * 2
    row.refresh_from_db()
    assert row.status == "SENT"


@pytest.mark.django_db
def test_deliver__deliverer_that_died_is_followed_after_its_lease(smtp, queue):
    row = queue()
    assert claim(row, now=NOW)

    assert deliver_due(NOW + timedelta(seconds=59)) == 0
    assert deliver_due(NOW + timedelta(seconds=61)) == 1
    assert len(smtp.accepted) == 1


@pytest.mark.django_db
def test_deliver__server_that_is_down_raises_nothing_and_tells_no_address(settings, queue, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    row = queue()

    assert deliver(row.pk, now=NOW) is False

    row.refresh_from_db()
    assert (row.status, row.last_error) == ("QUEUED", "ConnectionRefusedError")
    assert "ana@example.org" not in caplog.text


@pytest.mark.django_db
def test_deliver__error_is_kept_without_what_the_server_said(smtp, queue, caplog):
    row = queue()
    smtp.answers.append("refuse")

    deliver(row.pk, now=NOW)

    row.refresh_from_db()
    assert row.last_error == "SMTPDataError 451"
    assert "example.org" not in caplog.text


@pytest.mark.django_db
def test_deliver__gives_up_after_twelve_attempts_and_keeps_the_secrets(smtp, queue, caplog):
    row = queue()
    smtp.answers.extend(["refuse"] * 20)

    for day in range(20):
        deliver_due(NOW + timedelta(days=day + 1))

    row.refresh_from_db()
    assert (row.status, row.attempts, len(smtp.seen)) == ("FAILED", 12, 12)
    assert row.secrets["code"] == "123456"
    assert [record.levelno for record in caplog.records].count(logging.ERROR) == 1


@pytest.mark.django_db
def test_deliver__message_that_cannot_be_rendered_does_not_stop_the_others(smtp, queue):
    broken, good = queue(key="a"), queue(key="b")
    OutboxMessage.objects.filter(pk=broken.pk).update(template="gone")

    assert deliver_due(LATER) == 1

    broken.refresh_from_db()
    good.refresh_from_db()
    assert (broken.status, broken.last_error, good.status) == ("QUEUED", "ValueError", "SENT")


@pytest.mark.django_db
def test_deliver__recipient_with_a_line_break_adds_no_header(smtp, queue):
    row = queue(recipient="ana@example.org\nBcc: eve@example.org")

    assert deliver(row.pk, now=NOW) is False
    assert smtp.seen == []


@pytest.mark.django_db
def test_deliver__message_without_a_recipient_is_not_called_sent(queue):
    row = queue(recipient="")

    assert deliver(row.pk, now=NOW) is False
    assert mail.outbox == []


@pytest.mark.django_db
def test_claim__of_two_that_read_the_same_row_one_wins(queue):
    pk = queue().pk
    first, second = OutboxMessage.objects.get(pk=pk), OutboxMessage.objects.get(pk=pk)

    assert claim(first, now=NOW) is True
    assert claim(second, now=NOW) is False
    assert OutboxMessage.objects.get(pk=pk).attempts == 1


@pytest.mark.django_db
def test_record_failure__of_an_outlived_lease_leaves_the_later_claim_alone(smtp, queue):
    pk = queue().pk
    slow, quick = OutboxMessage.objects.get(pk=pk), OutboxMessage.objects.get(pk=pk)
    claim(slow, now=NOW)
    quick.refresh_from_db()
    claim(quick, now=NOW + timedelta(seconds=61))

    delivery._record_failure(slow, TimeoutError(), now=NOW + timedelta(seconds=62))

    row = OutboxMessage.objects.get(pk=pk)
    assert (row.attempts, row.last_error) == (2, "")
    assert row.next_attempt_at == NOW + timedelta(seconds=121)


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_deliver__eight_at_once_send_once(smtp, queue):
    row = queue()
    start = threading.Barrier(8)
    sent = []

    def run():
        try:
            start.wait(10)
            sent.append(deliver(row.pk, now=NOW))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(sent) == [False] * 7 + [True]
    assert len(smtp.accepted) == 1


@pytest.mark.django_db(transaction=True)
def test_deliver__sends_outside_any_transaction(settings, queue):
    settings.EMAIL_BACKEND = f"{__name__}.Watching"
    Watching.inside.clear()
    row = queue()

    assert deliver(row.pk, now=NOW) is True
    assert Watching.inside == [False]


class Watching(BaseEmailBackend):
    """A mail backend that notes whether a transaction is open while it sends."""

    inside: list[bool] = []

    def send_messages(self, messages):
        self.inside.append(connection.in_atomic_block)
        return len(messages)


@pytest.mark.django_db
def test_deliver_due__takes_the_longest_waiting_first_and_fifty_a_turn(smtp, queue):
    for place in range(52):
        recipient = f"ana{place}@example.org"
        queue(key=f"k{place:02}", recipient=recipient, now=NOW + timedelta(seconds=52 - place))

    assert deliver_due(LATER) == 50

    left = OutboxMessage.objects.filter(status="QUEUED").order_by("key")
    assert list(left.values_list("key", flat=True)) == ["k00", "k01"]


@pytest.mark.django_db
def test_deliver_due__leaves_fresh_rows_to_their_nudge(smtp, queue):
    row = queue()

    assert deliver_due(NOW) == 0
    assert deliver(row.pk, now=NOW) is True


@pytest.mark.django_db
def test_deliver__second_code_of_a_kind_for_a_mailbox_within_a_minute_waits_and_then_leaves(smtp, queue):
    first, second = queue(key="first"), queue(key="second")

    assert deliver(first.pk, now=NOW) is True
    assert deliver(second.pk, now=NOW + timedelta(seconds=20)) is False

    second.refresh_from_db()
    assert (second.status, second.attempts, second.secrets["code"]) == ("QUEUED", 0, "123456")
    assert timedelta(seconds=59) < second.next_attempt_at - NOW <= timedelta(seconds=62)
    assert deliver_due(NOW + timedelta(seconds=58)) == 0
    assert deliver_due(NOW + timedelta(seconds=63)) == 1


@pytest.mark.django_db
def test_deliver__sixth_code_for_a_mailbox_within_an_hour_waits_for_the_hour(smtp, queue):
    kinds = ["verify_booking", "confirm_cancellation", "booking_access"] * 2
    rows = [queue(key=f"k{place}", template=kind) for place, kind in enumerate(kinds)]

    sent = [deliver(row.pk, now=NOW + timedelta(minutes=2 * place)) for place, row in enumerate(rows)]

    assert sent == [True] * 5 + [False]
    rows[5].refresh_from_db()
    assert timedelta(minutes=59) < rows[5].next_attempt_at - NOW < timedelta(minutes=61)


@pytest.mark.django_db
def test_deliver__other_mailboxes_other_kinds_and_mails_without_a_code_do_not_wait(smtp, queue):
    deliver(queue(key="first").pk, now=NOW)

    other = queue(key="other", recipient="ben@example.org")
    kind = queue(key="kind", template="confirm_cancellation")
    plain = queue(key="plain", template="expired", secrets={})

    assert deliver(other.pk, now=NOW) is True
    assert deliver(kind.pk, now=NOW) is True
    assert deliver(plain.pk, now=NOW) is True


@pytest.mark.django_db
def test_deliver__second_attempt_of_the_same_mail_counts_no_more(smtp, queue):
    row = queue()
    smtp.answers.append("refuse")
    deliver(row.pk, now=NOW)

    assert deliver(row.pk, now=NOW + timedelta(seconds=10)) is True


@pytest.mark.parametrize(("attempts", "most"), [(1, 2), (2, 8), (3, 32), (6, 2048), (7, 3600), (12, 3600)])
def test_wait_after__grows_is_bounded_and_jitters(attempts, most):
    waits = {wait_after(attempts).total_seconds() for _ in range(50)}

    assert min(waits) >= most * 0.8
    assert max(waits) <= most
    assert len(waits) > 1


@pytest.mark.django_db
def test_deliver__webhook_posts_the_exact_bytes_with_its_headers(web):
    body = '{"b": 1,  "a": "ü"}'
    with transaction.atomic():
        row = queue_webhook(
            key="w",
            url=web.url,
            event="checkout.paid",
            body=body,
            headers={"X-Sandbox-Signature": "abc"},
            secrets={"headers": {"Authorization": "Bearer secret"}},
            now=NOW,
        )

    assert deliver(row.pk, now=NOW) is True

    post = web.posts[0]
    assert post.body == body.encode()
    assert post.headers["x-sandbox-signature"] == "abc"
    assert post.headers["content-type"] == "application/json"
    assert post.headers["authorization"] == "Bearer secret"
    row.refresh_from_db()
    assert (row.status, row.secrets) == ("SENT", {})


@pytest.mark.django_db
@pytest.mark.parametrize("status", [302, 400, 500])
def test_deliver__webhook_that_is_not_accepted_is_tried_again(web, status):
    web.statuses.append(status)
    with transaction.atomic():
        row = queue_webhook(key="w", url=web.url, event="e", body="{}", now=NOW)

    assert deliver(row.pk, now=NOW) is False
    row.refresh_from_db()
    assert (row.status, row.last_error) == ("QUEUED", f"HTTP {status}")
    assert deliver_due(LATER) == 1

    assert [post.path for post in web.posts] == ["/hook", "/hook"]
