"""Moves of many bookings from the admin's list: each by itself, each with its own message."""

from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from bookings.admin.bookings import bulk
from bookings.admin.moves import WAYS
from bookings.booking.models import Booking
from bookings.booking.wishes import Wish
from tests import factories
from tests.admin.desk import (
    LIST,
    act,
    confirmed,
    draft,
    host_of,
    member_of,
    pending,
    platform_admin,
    read,
    status_of,
)
from tests.admin.pages import words_of
from tests.factories import NOW, TEN

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def travel() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def test_actions__are_the_moves_that_are_made_in_bulk() -> None:
    pending()
    page = read(platform_admin(), reverse(LIST))
    offered = {move for move in WAYS if f'<option value="{move.value.lower()}">' in page}
    assert {move.value for move in offered} == {
        "APPROVE",
        "REJECT",
        "CANCEL",
        "COMPLETE",
        "MARK_NO_SHOW",
        "UNDO_NO_SHOW",
    }


def test_approve__moves_what_can_be_moved_and_says_of_each() -> None:
    first, second, third = pending(), draft(), pending()
    page = words_of(act(platform_admin(), "approve", first, second, third))
    assert [status_of(booking) for booking in (first, second, third)] == ["APPROVED", "DRAFT", "APPROVED"]
    assert "Approve: 2 of 3 done." in page
    assert "Approve: 1 of 3 not done." in page
    assert f"{second.acknowledgement_id} Carla Client: Not possible now: it is “Waiting" in page
    for booking in (first, third):
        told = f"{booking.acknowledgement_id} Carla Client: Approve. Now: Approved, waiting for payment."
        assert told in page
        assert booking.events.latest("sequence").actor_kind == "ADMIN"
    assert LogEntry.objects.count() == 2


def test_approve__of_a_wish_says_that_it_needs_a_time() -> None:
    service = factories.service()
    host = factories.consultant(service)
    wish = factories.pending(host, service, starts_at=None, wish=Wish(TEN.date(), Booking.Period.MORNING))

    assert "This is a wish: give it a time." in act(member_of(wish), "approve", wish)
    assert status_of(wish) == "PENDING"


def test_reject__asks_for_the_reason_once_and_shows_what_was_chosen() -> None:
    first, second, gone = pending(), pending(), confirmed()
    client = platform_admin()

    page = words_of(act(client, "reject", first, second, gone))

    assert "Decline: 3 bookings" in page
    assert "1 of these cannot be moved so as it stands; the others are." in page
    assert all(booking.acknowledgement_id in page for booking in (first, second, gone))
    assert "This field is required." in act(client, "reject", first, second, answered="yes", reason=" ")
    assert (status_of(first), status_of(second)) == ("PENDING", "PENDING")

    page = words_of(act(client, "reject", first, second, gone, answered="yes", reason="Away that day"))

    assert [booking.notes.get().text for booking in (first, second)] == ["Away that day"] * 2
    assert (status_of(first), status_of(second), status_of(gone)) == ("REJECTED", "REJECTED", "CONFIRMED")
    assert f"{gone.acknowledgement_id} Carla Client: Not possible now: it is “Confirmed”." in page


def test_reject__of_nothing_that_can_be_declined_asks_for_no_reason() -> None:
    booking = confirmed()

    page = words_of(act(platform_admin(), "reject", booking))

    assert (
        f"{booking.acknowledgement_id} Carla Client: “Decline” is not possible for you now: Confirmed."
        in page
    )


def test_cancel__keeps_the_reason() -> None:
    booking = confirmed()
    act(member_of(booking), "cancel", booking, answered="yes", reason="The heating broke")
    assert (status_of(booking), booking.notes.get().text) == ("CANCELLED", "The heating broke")


def test_moves__of_more_than_a_page_of_the_list_are_refused_as_a_whole(monkeypatch: Any) -> None:
    monkeypatch.setattr(bulk, "MOST", 1)
    first, second = pending(), pending()

    assert "Choose 1 bookings at most. Nothing was done." in act(platform_admin(), "approve", first, second)

    assert (status_of(first), status_of(second)) == ("PENDING", "PENDING")


def test_results__show_names_as_text() -> None:
    booking = pending(full_name="<script>alert(1)</script>")
    client = platform_admin()

    asked = act(client, "cancel", booking)
    told = act(client, "cancel", booking, answered="yes")

    for page in (asked, told):
        assert ("<script>alert(1)" in page, "&lt;script&gt;alert(1)" in page) == (False, True)


def test_attendance__is_marked_and_taken_back(travel: Any) -> None:
    first, second = confirmed(), confirmed()
    client = platform_admin()
    assert "This is possible from the session&#x27;s start on." in act(client, "complete", first)
    travel.move_to(TEN)
    client = platform_admin()  # who was idle for so long has to log in again
    act(client, "complete", first)
    act(client, "mark_no_show", first, second)
    assert (status_of(first), status_of(second)) == ("NO_SHOW", "NO_SHOW")
    act(client, "undo_no_show", first, second)
    assert (status_of(first), status_of(second)) == ("COMPLETED", "COMPLETED")


def test_staff_and_consultants__move_their_own_alone() -> None:
    mine, other = pending(), pending()
    act(member_of(mine), "approve", mine, other)
    assert (status_of(mine), status_of(other)) == ("APPROVED", "PENDING")
    act(host_of(other), "cancel", mine, other, answered="yes")
    assert (status_of(mine), status_of(other)) == ("APPROVED", "CANCELLED")
