"""A booking's moves in the admin: buttons made from the table, questions, refusals, and who may."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.test import Client

from bookings.admin.moves import WAYS
from bookings.booking.states import TABLE, ActorKind
from bookings.businesses.models import StaffMember
from bookings.consultants.models import Consultant
from tests import factories
from tests.admin.desk import (
    confirmed,
    draft,
    host_of,
    member_of,
    move_of,
    page_of,
    pending,
    platform_admin,
    press,
    read,
    status_of,
)
from tests.admin.pages import words_of
from tests.factories import NOW, TEN

pytestmark = pytest.mark.django_db(transaction=True)

PRACTICE = {ActorKind.STAFF, ActorKind.ADMIN, ActorKind.CONSULTANT}


@pytest.fixture(autouse=True)
def travel() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def buttons(page: str) -> set[str]:
    return set(re.findall(r'action="[^"]*/move/([a-z_]+)/"', page))


def test_ways__are_the_moves_that_somebody_of_the_practice_can_ask_for() -> None:
    asked_for = {row.move for row in TABLE.values() if row.mutation and row.sources and row.actors & PRACTICE}
    assert set(WAYS) == asked_for


@pytest.mark.parametrize(
    ("make", "office", "consultant"),
    [
        (draft, {"verify", "cancel", "reschedule"}, {"cancel", "reschedule"}),
        (
            pending,
            {"approve", "reject", "cancel", "reschedule", "reassign"},
            {"approve", "reject", "cancel", "reschedule"},
        ),
        (confirmed, {"cancel", "reschedule", "reassign"}, {"cancel", "reschedule"}),
    ],
)
def test_buttons__are_what_the_table_gives_each(make: Any, office: set[str], consultant: set[str]) -> None:
    booking = make()
    assert buttons(read(member_of(booking), page_of(booking))) == office
    assert buttons(read(platform_admin(), page_of(booking))) == office
    assert buttons(read(host_of(booking), page_of(booking))) == consultant


def test_buttons__follow_the_clock(travel: Any) -> None:
    booking = confirmed()
    travel.move_to(TEN)
    client = member_of(booking)
    assert {"complete", "mark_no_show"} < buttons(read(client, page_of(booking)))
    travel.move_to(TEN + timedelta(hours=1))
    assert buttons(read(member_of(booking), page_of(booking))) == {"complete", "mark_no_show"}


def test_buttons__are_gone_once_the_deadline_is_over(travel: Any) -> None:
    booking = draft()
    assert booking.deadline_at is not None
    travel.move_to(booking.deadline_at)
    page = read(platform_admin(), page_of(booking))
    assert buttons(page) == set()
    assert "the deadline is over" in page


def test_get__only_asks() -> None:
    asked, unasked = pending(), draft()
    client = platform_admin()
    for move in ("approve", "reject", "cancel", "reschedule", "reassign"):
        read(client, move_of(asked, move))
    assert '<button type="submit"' in read(client, move_of(unasked, "verify"), seen="1", answered="yes")
    assert (asked.events.count(), unasked.events.count(), LogEntry.objects.count()) == (2, 1, 0)


def test_button__asks_first_where_there_is_something_to_ask() -> None:
    booking = pending()
    page = press(platform_admin(), booking, "reject")
    assert '<textarea name="reason"' in page
    assert status_of(booking) == "PENDING"


def test_reject__wants_a_reason() -> None:
    booking = pending()
    client = member_of(booking)
    assert "This field is required" in press(client, booking, "reject", reason=" ")
    page = press(client, booking, "reject", reason="Away that day")
    assert f"{booking.acknowledgement_id}: Decline. Now: Declined by the practice." in page
    assert status_of(booking) == "REJECTED"
    assert booking.notes.get().text == "Away that day"


def test_approve__takes_another_price() -> None:
    booking = pending()
    client = member_of(booking)
    assert "no amount of EUR" in press(client, booking, "approve", price="1.005")
    assert status_of(booking) == "PENDING"
    press(client, booking, "approve", price="45.50")
    booking.refresh_from_db()
    assert (booking.status, str(booking.price)) == ("APPROVED", "45.500")
    assert booking.events.latest("sequence").actor_kind == "STAFF"


def test_questions__leave_out_what_a_role_may_not_set() -> None:
    booking = pending()
    people = [member_of(booking), member_of(booking, StaffMember.Role.STAFF), host_of(booking)]
    asked = [
        (
            'name="price"' in read(client, move_of(booking, "approve")),
            'name="override"' in read(client, move_of(booking, "reschedule")),
        )
        for client in people
    ]
    assert asked == [(True, True), (False, False), (False, False)]
    press(people[1], booking, "approve", price="1")
    booking.refresh_from_db()
    assert (booking.status, booking.price) == ("APPROVED", 60)


def test_buttons__of_a_role_are_those_of_its_rights() -> None:
    service = factories.service()
    booking = factories.approved(factories.consultant(service), service)
    lead, staff = member_of(booking), member_of(booking, StaffMember.Role.STAFF)
    assert buttons(read(lead, page_of(booking))) - buttons(read(staff, page_of(booking))) == {
        "confirm_unpaid"
    }


def test_move__is_logged_as_every_change_of_the_admin() -> None:
    booking = pending()
    press(platform_admin(), booking, "cancel", reason="A private reason")
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.change_message) == (str(booking.pk), "Cancel: PENDING → CANCELLED")


def test_complete__needs_no_question(travel: Any) -> None:
    booking = confirmed()
    travel.move_to(TEN)
    client = host_of(booking)
    press(client, booking, "mark_no_show")
    assert status_of(booking) == "NO_SHOW"
    press(client, booking, "undo_no_show")
    assert status_of(booking) == "COMPLETED"


def test_verify__by_staff_needs_no_proof() -> None:
    booking = draft()
    press(member_of(booking), booking, "verify")
    assert status_of(booking) == "PENDING"


def test_start_payment__tells_where_to_pay() -> None:
    service = factories.service()
    booking = factories.approved(factories.consultant(service), service)
    page = press(member_of(booking), booking, "start_payment")
    assert f"The client can pay at {booking.payments.get().checkout_url}" in page
    assert status_of(booking) == "PAYMENT_PENDING"


def test_reschedule__offers_open_times_in_the_booking_s_zone() -> None:
    service = factories.service()
    host = factories.consultant(service, zone="Europe/Warsaw")
    booking = factories.pending(host, service)
    client = member_of(booking)
    page = read(client, move_of(booking, "reschedule"))
    assert "Next open times (Europe/Warsaw)" in page
    assert "Mon 7 Jan 2030, 12:00 CET" in page
    epoch = str(int((TEN + timedelta(hours=1)).timestamp()))
    press(client, booking, "reschedule", opening=epoch)
    booking.refresh_from_db()
    assert booking.starts_at == TEN + timedelta(hours=1)


def test_reschedule__reads_what_is_entered_on_the_wall_clock_of_the_zone() -> None:
    service = factories.service()
    booking = factories.pending(factories.consultant(service, zone="Europe/Warsaw"), service)
    press(member_of(booking), booking, "reschedule", entered="2030-01-07T15:00")
    booking.refresh_from_db()
    assert booking.starts_at == TEN + timedelta(hours=4)


def test_reschedule__refuses_a_time_that_the_clock_skips_or_none() -> None:
    service = factories.service()
    booking = factories.pending(factories.consultant(service, zone="Europe/Warsaw"), service)
    client = member_of(booking)
    skipped = press(client, booking, "reschedule", entered="2030-03-31T02:30")
    assert "The clock skips 02:30 on that day: there is no such time." in skipped
    assert "Choose a time, or enter one." in press(client, booking, "reschedule", entered="")
    booking.refresh_from_db()
    assert booking.starts_at == TEN


def test_reschedule__asks_which_of_two_times_where_the_clock_shows_one_twice() -> None:
    service = factories.service()
    host = factories.consultant(service, zone="Europe/Warsaw", hours=(0, 24))
    booking = factories.pending(host, service)
    client, at = member_of(booking), {"entered": "2030-10-27T02:30", "override": "on"}

    page = words_of(press(client, booking, "reschedule", **at))

    assert "Choose which of the two." in page
    assert "02:30 CEST (UTC+2) 02:30 CET (UTC+1)" in page
    press(client, booking, "reschedule", **at, entered_which="2030-10-27T01:30:00+00:00")
    booking.refresh_from_db()
    assert booking.starts_at == datetime(2030, 10, 27, 1, 30, tzinfo=UTC)
    other = {"entered": "2030-10-27T02:30", "entered_which": "2030-10-27T09:00:00+00:00"}
    assert "Select a valid choice" in press(client, booking, "reschedule", **other)


def test_reschedule__offers_the_next_open_times_where_one_is_taken_and_takes_one_of_them() -> None:
    booking = pending()
    host = Consultant.objects.get(pk=booking.consultant_id)
    factories.pending(host, booking.service, starts_at=TEN + timedelta(hours=2))
    client = member_of(booking)

    page = press(client, booking, "reschedule", entered="2030-01-07T12:00")

    assert "This time is not open. The next open times are below." in page
    assert re.findall(r'name="opening"[^>]*>\s*([^<]*?)\s*</label>', page)[0] == "Mon 7 Jan 2030, 13:00 UTC"
    assert '<input type="datetime-local" name="entered"' in page
    assert "2030-01-07T12:00" not in page  # what was refused is not asked for again
    one = re.findall(r'name="opening" value="(\d+)"', page)[0]
    press(client, booking, "reschedule", opening=one)
    booking.refresh_from_db()
    assert booking.starts_at == TEN + timedelta(hours=3)


def test_reassign__to_somebody_who_is_not_free_offers_their_next_open_times() -> None:
    booking = pending()
    other = factories.consultant(booking.service)
    factories.pending(other, booking.service)
    client = member_of(booking)

    page = press(client, booking, "reassign", consultant=str(other.pk))

    one = re.findall(r'name="opening" value="(\d+)"', page)[0]
    press(client, booking, "reassign", consultant=str(other.pk), opening=one)
    booking.refresh_from_db()
    assert (booking.consultant_id, booking.starts_at) == (other.pk, TEN + timedelta(hours=1))


@pytest.mark.parametrize("opening", ["soon", "-1", "9" * 30, "99999999999", "²"])
def test_reschedule__takes_no_nonsense_for_an_open_time(opening: str) -> None:
    booking = pending()
    page = press(member_of(booking), booking, "reschedule", opening=opening)
    assert "Select a valid choice" in page
    assert status_of(booking) == "PENDING"


def test_verify__of_a_time_that_was_lost_leads_to_the_next_open_times() -> None:
    lost = draft()
    factories.pending(Consultant.objects.get(pk=lost.consultant_id), lost.service)

    page = press(member_of(lost), lost, "verify")

    assert "This time is not open. Choose another time first." in page
    assert 'name="opening"' in page
    assert status_of(lost) == "DRAFT"


def test_reschedule__where_nothing_is_offered_is_for_the_office_alone() -> None:
    booking = pending()
    office, host = member_of(booking), host_of(booking)
    assert 'name="override"' not in read(host, move_of(booking, "reschedule"))
    press(host, booking, "reschedule", entered="2030-01-07T20:00", override="on")
    booking.refresh_from_db()
    assert booking.starts_at == TEN
    press(office, booking, "reschedule", entered="2030-01-07T20:00", override="on")
    booking.refresh_from_db()
    assert booking.starts_at == TEN + timedelta(hours=10)


def test_reassign__offers_who_else_offers_the_service() -> None:
    booking = pending()
    service = booking.service
    other = factories.consultant(service, full_name="Olga Other")
    stranger = factories.consultant(factories.service(), full_name="Sven Stranger")
    client = member_of(booking)
    page = read(client, move_of(booking, "reassign"))
    assert ("Olga Other" in page, "Sven Stranger" in page) == (True, False)
    assert "Select a valid choice" in press(client, booking, "reassign", consultant=str(stranger.pk))
    press(client, booking, "reassign", consultant=str(other.pk))
    booking.refresh_from_db()
    assert (booking.consultant_id, booking.starts_at) == (other.pk, TEN)


def test_stale_page__is_refused_and_told_the_new_status() -> None:
    booking = pending()
    first, second = member_of(booking), member_of(booking)
    seen = str(booking.events.count())
    press(first, booking, "approve", price="")
    answer = second.post(
        move_of(booking, "cancel"), {"seen": seen, "answered": "yes", "reason": ""}, follow=True
    )
    assert "Approved, waiting for payment (APPROVED)" in answer.content.decode()
    assert "out of date: nothing was done" in answer.content.decode()
    assert status_of(booking) == "APPROVED"


def test_move__that_is_not_open_is_refused_with_the_status() -> None:
    booking = confirmed()
    page = press(member_of(booking), booking, "approve", price="1")
    assert "“Approve” is not possible for you now. The booking is now: Confirmed (CONFIRMED)." in page
    assert status_of(booking) == "CONFIRMED"


def test_move__needs_the_form_s_token() -> None:
    booking = draft()
    client = member_of(booking)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    given = {"seen": str(booking.events.count())}
    assert strict.post(move_of(booking, "verify"), given).status_code == 403
    assert status_of(booking) == "DRAFT"


def test_strangers__find_no_page_no_move_and_no_place_for_a_note() -> None:
    booking, other = pending(), pending()
    assert booking.consultant is not None
    for client in (member_of(other), host_of(other)):
        assert client.get(page_of(booking)).status_code == 302  # to the admin's front page
        for move in ("approve", "cancel"):
            answer = client.post(move_of(booking, move), {"seen": "2", "answered": "yes", "reason": "x"})
            assert (answer.status_code, client.get(move_of(booking, move)).status_code) == (404, 404)
        note = move_of(booking, "approve").replace("move/approve", "note")
        assert client.post(note, {"note": "Mine"}).status_code == 404
    assert (status_of(booking), booking.notes.count()) == ("PENDING", 0)


def test_unknown_moves__have_no_address() -> None:
    booking = pending()
    client = member_of(booking)
    answers = [
        client.get(move_of(booking, move)).status_code for move in ("expire", "draft", "fly", "APPROVE")
    ]
    assert answers == [404] * 4


def test_visitors__log_in_first() -> None:
    booking = pending()
    answer = Client().post(move_of(booking, "cancel"), {"seen": "2", "answered": "yes"})
    assert (answer.status_code, "/admin/login/" in answer["Location"]) == (302, True)
    assert status_of(booking) == "PENDING"
