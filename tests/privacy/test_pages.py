"""The pages to which mailed links about personal data lead: a GET changes nothing, a button posts."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from bookings.booking.models import Booking
from bookings.notifications.models import OutboxMessage
from bookings.privacy.services import Request, request_personal_data
from tests import factories
from tests.factories import NOW
from tests.witness import everything

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = {Request.EXPORT: "privacy-export", Request.ERASE: "privacy-erase"}
EMAIL = "ana@example.org"


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def mailed(what: Request) -> dict[str, str]:
    """The token and the code of a fresh mail."""
    request_personal_data(email=EMAIL, what=what, now=NOW)
    secrets = OutboxMessage.objects.latest("pk").secrets
    return {"token": secrets["link"].partition("#token=")[2], "code": secrets["code"]}


def draft() -> Booking:
    offered = factories.service()
    return factories.draft(factories.consultant(offered), offered, email=EMAIL)


@pytest.mark.parametrize("what", list(Request))
@pytest.mark.parametrize("method", ["get", "head"])
def test_page__opened_by_a_scanner_changes_nothing(what: Request, method: str) -> None:
    draft()
    proof = mailed(what)
    before = everything()

    answer = getattr(Client(), method)(reverse(PAGES[what]), proof)

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert everything() == before


def test_export__gives_a_file_for_the_token_once() -> None:
    booking = draft()
    proof = mailed(Request.EXPORT)

    answer = Client().post(reverse("privacy-export"), {"token": proof["token"]})

    assert answer["Content-Disposition"] == 'attachment; filename="personal-data.json"'
    (row,) = json.loads(answer.content)["parts"]["bookings"]["rows"]
    assert row["id"] == booking.acknowledgement_id
    again = Client().post(reverse("privacy-export"), {"token": proof["token"]})
    assert again.status_code == 409
    assert b"used before" in again.content


def test_erase__takes_address_and_code() -> None:
    booking = draft()
    proof = mailed(Request.ERASE)

    answer = Client().post(reverse("privacy-erase"), {"email": " ANA@example.org", "code": proof["code"]})

    assert b"Forgotten" in answer.content
    booking.refresh_from_db()
    assert (booking.email, booking.erased_at) == ("", NOW)


def test_erase__with_active_bookings_says_so_and_leaves_the_link_good() -> None:
    offered = factories.service()
    booking = factories.pending(factories.consultant(offered), offered, email=EMAIL)
    Booking.objects.filter(pk=booking.pk).update(cancellation_notice=timedelta(0))
    token = mailed(Request.ERASE)["token"]

    refused = Client().post(reverse("privacy-erase"), {"token": token})
    done = Client().post(reverse("privacy-erase"), {"token": token, "cancel_bookings": "on"})

    assert refused.status_code == 409
    assert b"still active" in refused.content
    assert b"Forgotten" in done.content


def test_erase__does_not_take_a_link_that_was_asked_for_to_read() -> None:
    booking = draft()
    token = mailed(Request.EXPORT)["token"]

    answer = Client().post(reverse("privacy-erase"), {"token": token})

    assert answer.status_code == 409
    booking.refresh_from_db()
    assert booking.email == EMAIL


def test_page__says_when_too_many_codes_were_tried() -> None:
    given = {"email": EMAIL, "code": "000000"}
    answers = [Client().post(reverse("privacy-export"), given) for _ in range(7)]

    assert answers[0].status_code == 409
    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) > 0
