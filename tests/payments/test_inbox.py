"""The inbox: stored once, worked on until it is done or given up."""

from datetime import timedelta

import pytest

from bookings.payments import services
from bookings.payments.models import ProviderEvent
from bookings.payments.providers import provider
from bookings.payments.providers.base import Event
from bookings.payments.services import inbox
from tests.factories import NOW, later


def stored(event_id="SW-a:payment.success", **changes):
    event = Event(event_id, changes.pop("kind", "payment.success"), changes.pop("reference", "SW-a"))
    return services.store_event(
        provider=provider("sandbox"), event=event, raw=changes.pop("raw", b"{}"), now=changes.pop("now", NOW)
    )


def test_store_event__keeps_it_and_nudges(db, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as nudges:
        row = stored(raw='{"name": "Zoë"}'.encode())

    row.refresh_from_db()
    assert (row.provider, row.reference, row.body) == ("sandbox", "SW-a", '{"name": "Zoë"}')
    assert (row.received_at, row.processed_at, row.attempts) == (NOW, None, 0)
    assert len(nudges) == 1


def test_store_event__again_is_no_second_one(db, django_capture_on_commit_callbacks):
    stored()

    with django_capture_on_commit_callbacks() as nudges:
        assert stored() is None
    assert (ProviderEvent.objects.count(), len(nudges)) == (1, 0)


@pytest.mark.parametrize("event_id", ["x" * 500, "a\x00b", "\ud800"])
def test_store_event__with_an_id_that_no_column_holds_stands_once_too(db, event_id):
    first = stored(event_id)
    other = stored(event_id + "!")

    assert stored(event_id) is None
    assert first.event_id != other.event_id


def test_store_event__of_an_endless_kind_fits(db):
    assert stored(kind="k\x00" * 200).kind == "k" * 64


def test_claim_event__is_for_one_alone(db):
    row = stored()

    first, second = (services.claim_event(row.pk, now=NOW) for _ in range(2))

    assert first == row
    assert second is None


def test_claim_event__comes_free_when_the_lease_is_over(db):
    row = stored()
    services.claim_event(row.pk, now=NOW)

    assert services.claim_event(row.pk, now=NOW + inbox.LEASE - timedelta(seconds=1)) is None
    assert services.claim_event(row.pk, now=NOW + inbox.LEASE).attempts == 2


def test_due_events__leaves_the_first_second_to_the_nudge(db):
    row = stored()

    assert list(services.due_events(now=NOW)) == []
    assert list(services.due_events(now=later(seconds=1))) == [row.pk]


def test_due_events__oldest_first(db):
    newer = stored("b", now=later(seconds=1))
    older = stored("a")

    assert list(services.due_events(now=later(minutes=1))) == [older.pk, newer.pk]


def test_finish_event__is_the_end(db):
    row = stored()
    services.claim_event(row.pk, now=NOW)

    finished = [
        services.finish_event(event_id=row.pk, outcome=word, now=NOW) for word in ("settled", "other")
    ]

    row.refresh_from_db()
    assert finished == [True, False]
    assert (row.processed_at, row.outcome, row.next_attempt_at) == (NOW, "settled", None)
    assert services.claim_event(row.pk, now=later(days=1)) is None
    assert list(services.due_events(now=later(days=1))) == []


def test_fail_event__is_tried_again_later_and_tells_no_secret(db):
    row = stored()
    services.claim_event(row.pk, now=NOW)

    services.fail_event(event_id=row.pk, error=ValueError("carla@example.org"), now=NOW)

    row.refresh_from_db()
    assert row.last_error == "ValueError"
    assert later(seconds=1) <= row.next_attempt_at <= later(seconds=2)
    assert services.claim_event(row.pk, now=row.next_attempt_at) is not None


def test_fail_event__after_the_last_try_waits_for_a_person(db):
    row = stored()
    ProviderEvent.objects.filter(pk=row.pk).update(attempts=inbox.MOST_ATTEMPTS - 1, next_attempt_at=NOW)
    services.claim_event(row.pk, now=NOW)

    services.fail_event(event_id=row.pk, error=ValueError(), now=NOW)

    row.refresh_from_db()
    assert (row.next_attempt_at, row.processed_at) == (None, None)
    assert services.claim_event(row.pk, now=later(days=9)) is None


def test_fail_event__of_a_finished_one_changes_nothing(db):
    row = stored()
    services.finish_event(event_id=row.pk, outcome="settled", now=NOW)

    services.fail_event(event_id=row.pk, error=ValueError(), now=NOW)

    row.refresh_from_db()
    assert (row.outcome, row.last_error) == ("settled", "")
