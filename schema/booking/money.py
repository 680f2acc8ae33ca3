"""Mutations by which staff lower a price, and record what was paid at the practice."""

import datetime
from decimal import Decimal
from typing import Annotated

import strawberry

from bookings.booking import models, selectors, services
from bookings.common.idempotency import AlreadyDone
from bookings.payments.models import Payment as PaymentRow
from schema.booking.inputs import KEY
from schema.booking.mutations import WHAT, BookingPayload
from schema.booking.reading import once
from schema.common.context import Info
from schema.common.errors import mutation
from schema.common.inputs import pk_of
from schema.payments import Payment, PaymentMethod


@strawberry.input(one_of=True, description="How much is taken off: exactly one of the two.")
class DiscountOff:
    """An amount or a percentage."""

    amount: Decimal | None = strawberry.field(
        default=strawberry.UNSET, description="In the booking's currency, such as `10.00`."
    )
    percent: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="Of the present price, 1 to 100, to the currency's nearest minor unit, half up.",
    )


@strawberry.input(description="What to take off which booking's price, and why.")
class DiscountBookingInput:
    """Input of `discountBooking`."""

    booking_id: strawberry.ID = strawberry.field(description="The booking.")
    off: DiscountOff = strawberry.field(description="How much; never more than is not paid yet.")
    reason: str = strawberry.field(
        description="Why, for the practice alone: the client does not read it. 1 to 2000 characters."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="The booking at its new price.")
class DiscountBookingPayload(BookingPayload):
    """Payload of `discountBooking`."""


@strawberry.input(description="Money that somebody took at the practice.")
class RecordOnSitePaymentInput:
    """Input of `recordOnSitePayment`."""

    booking_id: strawberry.ID = strawberry.field(description="The booking.")
    method: PaymentMethod = strawberry.field(description="With what it was paid.")
    amount: Decimal | None = strawberry.field(
        default=None,
        description="How much, in the booking's currency, at most `Booking.balance`; all of that if absent.",
    )
    paid_at: datetime.datetime | None = strawberry.field(
        default=None, description="When it was paid, with its offset from UTC; now if absent."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="What was recorded.")
class RecordOnSitePaymentPayload(BookingPayload):
    """Payload of `recordOnSitePayment`."""

    payment: Payment | None = strawberry.field(default=None, description="The payment, as it was recorded.")


@strawberry.type
class Mutation:
    """Root fields of this topic."""

    @mutation(
        description="Take something off what is not paid yet, with a reason; for owners and managers. Before it is "
        "paid, all of it can be taken off, which confirms what was approved; of a confirmed booking, what is left to "
        "pay on site. While the client pays it is refused (`PAYMENT_UNDER_WAY`). The client is told the new price."
    )
    def discount_booking(
        self, info: Info, input: Annotated[DiscountBookingInput, WHAT]
    ) -> DiscountBookingPayload | None:
        """Give a discount."""
        try:
            booking = _discount(info, input)
        except AlreadyDone as done:
            booking = models.Booking.objects.get(pk=done.object_id)
        return DiscountBookingPayload(booking=booking)  # type: ignore[arg-type]

    @mutation(
        description="Record what was paid on site, wholly or in part, for a booking that is or was confirmed; for "
        "staff. It moves nothing and never counts more than is left to pay. A wrong entry is taken back with "
        "`refundPayment`."
    )
    def record_on_site_payment(
        self, info: Info, input: Annotated[RecordOnSitePaymentInput, WHAT]
    ) -> RecordOnSitePaymentPayload | None:
        """Record a payment."""
        try:
            payment = _record(info, input)
        except AlreadyDone as done:
            payment = PaymentRow.objects.get(pk=done.object_id)
        booking = selectors.visible(info.context.viewer, payment.booking_id)
        return RecordOnSitePaymentPayload(booking=booking, payment=payment)  # type: ignore[arg-type]


def _discount(info: Info, given: DiscountBookingInput) -> models.Booking:
    booking_id = pk_of(given.booking_id, "Booking")
    return services.give_discount(
        booking_id=booking_id,
        viewer=info.context.viewer,
        amount=given.off.amount or None,
        percent=given.off.percent or None,
        reason=given.reason,
        once=once(info, "discountBooking", given, f"booking:{booking_id}"),
        now=info.context.now,
    )


def _record(info: Info, given: RecordOnSitePaymentInput) -> PaymentRow:
    booking_id = pk_of(given.booking_id, "Booking")
    return services.record_on_site_payment(
        booking_id=booking_id,
        viewer=info.context.viewer,
        method=given.method,
        amount=given.amount,
        paid_at=given.paid_at,
        once=once(info, "recordOnSitePayment", given, f"booking:{booking_id}"),
        now=info.context.now,
    )
