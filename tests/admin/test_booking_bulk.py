"""Moves of many bookings from the admin's list: each by itself, each with its own message."""

from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from bookings.admin.moves import WAYS
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
    page = act(platform_admin(), "approve", first, second, third)
    assert [status_of(booking) for booking in (first, second, third)] == ["APPROVED", "DRAFT", "APPROVED"]
    assert f"{second.acknowledgement_id}: APPROVE is not possible" in page
    for booking in (first, third):
        assert f"{booking.acknowledgement_id}: Approve. Now: Approved, waiting for payment." in page
        assert booking.events.latest("sequence").actor_kind == "ADMIN"
    assert LogEntry.objects.count() == 2


def test_reject__wants_a_reason() -> None:
    first, second = pending(), pending()
    client = platform_admin()
    assert "A reason has" in act(client, "reject", first, second)
    assert status_of(first) == "PENDING"
    act(client, "reject", first, second, reason="Away that day")
    assert [booking.notes.get().text for booking in (first, second)] == ["Away that day"] * 2
    assert (status_of(first), status_of(second)) == ("REJECTED", "REJECTED")


def test_cancel__keeps_the_reason() -> None:
    booking = confirmed()
    act(member_of(booking), "cancel", booking, reason="The heating broke")
    assert (status_of(booking), booking.notes.get().text) == ("CANCELLED", "The heating broke")


def test_attendance__is_marked_and_taken_back(travel: Any) -> None:
    first, second = confirmed(), confirmed()
    client = platform_admin()
    assert "This is possible from the session&#x27;s start on." in act(client, "complete", first)
    travel.move_to(TEN)
    act(client, "complete", first)
    act(client, "mark_no_show", first, second)
    assert (status_of(first), status_of(second)) == ("NO_SHOW", "NO_SHOW")
    act(client, "undo_no_show", first, second)
    assert (status_of(first), status_of(second)) == ("COMPLETED", "COMPLETED")


def test_staff_and_consultants__move_their_own_alone() -> None:
    mine, other = pending(), pending()
    act(member_of(mine), "approve", mine, other)
    assert (status_of(mine), status_of(other)) == ("APPROVED", "PENDING")
    act(host_of(other), "cancel", mine, other)
    assert (status_of(mine), status_of(other)) == ("APPROVED", "CANCELLED")
