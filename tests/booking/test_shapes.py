"""Wishes, anybody's time, rooms, and consultants in rooms: what is told of them, how they end, and who sees them."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from bookings.accounts.viewer import Viewer
from bookings.booking import messages, selectors, services, wishes
from bookings.booking.models import Booking
from bookings.booking.policies import actors_of
from bookings.booking.states import Status
from bookings.common.errors import DomainError, ErrorCode
from bookings.notifications.models import OutboxMessage
from bookings.notifications.rendering import render
from tests import factories
from tests.booking import shapes
from tests.factories import NOW, TEN
from tests.invariants import check_invariants

pytestmark = pytest.mark.django_db

WISHED = "Tuesday 8 January 2030, in the morning (UTC)"
WHEN = "Monday 7 January 2030, 10:00 - 11:00 (UTC)"
TOLD = {
    "wish_for_anyone": {"With": "whoever is free", "Wished": WISHED},
    "wish_for_a_consultant": {"With": "Mira Novak", "Wished": WISHED},
    "with_anyone": {"With": "whoever is free", "When": WHEN},
    "of_a_room": {"When": WHEN, "Reserved": "Room 3"},
    "in_a_room": {"With": "Mira Novak", "When": WHEN},
}
"""The rows of a draft's mail."""
HELD = TOLD | {
    "with_anyone": {"With": "Mira Novak", "When": WHEN},
    "in_a_room": {"With": "Mira Novak", "When": WHEN, "Reserved": "Room 3"},
}
"""The rows once its time is held."""
WISHES = ["wish_for_anyone", "wish_for_a_consultant"]


def rows_of(booking: Booking, template: str) -> list[dict[str, str]]:
    """What each such mail tells of person, time and room, the same in text and in HTML."""
    told = []
    for message in OutboxMessage.objects.filter(booking=booking, template=template):
        mail = render(message)
        names = "With|When|Wished|Reserved"
        rows = dict(re.findall(rf"^({names}): (.*)$", mail.text, re.MULTILINE))
        cells = re.findall(rf'<th scope="row"[^>]*>({names})</th><td[^>]*>(.*?)</td>', mail.html)
        assert rows == {name: cell.replace("&nbsp;", " ") for name, cell in cells}
        assert "None" not in mail.text + mail.html + mail.subject
        told.append(rows)
    return told


def office(booking: Booking) -> dict[str, Any]:
    return {"booking_id": booking.pk, "viewer": factories.staff_of(booking.business)}


@pytest.mark.parametrize("shape", shapes.SHAPES)
def test_draft__mail_tells_what_was_asked_for(shape):
    booking = shapes.SHAPES[shape](shapes.draft)

    assert rows_of(booking, "verify_booking") == [TOLD[shape]]


@pytest.mark.parametrize("shape", shapes.SHAPES)
def test_verify__mails_tell_what_is_held_now(shape):
    booking = shapes.SHAPES[shape](shapes.pending)

    assert booking.status == Status.PENDING
    assert rows_of(booking, "request_received") == [HELD[shape]]
    assert rows_of(booking, "staff_request_waits") == [HELD[shape]]
    check_invariants()


@pytest.mark.parametrize("shape", WISHES)
def test_verify__of_a_wish_holds_no_time_and_lapses_with_what_was_wished(shape):
    booking = shapes.SHAPES[shape](shapes.pending)

    assert (booking.slot, booking.starts_at, booking.ends_at) == (None, None, None)
    assert booking.deadline_at == wishes.span(booking)[1] == TEN + timedelta(days=1, hours=2)


@pytest.mark.parametrize("shape", shapes.SHAPES)
def test_end__mails_tell_what_is_over_and_nobody_still_to_be_found(shape):
    over = {name: value for name, value in HELD[shape].items() if value != "whoever is free"}
    cancelled, rejected, expired = (shapes.SHAPES[shape](shapes.pending) for _ in range(3))

    services.cancel_as(**office(cancelled), now=NOW, reason="Ill.")
    services.reject(**office(rejected), now=NOW, reason="Away.", alternatives=[TEN + timedelta(days=2)])
    services.lapse(booking_id=expired.pk, now=expired.deadline_at)

    assert rows_of(cancelled, "cancelled") == [over]
    assert rows_of(rejected, "rejected") == [over]
    assert rows_of(expired, "expired") == [over]
    check_invariants()


@pytest.mark.parametrize("shape", WISHES)
def test_warn__staff_are_told_of_a_wish_that_is_about_to_lapse(shape):
    booking = shapes.SHAPES[shape](shapes.pending)

    services.warn_due(now=booking.deadline_at - timedelta(hours=1))

    assert rows_of(booking, "staff_about_to_lapse") == [HELD[shape]]
    subject = render(OutboxMessage.objects.get(template="staff_about_to_lapse")).subject
    assert subject == f"A request without a time is about to lapse: {booking.acknowledgement_id}"


@pytest.mark.parametrize("shape", WISHES)
def test_approve__with_a_time_makes_a_wish_a_booking_and_keeps_what_was_wished(shape):
    booking = shapes.SHAPES[shape](shapes.pending)

    services.approve(**office(booking), now=NOW, starts_at=TEN + timedelta(days=1))

    booking.refresh_from_db()
    assert (booking.status, booking.starts_at) == (Status.APPROVED, TEN + timedelta(days=1))
    assert booking.consultant.full_name == "Mira Novak"
    assert wishes.words(booking) == "Tuesday 8 January 2030, in the morning"
    assert rows_of(booking, "approved_pay_by") == [
        {"With": "Mira Novak", "When": "Tuesday 8 January 2030, 10:00 - 11:00 (UTC)"}
    ]
    check_invariants()


def test_approve__of_a_wish_wants_a_time():
    booking = shapes.wish_for_anyone(shapes.pending)

    with pytest.raises(DomainError) as refused:
        services.approve(**office(booking), now=NOW)

    assert (refused.value.code, refused.value.field) == (ErrorCode.VALIDATION_FAILED, ["startsAt"])
    booking.refresh_from_db()
    assert booking.status == Status.PENDING


@pytest.mark.parametrize("shape", ["with_anyone", "of_a_room", "in_a_room"])
def test_confirmed__mail_names_person_and_room(shape):
    booking = shapes.SHAPES[shape](shapes.pending, payment_policy="ON_SITE")

    services.approve(**office(booking), now=NOW)

    assert rows_of(booking, "confirmed") == [HELD[shape]]
    check_invariants()


def test_facts__of_a_custom_wish_are_plain_and_name_its_zone():
    offered = factories.service(factories.business(timezone="Europe/Berlin"))
    shapes.host_of(offered, zone="Asia/Tokyo")
    morning = shapes.MORNING
    wish = wishes.Wish(morning.date, wishes.Period.CUSTOM, *(TEN.time().replace(hour=h) for h in (9, 11)))

    facts = messages.facts(shapes.draft(offered, wish=wish, timezone="America/New_York"))

    assert {name: value for name, value in facts.items() if name.startswith("preferred")} == {
        "preferred_date": "2030-01-08",
        "preferred_period": "CUSTOM",
        "preferred_from": "09:00",
        "preferred_until": "11:00",
        "preferred_zone": "Europe/Berlin",
    }
    assert facts["starts_at"] is None


def test_visible_to__consultant_sees_a_wish_only_where_they_are_named():
    for_anyone = shapes.wish_for_anyone(shapes.pending)
    named = shapes.wish_for_a_consultant(shapes.pending)
    of_a_room = shapes.of_a_room(shapes.pending)
    bookings = [for_anyone, named, of_a_room]
    hosts = [for_anyone.service.consultants.get(), named.consultant]
    for host in hosts:
        host.user = factories.user()
        host.save(update_fields=["user"])

    seen = [[booking.pk for booking in selectors.visible_to(Viewer(user=host.user))] for host in hosts]

    assert seen == [[], [named.pk]]
    assert [bool(actors_of(Viewer(user=hosts[0].user), booking)) for booking in bookings] == [False] * 3


def test_visible_to__staff_and_the_client_see_every_kind():
    for shape, make in shapes.SHAPES.items():
        booking = make(shapes.draft)

        for viewer in (factories.staff_of(booking.business), factories.client_of(booking)):
            assert selectors.visible(viewer, booking.pk) == booking, shape


def test_page__shows_the_client_the_wish_and_the_room():
    wish, room = shapes.wish_for_anyone(shapes.pending), shapes.of_a_room(shapes.pending)

    assert "<dt>Wished</dt><dd>Tuesday 8 January 2030, in the morning (UTC)</dd>" in opened(wish)
    assert "<dt>Reserved</dt><dd>Room 3</dd>" in opened(room)
    assert "<dt>Wished</dt>" not in opened(room)


def opened(booking: Booking) -> str:
    """The page behind the link of a mail that opens the booking."""
    services.request_access(acknowledgement_id=booking.acknowledgement_id, now=NOW)
    token = factories.secrets_of(booking, "booking_access")["link"].partition("#token=")[2]
    with time_machine.travel(NOW, tick=False):
        return Client().post(reverse("booking-open"), {"token": token}).content.decode()
