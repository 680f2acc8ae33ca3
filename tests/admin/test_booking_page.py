"""A booking's page in the admin: its facts and its story, to whom, and what is locked."""

import re
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.booking import services
from bookings.booking.models import Booking
from bookings.booking.services import Changes
from bookings.notifications.models import OutboxMessage
from bookings.payments import sandbox
from bookings.payments.models import SandboxCheckout
from tests import factories
from tests.admin.desk import (
    LIST,
    confirmed,
    draft,
    host_of,
    logged_in,
    member_of,
    move_of,
    page_of,
    pending,
    platform_admin,
    press,
    read,
)
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def add_note(client: Client, booking: Booking, text: str) -> str:
    address = reverse("admin:bookings_booking_note", args=[booking.pk])
    return client.post(address, {"note": text}, follow=True).content.decode()


def paid_and_cancelled() -> Booking:
    service = factories.service()
    payment = factories.paying(factories.consultant(service), service)
    sandbox.settle_checkout(reference=payment.reference, status=SandboxCheckout.Status.SUCCESS, now=NOW)
    services.settle(payment_id=payment.pk, now=NOW)
    booking = payment.booking
    staff = factories.staff_of(booking.business)
    return services.cancel_as(booking_id=booking.pk, viewer=staff, reason="Ill", now=NOW)


def test_page__tells_the_facts_in_both_zones() -> None:
    service = factories.service(name="First talk")
    host = factories.consultant(service, zone="Europe/Warsaw", full_name="Olga Host")
    booking = factories.pending(
        host, service, timezone="Asia/Tokyo", message="I am nervous", intake={"Allergies": "Żyto"}
    )
    page = read(member_of(booking), page_of(booking))
    for fact in (
        "Waiting for the practice (PENDING)",
        "Mon 7 Jan 2030, 11:00 – 12:00 CET (Europe/Warsaw)",
        "Mon 7 Jan 2030, 19:00 – 20:00 JST (Asia/Tokyo)",
        "First talk",
        "Olga Host",
        "60.00 EUR",
        "I am nervous",
        "Żyto",
        booking.email,
    ):
        assert fact in page


def test_page__has_nothing_to_edit() -> None:
    booking = pending()
    client = member_of(booking)
    page = read(client, page_of(booking))
    assert ('name="status"' in page, 'name="_save"' in page) == (False, False)
    assert client.post(page_of(booking), {"status": "CONFIRMED"}).status_code == 403


def test_page__tells_the_story_with_money_and_refund() -> None:
    booking = paid_and_cancelled()
    page = read(member_of(booking), page_of(booking))
    for part in (
        "Confirmed → Cancelled",
        "Staff of the business:",
        "The payment provider: sandbox",
        "Money came in, confirmed the booking",
        "60.00 EUR, of which 60.00 EUR goes back",
        "Refund: The booking was cancelled",
        "Reason told to the client",
        "Ill",
    ):
        assert part in page


def test_messages__are_listed_without_secrets_and_failures_stand_out() -> None:
    booking = draft()
    link, code = (factories.secrets_of(booking)[name] for name in ("link", "code"))
    client = member_of(booking)
    page = read(client, page_of(booking))
    assert "Verify booking" in page
    assert (link in page, code in page, link.partition("#token=")[2] in page) == (False, False, False)
    assert 'class="failed"' not in page

    OutboxMessage.objects.filter(booking=booking).update(status="FAILED", last_error="bounced", attempts=8)

    page = read(client, page_of(booking))
    assert 'class="failed"' in page
    assert "1 message about this booking could not be delivered" in page
    assert "Given up: bounced" in page


def test_note__is_added_to_a_finished_booking_that_is_locked_else() -> None:
    booking = paid_and_cancelled()
    client = host_of(booking)
    assert "/move/" not in read(client, page_of(booking))
    page = add_note(client, booking, "Called to say sorry")
    assert "The note was added." in page
    assert "Called to say sorry" in page
    assert booking.notes.filter(kind="INTERNAL").count() == 1
    assert "The note was not added. This has 1 to 5000 characters." in add_note(client, booking, "  ")
    assert client.get(reverse("admin:bookings_booking_note", args=[booking.pk])).status_code == 405


def test_text_from_people__shows_as_text() -> None:
    booking = pending(full_name=SCRIPT, message=SCRIPT, phone=SCRIPT, intake={SCRIPT: SCRIPT})
    client = member_of(booking)
    staff = factories.staff_of(booking.business)
    services.update(booking_id=booking.pk, viewer=staff, changes=Changes(note=SCRIPT), now=NOW)
    pages = [
        read(client, page_of(booking)),
        read(client, reverse(LIST)),
        read(client, reverse("admin:bookings_booking_move", args=[booking.pk, "cancel"])),
        press(client, booking, "reject", reason=SCRIPT),
    ]
    assert [("<script>alert(1)" in page, "&lt;script&gt;alert(1)" in page) for page in pages] == [
        (False, True)
    ] * 4


def test_pages__run_no_inline_script_and_ask_no_other_host() -> None:
    booking = pending()
    client = member_of(booking)
    for address in (page_of(booking), reverse(LIST), move_of(booking, "reschedule")):
        page = read(client, address)
        assert re.findall(r"<script(?![^>]*\ssrc=)|\son[a-z]+=|javascript:", page) == []
        assert re.findall(r"(?:src|href|action)=\"(?:[a-z]+:)?//[^\"]*", page) == []


def test_consultant__sees_their_own_bookings_alone() -> None:
    booking = pending()
    colleague = factories.pending(factories.consultant(booking.service), booking.service)
    client = host_of(booking)
    listed = read(client, reverse(LIST))
    assert (booking.acknowledgement_id in listed, colleague.acknowledgement_id in listed) == (True, False)
    assert client.get(page_of(colleague)).status_code == 302


def test_client_with_a_desk_elsewhere__does_not_read_the_practice_s_notes() -> None:
    booking = pending()
    client = logged_in(factories.user(booking.email))
    assert booking.acknowledgement_id not in read(client, reverse(LIST))
    assert client.get(page_of(booking)).status_code == 302


def test_list__hides_drafts_until_they_are_asked_for() -> None:
    hidden, shown = draft(), pending()
    client = platform_admin()
    listed = read(client, reverse(LIST))
    assert (hidden.acknowledgement_id in listed, shown.acknowledgement_id in listed) == (False, True)
    for wanted, expected in (("all", (True, True)), ("DRAFT", (True, False)), ("PENDING", (False, True))):
        listed = read(client, reverse(LIST), status=wanted)
        assert (hidden.acknowledgement_id in listed, shown.acknowledgement_id in listed) == expected


@pytest.mark.parametrize(
    ("start", "expected"),
    [("today", (True, False)), ("tomorrow", (False, True)), ("week", (True, True)), ("past", (False, False))],
)
def test_list__narrows_to_days_of_the_practice(start: str, expected: tuple[bool, bool]) -> None:
    service = factories.service(factories.business(timezone="Europe/Warsaw"))
    host = factories.consultant(service, hours=(0, 24))
    today = factories.pending(host, service, starts_at=NOW.replace(hour=22))
    tomorrow = factories.pending(host, service, starts_at=NOW.replace(hour=23))  # midnight in Warsaw
    listed = read(member_of(today), reverse(LIST), start=start)
    assert (today.acknowledgement_id in listed, tomorrow.acknowledgement_id in listed) == expected


def test_list__offers_only_its_own_services_and_consultants_as_filters() -> None:
    mine, other = pending(), pending()
    page = read(member_of(mine), reverse(LIST))
    assert other.service.name not in page
    assert other.consultant is not None
    assert other.consultant.full_name not in page


def statements(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        read(client, address)
    return len(captured)


def test_pages__take_as_many_statements_for_three_rows_as_for_one() -> None:
    booking = confirmed()
    client = platform_admin()
    read(client, page_of(booking))  # the content types are known from here on
    first = statements(client, reverse(LIST)), statements(client, page_of(booking))
    pending(), pending()
    for text in ("one", "two"):
        add_note(client, booking, text)
    read(client, page_of(booking))  # shows the messages about the notes
    assert (statements(client, reverse(LIST)), statements(client, page_of(booking))) == first
