"""People whose bookings are long over, and what else named somebody, are forgotten in time."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from bookings.accounts.models import RoleRequest
from bookings.booking.models import Booking, BookingNote
from bookings.booking.states import ACTIVE, Status
from bookings.businesses.models import StaffInvitation
from bookings.notifications.forgetting import ERASED
from bookings.notifications.models import OutboxMessage
from bookings.retention.services import purge
from tests import factories, lifecycle
from tests.factories import NOW, TEN, later
from tests.invariants import check_invariants

pytestmark = pytest.mark.django_db

END = TEN + timedelta(hours=1)
OVER = [status for status in Status if status not in {*ACTIVE, Status.DRAFT}]


def booked(status):
    offered = factories.service(cancellation_notice=timedelta(0))
    host = factories.consultant(offered)
    about = {"email": "ana@example.org", "full_name": "Ana", "message": "hello", "intake": {"age": 30}}
    booking = lifecycle.REACH[status](host, offered, **about)
    BookingNote.objects.create(booking=booking, text="tired", created_at=NOW)
    return Booking.objects.get(pk=booking.pk)


@pytest.mark.parametrize("status", [status for status in OVER if status != Status.EXPIRED])
def test_answers_and_message__go_half_a_year_after_the_session(status):
    booking = booked(status)

    assert purge(now=END + timedelta(days=180, seconds=-1))["answers and messages of old bookings"] == 0
    assert purge(now=END + timedelta(days=180))["answers and messages of old bookings"] == 1

    booking.refresh_from_db()
    assert (booking.message, booking.intake, booking.full_name) == ("", {}, "Ana")
    assert booking.erased_at is None


@pytest.mark.parametrize("status", [status for status in OVER if status != Status.EXPIRED])
def test_client__is_forgotten_three_years_after_the_session(status):
    booking = booked(status)
    events = booking.events.count()

    assert purge(now=END + timedelta(days=1095, seconds=-1))["clients of old bookings"] == 0
    assert purge(now=END + timedelta(days=1095))["clients of old bookings"] == 1
    assert purge(now=END + timedelta(days=1095))["clients of old bookings"] == 0

    booking.refresh_from_db()
    assert (booking.email, booking.full_name, booking.status) == ("", "", status)
    assert set(booking.notes.values_list("text", flat=True)) == {""}
    assert booking.events.count() == events
    check_invariants()


@pytest.mark.parametrize("status", sorted({*ACTIVE, Status.DRAFT}))
def test_client__of_a_booking_that_is_not_over_stays(status):
    booking = booked(status)

    told = purge(now=END + timedelta(days=5000))

    assert (told["clients of old bookings"], told["answers and messages of old bookings"]) == (0, 0)
    assert Booking.objects.get(pk=booking.pk).message == "hello"


def test_zero_days__keep_everything(settings):
    settings.PERSONAL_DATA_RETENTION_DAYS = settings.INTAKE_RETENTION_DAYS = 0
    booking = booked(Status.COMPLETED)

    purge(now=later(days=10_000))

    booking.refresh_from_db()
    assert (booking.email, booking.message) == ("ana@example.org", "hello")


def test_recipient__of_a_message_given_up_goes_and_the_row_stays():
    booked(Status.COMPLETED)
    row = OutboxMessage.objects.first()
    OutboxMessage.objects.exclude(pk=row.pk).delete()
    OutboxMessage.objects.filter(pk=row.pk).update(status="FAILED", last_error="SMTPError 500")

    assert purge(now=NOW + timedelta(days=90, seconds=-1))["recipients of messages given up"] == 0
    assert purge(now=NOW + timedelta(days=90))["recipients of messages given up"] == 1

    row.refresh_from_db()
    assert (row.recipient, row.context, row.secrets, row.last_error) == ("", {}, {}, "SMTPError 500")


def test_message__that_was_never_sent_to_an_erased_person_is_deleted():
    booked(Status.COMPLETED)
    row = OutboxMessage.objects.first()
    OutboxMessage.objects.exclude(pk=row.pk).delete()
    OutboxMessage.objects.filter(pk=row.pk).update(status="FAILED", recipient="", last_error=ERASED)

    assert purge(now=NOW + timedelta(days=90, seconds=-1))["messages to erased people"] == 0
    assert purge(now=NOW + timedelta(days=90))["messages to erased people"] == 1


@pytest.mark.parametrize("ended", ["expires_at", "accepted_at", "withdrawn_at"])
def test_invitation__goes_a_month_after_its_end(ended):
    fields = {"expires_at": later(days=900), ended: NOW}
    StaffInvitation.objects.create(business=factories.business(), email="bo@example.org", **fields)

    assert purge(now=NOW + timedelta(days=30, seconds=-1))["invitations"] == 0
    assert purge(now=NOW + timedelta(days=30))["invitations"] == 1


def test_role_request__goes_a_year_after_its_answer_and_never_before():
    waiting, decided = (
        RoleRequest.objects.create(user=factories.user(), role="CONSULTANT") for _ in range(2)
    )
    RoleRequest.objects.filter(pk=decided.pk).update(status="DECLINED", decided_at=NOW)

    assert purge(now=NOW + timedelta(days=365, seconds=-1))["decided role requests"] == 0
    assert purge(now=NOW + timedelta(days=365))["decided role requests"] == 1
    assert RoleRequest.objects.get() == waiting


def test_browser_session__goes_when_it_ran_out():
    Session.objects.create(session_key="a", session_data="x", expire_date=NOW)
    Session.objects.create(session_key="b", session_data="x", expire_date=later(seconds=1))

    assert purge(now=NOW)["browser sessions"] == 1
    assert Session.objects.get().session_key == "b"
