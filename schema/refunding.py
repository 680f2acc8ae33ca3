"""What staff do about money that goes back."""

from decimal import Decimal
from typing import Annotated

import strawberry

from bookings.booking import services
from bookings.common.idempotency import AlreadyDone
from bookings.payments import models
from schema.booking.inputs import KEY
from schema.booking.mutations import WHAT
from schema.booking.reading import once
from schema.common.context import Info
from schema.common.errors import UserError, mutation, no_errors
from schema.common.inputs import pk_of
from schema.payments import Payment
from schema.refunds import Refund


@strawberry.input(description="Of which payment money goes back, how much, and why.")
class RefundPaymentInput:
    """Input of `refundPayment`."""

    payment_id: strawberry.ID = strawberry.field(description="The payment.")
    reason: str = strawberry.field(
        description="Why, for staff: kept encrypted, and not told to the client; 1 to 2000 characters."
    )
    amount: Decimal | None = strawberry.field(
        default=None,
        description="How much, in the currency in which it came in, with no more digits than that has; if absent, all "
        "that is left.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="Which refund.")
class RetryRefundInput:
    """Input of `retryRefund`."""

    refund_id: strawberry.ID = strawberry.field(description="A refund that was left to a person.")


@strawberry.type(description="The refund that was asked for.")
class RefundPaymentPayload:
    """Payload of `refundPayment`."""

    refund: Refund | None = strawberry.field(default=None, description="The refund.")
    payment: Payment | None = strawberry.field(
        default=None, description="The payment with what goes back of it now."
    )
    errors: list[UserError] = no_errors()


@strawberry.type(description="The refund as it stands.")
class RetryRefundPayload:
    """Payload of `retryRefund`."""

    refund: Refund | None = strawberry.field(default=None, description="The refund.")
    errors: list[UserError] = no_errors()


@strawberry.type
class Mutation:
    """Root fields of this topic."""

    @mutation(
        description="Give money of a payment back to the client: all that is left of it, or a part, as often as you "
        "like and never more than came in; for owner and managers. The booking's status stays what it is: cancel it "
        "with `cancelBooking` if the session does not take place. The provider is asked afterwards, so look at the "
        "refund's status. Money that was paid on site counts as given back at once. The client is told."
    )
    def refund_payment(
        self, info: Info, input: Annotated[RefundPaymentInput, WHAT]
    ) -> RefundPaymentPayload | None:
        """Refund."""
        try:
            refund = _refund(info, input)
        except AlreadyDone as done:
            refund = models.Refund.objects.select_related("payment__booking").get(pk=done.object_id)
        return RefundPaymentPayload(refund=refund, payment=refund.payment)  # type: ignore[arg-type]

    @mutation(
        description="Take up a refund that was left to a person (`Refund.needsPerson`), under its own key, so that it "
        "is never paid twice; for owner and managers. One that goes on or is done stays as it is."
    )
    def retry_refund(self, info: Info, input: Annotated[RetryRefundInput, WHAT]) -> RetryRefundPayload | None:
        """Try again."""
        refund_id, now = pk_of(input.refund_id, "Refund"), info.context.now
        refund = services.retry_refund(refund_id=refund_id, viewer=info.context.viewer, now=now)
        return RetryRefundPayload(refund=refund)  # type: ignore[arg-type]


def _refund(info: Info, given: RefundPaymentInput) -> models.Refund:
    return services.refund_payment(
        payment_id=pk_of(given.payment_id, "Payment"),
        viewer=info.context.viewer,
        reason=given.reason,
        amount=given.amount,
        once=once(info, "refundPayment", given, "refund"),
        now=info.context.now,
    )
