"""Moves of a booking. Each resolver reads ids, calls one service and wraps what it gives."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from bookings.booking import models, selectors, services
from bookings.booking.rights import Operation
from bookings.common.addresses import address_digest
from bookings.common.errors import DomainError
from bookings.common.idempotency import AlreadyDone
from bookings.limits.policies import Limit
from bookings.payments.models import Payment as PaymentRow
from bookings.verification.models import Challenge
from bookings.verification.services import Passed
from schema.booking import inputs, requests
from schema.booking.reading import draft_request, once, passed, return_url, tried, tried_mailbox
from schema.booking.types import Booking
from schema.common.context import Info
from schema.common.errors import UserError, mutation, no_errors
from schema.common.inputs import optional_pk, pk_of
from schema.common.limiting import address_of_input
from schema.payments import Payment

WHAT = strawberry.argument(description="What to do, to which booking.")


@strawberry.type(description="What became of a booking.")
class BookingPayload:
    """Payload of the moves that give a booking."""

    booking: Booking | None = strawberry.field(default=None, description="The booking, after the move.")
    errors: list[UserError] = no_errors()


@strawberry.type(description="The draft, and what to do next in its `availableActions`.")
class DraftBookingPayload(BookingPayload):
    """Payload of `draftBooking`."""


@strawberry.type(description="The booking, and a token that opens it.")
class VerifyBookingPayload(BookingPayload):
    """Payload of `verifyBooking`."""

    booking: Booking | None = strawberry.field(
        default=None,
        description="The booking, after the move; as it stays, where a passed proof was refused it.",
    )
    access_token: str | None = strawberry.field(
        default=None,
        description="Opens this booking for half an hour; given for a passed proof even where the move was refused.",
    )


@strawberry.type(description="The booking, and a token that opens it.")
class GrantBookingAccessPayload(VerifyBookingPayload):
    """Payload of `grantBookingAccess`."""


@strawberry.type(description="What became of the request.")
class ApproveBookingPayload(BookingPayload):
    """Payload of `approveBooking`."""


@strawberry.type(description="What became of the request.")
class RejectBookingPayload(BookingPayload):
    """Payload of `rejectBooking`."""


@strawberry.type(description="What became of the booking.")
class ConfirmUnpaidBookingPayload(BookingPayload):
    """Payload of `confirmUnpaidBooking`."""


@strawberry.type(description="What the provider says of the payment.")
class ConfirmPaymentPayload(BookingPayload):
    """Payload of `confirmPayment`."""

    payment: Payment | None = strawberry.field(
        default=None, description="The latest attempt, for those who may see money."
    )


@strawberry.type(description="Where the client pays.")
class StartPaymentPayload(BookingPayload):
    """Payload of `startPayment`."""

    payment: Payment | None = strawberry.field(
        default=None, description="The attempt; its `checkoutUrl` is to be opened."
    )


@strawberry.type
class Mutation:
    """Root fields of this topic."""

    @mutation(
        description="Ask for a time. Nothing is held yet: a link and a code go to the mailbox, and `verifyBooking` "
        "takes the time. The answer tells nothing of what is known of the address.",
        limit=Limit.DRAFT,
        of=address_of_input,
    )
    def draft_booking(
        self, info: Info, input: Annotated[requests.DraftBookingInput, WHAT]
    ) -> DraftBookingPayload | None:
        """Draft."""
        scope = f"address:{address_digest(input.email)}"  # kept for a day; no address stands in it
        try:
            booking = services.draft(
                request=draft_request(input, info),
                now=info.context.now,
                once=once(info, "draftBooking", input, scope),
                through=info.context.through,
            )
        except AlreadyDone as done:
            booking = models.Booking.objects.get(pk=done.object_id)
        return DraftBookingPayload(booking=booking)  # type: ignore[arg-type]

    @mutation(
        description="Prove the mailbox: the time is taken, and the practice is asked. A proof is good once; where the "
        "time is gone meanwhile, the draft stays and can be moved.",
        limit=Limit.CODE,
        of=tried,
    )
    def verify_booking(
        self, info: Info, input: Annotated[inputs.VerifyBookingInput, WHAT]
    ) -> VerifyBookingPayload | None:
        """Verify."""
        now, proof = info.context.now, input.proof
        if proof.account:
            verified = services.verify_as(
                booking_id=pk_of(proof.account, "Booking"), viewer=info.context.viewer, now=now
            )
            return VerifyBookingPayload(booking=verified.booking)  # type: ignore[arg-type]
        proven = passed(proof, Challenge.Purpose.VERIFY_BOOKING, now)
        return _verified(info, proven, now)

    @mutation(
        description="Exchange a mailed link's token, or the code, for an access token to its booking.",
        limit=Limit.CODE,
        of=tried_mailbox,
    )
    def grant_booking_access(
        self,
        info: Info,
        input: Annotated[inputs.GrantBookingAccessInput, WHAT],
    ) -> GrantBookingAccessPayload | None:
        """Open a booking."""
        now = info.context.now
        proof = passed(input.proof, Challenge.Purpose.BOOKING_ACCESS, now)
        booking, token = services.grant_access(passed=proof, now=now)
        return _opened(info, booking, token, GrantBookingAccessPayload)

    @mutation(
        description="Say yes to a request, and give it a time: a wish needs one, any other may get another than it "
        "asked for. Where nothing is to be paid online, that confirms it."
    )
    def approve_booking(
        self, info: Info, input: Annotated[inputs.ApproveBookingInput, WHAT]
    ) -> ApproveBookingPayload | None:
        """Approve."""
        booking = services.approve(
            booking_id=pk_of(input.booking_id, "Booking"),
            viewer=info.context.viewer,
            price=input.price,
            starts_at=input.starts_at,
            ends_at=input.ends_at,
            consultant_id=optional_pk(input.consultant_id, "Consultant"),
            resource_id=optional_pk(input.resource_id, "Resource"),
            override=input.override,
            now=info.context.now,
        )
        return ApproveBookingPayload(booking=booking)  # type: ignore[arg-type]

    @mutation(
        description="Say no to a request, with a reason that the client is told. The time is free again."
    )
    def reject_booking(
        self, info: Info, input: Annotated[inputs.RejectBookingInput, WHAT]
    ) -> RejectBookingPayload | None:
        """Reject."""
        booking = services.reject(
            booking_id=pk_of(input.booking_id, "Booking"),
            viewer=info.context.viewer,
            reason=input.reason,
            alternatives=input.alternatives,
            now=info.context.now,
        )
        return RejectBookingPayload(booking=booking)  # type: ignore[arg-type]

    @mutation(
        description="Get the address where the client pays. An attempt that is still open is given again."
    )
    def start_payment(
        self, info: Info, input: Annotated[inputs.StartPaymentInput, WHAT]
    ) -> StartPaymentPayload | None:
        """Start a payment."""
        booking_id = pk_of(input.booking_id, "Booking")
        viewer = info.context.viewer_with(input.access_token)
        try:
            payment = services.start_payment(
                booking_id=booking_id,
                viewer=viewer,
                return_url=return_url(input.return_url),
                once=once(info, "startPayment", input, f"booking:{booking_id}"),
                now=info.context.now,
            )
        except AlreadyDone as done:
            payment = PaymentRow.objects.get(pk=done.object_id)
        return StartPaymentPayload(booking=selectors.visible(viewer, booking_id), payment=payment)  # type: ignore[arg-type]

    @mutation(
        description="Ask the provider whether the latest attempt was paid, and act on its answer. What the caller "
        "believes does not matter. Repeat it as often as you like."
    )
    def confirm_payment(
        self, info: Info, input: Annotated[inputs.ConfirmPaymentInput, WHAT]
    ) -> ConfirmPaymentPayload | None:
        """Ask the provider."""
        booking_id = pk_of(input.booking_id, "Booking")
        viewer = info.context.viewer_with(input.access_token)
        key = once(info, "confirmPayment", input, f"booking:{booking_id}")
        try:
            payment = services.confirm_payment(
                booking_id=booking_id, viewer=viewer, once=key, now=info.context.now
            )
        except AlreadyDone as done:
            payment = PaymentRow.objects.get(pk=done.object_id)
        booking = selectors.visible(viewer, booking_id)
        shown = payment if selectors.may_see(viewer, booking, Operation.SEE_MONEY) else None
        return ConfirmPaymentPayload(booking=booking, payment=shown)  # type: ignore[arg-type]

    @mutation(description="Confirm an approved booking that will be paid on site after all; for staff.")
    def confirm_unpaid_booking(
        self,
        info: Info,
        input: Annotated[inputs.ConfirmUnpaidBookingInput, WHAT],
    ) -> ConfirmUnpaidBookingPayload | None:
        """Confirm."""
        booking = services.confirm_unpaid(
            booking_id=pk_of(input.booking_id, "Booking"), viewer=info.context.viewer, now=info.context.now
        )
        return ConfirmUnpaidBookingPayload(booking=booking)  # type: ignore[arg-type]


def _verified(info: Info, proven: Passed, now: datetime) -> Any:
    """Answer with the booking, to whom a passed proof opens it even where the move is refused."""
    try:
        verified = services.verify(passed=proven, through=info.context.through, now=now)
    except DomainError as error:
        info.context.viewer_with(error.details.get("access_token"))
        raise
    return _opened(info, verified.booking, verified.access_token, VerifyBookingPayload)


def _opened(
    info: Info, booking: models.Booking, token: str | None, payload: type[VerifyBookingPayload]
) -> Any:
    """Answer with a booking that this very request has just opened."""
    info.context.viewer_with(token)
    return payload(booking=booking, access_token=token)  # type: ignore[arg-type]
