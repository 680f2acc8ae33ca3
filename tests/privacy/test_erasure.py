"""Erasure leaves statistics, events and receipts, and nothing else of the person, in any table."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db.models import Count, Sum
from pytest_django import DjangoDbBlocker

from bookings.accounts.models import RefreshToken, ServiceKey, User
from bookings.accounts.viewer import Viewer
from bookings.booking import services as bookings
from bookings.booking.models import Booking, BookingEvent
from bookings.booking.states import ACTIVE, Status
from bookings.businesses.models import BlockedSender
from bookings.businesses.selectors import is_blocked
from bookings.catalogue.models import Service
from bookings.common.errors import ErrorCode
from bookings.common.models import IdempotencyRecord
from bookings.feeds.models import CalendarFeed
from bookings.notifications.delivery import deliver_due
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import Payment, Receipt, Refund
from bookings.pictures import files
from bookings.privacy import erasure
from bookings.privacy.export import export_person
from bookings.privacy.person import Person
from bookings.privacy.services import erase_person
from tests import factories
from tests.factories import NOW, later
from tests.invariants import check_invariants
from tests.privacy import ana
from tests.privacy.columns import columns, found
from tests.undone import undone
from tests.witness import refusal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(scope="module")
def anas(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[int, int]]:
    """Ana with everything, and the service that she booked: their keys. Some of her mails were sent, some wait."""
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False), undone():
        offered = ana.practice()
        account = ana.account(offered)
        ana.drafts_twice_with_a_key(offered)
        deliver_everything()
        ana.books_everything(offered)
        ana.traces(offered, account)
        waiting = OutboxMessage.objects.filter(recipient=ana.EMAIL, status="QUEUED")
        OutboxMessage.objects.filter(pk=waiting.first().pk).update(status="FAILED")
        yield account.pk, offered.pk


@pytest.fixture
def user(anas: tuple[int, int], db: None, folder: Path) -> User:
    """Ana as her row is, with a picture in this test's folder."""
    User.objects.filter(pk=anas[0]).update(picture=files.keep(b"a picture"))
    mail.outbox.clear()
    return User.objects.get(pk=anas[0])


@pytest.fixture
def offered(anas: tuple[int, int], db: None) -> Service:
    """What she booked."""
    return Service.objects.get(pk=anas[1])


KEPT_BY_LAW = ("bookings_receipt.buyer_email:", "bookings_receipt.details:")
"""What a receipt said of whoever paid stays on it."""


def left(*words: str) -> list[str]:
    """Where any of the words still stands, save on receipts."""
    return [line for line in found(*words) if not line.startswith(KEPT_BY_LAW)]


def deliver_everything() -> None:
    while deliver_due(later(minutes=10)):
        pass


def what_stays() -> dict[str, Any]:
    """The statistics: bookings as they took place, what happened to each, and all money. Cancelling adds to them."""
    kept = Booking.objects.exclude(status__in=[*ACTIVE, Status.DRAFT])
    return {
        "bookings": Booking.objects.count(),
        "finished": list(
            kept.order_by("pk").values("pk", "status", "service", "starts_at", "ends_at", "price", "seats")
        ),
        "events": list(BookingEvent.objects.filter(booking__in=kept).order_by("pk").values()),
        "payments": list(
            Payment.objects.order_by("pk").values("pk", "reference", "paid_amount", "paid_at", "currency")
        ),
        "refunds": list(Refund.objects.order_by("pk").values("pk", "key", "amount", "reason")),
        "receipts": list(Receipt.objects.order_by("pk").values()),
    }


def test_ana__left_a_trace_in_every_kind_of_place(user: User) -> None:
    places = Counter(line.partition(":")[0] for line in found(*ana.WORDS))

    assert set(places) >= {
        "bookings_accesstoken.email", "bookings_blockedsender.note", "bookings_blockedsender.value",
        "bookings_booking.email", "bookings_booking.full_name", "bookings_booking.intake",
        "bookings_booking.meeting_url", "bookings_calendarfeed.email",
        "bookings_booking.message", "bookings_booking.phone", "bookings_bookingnote.text", "bookings_challenge.email",
        "bookings_claim.email", "bookings_discount.reason",
        "bookings_outboxmessage.context", "bookings_outboxmessage.recipient",
        "bookings_outboxmessage.secrets", "bookings_providerevent.body", "bookings_refreshtoken.user_agent",
        "bookings_receipt.buyer_email", "bookings_receipt.details", "bookings_refund.note",
        "bookings_registration.email", "bookings_registration.full_name", "bookings_servicekey.name",
        "bookings_staffinvitation.email", "bookings_user.email", "bookings_user.full_name", "bookings_user.phone",
        "django_admin_log.change_message", "django_admin_log.object_repr", "django_q_task.result",
        "django_session.session_data",
    }  # fmt: skip
    assert len(columns()) > 150
    assert IdempotencyRecord.objects.count() == 2


@pytest.mark.parametrize("typed", [ana.EMAIL, f" {ana.TYPED.upper()} "])
def test_erase_person__leaves_nothing_in_any_column_of_any_table(user: User, typed: str) -> None:
    before = what_stays()

    done = erase_person(email=typed, cancel_bookings=True, now=NOW)
    deliver_everything()

    assert left(*ana.WORDS) == []
    after = what_stays()
    assert after["bookings"] == before["bookings"]
    assert after["payments"] == before["payments"]
    for kind in ("finished", "events", "refunds", "receipts"):
        assert [row for row in after[kind] if row in before[kind]] == before[kind]
    assert [sent.to for sent in mail.outbox if ana.EMAIL in sent.to] == [[ana.EMAIL]]
    assert mail.outbox[-1].subject == "Państwa dane zostały usunięte"  # in the language of her account
    assert done.erased_bookings == before["bookings"]
    assert done.cancelled == 4
    check_invariants()


def test_erase_person__keeps_what_took_place_and_says_when_it_forgot(user: User) -> None:
    erase_person(email=ana.EMAIL, cancel_bookings=True, now=NOW)

    assert set(Booking.objects.values_list("erased_at", flat=True)) == {NOW}
    counts = dict(Booking.objects.values_list("status").annotate(Count("pk")).order_by())
    assert counts[Status.COMPLETED] == 1
    assert counts[Status.NO_SHOW] == 1
    assert not Booking.objects.filter(status__in=[*ACTIVE, Status.DRAFT]).exists()
    assert Payment.objects.aggregate(paid=Sum("paid_amount"))["paid"] > 0


def test_erase_person__closes_the_account_and_all_that_it_opened(user: User) -> None:
    picture = user.picture

    erase_person(email=ana.EMAIL, cancel_bookings=True, now=NOW)

    user.refresh_from_db()
    assert (user.email, user.full_name, user.is_active) == (f"deleted-{user.pk}@invalid", "", False)
    assert (user.deleted_at, user.has_usable_password()) == (NOW, False)
    assert not RefreshToken.objects.filter(user=user).exists()
    assert list(ServiceKey.objects.values_list("revoked_at", flat=True)) == [NOW]
    assert not CalendarFeed.objects.exists()
    assert not user.staff_of.exists()
    assert not user.consultants.exists()
    assert not user.role_requests.exists()
    assert files.read(picture) is None


def test_erase_person__leaves_receipts_as_they_were_given_and_an_export_shows_them(user: User) -> None:
    before = list(Receipt.objects.order_by("-pk").values_list("year", "number"))
    assert before

    erase_person(email=ana.EMAIL, cancel_bookings=True, now=NOW)

    parts = export_person(email=ana.EMAIL, now=NOW)["parts"]
    shown = parts["receipts"]["rows"]
    assert [row["number"] for row in shown] == [f"{year}-{number:06d}" for year, number in before]
    assert {row["details"]["buyer"]["name"] for row in shown} == {ana.NAME}
    assert parts["bookings"]["rows"] == []
    nobody = export_person(email="x" + ana.EMAIL, now=NOW)["parts"]
    assert nobody["receipts"]["rows"] == []


def test_erase_person__keeps_a_block_that_names_nobody(user: User) -> None:
    place = BlockedSender.objects.get().business_id

    erase_person(email=ana.EMAIL, cancel_bookings=True, now=NOW)

    assert is_blocked(business_id=place, email=ana.EMAIL)
    assert not is_blocked(business_id=place, email="somebody@mailbox.example")


def test_erase_person__of_somebody_blocked_twice_keeps_one_block(user: User) -> None:
    row = BlockedSender.objects.get()
    erase_person(email=ana.EMAIL, cancel_bookings=True, now=NOW)
    BlockedSender.objects.create(business_id=row.business_id, value=ana.EMAIL, note="again")

    erase_person(email=ana.EMAIL, now=NOW)

    assert BlockedSender.objects.count() == 1
    assert left(ana.EMAIL) == [f"bookings_outboxmessage.recipient: {ana.EMAIL}"] * 1


def test_erase_person__again_finds_nothing_and_writes_to_nobody(user: User) -> None:
    erase_person(email=ana.EMAIL, cancel_bookings=True, now=NOW)
    deliver_everything()

    again = erase_person(email=ana.EMAIL, now=NOW)
    deliver_everything()

    assert not again.forgotten
    assert [sent.to for sent in mail.outbox].count([ana.EMAIL]) == 1


@pytest.mark.parametrize("steps", [1, 6, 14, 22])
def test_erase_person__after_a_crash_is_finished_by_the_next_call(user: User, steps: int) -> None:
    begun = erasure.batches(Person.of_address(ana.EMAIL), now=NOW)
    for _ in range(steps):
        next(begun)
    begun.close()
    assert found(ana.EMAIL) != []
    check_invariants()

    erase_person(email=ana.EMAIL, cancel_bookings=True, now=NOW)
    deliver_everything()

    assert left(*ana.WORDS) == []
    check_invariants()


@pytest.mark.parametrize("steps", [2, 12, 18, 24])
def test_erase_person__leaves_a_draft_that_comes_in_meanwhile_whole_or_forgets_it_whole(
    user: User, offered: Any, steps: int
) -> None:
    begun = erasure.batches(Person.of_address(ana.EMAIL), now=NOW)
    for _ in range(steps):
        next(begun)
    fresh = factories.draft(factories.consultant(offered), offered, email=ana.EMAIL, full_name="Ana Again")

    list(begun)

    fresh.refresh_from_db()
    if fresh.erased_at is not None:
        assert (fresh.status, fresh.email) == (Status.EXPIRED, "")
        assert found("Ana Again") == []
    else:
        assert fresh.email == ana.EMAIL
        proof = factories.passed(fresh)
        assert bookings.verify(passed=proof, now=NOW).booking.status == Status.PENDING
    check_invariants()


def test_erase_person__of_somebody_else_changes_nothing_of_hers(user: User) -> None:
    before = found(*ana.WORDS)

    erase_person(email="x" + ana.EMAIL, now=NOW)
    erase_person(email="nobody@mailbox.example", now=NOW)

    assert found(*ana.WORDS) == before


@pytest.mark.parametrize("nobody", ["", " ", "%", "deleted-1@invalid"])
def test_erase_person__takes_no_address_that_could_fit_everybody(user: User, nobody: str) -> None:
    before = found(*ana.WORDS)
    assert refusal(erase_person, email=nobody, now=NOW).code == ErrorCode.VALIDATION_FAILED
    assert found(*ana.WORDS) == before


def test_registering_again__begins_anew(user: User) -> None:
    erase_person(email=ana.EMAIL, cancel_bookings=True, now=NOW)

    again = factories.user(ana.EMAIL)

    assert again.pk != user.pk
    assert not Booking.objects.filter(email=again.email).exists()
    assert Viewer(user=again).proven_email == ana.EMAIL
