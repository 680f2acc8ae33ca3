"""How, and where, an online session takes place."""

from typing import Any

import strawberry
import strawberry_django

from bookings.booking import models
from bookings.booking.policies import actors_of
from bookings.booking.states import ActorKind, Status
from schema.common.context import Info
from schema.common.fields import WHO, Private
from schema.common.scalars import URL, describe_enum

MeetingPlatform = models.Booking.MeetingPlatform
describe_enum(
    MeetingPlatform,
    name="MeetingPlatform",
    description="How an online session is to be held, as its client would like it.",
)

Root = strawberry.Parent[models.Booking]


def meeting_platform_field() -> Any:
    """Declare `Booking.meetingPlatform`."""
    return strawberry_django.field(
        resolver=_platform,
        only=[*WHO, "meeting_platform"],
        extensions=[Private()],
        description="How the client would like to meet online; null where they did not say.",
    )


def meeting_url_field() -> Any:
    """Declare `Booking.meetingUrl`."""
    return strawberry_django.field(
        resolver=_url,
        only=[*WHO, "status", "meeting_url"],
        extensions=[Private()],
        description="Where an online session takes place; the client sees it once the booking is confirmed.",
    )


def _platform(root: Root) -> MeetingPlatform | None:
    """Give null instead of an empty wish."""
    return MeetingPlatform(root.meeting_platform) if root.meeting_platform else None


def _url(root: Root, info: Info) -> URL | None:
    """Hide it from the client until then."""
    kinds = {actor.kind for actor in actors_of(info.context.viewer, root)}
    shown = root.status == Status.CONFIRMED or kinds - {ActorKind.CLIENT}
    return URL(root.meeting_url) if root.meeting_url and shown else None
