"""Another session after one that took place."""

import datetime
from collections.abc import Mapping
from typing import Annotated, Any

import strawberry
from django.db.models import Q

from bookings.booking import models, services
from bookings.booking.services import FollowUp
from bookings.common.addresses import normalise_email
from bookings.limits.policies import Limit
from schema.booking.inputs import KEY, OPENER, TIME
from schema.booking.mutations import BookingPayload
from schema.booking.online import MeetingPlatform
from schema.booking.reading import once, where_of, wish_of
from schema.booking.types import BookingMode, PaymentMode, PreferredPeriod
from schema.common.context import Context, Info
from schema.common.errors import mutation
from schema.common.inputs import optional_pk, pk_of, read_id


@strawberry.input(
    description="After which session, and when. What is left out is as it was then, where it still can be so: who "
    "comes, for what, with whom, in which way."
)
class BookFollowUpInput:
    """Input of `bookFollowUp`."""

    booking_id: strawberry.ID = strawberry.field(description="The booking that took place (COMPLETED).")
    access_token: str | None = strawberry.field(default=None, description=OPENER)
    slot_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The id of a slot that `openSlots` or a refusal gave. What it says (service, consultant or "
        "resource, start) can be left out; given beside it, it must be the same.",
    )
    service_id: strawberry.ID | None = strawberry.field(
        default=None, description="Another service of the same practice."
    )
    consultant_id: strawberry.ID | None = strawberry.field(
        default=None, description="Somebody else who offers the service."
    )
    resource_id: strawberry.ID | None = strawberry.field(
        default=None, description="Another resource, for a service that sells a resource's time alone."
    )
    starts_at: datetime.datetime | None = strawberry.field(
        default=None, description="When, without `slotId`; with its offset from UTC.", metadata=TIME
    )
    ends_at: datetime.datetime | None = strawberry.field(
        default=None,
        description="Until when, for a service whose length the client chooses; if absent, as long as it was.",
    )
    preferred_date: datetime.date | None = strawberry.field(
        default=None,
        description="Instead of a start, and beside `preferredPeriod`, for the client alone: the date that is wished "
        "for, as in `draftBooking`.",
    )
    preferred_period: PreferredPeriod | None = strawberry.field(
        default=None, description="Which part of that date; needed beside `preferredDate`."
    )
    preferred_from: str | None = strawberry.field(
        default=None, description="`HH:MM`, needed for the period CUSTOM: not before."
    )
    preferred_until: str | None = strawberry.field(
        default=None, description="`HH:MM`, needed for the period CUSTOM: not after."
    )
    seats: int | None = strawberry.field(default=None, description="How many people come, 1 to 1000.")
    mode: BookingMode | None = strawberry.field(
        default=None, description="Where, if the service leaves the choice."
    )
    meeting_platform: MeetingPlatform | None = strawberry.field(
        default=None, description="How the client would like to meet, for an online session."
    )
    payment_mode: PaymentMode | None = strawberry.field(
        default=None, description="How to pay, if the service leaves the choice."
    )
    message: str = strawberry.field(
        default="", description="A message to the practice; kept encrypted. The earlier one is not copied."
    )
    consent: bool = strawberry.field(
        default=False,
        description="True if the person agrees anew to `Business.consentText`. That is needed only where the text is "
        "another than the one they agreed to before: `CONSENT_REQUIRED` says so.",
    )
    consent_version: str | None = strawberry.field(
        default=None, description="The version of the text that they saw now (`Business.consentVersion`)."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="The follow-up.")
class BookFollowUpPayload(BookingPayload):
    """Payload of `bookFollowUp`."""

    access_token: str | None = strawberry.field(
        default=None,
        description="Opens the follow-up, for a client who came by the access token of the booking before, and is good "
        "for as long as that one is.",
    )


def drafts_for_the_client(input: BookFollowUpInput) -> Mapping[str, str]:
    """Give the mailbox of the booking that is followed up, as limits compare it; nothing of an unknown one."""
    found = models.Booking.objects.filter(pk=_key_of(input))
    email = found.values_list("email", flat=True).first()
    return {"address": normalise_email(email)} if email else {}


def _key_of(input: BookFollowUpInput) -> int:
    """Give the key that the input names; 0, which no booking has, for what is none."""
    kind, node_id = read_id(input.booking_id)
    return int(node_id) if kind == "Booking" and node_id.isdecimal() and len(node_id) < 19 else 0


def works_for_its_practice(context: Context, input: BookFollowUpInput) -> bool:
    """Tell whether the caller follows up as that practice's own people do, who are not held to a client's number."""
    viewer = context.viewer
    if viewer.is_admin or not (viewer.business_ids or viewer.consultant_ids):
        return viewer.is_admin
    theirs = Q(business__in=viewer.business_ids) | Q(consultant__in=viewer.consultant_ids)
    return models.Booking.objects.filter(theirs, pk=_key_of(input)).exists()


@strawberry.type
class Mutation:
    """Root fields of this topic."""

    @mutation(
        description="Book another session after one that took place. Its client, signed in or with its access token, "
        "proves nothing anew: the time is taken and the practice is asked, on the rules of `draftBooking`. Its "
        "consultant, for their own time, and staff book it on the client's behalf, as `createBooking` does.",
        limit=Limit.DRAFT,
        of=drafts_for_the_client,
        unless=works_for_its_practice,
    )
    def book_follow_up(
        self,
        info: Info,
        input: Annotated[
            BookFollowUpInput, strawberry.argument(description="After which session, and when.")
        ],
    ) -> BookFollowUpPayload | None:
        """Follow up."""
        booking_id = pk_of(input.booking_id, "Booking")
        made = services.follow_up(
            booking_id=booking_id,
            given=_wanted(input),
            viewer=info.context.viewer_with(input.access_token),
            once=once(info, "bookFollowUp", input, f"booking:{booking_id}"),
            now=info.context.now,
        )
        info.context.viewer_with(made.access_token)
        return BookFollowUpPayload(booking=made.booking, access_token=made.access_token)  # type: ignore[arg-type]


def _wanted(given: BookFollowUpInput) -> FollowUp:
    """Give what an input asks for. Raises VALIDATION_FAILED where it contradicts itself."""
    said: dict[str, Any] = {
        "service_id": optional_pk(given.service_id, "Service"),
        "consultant_id": optional_pk(given.consultant_id, "Consultant"),
        "resource_id": optional_pk(given.resource_id, "Resource"),
        "starts_at": given.starts_at,
        "ends_at": given.ends_at,
    }
    if given.slot_id is not None:
        where = where_of(given)
        said = {
            "service_id": where.service,
            "consultant_id": where.consultant,
            "resource_id": where.resource,
            "starts_at": where.start,
            "ends_at": where.end,
        }
    hosts = (given.slot_id, given.consultant_id, given.resource_id)
    return FollowUp(
        **said,
        names_host=any(host is not None for host in hosts),
        wish=wish_of(given),
        seats=given.seats,
        mode=given.mode,
        meeting_platform=given.meeting_platform,
        payment_mode=given.payment_mode,
        message=given.message,
        consent=given.consent,
        consent_version=given.consent_version,
    )
