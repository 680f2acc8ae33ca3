"""Receipts and discounts stay as they were written: the database itself refuses to change them."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from bookings.booking.models import Discount
from bookings.common.guards import purge_permit
from bookings.payments.models import Receipt
from tests import factories, lifecycle
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def receipt() -> Receipt:
    service = factories.service()
    booking = lifecycle.confirmed(factories.consultant(service), service)
    return Receipt.objects.get(payment__booking=booking)


@pytest.fixture
def discount() -> Discount:
    service = factories.service()
    booking = factories.pending(factories.consultant(service), service)
    return Discount.objects.create(
        booking=booking, amount=10, reason="A friend.", given_by=factories.user(), created_at=NOW
    )


def refused(act: Any, match: str) -> None:
    with pytest.raises(IntegrityError, match=match), transaction.atomic():
        act()


@pytest.mark.parametrize(
    "column",
    [
        {"amount": 1},
        {"number": 7},
        {"details": {}},
        {"buyer_email": ""},
        {"issued_at": factories.later(days=1)},
    ],
    ids=lambda column: next(iter(column)),
)
def test_receipt__is_not_changed(receipt: Receipt, column: dict[str, Any]) -> None:
    refused(lambda: Receipt.objects.update(**column), "receipt_is_append_only")

    assert list(Receipt.objects.values()) == [Receipt.objects.values().get(pk=receipt.pk)]


@pytest.mark.parametrize("model", ["receipt", "discount"])
def test_rows__are_deleted_under_a_purge_permit_alone(model: str, request: pytest.FixtureRequest) -> None:
    row = request.getfixturevalue(model)
    rows = type(row)._default_manager.filter(pk=row.pk)

    refused(rows.delete, f"{model}_is_append_only")
    assert rows.exists()
    with purge_permit():
        rows.delete()
    assert not rows.exists()


def test_discount__is_not_changed_but_why_it_was_given_is_erased(discount: Discount) -> None:
    other = factories.user()
    for column in ({"amount": 9}, {"given_by": other}, {"created_at": factories.later(days=1)}):
        refused(lambda column=column: Discount.objects.update(**column), "discount_is_append_only")

    Discount.objects.update(reason="", given_by=None)

    discount.refresh_from_db()
    assert (discount.amount, discount.reason, discount.given_by) == (10, "", None)
    refused(lambda: Discount.objects.update(given_by=other), "discount_is_append_only")
