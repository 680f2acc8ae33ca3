"""Facts beside the lifecycle: name, telephone, message and internal notes. A finished booking keeps its facts."""

import pytest

from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.models import BookingNote
from bookings.booking.services import Changes
from bookings.booking.states import TABLE, Move, Status
from bookings.common.errors import ErrorCode
from tests import factories
from tests.factories import later
from tests.lifecycle import reached
from tests.witness import everything, refusal, told

NOW = later(minutes=5)
FINISHED = ["CANCELLED", "COMPLETED", "EXPIRED", "NO_SHOW", "REJECTED"]


@pytest.fixture
def staff(offered):
    return factories.staff_of(offered.business)


@pytest.fixture
def host(offered):
    return factories.consultant(offered, user=factories.user())


def change(booking, viewer, **changes):
    return services.update(booking_id=booking.pk, viewer=viewer, changes=Changes(**changes), now=NOW)


@pytest.mark.parametrize("who", ["client", "staff"])
def test_update__changes_what_is_given_and_leaves_the_rest(host, offered, staff, who):
    booking = factories.pending(host, offered, phone="1", message="Before")
    viewer = factories.client_of(booking) if who == "client" else staff
    events, mails = booking.events.count(), told(booking)

    change(booking, viewer, full_name=" Zoë O'Hara ", phone="2")

    booking.refresh_from_db()
    assert (booking.full_name, booking.phone, booking.message) == ("Zoë O'Hara", "2", "Before")
    assert (booking.status, booking.updated_at) == (Status.PENDING, NOW)
    assert (booking.events.count(), told(booking)) == (events, mails)


def test_update__of_nothing_changes_nothing(host, offered, staff):
    booking = factories.pending(host, offered)
    before = everything()

    change(booking, staff)

    assert everything() == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"full_name": " "}, "fullName"),
        ({"full_name": "x" * 201}, "fullName"),
        ({"full_name": "two\nlines"}, "fullName"),
        ({"phone": "1" * 33}, "phone"),
        ({"message": "x" * 5001}, "message"),
        ({"message": "nul \0"}, "message"),
        ({"note": " "}, "note"),
        ({"note": "x" * 5001}, "note"),
    ],
)
def test_update__what_cannot_be_kept_is_refused_whole(host, offered, staff, changes, field):
    booking = factories.pending(host, offered)
    before = everything()

    error = refusal(change, booking=booking, viewer=staff, **({"phone": "7"} | changes))

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, [field])
    assert everything() == before


def test_update__notes_are_added_and_are_internal(host, offered, staff):
    booking = factories.pending(host, offered)

    change(booking, staff, note="Prefers the ground floor.")
    change(booking, Viewer(user=host.user), note="Called.")

    notes = BookingNote.objects.order_by("pk")
    assert [(note.text, note.author) for note in notes] == [
        ("Prefers the ground floor.", staff.user),
        ("Called.", host.user),
    ]


def test_update__clients_add_no_notes_and_consultants_change_no_facts(host, offered):
    booking = factories.pending(host, offered)
    before = everything()

    error = refusal(change, booking=booking, viewer=factories.client_of(booking), note="Mine.")
    assert error.code == ErrorCode.FORBIDDEN
    error = refusal(change, booking=booking, viewer=Viewer(user=host.user), phone="2")
    assert error.code == ErrorCode.FORBIDDEN

    assert everything() == before


@pytest.mark.parametrize("viewer", ["nobody", "another practice", "another client"])
def test_update__is_not_found_by_strangers(host, offered, viewer):
    booking = factories.pending(host, offered)
    stranger = {
        "nobody": Viewer(),
        "another practice": factories.staff_of(factories.business()),
        "another client": Viewer(user=factories.user()),
    }[viewer]

    error = refusal(change, booking=booking, viewer=stranger, phone="2")

    assert error.code == ErrorCode.NOT_FOUND


@pytest.mark.parametrize("status", FINISHED)
def test_update__finished_booking_is_locked_but_for_notes(host, offered, staff, status):
    booking = reached(status, host, offered)
    before = everything()

    error = refusal(change, booking=booking, viewer=staff, phone="2", note="Both, then.")
    assert error.code == ErrorCode.INVALID_TRANSITION
    assert everything() == before

    change(booking, staff, note="Paid cash.")
    assert BookingNote.objects.filter(booking=booking).latest("pk").text == "Paid cash."


def test_finished__is_every_status_from_which_nothing_can_be_cancelled():
    assert set(FINISHED) == set(Status) - TABLE[Move.CANCEL].sources
