"""What a client would get back for cancelling a paid booking, and until when."""

import datetime
from typing import Any

import strawberry
import strawberry_django
from django.db.models import Prefetch

from bookings.booking import models, refund_policy
from bookings.booking.rights import Operation
from bookings.payments.models import Payment as PaymentRow
from schema.common.context import Info
from schema.common.fields import WHO, Private
from schema.common.scalars import Money

READ_AHEAD = Prefetch("payments", PaymentRow.objects.filter(confirms_booking=True), to_attr="confirmations")
"""What came in and confirmed the bookings of a list."""


@strawberry.type(description="How much goes back as long as there is so much notice.")
class BookingRefundTier:
    """The GraphQL face of refund_policy.Step."""

    notice_minutes: int = strawberry.field(
        description="Minutes until the start that are needed at least; exactly as many are enough."
    )
    percent: int = strawberry.field(description="How much of what was paid online goes back, 0 to 100.")
    refund: Money | None = strawberry.field(
        description="What that comes to, less what went back before; null where nothing was paid or is left."
    )
    until: datetime.datetime | None = strawberry.field(
        description="The last moment of this tier, inclusive; null for a wish that has no time yet."
    )

    @classmethod
    def of(cls, step: refund_policy.Step) -> "BookingRefundTier":
        """Give the face of a step."""
        return cls(
            notice_minutes=step.notice // datetime.timedelta(minutes=1),
            percent=step.percent,
            refund=Money.of(step.refund.amount, step.refund.currency) if step.refund else None,
            until=step.until,
        )


@strawberry.type(
    description="What a client gets back for cancelling, as it was agreed at drafting. With less notice than the last "
    "tier asks for, nothing goes back. If the practice cancels, all of it does. Of money that was paid on site the "
    "practice decides itself."
)
class RefundPolicy:
    """The tiers of one booking, and what they come to now."""

    tiers: list[BookingRefundTier] = strawberry.field(
        description="The tiers, the longest notice first. A client who moved a session late gets no more back by it: "
        "higher tiers are cut to what held then."
    )
    refund: Money | None = strawberry.field(
        description="What the client would get back for cancelling now, perhaps `0.00`; null where nothing was paid "
        "online, where all of it went back, and where the client can no longer cancel."
    )
    until: datetime.datetime | None = strawberry.field(
        description="Until when that holds: then it becomes less, or the client can no longer cancel; null where "
        "`refund` is."
    )


def refund_policy_field() -> Any:
    """Declare `Booking.refundPolicy`; what came in for a list of bookings is read with them."""
    return strawberry_django.field(
        resolver=_policy,
        only=[*WHO, "status", "starts_at", "ends_at", "refund_tiers", "cancellation_notice"],
        prefetch_related=[READ_AHEAD],
        extensions=[Private(Operation.SEE_MONEY)],
        description="What the client would get back for cancelling, and until when; null for the booking's consultant.",
    )


def _policy(root: strawberry.Parent[models.Booking], info: Info) -> RefundPolicy | None:
    """Give the tiers, and what they come to now."""
    offer = refund_policy.offer(root, info.context.now, refund_policy.paid_with(root))
    return RefundPolicy(
        tiers=[BookingRefundTier.of(step) for step in refund_policy.steps(root)],
        refund=Money.of(offer.refund.amount, offer.refund.currency) if offer else None,
        until=offer.until if offer else None,
    )
