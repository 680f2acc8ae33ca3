"""The pages to which mailed links lead: a GET changes nothing, a button posts."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from bookings.booking import services
from bookings.booking.models import Booking
from bookings.payments.models import Refund
from bookings.verification.models import Challenge
from tests import factories
from tests.admin.pages import fields_of
from tests.factories import NOW, later
from tests.lifecycle import confirmed

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


def test_status__of_an_eleventh_id_within_a_minute_is_refused() -> None:
    answers = [Client().get(reverse("booking-status"), {"id": f"MS-{place:06}"}) for place in range(11)]

    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert answers[-1]["Retry-After"] == "60"
    assert Client().get(reverse("booking-status")).status_code == 200


def test_verify__of_codes_is_limited_with_those_of_the_api() -> None:
    given = {"acknowledgement_id": draft().acknowledgement_id, "code": "000000"}

    answers = [Client().post(reverse("booking-verify"), given) for _ in range(20)]

    assert [answer.status_code for answer in answers] == [409] * 5 + [429] * 15
    assert Challenge.objects.get().tries == 5


@pytest.mark.parametrize("page", ["verify", "pay", "cancel", "open", "status"])
def test_pages__run_nothing_but_our_own_files(page: str) -> None:
    answer = Client().get(reverse(f"booking-{page}"))
    assert answer.status_code == 200
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert b"<script>" not in answer.content
    # With "no-referrer" browsers post the form with `Origin: null`, and it is refused.
    assert answer["Referrer-Policy"] == "same-origin"
    assert b'<meta name="referrer" content="same-origin">' in answer.content


def test_cancel__takes_the_mailed_token_and_a_reason() -> None:
    service = factories.service()
    booking = factories.pending(factories.consultant(service), service)
    services.request_cancellation(acknowledgement_id=booking.acknowledgement_id, now=NOW)
    given = {"token": token_of(booking, "confirm_cancellation"), "reason": "A cold."}
    assert b'data-status="CANCELLED"' in Client().post(reverse("booking-cancel"), given).content
    assert booking.notes.get().text == "A cold."


def paid_and_to_cancel() -> Booking:
    """A paid booking in 13 hours, of which half goes back, and whose client asked for the link."""
    service = factories.service(cancellation_notice=timedelta(0))
    booking = confirmed(factories.consultant(service, hours=(0, 24)), service, starts_at=later(hours=13))
    services.request_cancellation(acknowledgement_id=booking.acknowledgement_id, now=NOW)
    return booking


@pytest.mark.parametrize("way", ["link", "code"])
def test_cancel__shows_what_goes_back_before_anything_is_cancelled(way: str) -> None:
    booking = paid_and_to_cancel()
    proof: dict[str, str] = (
        {"token": token_of(booking, "confirm_cancellation")}
        if way == "link"
        else {
            "acknowledgement_id": booking.acknowledgement_id,
            "code": factories.secrets_of(booking, "confirm_cancellation")["code"],
        }
    )

    page = Client().post(reverse("booking-cancel"), {**proof, "step": "look"}).content.decode()
    booking.refresh_from_db()
    looked = booking.status
    done = Client().post(reverse("booking-cancel"), {**fields_of(page), "reason": "Ill."}).content.decode()

    assert "<dd>60.00 EUR</dd>" in page
    assert "<dd data-refund>30.00 EUR</dd>" in page
    assert "<dd>2030-01-07 09:00 (UTC)</dd>" in page
    assert looked == "CONFIRMED"
    assert 'data-status="CANCELLED"' in done
    assert "<dd data-refund>30.00 EUR</dd>" in done
    assert Refund.objects.get().amount == 30


def test_cancel__says_when_nothing_goes_back() -> None:
    booking = paid_and_to_cancel()
    Booking.objects.update(refund_tiers=[])

    given = {"token": token_of(booking, "confirm_cancellation"), "step": "look"}
    page = Client().post(reverse("booking-cancel"), given).content.decode()

    assert "<dd data-refund>nothing</dd>" in page


@pytest.mark.parametrize("wrong", [{"token": "x"}, {"code": "000000"}, {}])
def test_cancel__shows_nothing_of_money_without_the_proof(wrong: dict[str, str]) -> None:
    booking = paid_and_to_cancel()
    given = {"acknowledgement_id": booking.acknowledgement_id, **wrong, "step": "look"}

    answer = Client().post(reverse("booking-cancel"), given)

    assert answer.status_code == 409
    assert b"EUR" not in answer.content


def test_cancel__looking_with_a_code_takes_its_tries() -> None:
    booking = paid_and_to_cancel()
    given = {"acknowledgement_id": booking.acknowledgement_id, "code": "000000", "step": "look"}

    for _ in range(5):
        Client().post(reverse("booking-cancel"), given)

    assert Challenge.objects.get(purpose="CANCEL_BOOKING").tries == 5


def test_cancel__looking_with_a_code_that_is_too_old_shows_nothing() -> None:
    booking = paid_and_to_cancel()
    code = factories.secrets_of(booking, "confirm_cancellation")["code"]
    given = {"acknowledgement_id": booking.acknowledgement_id, "code": code, "step": "look"}

    with time_machine.travel(later(minutes=10), tick=False):
        answer = Client().post(reverse("booking-cancel"), given)

    assert answer.status_code == 409
    assert b"EUR" not in answer.content


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
