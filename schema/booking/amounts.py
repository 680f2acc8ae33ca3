"""What a booking costs and what of it is paid, as those may see it who see its money. Lists read it ahead."""

import datetime
from typing import Any

import strawberry
import strawberry_django
from django.db.models import Prefetch

from bookings.booking import amounts, models, policies
from bookings.booking.rights import Operation
from bookings.payments.models import Payment as PaymentRow
from bookings.payments.selectors import COUNTED
from schema.common.fields import WHO, Private
from schema.common.scalars import Money

Root = strawberry.Parent[models.Booking]

_COUNTED = Prefetch("payments", PaymentRow.objects.filter(COUNTED).order_by("pk"), to_attr="counted")
_GIVEN = Prefetch(
    "discounts",
    models.Discount.objects.select_related("given_by").order_by("pk"),
    to_attr="discounts_read",
)


@strawberry.type(description="Something that staff took off a booking's price.")
class BookingDiscount:
    """The GraphQL face of booking.models.Discount."""

    amount: Money = strawberry.field(description="How much.")
    reason: str = strawberry.field(
        description="Why, for the practice alone; empty once the person was erased."
    )
    created_at: datetime.datetime = strawberry.field(description="When it was given.")
    given_by: str | None = strawberry.field(
        description="The name or address of who gave it; null where the account is gone."
    )


def price() -> Any:
    """Declare `Booking.price`."""
    return _money(
        _price,
        "price",
        description="What it costs, all seats together, tax and discounts included; null for the booking's consultant.",
    )


def discount() -> Any:
    """Declare `Booking.discount`."""
    return _money(
        _discount,
        "discount",
        description="What the practice took off so far; `price` is what is left. Null for the booking's consultant.",
    )


def deposit() -> Any:
    """Declare `Booking.deposit`."""
    return _money(
        _deposit,
        "deposit",
        description="What of the price is paid online, the rest on site; null where no deposit is asked, and for the "
        "booking's consultant.",
    )


def due_online() -> Any:
    """Declare `Booking.dueOnline`."""
    return _money(
        _due_online,
        "price",
        "deposit",
        "payment_mode",
        description="What is paid online to confirm it: the deposit, or all of the price; zero where that is free or "
        "paid on site. It says what is asked, also once it is paid. Null for the booking's consultant.",
    )


def balance() -> Any:
    """Declare `Booking.balance`."""
    return _money(
        _balance,
        "price",
        "status",
        prefetch_related=[_COUNTED],
        description="What is still to be paid, online and on site: the price less what came in and was not given back; "
        "zero for a booking that is cancelled, declined or lapsed. Null for the booking's consultant.",
    )


def discounts() -> Any:
    """Declare `Booking.discounts`."""
    return strawberry_django.field(
        resolver=_discounts,
        only=[*WHO, "currency"],
        prefetch_related=[_GIVEN],
        extensions=[Private(Operation.SEE_DISCOUNTS)],
        description="Each discount, oldest first; null for the client and the booking's consultant.",
    )


def _money(resolver: Any, *columns: str, **options: Any) -> Any:
    return strawberry_django.field(
        resolver=resolver,
        only=[*WHO, "currency", *columns],
        extensions=[Private(Operation.SEE_MONEY)],
        **options,
    )


def _price(root: Root) -> Money | None:
    """Give the price with its currency."""
    return Money.of(root.price, root.currency)


def _discount(root: Root) -> Money | None:
    """Give the sum of what was taken off."""
    return Money.of(root.discount, root.currency)


def _deposit(root: Root) -> Money | None:
    """Give the deposit, where there is one."""
    return Money.of(root.deposit, root.currency) if root.deposit else None


def _due_online(root: Root) -> Money | None:
    """Give what an attempt to pay asks."""
    due = policies.due_online(root)
    return Money.of(due.amount * (not policies.needs_no_payment(root)), due.currency)


def _balance(root: Root) -> Money | None:
    """Reckon what is left, from payments that a list has read ahead."""
    left = amounts.balance(root)
    return Money.of(left.amount, left.currency)


def _discounts(root: Root) -> list[BookingDiscount] | None:
    """Give the rows, which a list has read ahead."""
    read = getattr(root, "discounts_read", None)
    rows = root.discounts.select_related("given_by").order_by("pk") if read is None else read
    return [
        BookingDiscount(
            amount=Money.of(row.amount, root.currency),
            reason=row.reason,
            created_at=row.created_at,
            given_by=(row.given_by.full_name or row.given_by.email) if row.given_by else None,
        )
        for row in rows
    ]
