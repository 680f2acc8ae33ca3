"""A mail provider's reports, by the real addresses, as two providers document them."""

import json
import logging
from datetime import timedelta
from itertools import permutations

import pytest
from django.test import Client
from django.urls import clear_url_caches, include, path

from bookings.common import clock
from bookings.notifications import refusals
from bookings.notifications.delivery import deliver
from bookings.notifications.forgetting import forget_recipient
from bookings.notifications.models import MailRefusal, OutboxMessage
from bookings.notifications.outcomes import FILTERS, Outcome, outcome_of, words_of
from bookings.notifications.report_views import reports_of
from bookings.notifications.tracking import MARK, mark_of
from core.urls import urlpatterns as product
from tests.notifications.conftest import NOW
from tests.notifications.reports import SECRET, SIGNING_KEY, THEN, TO, mailgun, post, postmark

Kind = MailRefusal.Kind
LATER = THEN + timedelta(hours=1)
urlpatterns = [*product, path("anymail/", include([*reports_of("postmark"), *reports_of("mailgun")]))]


@pytest.fixture(autouse=True)
def _open(settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "MAILGUN_WEBHOOK_SIGNING_KEY": SIGNING_KEY}
    settings.ROOT_URLCONF = __name__
    clear_url_caches()
    yield
    clear_url_caches()


def sent(template="request_received", *, to=TO, known_as="pm-1", provider="postmark", **changes):
    """A mail that a provider took."""
    number = OutboxMessage.objects.count()
    return OutboxMessage.objects.create(
        key=f"key:{number}",
        template=template,
        recipient=to,
        status=OutboxMessage.Status.SENT,
        next_attempt_at=THEN,
        sent_at=THEN - timedelta(minutes=1),
        message_id=f"<{number}@slotwell.example>",
        provider=provider,
        provider_message_id=known_as,
        **changes,
    )


def told(message):
    """What its row says now: delivered, bounced, why, complained."""
    message.refresh_from_db()
    return (message.delivered_at, message.bounced_at, message.bounce_reason, message.complained_at)


NOTHING = (None, None, "", None)


@pytest.mark.parametrize(
    ("report", "row"),
    [
        (postmark("Delivery"), (THEN, None, "", None)),
        (postmark("Bounce"), (None, THEN, "NO_MAILBOX", None)),
        (postmark("Bounce", bounce="BadEmailAddress"), (None, THEN, "INVALID", None)),
        (postmark("Bounce", bounce="Blocked"), (None, THEN, "BLOCKED", None)),
        (postmark("Bounce", bounce="VirusNotification"), (None, THEN, "OTHER", None)),
        (postmark("SpamComplaint"), (None, None, "", THEN)),
        (postmark("Bounce", bounce="Transient"), NOTHING),
        (postmark("Bounce", bounce="AutoResponder"), NOTHING),
        (postmark("Open"), NOTHING),
        (postmark("Something new"), NOTHING),
    ],
)
@pytest.mark.django_db
def test_postmark__report_sets_what_it_says_on_its_message(report, row):
    message = sent()

    assert post("postmark", report) == 200

    assert told(message) == row


@pytest.mark.parametrize(
    ("report", "row"),
    [
        (mailgun("delivered"), (THEN, None, "", None)),
        (mailgun("failed"), (None, THEN, "NO_MAILBOX", None)),
        (mailgun("failed", reason="generic"), (None, THEN, "OTHER", None)),
        (mailgun("failed", severity="temporary"), NOTHING),
        (mailgun("complained"), (None, None, "", THEN)),
        (mailgun("opened"), NOTHING),
    ],
)
@pytest.mark.django_db
def test_mailgun__report_sets_what_it_says_on_its_message(report, row):
    message = sent(known_as="<mg-1@mg.example.org>", provider="mailgun")

    assert post("mailgun", report) == 200

    assert told(message) == row


@pytest.mark.django_db
def test_reports__in_any_order_and_twice_leave_the_same_row():
    reports = [
        postmark("Delivery", at=LATER),
        postmark("Bounce", at=LATER),
        postmark("Bounce", bounce="Blocked", at=THEN),
        postmark("SpamComplaint", at=LATER),
    ]
    rows = set()
    for number, order in enumerate(permutations(reports)):
        message = sent(known_as=f"pm-{number}")
        for report in (*order, order[0]):
            assert post("postmark", {**report, "MessageID": f"pm-{number}"}) == 200
        rows.add((*told(message), outcome_of(message)))

    assert rows == {(LATER, THEN, "BLOCKED", LATER, Outcome.COMPLAINED)}


@pytest.mark.django_db
def test_delivered__that_comes_after_a_bounce_does_not_hide_it():
    message = sent()

    post("postmark", postmark("Bounce"))
    post("postmark", postmark("Delivery", at=LATER))

    assert told(message) == (LATER, THEN, "NO_MAILBOX", None)
    assert words_of(message) == "Bounced: the mailbox takes no mail"


@pytest.mark.parametrize(
    "report",
    [
        postmark("Bounce", message_id="pm-2"),
        postmark("Bounce", message_id=""),
        postmark("Bounce", message_id="pm-1\x00"),
        postmark("Bounce", message_id="p" * 5000),
        postmark("Bounce", to="ben@example.org"),
        postmark("Bounce", message_id="", mark="1-" + "0" * 32),
        postmark("Bounce", message_id="", mark="99999999999999999999-x"),
        {**postmark("Bounce", message_id=""), "Metadata": {"slotwell": ["pm-1"]}},
    ],
)
@pytest.mark.django_db
def test_report__of_an_unknown_mail_or_another_recipient_marks_nothing(report):
    message = sent()

    assert post("postmark", report) == 200

    assert told(message) == NOTHING


@pytest.mark.parametrize("to", ["Ana@Example.org", "Ana Horvat <ana@example.org>"])
@pytest.mark.django_db
def test_report__names_its_recipient_in_its_own_way(to):
    message = sent()

    post("postmark", postmark("Delivery", to=to))

    assert told(message) == (THEN, None, "", None)


@pytest.mark.django_db
def test_report__of_one_provider_does_not_mark_what_another_took():
    message = sent(known_as="<mg-1@mg.example.org>", provider="postmark")

    assert post("mailgun", mailgun("failed")) == 200

    assert told(message) == NOTHING


@pytest.mark.django_db
def test_report__about_copies_for_several_people_marks_its_own_recipient_alone():
    mine, other = sent(), sent(known_as="pm-2", to="ben@example.org")

    post("postmark", postmark("Bounce", to="ben@example.org"))
    post("postmark", postmark("Bounce", to="ben@example.org", message_id="pm-2"))

    assert told(mine) == NOTHING
    assert told(other)[2] == "NO_MAILBOX"


@pytest.mark.parametrize("status", ["QUEUED", "SENT", "FAILED"])
@pytest.mark.django_db
def test_report__on_a_try_whose_id_was_never_kept_is_known_by_our_mark(status):
    message = sent(known_as="")
    OutboxMessage.objects.filter(pk=message.pk).update(status=status, provider="")

    post("postmark", postmark("Delivery", message_id="first-try", mark=mark_of(message)))
    post("mailgun", mailgun("failed", message_id="<second@try>", at=LATER, mark=mark_of(message)))

    assert told(message) == (THEN, LATER, "NO_MAILBOX", None)


@pytest.mark.parametrize(("provider", "carries"), [("postmark", True), ("mailersend", False)])
@pytest.mark.django_db
def test_mail__takes_our_mark_along_where_its_provider_keeps_marks(settings, web, queue, provider, carries):
    settings.MAIL = provider
    settings.EMAIL_BACKEND = f"anymail.backends.{provider}.EmailBackend"
    settings.ANYMAIL = {
        "POSTMARK_SERVER_TOKEN": "token",
        "MAILERSEND_API_TOKEN": "token",
        f"{provider.upper()}_API_URL": web.url.removesuffix("hook"),
    }
    row = queue()

    deliver(row.pk, now=NOW)  # what the double answers is no provider's answer
    posted = json.loads(web.posts[0].body)
    assert (MARK in str(posted)) is carries
    if carries:
        assert posted["Metadata"] == {MARK: mark_of(row)}
        assert not {row.recipient, row.key, "Ana"} & set(mark_of(row).split("-"))


@pytest.mark.django_db
def test_report__with_another_installation_s_mark_marks_nothing(settings):
    message = sent(known_as="")
    mark = mark_of(message)
    settings.SECRET_KEY = "another installation's key that shares the provider's account"

    post("postmark", postmark("Bounce", message_id="theirs", mark=mark))

    assert told(message) == NOTHING


@pytest.mark.django_db
def test_report__from_the_future_happened_now():
    message = sent()

    post("postmark", postmark("Delivery", at=clock.now() + timedelta(days=400)))

    assert told(message)[0] <= clock.now()


@pytest.mark.django_db
def test_report__on_a_mail_to_somebody_erased_marks_and_stops_nothing():
    message = sent("reminder")
    mark = mark_of(message)
    forget_recipient(OutboxMessage.objects.filter(pk=message.pk))

    post("postmark", postmark("Bounce"))
    post("postmark", postmark("SpamComplaint", mark=mark))

    assert told(message) == NOTHING
    assert not MailRefusal.objects.exists()


@pytest.mark.parametrize("secret", ["slotwell:guess", ""])
@pytest.mark.parametrize(
    ("provider", "report"), [("postmark", postmark("Bounce")), ("mailgun", mailgun("failed"))]
)
@pytest.mark.django_db
def test_report__without_the_secret_is_refused(provider, report, secret):
    message = sent()

    assert post(provider, report, secret=secret) == 400

    assert told(message) == NOTHING


@pytest.mark.django_db
def test_mailgun__report_with_a_wrong_signature_is_refused():
    message = sent(known_as="<mg-1@mg.example.org>", provider="mailgun")

    assert post("mailgun", mailgun("failed", key="guess")) == 400

    assert told(message) == NOTHING


@pytest.mark.django_db
def test_report__too_large_to_be_one_is_refused(settings):
    message = sent()

    assert (
        post("postmark", {**postmark("Bounce"), "Content": "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE}) == 400
    )

    assert told(message) == NOTHING


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '"x"', b"\xff", '{"RecordType": "Bounce", "BouncedAt": 7}']
)
@pytest.mark.django_db
def test_report__that_nobody_can_read_is_refused_and_not_our_fault(body):
    assert post("postmark", body) == 400


@pytest.mark.parametrize("other", ["postmark/inbound", "resend/tracking"])
def test_report__is_taken_from_the_provider_in_use_alone(other):
    assert Client().post(f"/anymail/{other}/").status_code == 404


def test_report__has_no_address_without_a_secret(settings):
    settings.ROOT_URLCONF = "core.urls"
    clear_url_caches()

    assert Client().post("/anymail/postmark/tracking/").status_code == 404


@pytest.mark.django_db
def test_report__leaves_no_address_in_the_log(caplog):
    sent()
    with caplog.at_level(logging.DEBUG):
        post("postmark", postmark("Bounce"))

    assert "bounced" in caplog.text
    assert TO not in caplog.text


@pytest.mark.django_db
def test_complaint__about_a_mail_that_one_can_do_without_stops_its_kind():
    sent("reminder")

    post("postmark", postmark("SpamComplaint"))

    assert [refusals.wants(TO, kind) for kind in (Kind.REMINDERS, Kind.REVIEW_REQUESTS)] == [False, True]
    assert not refusals.wishes_of(TO)[Kind.REMINDERS]
    assert refusals.wants("ben@example.org", Kind.REMINDERS)


@pytest.mark.django_db
def test_complaint__that_is_reported_again_does_not_undo_what_its_sender_said_since():
    sent("reminder")
    post("postmark", postmark("SpamComplaint"))
    refusals.allow(email=TO, kind=Kind.REMINDERS)

    post("postmark", postmark("SpamComplaint"))

    assert refusals.wants(TO, Kind.REMINDERS)


@pytest.mark.parametrize("report", [postmark("SpamComplaint"), postmark("Bounce")])
@pytest.mark.django_db
def test_report__on_a_mail_about_one_s_own_booking_stops_nothing(report):
    sent("confirmed")

    post("postmark", report)

    assert not MailRefusal.objects.exists()


@pytest.mark.parametrize(
    ("bounce", "stops"), [("HardBounce", True), ("BadEmailAddress", True), ("Blocked", False)]
)
@pytest.mark.django_db
def test_bounce__for_good_stops_the_kind_until_a_mail_arrives(bounce, stops):
    sent("reminder")
    sent("confirmed", known_as="pm-2")

    post("postmark", postmark("Bounce", bounce=bounce))

    assert refusals.wants(TO, Kind.REMINDERS) is not stops
    assert refusals.wishes_of(TO)[Kind.REMINDERS], "nobody said so: the account's switch stays on"

    post("postmark", postmark("Delivery", message_id="pm-2", at=THEN - timedelta(hours=1)))
    assert refusals.wants(TO, Kind.REMINDERS) is not stops, "it arrived before"

    sent("rescheduled", known_as="pm-3")
    post("postmark", postmark("Delivery", message_id="pm-3", at=LATER))
    assert refusals.wants(TO, Kind.REMINDERS)


@pytest.mark.parametrize("said_first", [True, False])
@pytest.mark.django_db
def test_arrival__does_not_undo_what_somebody_said(said_first):
    sent("reminder")
    sent("confirmed", known_as="pm-2")
    acts = [
        lambda: refusals.refuse(email=TO, kind=Kind.REMINDERS, now=THEN),
        lambda: post("postmark", postmark("Bounce")),
    ]
    for act in acts if said_first else reversed(acts):
        act()

    post("postmark", postmark("Delivery", message_id="pm-2", at=LATER))

    assert not refusals.wants(TO, Kind.REMINDERS)


@pytest.mark.parametrize("status", OutboxMessage.Status)
@pytest.mark.parametrize("delivered", [None, THEN])
@pytest.mark.parametrize("bounced", [None, THEN])
@pytest.mark.parametrize("complained", [None, THEN])
@pytest.mark.django_db
def test_outcomes__every_row_is_found_under_the_one_that_it_shows(status, delivered, bounced, complained):
    message = sent(delivered_at=delivered, bounced_at=bounced, complained_at=complained)
    OutboxMessage.objects.filter(pk=message.pk).update(status=status)
    message.refresh_from_db()

    found = [outcome for outcome, rule in FILTERS.items() if OutboxMessage.objects.filter(rule).exists()]

    assert found == [outcome_of(message)]
    assert set(FILTERS) == set(Outcome)
