"""Receipts, tax, deposits and refund tiers in the admin: found and printed, set in words, each practice its own."""

from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.forms import ValidationError
from django.test import Client
from django.urls import reverse

from bookings.admin.tiers import TiersField, lines_of
from bookings.businesses.models import Business, StaffMember
from bookings.catalogue.models import Service
from bookings.payments.models import Receipt
from bookings.payments.receipt_links import link_to_receipt
from tests import factories, lifecycle
from tests.admin.desk import logged_in, platform_admin, read
from tests.admin.pages import fields_of, send
from tests.factories import NOW
from tests.witness import everything

pytestmark = pytest.mark.django_db(transaction=True)

SAVED = "was changed successfully"


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def sold(**client: Any) -> Receipt:
    service = factories.service()
    booking = lifecycle.confirmed(factories.consultant(service), service, **client)
    return Receipt.objects.get(payment__booking=booking)


def member(place: Business, role: StaffMember.Role, *rights: str) -> Client:
    user = factories.staff_of(place, role).user
    assert user is not None
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    return logged_in(user)


def page(row: Any) -> str:
    return reverse(f"admin:bookings_{row._meta.model_name}_change", args=[row.pk])


def change(client: Client, row: Any, **given: Any) -> str:
    """Fill in the page of a row as it stands, with these answers, and give what comes up."""
    return send(client, page(row), {**fields_of(read(client, page(row))), **given})


# Receipts


def test_receipts__are_found_by_number_or_buyer_and_lead_to_the_page() -> None:
    receipt = sold(email="carla@example.org")
    client, lists = platform_admin(), reverse("admin:bookings_receipt_changelist")

    for asked in ("1", "carla@example.org", receipt.payment.reference):
        assert link_to_receipt(receipt.pk) in read(client, lists, q=asked)
    assert link_to_receipt(receipt.pk) not in read(client, lists, q="999")
    assert link_to_receipt(receipt.pk) in read(client, page(receipt))


def test_receipts__are_neither_changed_nor_deleted_nor_added() -> None:
    receipt = sold()
    client = platform_admin()
    before = everything(without=frozenset({"User"}))

    assert client.post(page(receipt), {"amount": "1"}).status_code == 403
    for name, args in (("delete", [receipt.pk]), ("add", [])):
        assert (
            client.post(reverse(f"admin:bookings_receipt_{name}", args=args), {"post": "yes"}).status_code
            == 403
        )
    assert everything(without=frozenset({"User"})) == before


def test_receipts__show_a_clients_name_as_text() -> None:
    receipt = sold(full_name="<script>alert(1)</script>")

    assert "<script>alert(1)" not in read(platform_admin(), page(receipt))


# Tiers in words


@pytest.mark.parametrize(
    ("typed", "tiers"),
    [
        ("24 h 100 %", [[1440, 100]]),
        ("24h100%\n12h50%", [[1440, 100], [720, 50]]),
        ("12 hours: 50%\r\n\r\n 2 DAYS = 100 % ", [[2880, 100], [720, 50]]),
        ("90 min 25 %", [[90, 25]]),
        ("0 h 0 %", [[0, 0]]),
        ("", None),
        ("  \n ", None),
    ],
)
def test_tiers_field__understands_what_people_write(typed: str, tiers: Any) -> None:
    assert TiersField(empty="ours").clean(typed) == tiers


@pytest.mark.parametrize(
    "typed",
    [
        "24 100", "24 h", "all of it", "24 h 101 %", "-1 h 50 %", "24 weeks 100 %", "24 h 50 %\n24 h 40 %",
        "24 h 50 %\n12 h 60 %", "24 h 100 % 5", "367 d 100 %", "[[1440, 100]]", "٢٤ h 100 %", "1 h 1 %\n" * 7,
        "x" * 2000, "<script>",
    ],
)  # fmt: skip
def test_tiers_field__says_what_it_does_not_understand(typed: str) -> None:
    with pytest.raises(ValidationError):
        TiersField(empty="ours").clean(typed)


@pytest.mark.parametrize(
    ("tiers", "lines"),
    [
        ([[1440, 100], [720, 50]], "24 h 100 %\n12 h 50 %"),
        ([[10080, 100], [2880, 50], [90, 10]], "7 d 100 %\n48 h 50 %\n90 min 10 %"),
        ([[4321, 100], [0, 5]], "4321 min 100 %\n0 h 5 %"),
        ([], "0 h 0 %"),
    ],
)
def test_lines_of__reads_back_as_it_is_written(tiers: Any, lines: str) -> None:
    assert lines_of(tiers) == lines
    assert TiersField(empty="ours").clean(lines) == (tiers or [[0, 0]])


# Where practices set them


def test_service__deposit_tax_and_tiers_are_set_on_its_page() -> None:
    service = factories.service()
    client = member(service.business, StaffMember.Role.MANAGER, "view_service", "change_service")
    given = {"deposit_percent": "25", "tax_rate": "8.5", "refund_tiers": "24 h 100 %\n2 h 10 %"}

    assert SAVED in change(client, service, **given)

    service.refresh_from_db()
    assert (service.deposit_percent, service.tax_rate) == (25, Decimal("8.5"))
    assert service.refund_tiers == [[1440, 100], [120, 10]]
    assert fields_of(read(client, page(service)))["refund_tiers"] == "24 h 100 %\n2 h 10 %"
    assert SAVED in change(client, service, deposit_percent="", tax_rate="", refund_tiers="")
    service.refresh_from_db()
    assert (service.deposit_percent, service.tax_rate, service.refund_tiers) == (None, None, None)


@pytest.mark.parametrize(
    ("column", "typed"),
    [
        ("deposit_percent", "100"),
        ("tax_rate", "100.5"),
        ("refund_tiers", "sometimes"),
        ("payment_policy", "ON_SITE"),
    ],
)
def test_service__what_cannot_be_is_refused_beside_its_field(column: str, typed: str) -> None:
    service = factories.service(deposit_percent=10)
    before = Service.objects.values().get()

    shown = change(platform_admin(), service, **{column: typed})

    assert SAVED not in shown
    assert "errorlist" in shown
    assert Service.objects.values().get() == before


@pytest.mark.parametrize("role", [StaffMember.Role.OWNER, StaffMember.Role.MANAGER])
def test_practice__tax_and_tiers_are_set_by_those_who_run_it(role: StaffMember.Role) -> None:
    place = factories.business(name="Harbour")
    client = member(place, role)
    given = {
        "tax_number": "PL123",
        "tax_rate": "23",
        "refund_tiers": "48 h 100 %",
        "name": "Another",
        "slug": "x",
    }

    assert SAVED in change(client, place, **given)

    place.refresh_from_db()
    assert (place.tax_number, place.tax_rate, place.refund_tiers) == ("PL123", 23, [[2880, 100]])
    assert (place.name, place.slug == "x") == ("Another", role == StaffMember.Role.OWNER)


def test_practice__tax_and_tiers_are_not_for_others() -> None:
    place, other = factories.business(), factories.business()
    before = list(Business.objects.order_by("pk").values())
    staff = member(place, StaffMember.Role.STAFF)
    stranger = member(other, StaffMember.Role.OWNER)

    given = {"tax_number": "PL666", "tax_rate": "1", "refund_tiers": "0 h 100 %"}
    assert staff.post(page(place), given).status_code == 403
    assert stranger.post(page(place), given).status_code == 403

    assert list(Business.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("column", "typed"), [("tax_rate", "-1"), ("tax_rate", "101"), ("refund_tiers", "1 h 1 %\n9 h 0 %")]
)
def test_practice__what_cannot_be_is_refused(column: str, typed: str) -> None:
    place = factories.business()

    shown = change(platform_admin(), place, **{column: typed})

    assert SAVED not in shown
    assert "errorlist" in shown
    place.refresh_from_db()
    assert (place.tax_rate, place.refund_tiers) == (0, None)
