"""Mutations beside the main path: cancelling, moving, attendance, manual creation, facts, and mails on request."""

from typing import Annotated

import strawberry

from bookings.booking import models, services
from bookings.common.idempotency import AlreadyDone
from bookings.limits.policies import Limit
from bookings.verification.models import Challenge
from schema.booking import inputs, requests
from schema.booking.mutations import WHAT, BookingPayload
from schema.booking.reading import draft_request, once, passed, tried
from schema.common.context import Info
from schema.common.errors import UserError, mutation, no_errors
from schema.common.inputs import optional_pk, pk_of


@strawberry.type(description="What became of the booking.")
class CancelBookingPayload(BookingPayload):
    """Payload of `cancelBooking`."""


@strawberry.type(description="The booking at its new time.")
class RescheduleBookingPayload(BookingPayload):
    """Payload of `rescheduleBooking`."""


@strawberry.type(description="The booking with its new consultant, resource or room.")
class ReassignBookingPayload(BookingPayload):
    """Payload of `reassignBooking`."""


@strawberry.type(description="What became of the booking.")
class CompleteBookingPayload(BookingPayload):
    """Payload of `completeBooking`."""


@strawberry.type(description="What became of the booking.")
class MarkNoShowPayload(BookingPayload):
    """Payload of `markNoShow`."""


@strawberry.type(description="What became of the booking.")
class UndoNoShowPayload(BookingPayload):
    """Payload of `undoNoShow`."""


@strawberry.type(description="The booking that was made.")
class CreateBookingPayload(BookingPayload):
    """Payload of `createBooking`."""


@strawberry.type(description="The booking with its changes.")
class UpdateBookingPayload(BookingPayload):
    """Payload of `updateBooking`."""


@strawberry.type(description="The booking with its link.")
class SetMeetingLinkPayload(BookingPayload):
    """Payload of `setMeetingLink`."""


@strawberry.type(
    description="Nothing but errors: the answer is the same whether there is such a booking or not."
)
class MailPayload:
    """The shape of the payloads of mutations that ask for a mail."""

    errors: list[UserError] = no_errors()


@strawberry.type(description="The mail is on its way, if there is such a booking.")
class ResendVerificationPayload(MailPayload):
    """Payload of `resendVerification`."""


@strawberry.type(description="The mail is on its way, if there is such a booking.")
class RequestBookingAccessPayload(MailPayload):
    """Payload of `requestBookingAccess`."""


@strawberry.type(description="The mail is on its way, if there is such a booking.")
class RequestCancellationPayload(MailPayload):
    """Payload of `requestCancellation`."""


@strawberry.type
class Mutation:
    """Root fields of this topic, beside the main path."""

    @mutation(
        description="Send the link and code of a draft again, at most once a minute; the older ones no longer work.",
        limit=Limit.MAIL,
    )
    def resend_verification(
        self, info: Info, input: Annotated[inputs.ResendVerificationInput, WHAT]
    ) -> ResendVerificationPayload | None:
        """Mail anew."""
        services.resend_verification(acknowledgement_id=input.acknowledgement_id, now=info.context.now)
        return ResendVerificationPayload()

    @mutation(
        description="Send a link and a code that open a booking to the client's mailbox, at most once a minute. "
        "Whoever no longer knows the id names the address.",
        limit=Limit.MAIL,
    )
    def request_booking_access(
        self, info: Info, input: Annotated[inputs.RequestBookingAccessInput, WHAT]
    ) -> RequestBookingAccessPayload | None:
        """Mail a proof."""
        if input.email:
            services.request_access_by_address(email=input.email, now=info.context.now)
        else:
            services.request_access(acknowledgement_id=input.acknowledgement_id or "", now=info.context.now)
        return RequestBookingAccessPayload()

    @mutation(
        description="Send a link and a code with which the client cancels to the client's mailbox.",
        limit=Limit.MAIL,
    )
    def request_cancellation(
        self, info: Info, input: Annotated[inputs.RequestCancellationInput, WHAT]
    ) -> RequestCancellationPayload | None:
        """Mail a proof."""
        services.request_cancellation(acknowledgement_id=input.acknowledgement_id, now=info.context.now)
        return RequestCancellationPayload()

    @mutation(
        description="Cancel: the client with the proof that `requestCancellation` mailed, or signed in; consultant and "
        "staff by their account. Of what was paid online goes back to a client who cancels what `Booking.refundPolicy` "
        "says, and all of it if the practice cancels; money that was paid on site is left to staff (`refundPayment`).",
        limit=Limit.CODE,
        of=tried,
    )
    def cancel_booking(
        self, info: Info, input: Annotated[inputs.CancelBookingInput, WHAT]
    ) -> CancelBookingPayload | None:
        """Cancel."""
        try:
            booking = _cancel(info, input)
        except AlreadyDone as done:
            booking = models.Booking.objects.get(pk=done.object_id)
        return CancelBookingPayload(booking=booking)  # type: ignore[arg-type]

    @mutation(description="Move a booking to another start. Its own old time never stands against the new.")
    def reschedule_booking(
        self, info: Info, input: Annotated[inputs.RescheduleBookingInput, WHAT]
    ) -> RescheduleBookingPayload | None:
        """Reschedule."""
        booking = services.reschedule(
            booking_id=pk_of(input.booking_id, "Booking"),
            viewer=info.context.viewer_with(input.access_token),
            starts_at=input.starts_at,
            override=input.override,
            now=info.context.now,
        )
        return RescheduleBookingPayload(booking=booking)  # type: ignore[arg-type]

    @mutation(
        description="Give a booking to another consultant, resource or room, then or at another start; for staff."
    )
    def reassign_booking(
        self, info: Info, input: Annotated[inputs.ReassignBookingInput, WHAT]
    ) -> ReassignBookingPayload | None:
        """Reassign."""
        booking = services.reassign(
            booking_id=pk_of(input.booking_id, "Booking"),
            viewer=info.context.viewer,
            consultant_id=optional_pk(input.consultant_id, "Consultant"),
            resource_id=optional_pk(input.resource_id, "Resource"),
            starts_at=input.starts_at,
            override=input.override,
            now=info.context.now,
        )
        return ReassignBookingPayload(booking=booking)  # type: ignore[arg-type]

    @mutation(description="Say that the session took place; from its start on.")
    def complete_booking(
        self, info: Info, input: Annotated[inputs.CompleteBookingInput, WHAT]
    ) -> CompleteBookingPayload | None:
        """Complete."""
        booking_id = pk_of(input.booking_id, "Booking")
        booking = services.complete(booking_id=booking_id, viewer=info.context.viewer, now=info.context.now)
        return CompleteBookingPayload(booking=booking)  # type: ignore[arg-type]

    @mutation(description="Say that the client did not come; from the session's start on.")
    def mark_no_show(
        self, info: Info, input: Annotated[inputs.MarkNoShowInput, WHAT]
    ) -> MarkNoShowPayload | None:
        """Mark."""
        booking_id = pk_of(input.booking_id, "Booking")
        booking = services.mark_no_show(
            booking_id=booking_id, viewer=info.context.viewer, now=info.context.now
        )
        return MarkNoShowPayload(booking=booking)  # type: ignore[arg-type]

    @mutation(description="Take back that the client did not come: the session counts as completed.")
    def undo_no_show(
        self, info: Info, input: Annotated[inputs.UndoNoShowInput, WHAT]
    ) -> UndoNoShowPayload | None:
        """Undo."""
        booking_id = pk_of(input.booking_id, "Booking")
        booking = services.undo_no_show(
            booking_id=booking_id, viewer=info.context.viewer, now=info.context.now
        )
        return UndoNoShowPayload(booking=booking)  # type: ignore[arg-type]

    @mutation(
        description="Enter a booking for somebody who called, wrote or walked in; for staff. It needs no proof, and "
        "the person needs no mailbox."
    )
    def create_booking(
        self, info: Info, input: Annotated[requests.CreateBookingInput, WHAT]
    ) -> CreateBookingPayload | None:
        """Create."""
        try:
            booking = services.create(
                request=draft_request(input, info),
                how=services.Creation(
                    input.approve, input.override, optional_pk(input.corporate_client_id, "CorporateClient")
                ),
                viewer=info.context.viewer,
                once=once(info, "createBooking", input, "creation"),
                now=info.context.now,
            )
        except AlreadyDone as done:
            booking = models.Booking.objects.get(pk=done.object_id)
        return CreateBookingPayload(booking=booking)  # type: ignore[arg-type]

    @mutation(description="Change who comes and what they wrote, or add an internal note.")
    def update_booking(
        self, info: Info, input: Annotated[inputs.UpdateBookingInput, WHAT]
    ) -> UpdateBookingPayload | None:
        """Update."""
        booking = services.update(
            booking_id=pk_of(input.booking_id, "Booking"),
            viewer=info.context.viewer_with(input.access_token),
            changes=services.Changes(input.full_name, input.phone, input.message, input.note),
            now=info.context.now,
        )
        return UpdateBookingPayload(booking=booking)  # type: ignore[arg-type]

    @mutation(description="Set where an online session takes place; for the booking's consultant.")
    def set_meeting_link(
        self, info: Info, input: Annotated[inputs.SetMeetingLinkInput, WHAT]
    ) -> SetMeetingLinkPayload | None:
        """Set the link."""
        booking = services.set_meeting_link(
            booking_id=pk_of(input.booking_id, "Booking"),
            viewer=info.context.viewer,
            url=input.url,
            now=info.context.now,
        )
        return SetMeetingLinkPayload(booking=booking)  # type: ignore[arg-type]


def _cancel(info: Info, given: inputs.CancelBookingInput) -> models.Booking:
    """Cancel by account, or by a proof; a key is asked for before the proof is used up."""
    now, proof = info.context.now, given.proof
    key = once(info, "cancelBooking", given, "cancellation")
    if proof.account:
        return services.cancel_as(
            booking_id=pk_of(proof.account, "Booking"),
            viewer=info.context.viewer,
            reason=given.reason,
            refund_percent=given.refund_percent,
            once=key,
            now=now,
        )
    services.refuse_percent(None, given.refund_percent)
    if key is not None:
        key.look_up(now=now)
    through = info.context.through
    proven = passed(proof, Challenge.Purpose.CANCEL_BOOKING, now)
    return services.cancel(passed=proven, reason=given.reason, once=key, through=through, now=now)
