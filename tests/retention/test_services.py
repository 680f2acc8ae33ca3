"""What is forgotten, when, and what stays."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError
from django.db.models import ProtectedError

from bookings.accounts.models import RefreshToken
from bookings.accounts.sessions import start_session
from bookings.audit.invariants import audit
from bookings.booking import services as booking_services
from bookings.booking.models import Booking, BookingEvent, BookingNote
from bookings.common import batches
from bookings.common.idempotency import Once, transaction_once
from bookings.common.models import IdempotencyRecord
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import Payment, PaymentAccount, ProviderEvent
from bookings.retention import services as retention
from bookings.retention.services import KINDS, purge
from bookings.tasks import purge as purge_task
from bookings.verification import services as verification
from bookings.verification.models import AccessToken, Challenge
from tests import factories
from tests.factories import NOW, TEN, later
from tests.witness import everything

pytestmark = pytest.mark.django_db

LAPSED = NOW + timedelta(minutes=30)
"""When a draft of `factories.draft` lapses."""


@pytest.fixture
def offered():
    return factories.service()


@pytest.fixture
def host(offered):
    return factories.consultant(offered)


@pytest.fixture
def draft(host, offered):
    return factories.draft(host, offered)


@pytest.fixture
def lapsed(draft):
    assert booking_services.expire_due(now=LAPSED) == 1
    draft.refresh_from_db()
    return draft


def forgotten(now) -> dict[str, int]:
    """What was forgotten, without the kinds of which nothing was."""
    return {kind: count for kind, count in purge(now=now).items() if count}


def sent(message: OutboxMessage, *, at) -> OutboxMessage:
    OutboxMessage.objects.filter(pk=message.pk).update(status="SENT", sent_at=at)
    return message


def test_purge__of_nothing_counts_every_kind_as_zero():
    assert purge(now=NOW) == dict.fromkeys(KINDS, 0)


def test_stale_draft__goes_with_all_that_was_kept_about_it(lapsed):
    BookingNote.objects.create(booking=lapsed, text="Rang twice.", created_at=NOW)
    BookingNote.objects.create(booking=lapsed, event=lapsed.events.first(), text="Odd.", created_at=NOW)
    verification.grant_access(
        subject=lapsed.subject, email=lapsed.email, purposes=["view"], now=later(days=29)
    )
    verification.issue_challenge(
        purpose="BOOKING_ACCESS", subject=lapsed.subject, email=lapsed.email, now=later(days=29)
    )
    sent(OutboxMessage.objects.get(), at=later(days=29))

    assert forgotten(LAPSED + timedelta(days=30))["stale drafts"] == 1

    left = {name for name, rows in everything().items() if rows}
    assert left == {"Business", "Category", "Consultant", "Schedule", "Service", "User", "WeeklyHours"}


def test_stale_draft__stays_until_its_days_are_over(lapsed, settings):
    settings.DRAFT_RETENTION_DAYS = 3

    assert retention.forget_stale_drafts(LAPSED + timedelta(days=3, seconds=-1)) == 0
    assert Booking.objects.count() == 1
    assert retention.forget_stale_drafts(LAPSED + timedelta(days=3)) == 1
    assert (Booking.objects.count(), BookingEvent.objects.count()) == (0, 0)


def test_stale_draft__mail_that_was_given_up_stays_without_it(lapsed):
    OutboxMessage.objects.update(status="FAILED")

    retention.forget_stale_drafts(later(days=31))

    message = OutboxMessage.objects.get()
    assert (message.status, message.booking) == ("FAILED", None)


def test_stale_draft__of_somebody_else_keeps_its_own(lapsed, host, offered):
    other = factories.draft(host, offered, now=later(days=1), starts_at=TEN + timedelta(days=3))
    before = (other.events.count(), Challenge.objects.filter(subject=other.subject).count())

    assert retention.forget_stale_drafts(later(days=31)) == 1

    assert (other.events.count(), Challenge.objects.filter(subject=other.subject).count()) == before == (1, 1)
    assert list(Booking.objects.all()) == [other]


def test_bookings__that_were_more_than_a_draft_stay_for_ever(host, offered):
    waiting = factories.pending(host, offered)
    declined = factories.pending(host, offered, starts_at=TEN + timedelta(days=1))
    staff = factories.staff_of(offered.business)
    booking_services.reject(booking_id=declined.pk, viewer=staff, reason="Away.", now=NOW)
    paying = factories.paying(host, offered, starts_at=TEN + timedelta(days=2))
    draft = factories.draft(host, offered, starts_at=TEN + timedelta(days=3))
    booking_services.expire_due(now=waiting.deadline_at)
    history = list(BookingEvent.objects.exclude(booking=draft).order_by("pk"))

    purge(now=later(days=3650))

    assert set(Booking.objects.all()) == {waiting, declined, paying.booking}
    assert list(BookingEvent.objects.order_by("pk")) == history
    assert BookingNote.objects.get().booking == declined
    assert Payment.objects.get() == paying


def test_events__are_guarded_again_after_the_purge(lapsed, host, offered):
    kept = factories.pending(host, offered, now=later(days=1), starts_at=TEN + timedelta(days=2))
    purge(now=later(days=31))

    with pytest.raises(IntegrityError, match="append_only"):
        kept.events.all().delete()


@pytest.mark.parametrize("ended", ["passed", "replaced", "lapsed"])
def test_challenges__go_a_week_after_their_end(draft, ended):
    challenge = Challenge.objects.get()
    if ended == "passed":
        factories.passed(draft)
    if ended == "replaced":
        Challenge.objects.update(superseded_at=NOW)
    over = challenge.link_expires_at if ended == "lapsed" else NOW

    assert retention.forget_proofs(over + timedelta(days=7, seconds=-1)) == 0
    assert retention.forget_proofs(over + timedelta(days=7)) == 1
    assert Challenge.objects.count() == 0


@pytest.mark.parametrize("revoked", [True, False])
def test_access_tokens__go_a_week_after_their_end(draft, revoked):
    verification.grant_access(subject=draft.subject, email=draft.email, purposes=["view"], now=NOW)
    token = AccessToken.objects.get()
    over = NOW if revoked else token.expires_at
    if revoked:
        AccessToken.objects.update(revoked_at=NOW)

    assert retention.forget_access_tokens(over + timedelta(days=7, seconds=-1)) == 0
    assert retention.forget_access_tokens(over + timedelta(days=7)) == 1


def test_refresh_tokens__go_a_day_after_they_ran_out():
    start_session(user=factories.user(), now=NOW)
    over = RefreshToken.objects.get().expires_at

    assert "refresh tokens" not in forgotten(over + timedelta(days=1, seconds=-1))
    assert forgotten(over + timedelta(days=1)) == {"refresh tokens": 1}


def test_idempotency_keys__go_when_they_are_no_longer_looked_at():
    once = Once.of(scope="somebody", mutation="draftBooking", key="one", given={})
    with transaction_once(once, now=NOW) as outcome:
        outcome.made(1)

    assert retention.forget_idempotency_keys(NOW + timedelta(hours=24, seconds=-1)) == 0
    assert retention.forget_idempotency_keys(NOW + timedelta(hours=24)) == 1
    assert IdempotencyRecord.objects.count() == 0


def test_sent_messages__go_when_their_days_are_over(draft, settings):
    settings.OUTBOX_RETENTION_DAYS = 5
    sent(OutboxMessage.objects.get(), at=NOW)

    assert retention.forget_sent_messages(NOW + timedelta(days=5, seconds=-1)) == 0
    assert retention.forget_sent_messages(NOW + timedelta(days=5)) == 1


@pytest.mark.parametrize("status", ["QUEUED", "FAILED"])
def test_messages__that_were_not_sent_stay(draft, status):
    OutboxMessage.objects.update(status=status)

    assert retention.forget_sent_messages(later(days=3650)) == 0


def provider_event(number: int, **columns) -> ProviderEvent:
    return ProviderEvent.objects.create(
        provider="sandbox",
        event_id=f"evt_{number}",
        kind="paid",
        body='{"name": "Carla"}',
        received_at=NOW,
        **columns,
    )


def test_provider_events__lose_their_bodies_and_keep_their_ids():
    event = provider_event(1, processed_at=NOW)

    assert retention.redact_provider_events(NOW + timedelta(days=30, seconds=-1)) == 0
    assert retention.redact_provider_events(NOW + timedelta(days=30)) == 1
    assert retention.redact_provider_events(NOW + timedelta(days=30)) == 0

    event.refresh_from_db()
    assert (event.body, event.event_id, event.processed_at) == ("", "evt_1", NOW)


@pytest.mark.parametrize("columns", [{"next_attempt_at": None}, {"processed_at": NOW, "replays": 1}])
def test_provider_events__lose_them_also_where_they_were_given_up_or_had_again(columns):
    event = provider_event(1, **columns)

    assert retention.redact_provider_events(NOW + timedelta(days=30)) == 1

    event.refresh_from_db()
    assert event.body == ""


def test_provider_events__of_a_practice_s_own_account_lose_them_too():
    place = factories.business()
    own = PaymentAccount.objects.create(
        business=place, public_id="a1", provider="till", currency="EUR", secret_key="k", live=False
    )
    event = provider_event(1, processed_at=NOW, account=own, payment_id="pi_1", is_dispute=True)

    assert retention.redact_provider_events(NOW + timedelta(days=30)) == 1

    event.refresh_from_db()
    assert (event.body, event.payment_id) == ("", "pi_1")


def test_purge__goes_on_in_batches_until_nothing_is_left(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(batches, "BATCH", 2)
    for number in range(5):
        provider_event(number, processed_at=NOW)

    # three batches (look, savepoint, write, release), and the look that finds nothing more
    with django_assert_num_queries(3 * 4 + 1):
        assert retention.redact_provider_events(later(days=31)) == 5


def test_purge__twice_forgets_nothing_more(lapsed):
    sent(OutboxMessage.objects.get(), at=NOW)
    purge(now=later(days=100))
    before = everything()

    assert forgotten(later(days=100)) == {}
    assert everything() == before


def test_purge__leaves_what_is_always_true(host, offered):
    for day in range(3):
        factories.draft(host, offered, starts_at=TEN + timedelta(days=day))
        factories.approved(host, offered, starts_at=TEN + timedelta(days=day))
    booking_services.expire_due(now=LAPSED)
    for message in OutboxMessage.objects.all():
        sent(message, at=NOW)

    purge(now=later(days=91))

    assert OutboxMessage.objects.count() == 0
    assert audit(now=later(days=91)) == []


def test_purge__that_fails_with_one_kind_forgets_the_others(lapsed, host, offered):
    paying = factories.paying(host, offered, now=later(days=1), starts_at=TEN + timedelta(days=2))
    Payment.objects.filter(pk=paying.pk).update(booking=lapsed)  # no service does: it keeps the draft
    provider_event(1, processed_at=NOW)

    with pytest.raises(ExceptionGroup) as failed:
        purge(now=later(days=60))

    (error,) = failed.value.exceptions
    assert isinstance(error, ProtectedError)
    assert error.__notes__ == ["while forgetting stale drafts"]
    assert ProviderEvent.objects.get().body == ""
    assert lapsed.events.count() == 2


def test_purge_command__prints_a_line_for_each_kind(lapsed, capsys):
    call_command("purge")

    assert capsys.readouterr().out == "".join(f"{kind}: 0\n" for kind in KINDS)


def test_purge_task__logs_what_was_forgotten(caplog):
    with caplog.at_level("INFO", logger="bookings.tasks"):
        purge_task()

    assert caplog.messages[-1].startswith("purged 0 stale drafts, 0 challenges, ")
