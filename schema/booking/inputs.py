"""What clients send to move a booking."""

import datetime
from decimal import Decimal

import strawberry
from django.utils.translation import gettext_lazy as _

from schema.booking.asking import ActionInputKind, Requirement, asked
from schema.common.scalars import URL, Email

KEY = "Your key for this very act; the same key and input again give the same result. Kept 24 hours."
OPENER = "The access token of this booking, if you hold one and no account that may."
OVERRIDE = (
    "Owner and managers only: also a time that is not offered (closed, too soon or too far ahead, between the usual "
    "starts). What others hold and the number of seats stand all the same."
)

TIME = asked(_("At what time?"), kind=ActionInputKind.TIME, meets=Requirement.TIME)


@strawberry.input(description="A booking's code, as it was mailed.")
class CodeProof:
    """A code beside the booking that it belongs to."""

    acknowledgement_id: str = strawberry.field(description="As a person may type it.")
    code: str = strawberry.field(
        description="The six digits.",
        metadata=asked(
            _("Which six digits stand in the mail that was sent to the client's address?"),
            kind=ActionInputKind.CODE,
            meets=Requirement.CHALLENGE_PROOF,
        ),
    )


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
    code: CodeProof | None = strawberry.field(
        default=strawberry.UNSET,
        description="The mailed code.",
        metadata=asked(meets=Requirement.CHALLENGE_PROOF),
    )
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


@strawberry.input(one_of=True, description="Which booking to open: by its id, or an address's newest.")
class RequestBookingAccessInput:
    """Input of `requestBookingAccess`."""

    acknowledgement_id: str | None = strawberry.field(
        default=strawberry.UNSET, description="As a person may type it."
    )
    email: Email | None = strawberry.field(
        default=strawberry.UNSET,
        description="The address that booked. The mail opens its newest booking, and names five older ones.",
    )


@strawberry.input(description="Which booking to cancel.")
class RequestCancellationInput(AcknowledgementInput):
    """Input of `requestCancellation`."""


@strawberry.input(description="What to cancel, with which right, and why.")
class CancelBookingInput:
    """Input of `cancelBooking`."""

    proof: BookingProof = strawberry.field(description="What gives the right.")
    reason: str = strawberry.field(
        default="",
        description="Kept and told to the client; 2000 characters at most.",
        metadata=asked(_("For what reason? It is kept with the booking.")),
    )
    refund_percent: int | None = strawberry.field(
        default=None,
        description="For owner, managers and the platform's admin alone: how much of what was paid online goes back, 0 "
        "to 100, less what went back before. If absent, all of it where the practice cancels, and what "
        "`Booking.refundPolicy` says where the client does.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="What to move, and where to.")
class RescheduleBookingInput:
    """Input of `rescheduleBooking`."""

    booking_id: strawberry.ID = strawberry.field(description="The booking.")
    starts_at: datetime.datetime = strawberry.field(
        description="The new start; with its offset from UTC.", metadata=TIME
    )
    access_token: str | None = strawberry.field(default=None, description=OPENER)
    override: bool = strawberry.field(default=False, description=OVERRIDE)


@strawberry.input(description="Which booking, and to whom or what it goes: name at least one of the two.")
class ReassignBookingInput:
    """Input of `reassignBooking`."""

    booking_id: strawberry.ID = strawberry.field(description="The booking.")
    consultant_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Another consultant who offers the service.",
        metadata=asked(
            _("Who is to take it over?"), kind=ActionInputKind.CONSULTANT, meets=Requirement.CONSULTANT
        ),
    )
    resource_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Another resource that the service uses: what is booked, or the consultant's room.",
        metadata=asked(
            _("What is to be taken instead?"), kind=ActionInputKind.RESOURCE, meets=Requirement.CONSULTANT
        ),
    )
    starts_at: datetime.datetime | None = strawberry.field(
        default=None, description="Another start, with its offset from UTC; the same one if absent."
    )
    override: bool = strawberry.field(default=False, description=OVERRIDE)


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


@strawberry.input(description="What to approve.")
class ApproveBookingInput:
    """Input of `approveBooking`."""

    booking_id: strawberry.ID = strawberry.field(description="The booking.")
    price: Decimal | None = strawberry.field(
        default=None,
        description="Owner and managers only: another price for all seats together, in the booking's currency. A "
        "deposit stays the same share of it; zero confirms at once.",
    )
    starts_at: datetime.datetime | None = strawberry.field(
        default=None,
        description="The start, with its offset from UTC: needed for a wish; for any other booking, another start "
        "than was asked for, if it is to get one.",
        metadata=TIME,
    )
    ends_at: datetime.datetime | None = strawberry.field(
        default=None,
        description="The end, for a wish alone, beside `startsAt`, where the service's length can be chosen; after "
        "the shortest session if absent.",
    )
    consultant_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="With whom; if absent, whoever was asked for, or else is free and least loaded. Consultants can "
        "name themselves alone.",
    )
    resource_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="For staff: which resource or room; if absent, that which was asked for, or else any one that is "
        "free.",
    )
    override: bool = strawberry.field(default=False, description=OVERRIDE)


@strawberry.input(description="What to decline, and why.")
class RejectBookingInput:
    """Input of `rejectBooking`."""

    booking_id: strawberry.ID = strawberry.field(description="The booking.")
    reason: str = strawberry.field(
        description="Told to the client; 1 to 2000 characters.",
        metadata=asked(_("For what reason? The client is told it."), meets=Requirement.REASON),
    )
    alternatives: list[datetime.datetime] = strawberry.field(
        default_factory=list,
        description="Up to five other starts, still to come, that you propose. The client reads them in the mail and "
        "in `Booking.alternatives`; none of them is held.",
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
