import pytest
from django.db import connection, transaction
from django_q.models import OrmQ

from bookings.notifications.models import OutboxMessage
from bookings.notifications.services import queue_message, queue_webhook, retry_message, stable_message_id
from tests.notifications.conftest import NOW

VERIFY = {
    "template": "verify_booking",
    "recipient": "ana@example.org",
    "context": {},
    "secrets": {"code": "123456", "link": "https://booking.example.org/"},
    "now": NOW,
}


@pytest.mark.django_db
def test_queue_message__same_key_twice_keeps_one_row_and_the_transaction(queue):
    first = queue(key="k")

    with transaction.atomic():
        assert queue_message(key="k", **VERIFY) is None
        assert queue_message(key="another", **VERIFY) is not None

    assert list(OutboxMessage.objects.order_by("pk").values_list("key", flat=True)) == ["k", "another"]
    assert OutboxMessage.objects.get(key="k") == first


@pytest.mark.django_db(transaction=True)
def test_queue_message__rolled_back_transaction_leaves_nothing():
    with transaction.atomic():
        queue_message(key="k", **VERIFY)
        transaction.set_rollback(True)

    assert OutboxMessage.objects.count() == 0
    assert OrmQ.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_queue_message__outside_a_transaction_is_a_bug():
    with pytest.raises(RuntimeError):
        queue_message(key="k", **VERIFY)

    assert OutboxMessage.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_queue_message__nudges_the_worker_once_on_commit():
    with transaction.atomic():
        row = queue_message(key="k", **VERIFY)
        queue_message(key="k", **VERIFY)
        assert OrmQ.objects.count() == 0

    tasks = [(task.task["func"], task.task["args"]) for task in OrmQ.objects.all()]
    assert tasks == [("bookings.tasks.deliver_message", (row.pk,))]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("template", "context", "secrets"),
    [
        ("no_such_message", {}, {}),
        ("verify_booking", {}, {"code": "123456"}),
        ("verify_booking", {}, {"code": "123456", "link": "javascript:alert(1)"}),
        ("confirmed", {"link": "javascript:alert(1)"}, {}),
    ],
)
def test_queue_message__what_cannot_be_rendered_is_refused_where_it_is_queued(
    queue, template, context, secrets
):
    with pytest.raises(ValueError, match=r"message|lacks|link"):
        queue(template=template, context=context, secrets=secrets)


@pytest.mark.django_db
def test_queue_message__database_holds_no_secret_in_plain(queue):
    queue()

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM bookings_outboxmessage")
        held = repr(cursor.fetchall())

    assert "123456" not in held
    assert "secret-token" not in held
    assert OutboxMessage.objects.get().secrets["code"] == "123456"


@pytest.mark.django_db
def test_queue_webhook__only_http_addresses():
    with pytest.raises(ValueError, match="http"), transaction.atomic():
        queue_webhook(key="k", url="file:///etc/passwd", event="e", body="{}", now=NOW)


@pytest.mark.django_db
def test_retry_message__revives_what_was_given_up_and_nothing_else(queue):
    given_up, sent = queue(key="a"), queue(key="b")
    OutboxMessage.objects.filter(pk=given_up.pk).update(status="FAILED", attempts=12)
    OutboxMessage.objects.filter(pk=sent.pk).update(status="SENT")

    assert retry_message(message=given_up, now=NOW) is True
    assert retry_message(message=given_up, now=NOW) is False
    assert retry_message(message=sent, now=NOW) is False

    rows = OutboxMessage.objects.order_by("key").values_list("status", "attempts")
    assert list(rows) == [("QUEUED", 0), ("SENT", 0)]


def test_stable_message_id__depends_on_the_key_alone(settings):
    settings.PUBLIC_URL = "https://booking.example.org:8443"

    assert stable_message_id("k") == stable_message_id("k")
    assert stable_message_id("k") != stable_message_id("l")
    assert stable_message_id("k").endswith("@booking.example.org>")
