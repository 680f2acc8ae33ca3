"""What clients send to move a booking."""

import datetime
from decimal import Decimal

import strawberry
from strawberry.scalars import JSON

from schema.booking.types import BookingMode, PaymentMode
from schema.common.scalars import URL, Email, TimeZone

KEY = "Your key for this very act; the same key and input again give the same result. Kept 24 hours."
OPENER = "The access token of this booking, if you hold one and no account that may."


@strawberry.input(description="What is wanted, and when: a slot's id, or a consultant and a start.")
class WishInput:
    """What drafting and manual creation share."""

    full_name: str = strawberry.field(description="Who comes, 1 to 200 characters.")
    consent: bool = strawberry.field(description="True once the person agreed to `Business.consentText`.")
    service_id: strawberry.ID | None = strawberry.field(
        default=None, description="What to book; not needed beside `slotId`."
    )
    slot_id: strawberry.ID | None = strawberry.field(
        default=None, description="A slot that `openSlots` gave."
    )
    consultant_id: strawberry.ID | None = strawberry.field(
        default=None, description="With whom, beside `startsAt`."
    )
    starts_at: datetime.datetime | None = strawberry.field(
        default=None, description="When, beside `consultantId`; with its offset from UTC."
    )
    seats: int = strawberry.field(default=1, description="How many seats.")
    mode: BookingMode | None = strawberry.field(
        default=None, description="Where, if the service leaves the choice."
    )
    payment_mode: PaymentMode | None = strawberry.field(
        default=None, description="How to pay, if the service leaves the choice."
    )
    phone: str = strawberry.field(default="", description="A telephone number.")
    timezone: TimeZone | None = strawberry.field(
        default=None, description="The zone in which the client reads times; the calendar's if absent."
    )
    locale: str = strawberry.field(default="en", description="The client's language, such as `en` or `pl`.")
    message: str = strawberry.field(default="", description="A message to the practice; kept encrypted.")


@strawberry.input(description="Who wants what, and when: a slot's id, or a consultant and a start.")
class DraftBookingInput(WishInput):
    """Input of `draftBooking`."""

    email: Email = strawberry.field(description="The client's mailbox; a link and a code are sent there.")
    intake: JSON | None = strawberry.field(
        default=None, description="Answers to the practice's questions, as an object; kept encrypted."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="A booking's code, as it was mailed.")
class CodeProof:
    """A code beside the booking that it belongs to."""

    acknowledgement_id: str = strawberry.field(description="As a person may type it.")
    code: str = strawberry.field(description="The six digits.")


@strawberry.input(one_of=True, description="Exactly one proof that somebody reads the client's mailbox.")
class MailboxProof:
    """How `grantBookingAccess` is convinced."""

    token: str | None = strawberry.field(
        default=strawberry.UNSET, description="The token of the mailed link (after `#token=`)."
    )
    code: CodeProof | None = strawberry.field(default=strawberry.UNSET, description="The mailed code.")


@strawberry.input(one_of=True, description="Exactly one proof that the caller may act for the client.")
class BookingProof:
    """How `verifyBooking` and `cancelBooking` are convinced."""

    token: str | None = strawberry.field(
        default=strawberry.UNSET, description="The token of the mailed link (after `#token=`)."
    )
    code: CodeProof | None = strawberry.field(default=strawberry.UNSET, description="The mailed code.")
    account: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The booking's id: the account that is logged in has proven this address, or may by its own right.",
    )


@strawberry.input(description="The proof of one draft.")
class VerifyBookingInput:
    """Input of `verifyBooking`."""

    proof: BookingProof = strawberry.field(description="What proves it.")


@strawberry.input(
    description="The proof that `requestBookingAccess`, or a mail with a link to pay, has brought."
)
class GrantBookingAccessInput:
    """Input of `grantBookingAccess`."""

    proof: MailboxProof = strawberry.field(description="What proves it.")


@strawberry.input(description="Which booking a mail is asked for.")
class AcknowledgementInput:
    """The shape of the inputs that ask for a mail."""

    acknowledgement_id: str = strawberry.field(description="As a person may type it.")


@strawberry.input(description="Whose verification mail to send again.")
class ResendVerificationInput(AcknowledgementInput):
    """Input of `resendVerification`."""


@strawberry.input(description="Which booking to open.")
class RequestBookingAccessInput(AcknowledgementInput):
    """Input of `requestBookingAccess`."""


@strawberry.input(description="Which booking to cancel.")
class RequestCancellationInput(AcknowledgementInput):
    """Input of `requestCancellation`."""


@strawberry.input(description="What to cancel, with which right, and why.")
class CancelBookingInput:
    """Input of `cancelBooking`."""

    proof: BookingProof = strawberry.field(description="What gives the right.")
    reason: str = strawberry.field(
        default="", description="Kept and told to the client; 2000 characters at most."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="What to move, and where to.")
class RescheduleBookingInput:
    """Input of `rescheduleBooking`."""

    booking_id: strawberry.ID = strawberry.field(description="The booking.")
    starts_at: datetime.datetime = strawberry.field(description="The new start; with its offset from UTC.")
    access_token: str | None = strawberry.field(default=None, description=OPENER)
    override: bool = strawberry.field(
        default=False,
        description="Staff only: also where it is not offered; overlap and seats stand all the same.",
    )


@strawberry.input(description="What to give to whom.")
class ReassignBookingInput:
    """Input of `reassignBooking`."""

    booking_id: strawberry.ID = strawberry.field(description="The booking.")
    consultant_id: strawberry.ID = strawberry.field(description="Another consultant who offers the service.")
    starts_at: datetime.datetime | None = strawberry.field(
        default=None, description="Another start, if it moves too."
    )
    override: bool = strawberry.field(default=False, description="Also where it is not offered.")


@strawberry.input(description="Which booking.")
class BookingIdInput:
    """The shape of the inputs that name a booking alone."""

    booking_id: strawberry.ID = strawberry.field(description="The booking.")


@strawberry.input(description="What took place.")
class CompleteBookingInput(BookingIdInput):
    """Input of `completeBooking`."""


@strawberry.input(description="To what the client did not come.")
class MarkNoShowInput(BookingIdInput):
    """Input of `markNoShow`."""


@strawberry.input(description="To what the client came after all.")
class UndoNoShowInput(BookingIdInput):
    """Input of `undoNoShow`."""


@strawberry.input(description="What to change; what is left out stays.")
class UpdateBookingInput:
    """Input of `updateBooking`."""

    booking_id: strawberry.ID = strawberry.field(description="The booking.")
    access_token: str | None = strawberry.field(default=None, description=OPENER)
    full_name: str | None = strawberry.field(default=None, description="The client's name.")
    phone: str | None = strawberry.field(default=None, description="The client's telephone number.")
    message: str | None = strawberry.field(default=None, description="The message to the practice.")
    note: str | None = strawberry.field(
        default=None, description="An internal note, added to those before; consultant and staff only."
    )


@strawberry.input(description="Where a session takes place.")
class SetMeetingLinkInput:
    """Input of `setMeetingLink`."""

    booking_id: strawberry.ID = strawberry.field(description="The booking.")
    url: URL = strawberry.field(description="An https address.")


@strawberry.input(description="Whom staff book in, for what, and when.")
class CreateBookingInput(WishInput):
    """Input of `createBooking`."""

    email: Email | None = strawberry.field(
        default=None, description="The person's mailbox; without one nothing is mailed."
    )
    approve: bool = strawberry.field(default=True, description="Approve at once.")
    override: bool = strawberry.field(
        default=False, description="Also where it is not offered; overlap and seats stand all the same."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="What to approve.")
class ApproveBookingInput:
    """Input of `approveBooking`."""

    booking_id: strawberry.ID = strawberry.field(description="The booking.")
    price: Decimal | None = strawberry.field(
        default=None, description="Another price for all seats together, in the booking's currency."
    )


@strawberry.input(description="What to decline, and why.")
class RejectBookingInput:
    """Input of `rejectBooking`."""

    booking_id: strawberry.ID = strawberry.field(description="The booking.")
    reason: str = strawberry.field(description="Told to the client; 1 to 2000 characters.")
    alternatives: list[datetime.datetime] = strawberry.field(
        default_factory=list, description="Up to five other starts that you propose."
    )


@strawberry.input(description="What to pay for.")
class StartPaymentInput:
    """Input of `startPayment`."""

    booking_id: strawberry.ID = strawberry.field(description="The booking.")
    access_token: str | None = strawberry.field(default=None, description=OPENER)
    return_url: URL | None = strawberry.field(
        default=None,
        description="Where the payment page leads afterwards; the front end's address or ours only.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="Whose payment to look at.")
class ConfirmPaymentInput:
    """Input of `confirmPayment`."""

    booking_id: strawberry.ID = strawberry.field(description="The booking.")
    access_token: str | None = strawberry.field(default=None, description=OPENER)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="What to confirm without online payment.")
class ConfirmUnpaidBookingInput:
    """Input of `confirmUnpaidBooking`."""

    booking_id: strawberry.ID = strawberry.field(description="The booking.")
