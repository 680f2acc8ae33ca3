from datetime import timedelta

import pytest

from bookings.booking import services
from bookings.booking.models import BookingNote, Claim
from bookings.booking.states import Status
from bookings.common.errors import ErrorCode
from bookings.notifications.models import OutboxMessage
from bookings.slots.models import Occupation
from tests import factories
from tests.factories import NOW, TEN
from tests.invariants import check_invariants
from tests.witness import everything, history, refusal


@pytest.fixture
def staff(offered):
    return factories.staff_of(offered.business)


def test_reject__frees_time_and_place(host, offered, staff):
    booking = factories.pending(host, offered, email="ana@example.org")

    services.reject(booking_id=booking.pk, viewer=staff, reason="Away that day.", now=NOW)

    booking.refresh_from_db()
    assert (booking.status, booking.slot_id, booking.claim_id) == (Status.REJECTED, None, None)
    assert booking.deadline_at is None
    assert not Occupation.objects.exists()
    assert not Claim.objects.exists()
    assert factories.pending(host, offered, email="ana@example.org").status == Status.PENDING
    check_invariants()


def test_reject__reason_is_an_erasable_note_and_goes_to_the_client_alone(host, offered, staff):
    booking = factories.pending(host, offered)

    services.reject(booking_id=booking.pk, viewer=staff, reason="  Away that day. ", now=NOW)

    note = BookingNote.objects.get()
    event = booking.events.get(move="REJECT")
    message = OutboxMessage.objects.get(booking=booking, template="rejected")
    assert (note.text, note.kind, note.event, note.author) == ("Away that day.", "REASON", event, staff.user)
    assert (message.recipient, message.secrets) == (booking.email, {"reason": "Away that day."})
    assert "Away" not in repr((event.data, message.context))


def test_reject__proposes_other_times(host, offered, staff):
    booking = factories.pending(host, offered)
    others = [TEN + timedelta(days=1), TEN + timedelta(days=2)]

    services.reject(booking_id=booking.pk, viewer=staff, reason="Away.", alternatives=others, now=NOW)

    proposed = [start.isoformat() for start in others]
    assert booking.events.get(move="REJECT").data == {"alternatives": proposed}
    assert OutboxMessage.objects.get(template="rejected").context["alternatives"] == proposed


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 2001}, "reason"),
        ({"reason": "\x00"}, "reason"),
        ({"reason": "\ud800"}, "reason"),
        ({"alternatives": [NOW]}, "alternatives"),
        ({"alternatives": [TEN + timedelta(days=day) for day in range(6)]}, "alternatives"),
    ],
)
def test_reject__needs_a_reason_and_at_most_five_times_to_come(host, offered, staff, changes, field):
    booking = factories.pending(host, offered)
    before = everything()

    error = refusal(
        services.reject,
        **{"booking_id": booking.pk, "viewer": staff, "reason": "Away.", "now": NOW} | changes,
    )

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, [field])
    assert everything() == before


def test_reject__is_not_for_the_client(host, offered):
    booking = factories.pending(host, offered)

    error = refusal(
        services.reject, booking_id=booking.pk, viewer=factories.client_of(booking), reason="No.", now=NOW
    )

    assert error.code == ErrorCode.FORBIDDEN


def test_reject__what_was_rejected_stays_so(host, offered, staff):
    booking = factories.pending(host, offered)
    services.reject(booking_id=booking.pk, viewer=staff, reason="Away.", now=NOW)
    before = everything()

    again = refusal(services.reject, booking_id=booking.pk, viewer=staff, reason="Away.", now=NOW)
    approved = refusal(services.approve, booking_id=booking.pk, viewer=staff, now=NOW)

    assert (again.code, approved.code) == (ErrorCode.INVALID_TRANSITION,) * 2
    assert everything() == before
    assert history(booking) == ["DRAFT", "PENDING", "REJECTED"]
