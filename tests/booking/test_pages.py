"""The pages to which mailed links lead: a GET changes nothing, a button posts."""

from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from bookings.booking import services
from bookings.booking.models import Booking
from bookings.verification.models import Challenge
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def draft() -> Booking:
    service = factories.service()
    return factories.draft(factories.consultant(service), service)


def token_of(booking: Booking, template: str) -> str:
    return factories.secrets_of(booking, template)["link"].partition("#token=")[2]


@pytest.mark.parametrize("method", ["get", "head"])
def test_verify__opened_by_a_scanner_changes_nothing(method: str) -> None:
    booking = draft()
    token = token_of(booking, "verify_booking")
    answer = getattr(Client(), method)(reverse("booking-verify"), {"token": token})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    booking.refresh_from_db()
    assert booking.status == "DRAFT"
    assert Challenge.objects.get().consumed_at is None


def test_verify__takes_the_token_once() -> None:
    booking = draft()
    given = {"token": token_of(booking, "verify_booking")}
    page = Client().post(reverse("booking-verify"), given)
    assert b'data-status="PENDING"' in page.content
    again = Client().post(reverse("booking-verify"), given)
    assert again.status_code == 409
    assert b"used before" in again.content


def test_verify__takes_id_and_code() -> None:
    booking = draft()
    code = factories.secrets_of(booking)["code"]
    given = {"acknowledgement_id": booking.acknowledgement_id.lower(), "code": f"{code[:3]} {code[3:]}"}
    assert b'data-status="PENDING"' in Client().post(reverse("booking-verify"), given).content


@pytest.mark.parametrize("given", [{}, {"token": "x"}, {"acknowledgement_id": "MS-000000", "code": "123456"}])
def test_verify__refuses_what_proves_nothing(given: dict[str, str]) -> None:
    assert Client().post(reverse("booking-verify"), given).status_code == 409


def test_posts__need_the_forms_own_token() -> None:
    booking = draft()
    client = Client(enforce_csrf_checks=True)
    answer = client.post(reverse("booking-verify"), {"token": token_of(booking, "verify_booking")})
    assert answer.status_code == 403


def test_pay__leads_from_the_mailed_link_to_the_payment_page() -> None:
    service = factories.service()
    booking = factories.approved(factories.consultant(service), service)
    answer = Client().post(reverse("booking-pay"), {"token": token_of(booking, "approved_pay_by")})
    booking.refresh_from_db()
    assert booking.status == "PAYMENT_PENDING"
    assert answer.status_code == 302
    assert answer["Location"] == booking.payments.get().checkout_url


def test_pay__with_the_token_of_another_purpose_is_refused() -> None:
    booking = draft()
    answer = Client().post(reverse("booking-pay"), {"token": token_of(booking, "verify_booking")})
    assert answer.status_code == 409


def test_status__tells_the_public_part_alone() -> None:
    service = factories.service()
    booking = factories.pending(factories.consultant(service), service, full_name="Carla Private")
    page = Client().get(reverse("booking-status"), {"id": booking.acknowledgement_id}).content.decode()
    assert 'data-status="PENDING"' in page
    assert "Carla" not in page
    assert booking.email not in page


def test_status__of_an_unknown_id_says_so_and_shows_it_as_text() -> None:
    page = Client().get(reverse("booking-status"), {"id": '"><script>x</script>'}).content.decode()
    assert "There is no booking with this id." in page
    assert "<script>x" not in page


@pytest.mark.parametrize("page", ["verify", "pay", "cancel", "open", "status"])
def test_pages__run_nothing_but_our_own_files(page: str) -> None:
    answer = Client().get(reverse(f"booking-{page}"))
    assert answer.status_code == 200
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert b"<script>" not in answer.content
    assert answer["Referrer-Policy"] == "no-referrer"


def test_cancel__takes_the_mailed_token_and_a_reason() -> None:
    service = factories.service()
    booking = factories.pending(factories.consultant(service), service)
    services.request_cancellation(acknowledgement_id=booking.acknowledgement_id, now=NOW)
    given = {"token": token_of(booking, "confirm_cancellation"), "reason": "A cold."}
    assert b'data-status="CANCELLED"' in Client().post(reverse("booking-cancel"), given).content
    assert booking.notes.get().text == "A cold."


def test_open__shows_the_time_to_whoever_reads_the_mailbox() -> None:
    service = factories.service()
    booking = factories.pending(factories.consultant(service), service, timezone="Europe/Warsaw")
    services.request_access(acknowledgement_id=booking.acknowledgement_id, now=NOW)
    page = (
        Client()
        .post(reverse("booking-open"), {"token": token_of(booking, "booking_access")})
        .content.decode()
    )
    assert "2030-01-07 11:00 (Europe/Warsaw)" in page
