"""A booking as each viewer may see it."""

import datetime
from typing import TYPE_CHECKING, Annotated, Optional

import strawberry
import strawberry_django
from django.db.models import Prefetch, QuerySet
from strawberry import relay
from strawberry.scalars import JSON

from bookings.booking import intake, models, selectors
from bookings.booking.rights import Operation
from bookings.booking.services import openings_for
from bookings.booking.states import Move, Status
from schema.booking import amounts
from schema.booking.actions import WRITTEN, beside_moves
from schema.booking.amounts import BookingDiscount
from schema.booking.calendars import CalendarLinks, calendar_links_field
from schema.booking.consent import BookingConsent, consent_field
from schema.booking.lifecycle import AvailableAction, BookingStatus, available_actions
from schema.booking.online import MeetingPlatform, meeting_platform_field, meeting_url_field
from schema.booking.refund_policy import READ_AHEAD, RefundPolicy, refund_policy_field
from schema.booking.story import BookingEvent, BookingNote
from schema.businesses import Business
from schema.catalogue import Service
from schema.common.context import Info
from schema.common.fields import WHO, OldestFirst, Private, Shown, private
from schema.common.inputs import BadUserInput
from schema.common.scalars import URL, Email, Money, TimeZone, describe_enum
from schema.consultants import Consultant
from schema.payments import Payment
from schema.resources import Resource
from schema.reviews.types import Review
from schema.slots.connection import (
    After,
    Before,
    First,
    From,
    Last,
    Page,
    SlotConnection,
    Until,
    listed_range,
)
from schema.slots.types import slots_of

if TYPE_CHECKING:
    from schema.corporate_clients import CorporateClient

BookingMode = models.Booking.Mode
describe_enum(BookingMode, name="BookingMode", description="Where a session takes place.")
PreferredPeriod = models.Booking.Period
describe_enum(
    PreferredPeriod,
    name="PreferredPeriod",
    description="The part of the day of a wish: morning is until 12:00, afternoon until 17:00, evening until midnight.",
)
PaymentMode = models.Booking.PaymentMode
describe_enum(PaymentMode, name="PaymentMode", description="How a session is paid.")

Root = strawberry.Parent[models.Booking]


@strawberry_django.type(
    models.Booking,
    description=(
        "One client's claim on a time. Everybody who knows the acknowledgement id may see the status, its "
        "deadline and what can be done; every other field is null unless you bring an access token or an "
        "account that may see it."
    ),
)
class Booking(relay.Node):
    """The GraphQL face of booking.models.Booking."""

    acknowledgement_id: str = strawberry_django.field(
        description="The id that people read aloud: `MS-7K2Q9D`."
    )
    status: BookingStatus = strawberry_django.field(description="Where it stands.")
    updated_at: datetime.datetime = strawberry_django.field(description="When it last changed.")
    deadline: datetime.datetime | None = strawberry_django.field(
        field_name="deadline_at", description="When the present status lapses; null where it does not."
    )
    starts_at: datetime.datetime | None = private(
        description="The start; null for a wish that has no time yet."
    )
    ends_at: datetime.datetime | None = private(description="The end; null for a wish that has no time yet.")
    timezone: TimeZone | None = private(
        description="The zone of the calendar that is booked; the practice's while anyone's will do."
    )
    preferred_date: datetime.date | None = private(
        description="The date of a wish, in `timezone`; null where a time was asked for."
    )
    seats: int | None = private(description="How many seats it takes.")
    mode: BookingMode | None = private(description="Where the session takes place.")
    payment_mode: PaymentMode | None = private(description="How it is paid.")
    pay_by: datetime.datetime | None = private(description="Until when it must be paid, once approved.")
    email: Email | None = private(sees=Operation.SEE_CLIENT, description="The client's address.")
    full_name: str | None = private(sees=Operation.SEE_CLIENT, description="The client's name.")
    phone: str | None = private(
        sees=Operation.SEE_CLIENT, description="The client's telephone number, or an empty string."
    )
    message: str | None = private(
        sees=Operation.SEE_INTAKE,
        description="What the client wrote, or an empty string; null for staff whose role is STAFF.",
    )
    created_at: datetime.datetime | None = private(description="When it was drafted.")
    business: Business | None = private(description="The practice.")
    service: Service | None = private(description="What is booked.")
    consultant: Consultant | None = private(
        description="Whose time it is; null for a resource's, and while anyone's will do."
    )
    resource: Resource | None = private(
        description="What is booked, or the room that is kept with the consultant; null where there is none (yet)."
    )
    review: Review | None = private(
        description="What the client said of it once it took place; null while nobody has."
    )
    corporate_client: Annotated["CorporateClient", strawberry.lazy("schema.corporate_clients")] | None = (
        private(
            sees=Operation.SEE_COMPANY,
            description="The company for which staff entered it; null for all but those who work for the practice.",
        )
    )
    follows: Optional["Booking"] = strawberry_django.field(
        only=list(WHO),
        extensions=[Shown(), Private()],
        description="The session that this one follows up (`bookFollowUp`); null for none that you may see.",
    )
    follow_ups: list["Booking"] | None = private(
        field_cls=OldestFirst,
        description="Bookings that follow this one up, oldest first; those that you may see.",
    )
    timeline: list[BookingEvent] | None = private(
        field_name="events", description="What happened, oldest first."
    )
    payments: list[Payment] | None = private(
        sees=Operation.SEE_MONEY,
        description="The attempts to pay, oldest first; null for the booking's consultant.",
    )
    price: Money | None = amounts.price()
    discount: Money | None = amounts.discount()
    deposit: Money | None = amounts.deposit()
    due_online: Money | None = amounts.due_online()
    balance: Money | None = amounts.balance()
    discounts: list[BookingDiscount] | None = amounts.discounts()
    meeting_platform: MeetingPlatform | None = meeting_platform_field()
    meeting_url: URL | None = meeting_url_field()
    consent: BookingConsent | None = consent_field()
    refund_policy: RefundPolicy | None = refund_policy_field()
    calendar_links: CalendarLinks | None = calendar_links_field()

    @classmethod
    def resolve_id_attr(cls) -> str:
        """Name the key, which spares Strawberry a look-up per row."""
        return "pk"

    @classmethod
    def get_queryset(cls, queryset: QuerySet[models.Booking], info: Info) -> QuerySet[models.Booking]:
        """Show what the viewer may see, whichever way they get to it."""
        return queryset.filter(pk__in=selectors.visible_to(info.context.viewer).values("pk"))

    @strawberry_django.field(only=["status"], description="The status in words, for a person.")
    def status_label(self, root: Root) -> str:
        """Give the label of the status."""
        return str(Status(root.status).label)

    @strawberry_django.field(
        only=[
            *WHO,
            "acknowledgement_id",
            "status",
            "erased_at",
            "deadline_at",
            "price",
            "payment_mode",
            "starts_at",
            "ends_at",
            "preferred_date",
            "cancellation_notice",
            "refund_tiers",
        ],
        annotate=WRITTEN,
        prefetch_related=[READ_AHEAD],
        description="What you can do with it now, and what that needs. A client needs to know no other rule.",
    )
    def available_actions(self, root: Root, info: Info) -> list[AvailableAction]:
        """Give the moves that are open to this viewer."""
        viewer, now = info.context.viewer, info.context.now
        return [*available_actions(root, viewer, now), *beside_moves(root, viewer)]

    @strawberry_django.field(
        only=[*WHO, "preferred_period"], extensions=[Private()], description="The part of the day of a wish."
    )
    def preferred_period(self, root: Root) -> PreferredPeriod | None:
        """Give null instead of an empty period."""
        return PreferredPeriod(root.preferred_period) if root.preferred_period else None

    @strawberry_django.field(
        only=[*WHO, "preferred_from"],
        extensions=[Private()],
        description="From when a CUSTOM wish lasts, as `HH:MM` in `timezone`.",
    )
    def preferred_from(self, root: Root) -> str | None:
        """Give the wall-clock time."""
        return _wall(root.preferred_from)

    @strawberry_django.field(
        only=[*WHO, "preferred_until"],
        extensions=[Private()],
        description="Until when a CUSTOM wish lasts, as `HH:MM` in `timezone`.",
    )
    def preferred_until(self, root: Root) -> str | None:
        """Give the wall-clock time."""
        return _wall(root.preferred_until)

    @strawberry_django.field(
        only=list(WHO),
        prefetch_related=[
            Prefetch("events", models.BookingEvent.objects.filter(move=Move.REJECT), to_attr="rejections")
        ],
        extensions=[Private()],
        description="Other starts that the practice proposed when it declined the request with `rejectBooking`; "
        "empty where it proposed none, or did not decline. None of them is held: draft a new booking for one.",
    )
    def alternatives(self, root: Root) -> list[datetime.datetime] | None:
        """Read them from the event, which a list of bookings has read ahead."""
        read = getattr(root, "rejections", None)
        events = root.events.filter(move=Move.REJECT) if read is None else read
        starts = [start for event in events for start in event.data.get("alternatives", [])]
        return [datetime.datetime.fromisoformat(start) for start in starts]

    @strawberry_django.field(
        only=[*WHO, "intake"],
        extensions=[Private(Operation.SEE_INTAKE)],
        description="The client's answers to the practice's questions, names and values; null for staff whose role is "
        "STAFF.",
    )
    def intake(self, root: Root) -> JSON | None:
        """Leave out what stands in a field of its own."""
        return JSON(intake.answers(root.intake))

    @strawberry_django.field(
        only=[*WHO, "intake"],
        extensions=[Private(Operation.SEE_CONTACT)],
        description="Whom to call in an emergency, as the client gave it; null where none was given.",
    )
    def emergency_contact(self, root: Root) -> JSON | None:
        """Read it from the answers, where it is kept."""
        return intake.emergency_contact(root.intake)

    @strawberry_django.field(
        only=list(WHO),
        prefetch_related=[
            Prefetch("notes", models.BookingNote.objects.select_related("author"), to_attr="notes_read")
        ],
        extensions=[Private()],
        description="Notes, oldest first: all of them for the practice, and for the client the reasons that the client "
        "was told.",
    )
    def notes(self, root: Root, info: Info) -> list[BookingNote] | None:
        """Give those that the viewer may read."""
        viewer, read = info.context.viewer, getattr(root, "notes_read", None)
        rows = root.notes.select_related("author") if read is None else read
        named = selectors.may_see(viewer, root, Operation.SEE_NOTES)
        return [BookingNote.of(note, named=named) for note in selectors.notes_shown(viewer, root, rows)]

    @strawberry_django.field(
        extensions=[Private()],
        description="Times to which you can move it with `rescheduleBooking`: its own time counts as free. Null where "
        "its status or the clock allows no move. For one booking at a time, not in a list.",
    )
    def open_slots(
        self,
        root: Root,
        info: Info,
        from_: From = None,
        until: Until = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> SlotConnection | None:
        """Ask the engine on behalf of the booking. Raises BadUserInput in a list: each booking would be a listing."""
        if any(isinstance(part, int) for part in info.path.as_list()):
            raise BadUserInput("Ask for the open times of one booking at a time.")
        now = info.context.now
        since, end = listed_range(from_, until, now)
        found = openings_for(booking_id=root.pk, viewer=info.context.viewer, since=since, until=end, now=now)
        if found is None:
            return None
        return SlotConnection.of(
            found, lambda shown: slots_of(shown, root.service), Page(first, after, last, before)
        )


def _wall(time: datetime.time | None) -> str | None:
    return f"{time:%H:%M}" if time is not None else None
