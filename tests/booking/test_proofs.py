"""Mails that bring a fresh proof: on request, at most once a minute, and whoever asks learns nothing."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.booking import services
from bookings.booking.services import pass_challenge
from bookings.booking.states import TABLE, Move, Status
from bookings.common.errors import ErrorCode
from bookings.notifications.delivery import deliver
from bookings.notifications.messages import NOTHING
from bookings.notifications.models import OutboxMessage
from bookings.notifications.rendering import render
from bookings.retention.services import purge
from bookings.verification.models import Challenge
from tests import factories
from tests.factories import NOW, TEN
from tests.lifecycle import REACHABLE, confirmed, reached
from tests.witness import everything, history, refusal, told

MINUTE = timedelta(minutes=1)
INSTANT = timedelta(microseconds=1)
ASK = {
    "VERIFY_BOOKING": (services.resend_verification, "verify_booking"),
    "CANCEL_BOOKING": (services.request_cancellation, "confirm_cancellation"),
    "BOOKING_ACCESS": (services.request_access, "booking_access"),
}
PURPOSES = sorted(ASK)


def reach_for(purpose, host, offered):
    return (factories.draft if purpose == "VERIFY_BOOKING" else factories.pending)(host, offered)


def ask(purpose, booking, *, now):
    """What came back, and the mails that it queued."""
    verb, template = ASK[purpose]
    before = len(told(booking))
    assert verb(acknowledgement_id=booking.acknowledgement_id, now=now) is None
    added = told(booking)[before:]
    assert all(one == (template, booking.email) for one in added)
    return len(added)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_ask__mails_once_a_minute_exactly(host, offered, purpose):
    booking = reach_for(purpose, host, offered)
    first = NOW + MINUTE  # the mail of the draft itself counts too

    assert ask(purpose, booking, now=first) == 1
    before = everything()
    assert ask(purpose, booking, now=first) == 0
    assert ask(purpose, booking, now=first + MINUTE - INSTANT) == 0
    assert everything() == before
    assert ask(purpose, booking, now=first + MINUTE) == 1


def test_resend__within_the_drafts_own_minute_mails_nothing(host, offered):
    booking = factories.draft(host, offered)

    assert ask("VERIFY_BOOKING", booking, now=NOW + MINUTE - INSTANT) == 0
    assert ask("VERIFY_BOOKING", booking, now=NOW + MINUTE) == 1


@pytest.mark.parametrize("purpose", PURPOSES)
def test_ask__the_newest_alone_is_good_by_link_and_by_code(host, offered, purpose):
    booking = reach_for(purpose, host, offered)
    template = ASK[purpose][1]
    ask(purpose, booking, now=NOW + MINUTE)
    old = factories.secrets_of(booking, template)
    now = NOW + 2 * MINUTE
    ask(purpose, booking, now=now)
    new = factories.secrets_of(booking, template)

    for given in ({"token": token_of(old)}, {"code": old["code"], "booking_id": booking.pk}):
        error = refusal(pass_challenge, purpose=purpose, now=now, **given)
        assert error.code == ErrorCode.CHALLENGE_INVALID
    passed = pass_challenge(purpose=purpose, now=now, code=new["code"], booking_id=booking.pk)
    assert (passed.subject, passed.email) == (booking.subject, booking.email)
    error = refusal(pass_challenge, purpose=purpose, now=now, token=token_of(new))
    assert error.code == ErrorCode.CHALLENGE_ALREADY_USED


@pytest.mark.parametrize("purpose", PURPOSES)
def test_ask__proof_is_good_for_its_purpose_alone(host, offered, purpose):
    booking = reach_for(purpose, host, offered)
    ask(purpose, booking, now=NOW + MINUTE)
    secrets = factories.secrets_of(booking, ASK[purpose][1])

    for other in set(PURPOSES) - {purpose}:
        error = refusal(pass_challenge, purpose=other, now=NOW + MINUTE, token=token_of(secrets))
        assert error.code == ErrorCode.CHALLENGE_INVALID


@pytest.mark.parametrize("purpose", PURPOSES)
def test_ask__keeps_secrets_encrypted_or_hashed(host, offered, purpose):
    booking = reach_for(purpose, host, offered)
    ask(purpose, booking, now=NOW + MINUTE)

    message = OutboxMessage.objects.latest("pk")

    assert set(message.secrets) == {"code", "link"}
    assert message.secrets["code"] not in repr(message.context)
    with connection.cursor() as cursor:
        for model in (OutboxMessage, Challenge):
            cursor.execute(f"SELECT * FROM {model._meta.db_table}")
            assert token_of(message.secrets) not in repr(cursor.fetchall())


@pytest.mark.parametrize("status", REACHABLE)
def test_ask__in_each_status_mails_what_makes_sense_then(host, offered, status):
    booking = reached(status, host, offered)
    now = booking.updated_at + MINUTE  # later than what the mail about the last move brought
    sensible = {
        "VERIFY_BOOKING": status in TABLE[Move.VERIFY].sources,
        "CANCEL_BOOKING": status in TABLE[Move.CANCEL].sources,
        "BOOKING_ACCESS": status != Status.DRAFT,
    }

    for purpose in PURPOSES:
        assert ask(purpose, booking, now=now) == int(sensible[purpose]), purpose


def test_request_cancellation__within_the_policys_notice_mails_nothing(host, offered):
    booking = confirmed(host, offered, starts_at=TEN + timedelta(days=7))
    last = booking.starts_at - timedelta(hours=24)

    assert ask("CANCEL_BOOKING", booking, now=last) == 0
    assert ask("CANCEL_BOOKING", booking, now=last - INSTANT) == 1
    assert Challenge.objects.latest("pk").link_expires_at == last


def test_ask__too_late_lapses_the_booking_and_mails_no_proof(host, offered):
    booking = factories.draft(host, offered)

    services.resend_verification(acknowledgement_id=booking.acknowledgement_id, now=booking.deadline_at)

    assert history(booking) == ["DRAFT", "EXPIRED"]
    assert [template for template, _ in told(booking)] == ["verify_booking"]


@pytest.mark.parametrize("text", ["MS-ZZZZZZ", "", "nul \0", "\ud800", "x" * 10_000])
@pytest.mark.parametrize("purpose", PURPOSES)
def test_ask__unknown_id_is_answered_alike_and_leaves_nothing_after_the_purge(host, offered, purpose, text):
    booking = reach_for(purpose, host, offered)
    before = everything()

    assert ASK[purpose][0](acknowledgement_id=text, now=NOW + MINUTE) is None
    assert ASK[purpose][0](acknowledgement_id=text, now=NOW + MINUTE) is None  # too soon after the first

    message = OutboxMessage.objects.latest("pk")
    challenge = Challenge.objects.latest("pk")
    assert (message.template, message.recipient, message.context, message.booking) == (NOTHING, "", {}, None)
    assert (challenge.email, challenge.subject[:7], len(challenge.subject)) == ("", "nobody:", 47)
    assert deliver(message.pk, now=NOW + MINUTE)
    assert mail.outbox == []
    OutboxMessage.objects.filter(booking=booking).delete()  # sent or not, they are not what this is about
    purge(now=NOW + timedelta(days=1, minutes=1))
    assert everything(without=frozenset({"OutboxMessage"})) == {
        name: rows for name, rows in before.items() if name != "OutboxMessage"
    }
    assert not OutboxMessage.objects.exists()


def test_request_access_by_address__opens_the_newest_active_booking_and_names_the_others(host, offered):
    first = factories.pending(host, offered, email="ana@example.org")
    services.reject(booking_id=first.pk, viewer=factories.staff_of(first.business), reason="No.", now=NOW)
    second = factories.pending(host, offered, email="ana@example.org")
    third = factories.draft(host, offered, email="ana@example.org", starts_at=TEN + timedelta(hours=1))

    services.request_access_by_address(email=" ANA@example.org", now=NOW + MINUTE)

    message = OutboxMessage.objects.filter(template="booking_access").get()
    assert (message.recipient, message.booking) == ("ana@example.org", second)
    assert message.context["others"] == [first.acknowledgement_id]
    text = render(message).text
    assert f"Older bookings with this address: {first.acknowledgement_id}" in text
    assert third.acknowledgement_id not in text
    passed = pass_challenge(purpose="BOOKING_ACCESS", now=NOW + MINUTE, token=token_of(message.secrets))
    assert passed.subject == second.subject


def test_request_access_by_address__of_drafts_alone_or_unknown_mails_nobody_once_a_minute(host, offered):
    factories.draft(host, offered, email="ana@example.org")

    for address in ("ana@example.org", "bob@example.org"):
        for _ in range(2):
            services.request_access_by_address(email=address, now=NOW + MINUTE)

    assert list(OutboxMessage.objects.order_by("pk").values_list("template", "recipient")) == [
        ("verify_booking", "ana@example.org"),
        (NOTHING, ""),
        (NOTHING, ""),
    ]


def test_request_access_by_address__of_what_is_no_address_is_refused():
    assert refusal(services.request_access_by_address, email="ana", now=NOW).field == ["email"]


@pytest.mark.parametrize("purpose", PURPOSES)
def test_code__for_an_unknown_booking_is_refused_as_a_wrong_one_by_as_many_statements(host, offered, purpose):
    booking = reach_for(purpose, host, offered)
    ask(purpose, booking, now=NOW + MINUTE)
    right = factories.secrets_of(booking, ASK[purpose][1])["code"]
    wrong = f"{(int(right) + 1) % 10**6:06}"
    answers = []

    for booking_id in (booking.pk, booking.pk + 1000, None):
        with CaptureQueriesContext(connection) as statements:
            error = refusal(
                pass_challenge, purpose=purpose, now=NOW + MINUTE, code=wrong, booking_id=booking_id
            )
        answers.append((error.code, error.message, error.field, repr(error.details), len(statements)))

    assert len(set(answers)) == 1, answers


def token_of(secrets):
    return secrets["link"].partition("#token=")[2]
