"""Where an online session takes place: set by its consultant alone, told to the client of a confirmed booking."""

import pytest

from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.states import ACTIVE, Status
from bookings.common.errors import ErrorCode
from bookings.notifications.models import OutboxMessage
from tests import factories
from tests.factories import NOW, later
from tests.lifecycle import confirmed, reached
from tests.witness import everything, refusal, told

URL = "https://meet.example.org/room?pwd=1"


@pytest.fixture
def host(offered):
    return factories.consultant(offered, user=factories.user())


def link(booking, viewer, url=URL, *, now=NOW):
    return services.set_meeting_link(booking_id=booking.pk, viewer=viewer, url=url, now=now)


def test_meeting_link__is_mailed_to_the_client_of_a_confirmed_booking_as_a_secret(host, offered):
    booking = confirmed(host, offered)
    before = len(told(booking))

    link(booking, Viewer(user=host.user))

    booking.refresh_from_db()
    assert booking.meeting_url == URL
    assert told(booking)[before:] == [("meeting_link", booking.email)]
    message = OutboxMessage.objects.get(template="meeting_link")
    assert message.secrets == {"link": URL, "meeting_url": URL}
    assert URL not in repr(message.context)


def test_meeting_link__set_again_is_told_again(host, offered):
    booking = confirmed(host, offered)
    before = len(told(booking))

    link(booking, Viewer(user=host.user))
    link(booking, Viewer(user=host.user), "https://meet.example.org/other", now=later(minutes=1))

    assert len(told(booking)) == before + 2


def test_meeting_link__before_confirmation_is_kept_and_told_to_nobody(host, offered):
    booking = factories.pending(host, offered)
    before = told(booking)

    link(booking, Viewer(user=host.user))

    booking.refresh_from_db()
    assert (booking.meeting_url, told(booking)) == (URL, before)


@pytest.mark.parametrize("status", sorted(Status))
def test_meeting_link__is_for_sessions_to_come(host, offered, status):
    booking = reached(status, host, offered)
    before = everything()

    if status in ACTIVE:
        assert link(booking, Viewer(user=host.user)).meeting_url == URL
    else:
        error = refusal(link, booking=booking, viewer=Viewer(user=host.user))
        assert error.code == ErrorCode.INVALID_TRANSITION
        assert everything() == before


def test_meeting_link__is_the_consultants_alone(host, offered):
    booking = confirmed(host, offered)
    other = factories.consultant(offered, user=factories.user())
    before = everything()

    for viewer, code in (
        (factories.client_of(booking), ErrorCode.FORBIDDEN),
        (Viewer(user=offered.business.owner), ErrorCode.FORBIDDEN),
        (Viewer(user=other.user), ErrorCode.NOT_FOUND),
        (Viewer(), ErrorCode.NOT_FOUND),
    ):
        assert refusal(link, booking=booking, viewer=viewer).code == code

    assert {**everything(), "User": 0} == {**before, "User": 0}


@pytest.mark.parametrize(
    "url",
    [
        "http://meet.example.org/",
        "javascript:alert(1)",
        "https://",
        "https://user@meet.example.org/",
        "https://meet.example.org/a b",
        "https://meet.example.org/\nx",
        "https://[meet",
        "https://meet.example.org/" + "x" * 500,
        "",
    ],
)
def test_meeting_link__what_is_no_https_address_is_refused(host, offered, url):
    booking = confirmed(host, offered)
    before = everything()

    error = refusal(link, booking=booking, viewer=Viewer(user=host.user), url=url)

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, ["url"])
    assert everything() == before
