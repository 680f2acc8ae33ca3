"""The file of one booking, behind its signed link: for whoever has it, of that booking alone, as it stands."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.accounts.models import User
from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.booking.states import Status
from bookings.common.calendar_links import CLIENT, link_to_file
from bookings.common.calendar_links import host as holder_of_host
from bookings.consultants import linking
from tests import factories
from tests.factories import NOW, TEN
from tests.feeds.asking import ANA, HOUR, PRIVATE, get, path_of
from tests.lifecycle import REACH, confirmed
from tests.strict_calendar import strict


def test_file__is_for_whoever_has_its_link(host, offered):
    booking = confirmed(host, offered, email=ANA, **PRIVATE)
    link = path_of(link_to_file(booking.pk, CLIENT))

    answer = get(link)

    (event,) = strict(answer.content).events
    assert (event.uid.partition("@")[0], event.status) == (booking.acknowledgement_id, "CONFIRMED")
    assert answer["Content-Disposition"] == f'attachment; filename="{booking.acknowledgement_id}.ics"'
    assert (answer["Cache-Control"], answer["Referrer-Policy"]) == ("private, no-cache", "no-referrer")
    assert get(link, if_none_match=answer["ETag"]).status_code == 304
    assert get(link, method="post").status_code == 405
    assert "Quokka" not in answer.content.decode()


def test_file__of_another_booking_or_holder_needs_another_link(host, offered):
    booking = confirmed(host, offered, email=ANA)
    other = confirmed(host, offered, email="ben@example.org", starts_at=TEN + HOUR)
    link = path_of(link_to_file(booking.pk, CLIENT))

    for path in (
        link.replace(f"/{booking.pk}-", f"/{other.pk}-"),
        link.replace("-c-", f"-h{host.pk}-"),
        link.replace(f"/{booking.pk}-", "/999999999999999999-"),
        f"{link[:-5]}0.ics" if not link.endswith("0.ics") else f"{link[:-5]}1.ics",
    ):
        assert statements_of_file(path) == 0


def statements_of_file(path: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert get(path).status_code == 404
    return len(seen)


def test_file__of_a_consultant_ends_when_somebody_else_takes_over(host, offered):
    booking = confirmed(host, offered, email=ANA)
    link = path_of(link_to_file(booking.pk, holder_of_host(host.user_id)))
    assert strict(get(link).content).events[0].summary.endswith(booking.acknowledgement_id)
    other = factories.consultant(offered)

    services.reassign(
        booking_id=booking.pk, viewer=factories.staff_of(booking.business), consultant_id=other.pk, now=NOW
    )

    assert get(link).status_code == 404


def test_file__of_a_consultant_ends_with_the_account_and_is_not_the_next_one_s(host, offered):
    booking = confirmed(host, offered, email=ANA)
    link = path_of(link_to_file(booking.pk, holder_of_host(host.user_id)))
    owner = Viewer(user=booking.business.owner)
    answers = []
    for is_active in (False, True):
        User.objects.filter(pk=host.user_id).update(is_active=is_active)
        answers.append(get(link).status_code)
    assert answers == [404, 200]

    linking.unlink(consultant_id=host.pk, viewer=owner, now=NOW)

    assert get(link).status_code == 404
    assert get(path_of(link_to_file(booking.pk, holder_of_host(None)))).status_code == 404
    host.user = factories.user("next@example.org")
    host.save(update_fields=["user"])
    assert get(link).status_code == 404


@pytest.mark.parametrize("status", sorted(Status))
def test_file__is_there_while_it_takes_place_and_takes_away_what_was_cancelled(status, host, offered):
    booking = REACH[status](host, offered, email=ANA)

    answer = get(path_of(link_to_file(booking.pk, CLIENT)))

    if status in {Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW}:
        assert strict(answer.content).method == "PUBLISH"
    elif status == Status.CANCELLED:
        assert strict(answer.content).method == "CANCEL"
    else:
        assert answer.status_code == 404


def test_file__of_an_erased_booking_is_gone(host, offered):
    booking = REACH[Status.COMPLETED](host, offered, email=ANA)
    link = path_of(link_to_file(booking.pk, CLIENT))
    assert get(link).status_code == 200

    services.erase(booking_id=booking.pk, now=NOW)

    assert get(link).status_code == 404


def test_file__tells_the_client_the_meeting_link_while_it_is_confirmed(host, offered):
    booking = confirmed(host, offered, email=ANA, mode=Booking.Mode.ONLINE)
    Booking.objects.filter(pk=booking.pk).update(meeting_url="https://meet.example.org/room")
    link = path_of(link_to_file(booking.pk, CLIENT))

    def place() -> str:
        return strict(get(link).content).events[0].location

    assert place() == "https://meet.example.org/room"
    services.complete(booking_id=booking.pk, viewer=factories.staff_of(booking.business), now=TEN + HOUR)
    assert place() == "Online"
