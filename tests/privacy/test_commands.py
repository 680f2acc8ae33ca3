"""What an operator does for somebody who asked: export and erase by command."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from bookings.booking import services
from bookings.booking.models import Booking, BookingNote
from bookings.privacy.export import export_person
from tests import factories
from tests.factories import NOW
from tests.lifecycle import confirmed
from tests.witness import everything

pytestmark = pytest.mark.django_db

EMAIL = "ana@example.org"


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def booking() -> Booking:
    offered = factories.service()
    made = factories.draft(factories.consultant(offered), offered, email=EMAIL, full_name="Ana Łęcka")
    BookingNote.objects.create(booking=made, text="between us", created_at=NOW)
    return made


def run(command: str, *arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out, **options)
    return out.getvalue()


def test_export_person__prints_the_document_and_changes_nothing(booking: Booking) -> None:
    before = everything()

    document = json.loads(run("export_person", "ANA@example.org"))

    assert document["parts"]["bookings"]["rows"][0]["fullName"] == "Ana Łęcka"
    assert "between us" not in str(document)
    assert everything() == before


def test_export_person__writes_a_file_that_only_its_owner_reads_and_replaces_none(
    booking: Booking, tmp_path: Path
) -> None:
    file = tmp_path / "ana.json"

    run("export_person", EMAIL, output=file, internal=True)

    assert "between us" in file.read_text(encoding="utf-8")
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        run("export_person", EMAIL, output=file)


def test_export_person__holds_why_money_went_back_for_an_operator_alone() -> None:
    offered = factories.service()
    paid = confirmed(factories.consultant(offered), offered, email=EMAIL)
    services.refund_payment(
        payment_id=paid.payments.get().pk,
        viewer=factories.staff_of(offered.business),
        reason="She fell ill.",
        now=NOW,
    )

    operators = export_person(email=EMAIL, now=NOW, internal=True)["parts"]["internalRefunds"]["rows"]

    assert [(row["booking"], row["note"]) for row in operators] == [
        (paid.acknowledgement_id, "She fell ill.")
    ]
    assert "fell ill" not in str(export_person(email=EMAIL, now=NOW)["parts"])


def test_export_person__holds_why_a_price_was_lowered_for_an_operator_alone() -> None:
    offered = factories.service()
    asked = factories.pending(factories.consultant(offered), offered, email=EMAIL)
    services.give_discount(
        booking_id=asked.pk,
        viewer=factories.staff_of(offered.business),
        percent=10,
        reason="Out of work.",
        now=NOW,
    )

    operators = export_person(email=EMAIL, now=NOW, internal=True)["parts"]["internalDiscounts"]["rows"]

    assert [(row["booking"], row["reason"]) for row in operators] == [
        (asked.acknowledgement_id, "Out of work.")
    ]
    assert "Out of work" not in str(export_person(email=EMAIL, now=NOW)["parts"])


def test_export_person__says_where_older_rows_were_left_out(booking: Booking) -> None:
    offered = factories.service()
    for _ in range(2):
        newest = factories.draft(factories.consultant(offered), offered, email=EMAIL)

    short = export_person(email=EMAIL, now=NOW, most=1)["parts"]["bookings"]
    whole = export_person(email=EMAIL, now=NOW, most=3)["parts"]["bookings"]

    assert [row["id"] for row in short["rows"]] == [newest.acknowledgement_id]
    assert (short["complete"], len(whole["rows"]), whole["complete"]) == (False, 3, True)


def test_erase_person__tells_what_it_forgot_and_nothing_the_second_time(booking: Booking) -> None:
    assert "bookings: 1\n" in run("erase_person", EMAIL)
    booking.refresh_from_db()
    assert booking.full_name == ""

    assert run("erase_person", EMAIL) == "Nothing is known of this address.\n"


def test_erase_person__says_why_it_is_refused(booking: Booking) -> None:
    owner = booking.business.owner
    with pytest.raises(CommandError, match="ACCOUNT_IN_USE: This account still owns a practice"):
        run("erase_person", owner.email)
    with pytest.raises(CommandError, match="no e-mail address"):
        run("erase_person", "ana")
