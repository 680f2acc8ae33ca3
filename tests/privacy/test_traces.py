"""What is forgotten beside bookings, and what is left alone because it belongs to a booking that is not erased."""

import pytest

from bookings.booking.models import Booking
from bookings.common.batches import BATCH
from bookings.common.models import IdempotencyRecord
from bookings.notifications import refusals
from bookings.notifications.models import OutboxMessage
from bookings.notifications.services import queue_message
from bookings.privacy import parts, traces
from bookings.privacy.export import export_person
from bookings.privacy.person import Person
from bookings.privacy.services import erase_person
from bookings.verification import services as verification
from bookings.verification.models import AccessToken, Challenge
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

EMAIL = "ana@example.org"


@pytest.fixture
def draft() -> Booking:
    """A draft that came in while somebody is being forgotten."""
    offered = factories.service()
    return factories.draft(factories.consultant(offered), offered, email=EMAIL)


def person(**fields) -> Person:
    return Person(EMAIL, **fields)


def test_messages__about_a_booking_that_is_not_erased_still_go_out(draft):
    other = queue_message(key="o", template="session_stolen", recipient=EMAIL, context={}, now=NOW)

    assert sum(traces.messages(person())) == 1

    assert OutboxMessage.objects.get(booking=draft).recipient == EMAIL
    assert OutboxMessage.objects.get(pk=other.pk).recipient == ""


def test_messages__in_another_spelling_are_found(draft):
    row = queue_message(key="o", template="session_stolen", recipient="Ana@Example.ORG", context={}, now=NOW)

    assert sum(traces.messages(person())) == 1
    assert OutboxMessage.objects.get(pk=row.pk).recipient == ""


def test_messages__are_emptied_in_batches():
    for number in range(BATCH + 1):
        queue_message(key=str(number), template="session_stolen", recipient=EMAIL, context={}, now=NOW)

    assert list(traces.messages(person())) == [BATCH, 1]


def test_messages__about_bookings_stay_where_the_address_was_never_proven(draft):
    queue_message(key="o", template="session_stolen", recipient=EMAIL, context={}, now=NOW)
    Booking.objects.update(erased_at=NOW)

    assert sum(traces.messages(person(user_id=1, reaches_bookings=False))) == 1
    assert OutboxMessage.objects.get(booking=draft).recipient == EMAIL


def test_proofs__of_a_booking_that_is_not_erased_stay_good(draft):
    verification.issue_challenge(purpose="RESET_PASSWORD", subject="address:1", email=EMAIL, now=NOW)
    verification.grant_access(subject="booking:0", email=EMAIL, purposes=["view"], now=NOW)

    assert sum(traces.proofs(person())) == 2

    assert Challenge.objects.get().subject == draft.subject
    assert not AccessToken.objects.exists()


def test_idempotency__forgets_the_address_and_the_account_and_nobody_else():
    digest = person().digest
    for scope in (
        f"address:{digest}",
        f"user:7:address:{digest}",
        "user:7:booking:1",
        "user:77:booking:1",
        "x",
    ):
        IdempotencyRecord.objects.create(scope=scope, mutation="m", key="k", input_hash="h")

    assert sum(traces.idempotency(person(user_id=7))) == 3

    assert sorted(IdempotencyRecord.objects.values_list("scope", flat=True)) == ["user:77:booking:1", "x"]


@pytest.mark.parametrize("name", ["Łucja Dąb", 'A "quoted" name', "back\\slash"])
def test_mentions__are_found_however_json_writes_them(name):
    user = factories.user(EMAIL, full_name=name)
    told = {"full_name": name, "service_name": "Talk with " + name, "note": f"from {EMAIL.upper()}"}
    row = queue_message(
        key="o", template="session_stolen", recipient="boss@example.org", context=told, now=NOW
    )

    assert sum(traces.mentions(person(user_id=user.pk))) == 1

    assert OutboxMessage.objects.get(pk=row.pk).context == {
        "full_name": "",
        "service_name": "Talk with " + name,
        "note": "",
    }


def test_mentions__of_a_name_leave_whatever_else_is_called_so(draft):
    """Somebody calls themselves like a practice, a service or another client, and has themselves erased."""
    user = factories.user(EMAIL, full_name="Good Practice")
    told = {"full_name": "Bo", "business_name": "Good Practice", "service_name": "Good Practice"}
    rows = [
        queue_message(key="o", template="staff_removed", recipient="bo@example.org", context=told, now=NOW),
        queue_message(
            key="p",
            template="verify_booking",
            recipient="bo@example.org",
            context={"full_name": "Good Practice"},
            secrets={"code": "000000", "link": "https://example.org/"},
            booking_id=draft.pk,
            now=NOW,
        ),
    ]
    before = [row.context for row in rows]

    assert sum(traces.mentions(person(user_id=user.pk))) == 0

    assert [OutboxMessage.objects.get(pk=row.pk).context for row in rows] == before


def test_refused_mails__outlive_the_person_under_a_digest_and_stand_in_an_export():
    refusals.refuse(email=EMAIL, kind=refusals.Kind.REMINDERS, now=NOW)
    told = export_person(email=EMAIL, now=NOW)["parts"]["refusedMails"]["rows"]

    erase_person(email=EMAIL, now=NOW)

    assert told == [{"kind": "REMINDERS", "cause": "PERSON", "createdAt": NOW.isoformat()}]
    assert not refusals.wants(EMAIL, refusals.Kind.REMINDERS)
    unproven = Person(EMAIL, reaches_bookings=False)
    assert list(parts.refused_mails(unproven)) == []
