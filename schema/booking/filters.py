"""Which bookings to list or to count."""

import datetime
from enum import Enum

import strawberry
from django.db.models import Q, QuerySet

from bookings.accounts.viewer import Viewer
from bookings.booking import selectors
from bookings.booking.models import Booking
from bookings.booking.rights import Operation
from bookings.booking.states import Status
from bookings.common.text import can_be_kept
from schema.booking.lifecycle import BookingStatus
from schema.booking.types import BookingMode, PreferredPeriod
from schema.common.context import Info
from schema.common.inputs import pk_of


@strawberry.enum(description="Whether a session is still to take place.")
class BookingWhen(Enum):
    """Part of the filter of `bookings`: each booking is one of the two."""

    UPCOMING = strawberry.enum_value(
        "UPCOMING",
        description="It stands, or is asked for, and has not ended yet; a wish without a time too.",
    )
    PAST = strawberry.enum_value(
        "PAST", description="It is over, or will not take place: completed, cancelled, declined, lapsed."
    )


@strawberry.input(description="Which bookings to list or to count; what is left out does not narrow.")
class BookingFilter:
    """Filter of `bookings` and `bookingCounts`."""

    status: list[BookingStatus] | None = strawberry.field(
        default=None, description="In one of these statuses; if absent, in any but DRAFT."
    )
    when: BookingWhen | None = strawberry.field(
        default=None, description="Still to take place, or not any more."
    )
    mine: bool | None = strawberry.field(
        default=None,
        description="True: those of which you are the client yourself, by your account's proven address; false: the "
        "others that you may see.",
    )
    business_id: strawberry.ID | None = strawberry.field(default=None, description="Of this practice.")
    service_id: strawberry.ID | None = strawberry.field(default=None, description="Of this service.")
    consultant_id: strawberry.ID | None = strawberry.field(default=None, description="With this consultant.")
    resource_id: strawberry.ID | None = strawberry.field(
        default=None, description="Of this resource, or in this room."
    )
    corporate_client_id: strawberry.ID | None = strawberry.field(
        default=None, description="Entered for this corporate client, in practices where you work."
    )
    mode: BookingMode | None = strawberry.field(default=None, description="Online, or in person.")
    city: str | None = strawberry.field(
        default=None, description="Of practices in this city, whatever its case."
    )
    preferred_period: PreferredPeriod | None = strawberry.field(
        default=None, description="Drafted with a wish for this part of a day."
    )
    is_wish: bool | None = strawberry.field(
        default=None, description="True: wishes that wait for a time; false: bookings that have one."
    )
    starts_from: datetime.datetime | None = strawberry.field(
        default=None, description="Starting then or later; a wish without a time never is."
    )
    starts_before: datetime.datetime | None = strawberry.field(
        default=None, description="Starting earlier than then; a wish without a time never is."
    )


def filtered(wanted: BookingFilter, info: Info) -> QuerySet[Booking]:
    """Give the bookings that a filter means, whoever may see them. Raises BadUserInput for what is no id."""
    viewer, now = info.context.viewer, info.context.now
    shown = set(Status) - {Status.DRAFT} if wanted.status is None else wanted.status
    rows = Booking.objects.filter(_of_rows(wanted), status__in=shown)
    if wanted.corporate_client_id is not None:
        seen = selectors.visible_to(viewer, what=Operation.SEE_COMPANY)
        client_id = pk_of(wanted.corporate_client_id, "CorporateClient")
        rows = rows.filter(pk__in=seen.values("pk"), corporate_client=client_id)
    if wanted.city is not None:
        rows = rows.filter(business__city__iexact=wanted.city) if can_be_kept(wanted.city) else rows.none()
    if wanted.when is not None:
        upcoming = selectors.upcoming(now)
        rows = rows.filter(upcoming if wanted.when is BookingWhen.UPCOMING else ~upcoming)
    return rows if wanted.mine is None else rows.filter(_mine(viewer, wanted.mine))


def _of_rows(wanted: BookingFilter) -> Q:
    """Give what is asked of single columns."""
    columns = {
        "business": (wanted.business_id, "Business"),
        "service": (wanted.service_id, "Service"),
        "consultant": (wanted.consultant_id, "Consultant"),
        "resource": (wanted.resource_id, "Resource"),
    }
    asked = {column: pk_of(text, kind) for column, (text, kind) in columns.items() if text is not None}
    plain = {
        "mode": wanted.mode,
        "preferred_period": wanted.preferred_period,
        "starts_at__isnull": wanted.is_wish,
        "starts_at__gte": wanted.starts_from,
        "starts_at__lt": wanted.starts_before,
    }
    return Q(**asked) & Q(**{column: value for column, value in plain.items() if value is not None})


def _mine(viewer: Viewer, wanted: bool) -> Q:
    """Tell one's own bookings from others; without a proven address none is one's own."""
    email = viewer.proven_email
    own = Q(email=email) if email else Q(pk__in=[])
    return own if wanted else ~own
