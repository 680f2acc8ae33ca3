"""Calendars that other programs subscribe to: made, listed, revoked."""

import datetime
from typing import Annotated

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import relay

from bookings.common.idempotency import AlreadyDone
from bookings.feeds import models, selectors, services
from schema.booking.inputs import KEY
from schema.booking.reading import once
from schema.common.connections import Connection
from schema.common.context import Info
from schema.common.errors import UserError, mutation, no_errors
from schema.common.inputs import optional_pk, pk_of
from schema.common.scalars import URL
from schema.consultants import Consultant


@strawberry_django.type(
    models.CalendarFeed,
    name="CalendarFeed",
    description="A calendar that other programs subscribe to by a secret address: all sessions of one person, from 90 "
    "days back to a year ahead, kept up to date. Whoever has the address reads it without an account, until it is "
    "revoked. It also ends when the account is closed, when a client's address is no longer proven, and when a "
    "consultant's profile is no longer this account's. Its titles hold no name of a client and nothing that a client "
    "wrote.",
)
class CalendarFeed(relay.Node):
    """The GraphQL face of feeds.models.CalendarFeed, for whoever made it."""

    consultant: Consultant | None = strawberry_django.field(
        description="The consultant whose sessions it shows; null where it shows what you booked as a client."
    )
    created_at: datetime.datetime = strawberry_django.field(description="When it was made.")
    last_read_at: datetime.datetime | None = strawberry_django.field(
        description="When a program last read it, to an hour or so; null before the first time."
    )
    revoked_at: datetime.datetime | None = strawberry_django.field(
        description="When it was revoked; null while it is not. A revoked one is listed for 30 days."
    )

    @classmethod
    def resolve_id_attr(cls) -> str:
        """Name the key, which spares Strawberry a look-up per row."""
        return "pk"

    @classmethod
    def get_queryset(
        cls, queryset: QuerySet[models.CalendarFeed], info: Info
    ) -> QuerySet[models.CalendarFeed]:
        """Show the feeds that the viewer may revoke, whichever way one gets to them."""
        return queryset.filter(pk__in=selectors.visible_to(info.context.viewer).values("pk"))


@strawberry.input(description="Whose sessions the calendar shows.")
class CreateCalendarFeedInput:
    """Input of `createCalendarFeed`."""

    consultant_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="You as a consultant: a profile that is your account's, as `me.consultants` lists them. If absent, "
        "the calendar shows everything that was booked for your own proven address, in every practice.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="The calendar feed that was made.")
class CreateCalendarFeedPayload:
    """Payload of `createCalendarFeed`."""

    calendar_feed: CalendarFeed | None = strawberry.field(
        default=None, description="What is known of it from now on."
    )
    url: URL | None = strawberry.field(
        default=None,
        description="Its secret address, this once: give it to the calendar program under `subscribe` or `from URL`. "
        "Nobody can show it again, and a repeated call with the same idempotency key gives null.",
    )
    errors: list[UserError] = no_errors()


@strawberry.input(description="Which calendar feed to revoke.")
class RevokeCalendarFeedInput:
    """Input of `revokeCalendarFeed`."""

    id: strawberry.ID = strawberry.field(description="The id of a calendar feed, not its address.")


@strawberry.type(description="The calendar feed that nobody can read any more.")
class RevokeCalendarFeedPayload:
    """Payload of `revokeCalendarFeed`."""

    calendar_feed: CalendarFeed | None = strawberry.field(default=None, description="The feed, revoked.")
    errors: list[UserError] = no_errors()


@strawberry.type
class Query:
    """Root fields of this topic."""

    @strawberry_django.connection(
        Connection[CalendarFeed],
        description="Your calendar feeds, newest first: as a client and as a consultant. Their addresses are not kept.",
    )
    def calendar_feeds(self, info: Info) -> QuerySet[models.CalendarFeed]:
        """List them; the type shows only what the viewer may see."""
        info.context.viewer.require_user()
        return models.CalendarFeed.objects.order_by("-created_at", "-pk")


@strawberry.type
class Mutation:
    """Root fields of this topic."""

    @mutation(
        description="Make a calendar feed of your own sessions: as a client, whose address must be proven, or as a "
        f"consultant. An account has at most {services.MOST_AT_ONCE} that are not revoked. The practice cannot make "
        "one for its consultants, and an access token to a booking makes none: use `Booking.calendarLinks` there."
    )
    def create_calendar_feed(
        self,
        info: Info,
        input: Annotated[
            CreateCalendarFeedInput, strawberry.argument(description="Whose sessions it shows.")
        ],
    ) -> CreateCalendarFeedPayload | None:
        """Make one."""
        try:
            made = _make(info, input)
        except AlreadyDone as done:
            row = models.CalendarFeed.objects.filter(pk=done.object_id).first()
            return CreateCalendarFeedPayload(calendar_feed=row)  # type: ignore[arg-type]
        return CreateCalendarFeedPayload(calendar_feed=made.row, url=URL(made.url))  # type: ignore[arg-type]

    @mutation(description="End a calendar feed at once and for good; programs that subscribed get 404.")
    def revoke_calendar_feed(
        self,
        info: Info,
        input: Annotated[RevokeCalendarFeedInput, strawberry.argument(description="Which one.")],
    ) -> RevokeCalendarFeedPayload | None:
        """Revoke one."""
        context = info.context
        feed_id = pk_of(input.id, "CalendarFeed")
        feed = services.revoke_feed(viewer=context.viewer, feed_id=feed_id, now=context.now)
        return RevokeCalendarFeedPayload(calendar_feed=feed)  # type: ignore[arg-type]


def _make(info: Info, given: CreateCalendarFeedInput) -> services.NewFeed:
    return services.create_feed(
        viewer=info.context.viewer,
        consultant_id=optional_pk(given.consultant_id, "Consultant"),
        once=once(info, "createCalendarFeed", given, "feeds"),
        now=info.context.now,
    )
