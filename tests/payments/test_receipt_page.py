"""The printable page: for whoever has its address and nobody else, with text from people inert."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from bookings.businesses.models import Business
from bookings.common.guards import purge_permit
from bookings.common.secrecy import keyed_digest
from bookings.payments.models import Receipt
from bookings.payments.receipt_links import link_to_receipt
from tests import factories, lifecycle

pytestmark = pytest.mark.django_db

SCRIPT = "<script>alert('x')</script>"
WRONG = "0" * 64


def sold(*, place=None, offered=None, **client):
    """A receipt of a practice and a service of these columns, to this client."""
    service = factories.service(factories.business(**(place or {})), **(offered or {}))
    booking = lifecycle.confirmed(factories.consultant(service), service, **client)
    return Receipt.objects.get(payment__booking=booking)


def path_of(receipt):
    return link_to_receipt(receipt.pk).removeprefix("http://127.0.0.1:8000")


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.content.decode()))


def test_page__shows_all_that_stands_on_a_receipt(client):
    receipt = sold(
        place={
            "name": "Harbour",
            "address": "Quay 1",
            "city": "Gdańsk",
            "country": "PL",
            "tax_number": "PL123",
            "tax_rate": 23,
            "email": "desk@harbour.example",
            "timezone": "Europe/Warsaw",
        },
        offered={"name": "First talk"},
        full_name="Carla Client",
        email="carla@example.org",
    )

    answer = client.get(path_of(receipt))

    told = text_of(answer)
    assert answer.status_code == 200
    for part in (
        "Receipt 2030-000001", "Harbour", "Quay 1", "Gdańsk, PL", "Tax number PL123", "desk@harbour.example",
        "Carla Client", "carla@example.org", "First talk", "Monday 7 January 2030, 11:00 – 12:00 (Europe/Warsaw)",
        receipt.payment.booking.acknowledgement_id, "60.00 EUR", "Without tax 48.78 EUR", "Tax 23 % 11.22 EUR",
        "Paid, tax included 60.00 EUR", receipt.payment.reference, "Test: no real money moved.",
    ):  # fmt: skip
        assert part in told, part
    assert "corrects" not in told.lower()


def test_page__runs_nothing_leaks_nothing_and_is_kept_nowhere(client):
    answer = client.get(path_of(sold()))

    assert answer["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self';")
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]
    assert "noindex" in answer["X-Robots-Tag"]
    page = answer.content.decode()
    assert "<script" not in page
    assert "style=" not in page
    assert not answer.cookies


@pytest.mark.parametrize(
    "hostile",
    [
        SCRIPT,
        'Ben & Jerry\'s "quoted"',
        "x" * 200,
        "\u0645\u0631\u062d\u0628\u0627",
        "{{ receipt.pk }}{% now 'Y' %}",
    ],
    ids=["script", "ampersand", "long", "right-to-left", "template"],
)
def test_page__text_from_people_is_inert(client, hostile):
    receipt = sold(
        place={"name": hostile, "city": hostile[:100]}, offered={"name": hostile}, full_name=hostile
    )
    issued_anew(
        receipt, details=receipt.details | {"reference": hostile, "price": hostile, "method": hostile}
    )

    page = client.get(path_of(receipt)).content.decode()

    assert "<script" not in page
    assert "onerror" not in page
    assert page.count("<bdi>") >= 4
    for raw in ("Ben & Jerry", '"quoted"', "alert('x')"):
        assert raw not in page
    assert "{{ receipt.pk }}" in page or "template" not in hostile
    assert page.rstrip().endswith("</html>")


def test_page__of_a_practice_that_says_nothing_of_itself_is_a_receipt_still(client):
    receipt = sold(place={"name": "Practice"}, offered={"price": 10})

    told = text_of(client.get(path_of(receipt)))

    assert "Practice" in told
    assert "Paid 10.00 EUR" in told
    for absent in ("Tax", "Without tax", "None", " , "):
        assert absent not in told


def issued_anew(receipt, **columns):
    """The same receipt as if it had been issued so: one that is there is never changed."""
    with purge_permit():
        Receipt.objects.filter(pk=receipt.pk).delete()
    for name, value in columns.items():
        setattr(receipt, name, value)
    receipt.save(force_insert=True)


def test_page__of_an_old_receipt_that_says_less_opens(client):
    receipt = sold()
    issued_anew(receipt, details={}, tax_rate=0, tax_amount=0)

    assert "60.00 EUR" in text_of(client.get(path_of(receipt)))


def test_page__stays_as_it_was_whatever_changes_later(client):
    receipt = sold(place={"name": "Old name"}, offered={"name": "Old talk"})
    before = client.get(path_of(receipt)).content
    booking = receipt.payment.booking

    Business.objects.update(name="New name", address="Elsewhere", tax_rate=8)
    type(booking.service).objects.update(name="New talk")
    type(booking).objects.update(full_name="", email="", price=1)

    assert client.get(path_of(receipt)).content == before


def test_page__of_a_refund_names_what_it_corrects(client):
    receipt = sold(place={"tax_rate": 23})
    given_back = Receipt.objects.create(
        business=receipt.business,
        kind=Receipt.Kind.REFUND,
        payment=receipt.payment,
        refund=receipt.payment.refunds.create(amount=10, reason="STAFF", key="k"),
        year=2030,
        number=2,
        amount=10,
        currency="EUR",
        tax_rate=23,
        tax_amount="1.87",
        details={**receipt.details, "corrects": receipt.label, "left": ""},
    )

    told = text_of(client.get(path_of(given_back)))

    for part in (
        "Refund receipt 2030-000002",
        "Corrects receipt 2030-000001",
        "Refunded −10.00 EUR",
        "Tax 23 % −1.87 EUR",
    ):
        assert part in told, part


@pytest.mark.parametrize(
    "address",
    [
        "/receipts/{pk}-{wrong}/",
        "/receipts/{pk}-{other}/",
        "/receipts/{pk}-{upper}/",
        "/receipts/{pk}-{short}/",
        "/receipts/0{pk}-{right}/",
        "/receipts/{pk}-{right}0/",
        "/receipts/{pk}/",
        "/receipts/-{right}/",
        "/receipts/",
        "/receipts/999999999-{wrong}/",
        "/receipts/999999999999999999-{wrong}/",
        "/receipts/99999999999999999999999-{wrong}/",
        "/receipts/٣-{wrong}/",
    ],
)
def test_page__is_not_there_by_any_other_address(client, address):
    receipt = sold()
    right = keyed_digest("receipt", str(receipt.pk))
    other = keyed_digest("receipt", str(receipt.pk + 1))

    answer = client.get(
        address.format(
            pk=receipt.pk, wrong=WRONG, other=other, upper=right.upper(), short=right[:-1], right=right
        )
    )

    assert answer.status_code == 404


def test_page__of_a_receipt_that_is_not_there_is_not_there(client):
    assert client.get(path_of(Receipt(pk=123456))).status_code == 404
    largest = reverse("receipts:page", args=["9" * 18, keyed_digest("receipt", "9" * 18)])
    assert client.get(largest).status_code == 404


def test_page__asks_the_database_nothing_about_a_wrong_address(client, django_assert_num_queries):
    pk = sold().pk

    with django_assert_num_queries(0):
        client.get(f"/receipts/{pk}-{WRONG}/")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_page__is_read_only(client, method):
    answer = getattr(client, method)(path_of(sold()))

    assert answer.status_code == 405
    assert sorted(answer["Allow"].split(", ")) == ["GET", "HEAD"]


def test_page__answers_a_head(client):
    answer = Client().head(path_of(sold()))

    assert (answer.status_code, answer.content) == (200, b"")
