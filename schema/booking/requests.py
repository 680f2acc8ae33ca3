"""What clients send to ask for a booking, and staff to enter one."""

import datetime

import strawberry
from strawberry.scalars import JSON

from schema.booking.inputs import KEY, OVERRIDE
from schema.booking.online import MeetingPlatform
from schema.booking.types import BookingMode, PaymentMode, PreferredPeriod
from schema.common.scalars import Email, TimeZone


@strawberry.input(
    description="What is wanted, and when: a slot's id, or a service and a start with whoever is named or with anyone."
)
class BookingRequestInput:
    """What drafting and manual creation share."""

    full_name: str = strawberry.field(description="Who comes, 1 to 200 characters.")
    consent: bool = strawberry.field(description="True once the person agreed to `Business.consentText`.")
    consent_version: str | None = strawberry.field(
        default=None,
        description="The version of the text that the person saw (`Business.consentVersion`). With an outdated one the "
        "draft is refused with `CONSENT_REQUIRED`; if absent, they are taken to have seen the present one.",
    )
    service_id: strawberry.ID | None = strawberry.field(
        default=None, description="What to book; needed without `slotId`, which says it."
    )
    slot_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The id of a slot that `openSlots` or a refusal gave. What it says (service, consultant or "
        "resource, start) can be left out; given beside it, it must be the same.",
    )
    consultant_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="With whom, without `slotId`; if absent, whoever is free and least loaded when the time is taken.",
    )
    resource_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Which resource, without `slotId`, for a service that sells a resource's time alone (it holds "
        "RESOURCE); any one that is free if absent.",
    )
    starts_at: datetime.datetime | None = strawberry.field(
        default=None, description="When, without `slotId`; with its offset from UTC."
    )
    ends_at: datetime.datetime | None = strawberry.field(
        default=None,
        description="Until when, for a service whose length the client chooses (`Service.maxDurationMinutes`); if "
        "absent, until the slot's end, or without `slotId` for the shortest session.",
    )
    seats: int = strawberry.field(default=1, description="How many people come, 1 to 1000.")
    mode: BookingMode | None = strawberry.field(
        default=None,
        description="Where, if the service leaves the choice (`Service.locationKind` EITHER): online if absent.",
    )
    meeting_platform: MeetingPlatform | None = strawberry.field(
        default=None,
        description="How the client would like to meet, for an online session; the consultant reads it and sets the "
        "link (`Booking.meetingUrl`).",
    )
    payment_mode: PaymentMode | None = strawberry.field(
        default=None,
        description="How to pay, if the service leaves the choice (`Service.paymentPolicy` EITHER): online, where "
        "that is set up, if absent.",
    )
    phone: str = strawberry.field(default="", description="A telephone number.")
    timezone: TimeZone | None = strawberry.field(
        default=None,
        description="The zone in which the client reads times; that of whoever is named, or else the practice's, if "
        "absent.",
    )
    locale: str | None = strawberry.field(
        default=None,
        description="The client's language, such as `en` or `pl`; that of the request (`Accept-Language`, or the "
        "account that is signed in) if absent. Mails are written in it where there are texts in it, else in English.",
    )
    message: str = strawberry.field(default="", description="A message to the practice; kept encrypted.")


@strawberry.input(
    description="Who wants what, and when: a slot's id, a service and a start, or a wish (`preferredDate` and "
    "`preferredPeriod`) that the practice answers with a time."
)
class DraftBookingInput(BookingRequestInput):
    """Input of `draftBooking`."""

    preferred_date: datetime.date | None = strawberry.field(
        default=None,
        description="Instead of a start, and beside `preferredPeriod`: the date that is wished for, in the zone of the "
        "consultant or the resource that is named, or else in the practice's. A wish holds no time, and the practice "
        "answers it.",
    )
    preferred_period: PreferredPeriod | None = strawberry.field(
        default=None, description="Which part of that date, in the same zone; needed beside `preferredDate`."
    )
    preferred_from: str | None = strawberry.field(
        default=None, description="`HH:MM` in the same zone, needed for the period CUSTOM: not before."
    )
    preferred_until: str | None = strawberry.field(
        default=None,
        description="`HH:MM`, needed for the period CUSTOM, later than `preferredFrom`: not after.",
    )
    email: Email = strawberry.field(description="The client's mailbox; a link and a code are sent there.")
    intake: JSON | None = strawberry.field(
        default=None,
        description="Answers to the practice's questions, as an object of names and values; `emergencyContact` among "
        "them is whom to call in an emergency. Kept encrypted.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="Whom staff book in, for what, and when.")
class CreateBookingInput(BookingRequestInput):
    """Input of `createBooking`."""

    email: Email | None = strawberry.field(
        default=None, description="The person's mailbox; without one nothing is mailed."
    )
    full_name: str = strawberry.field(
        default="",
        description="Who comes, 1 to 200 characters; the contact of `corporateClientId` if absent.",
    )
    corporate_client_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The practice's corporate client for whom this is: receipts are made out to it, and its contact "
        "stands in where `fullName`, `email` or `phone` is not given.",
    )
    approve: bool = strawberry.field(default=True, description="Approve at once.")
    override: bool = strawberry.field(default=False, description=OVERRIDE)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)
