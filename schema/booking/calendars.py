"""Links that add a confirmed session to its reader's calendar."""

from typing import Any

import strawberry
import strawberry_django

from bookings.booking import calendars, models
from bookings.booking.policies import actors_of
from bookings.booking.states import ActorKind, Status
from bookings.common.calendar_links import CalendarLinks as Links
from bookings.common.calendar_links import links_for
from schema.common.context import Info
from schema.common.fields import WHO, Private
from schema.common.scalars import URL

_COLUMNS = (
    "acknowledgement_id",
    "calendar_sequence",
    "updated_at",
    "status",
    "starts_at",
    "ends_at",
    "mode",
    "meeting_url",
)
_HOLDERS = frozenset({ActorKind.CLIENT, ActorKind.CONSULTANT})
"""Who gets a link to the file, of their own; what others once had would outlive their right to see the booking."""


@strawberry.type(
    description="Addresses at which a confirmed session is added to a calendar. They say what is booked, where and "
    "when, and nothing that the client wrote; the link of an online session is in the file alone. Staff and admins get "
    "the consultant's title, which names the booking's acknowledgement id."
)
class CalendarLinks:
    """The GraphQL face of common.calendar_links.CalendarLinks."""

    google: URL = strawberry.field(description="A new event in Google Calendar, filled in.")
    outlook: URL = strawberry.field(description="The same in Outlook.com.")
    office365: URL = strawberry.field(
        description="The same in Outlook of Microsoft 365, for work and school."
    )
    yahoo: URL = strawberry.field(description="The same in Yahoo Calendar.")
    ics_url: URL | None = strawberry.field(
        description="The session's calendar file, as it stands when it is fetched, for every other program. Whoever "
        "has this address reads it without an account, so hand it to nobody else; a consultant's ends when the session "
        "is given to another. For the booking's client and its consultant alone: null for staff and admins who are "
        "neither, as it would outlive their work for the practice."
    )


def calendar_links_field() -> Any:
    """Declare `Booking.calendarLinks`; what they say of a list of bookings is read with it."""
    return strawberry_django.field(
        resolver=_links,
        only=[*WHO, *_COLUMNS],
        annotate=dict(calendars.READ_WITH),
        extensions=[Private()],
        description="Where to add the session to one's calendar; null while it is not confirmed.",
    )


def _links(root: strawberry.Parent[models.Booking], info: Info) -> CalendarLinks | None:
    """Give them for the viewer: the client's copy, or the consultant's; to others nothing that opens a file."""
    if root.status != Status.CONFIRMED or root.starts_at is None:
        return None
    kinds = {actor.kind for actor in actors_of(info.context.viewer, root)}
    for_host = ActorKind.CLIENT not in kinds
    holder = calendars.holder_of(root, for_host=for_host)
    links: Links = links_for(calendars.session_of(root, for_host=for_host), booking_id=root.pk, holder=holder)
    return CalendarLinks(
        google=URL(links.google),
        outlook=URL(links.outlook),
        office365=URL(links.office365),
        yahoo=URL(links.yahoo),
        ics_url=URL(links.ics_url) if kinds & _HOLDERS else None,
    )
