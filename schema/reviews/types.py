"""A review as each viewer may see it."""

import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
import strawberry_django
from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from strawberry import relay

from bookings.booking.models import Booking as BookingRow
from bookings.booking.selectors import may_see
from bookings.businesses.models import Business as BusinessRow
from bookings.consultants.models import Consultant as ConsultantRow
from bookings.reviews import models, selectors
from schema.common.context import Info
from schema.common.fields import WHO
from schema.common.inputs import BadUserInput, write_id

if TYPE_CHECKING:
    from schema.businesses import Business
    from schema.consultants import Consultant

MOST_BESIDE = 10
"""Reviews that are read beside a practice or a consultant in a list; `reviews` pages through all of them."""
_AUTHORS = Prefetch("booking", BookingRow.objects.only(*WHO))
_SHOWN = (
    models.Review.objects.filter(selectors.SHOWN)
    .select_related("business", "consultant")
    .prefetch_related(_AUTHORS)
    .order_by(*selectors.NEWEST_FIRST)
)
NEWEST = Prefetch(
    "reviews",
    _SHOWN[:MOST_BESIDE],
    to_attr="newest_reviews",
)
"""Reads those of a whole list of practices, or consultants, at once."""
Newest = Annotated[
    int, strawberry.argument(description=f"How many, 0 to {MOST_BESIDE}; `reviews` gives more, page by page.")
]
Root = strawberry.Parent[models.Review]


@strawberry_django.type(
    models.Review,
    description="What a client says of a session that took place. One that was hidden is seen by its author and by the "
    "practice, and counts in no rating.",
)
class Review(relay.Node):
    """The GraphQL face of reviews.models.Review."""

    rating: int = strawberry_django.field(description="Stars, 1 to 5.")
    comment: str = strawberry_django.field(
        description="What the client wrote, as plain text; an empty string where they wrote nothing, or were erased."
    )
    author_name: str = strawberry_django.field(
        description="A first name and an initial; an empty string where the client did not want it shown."
    )
    created_at: datetime.datetime = strawberry_django.field(description="When it was written.")
    business: Annotated["Business", strawberry.lazy("schema.businesses")] = strawberry_django.field(
        description="The practice."
    )
    consultant: Annotated["Consultant", strawberry.lazy("schema.consultants")] | None = (
        strawberry_django.field(description="Whose session it was; null for a room's or a machine's.")
    )
    replied_at: datetime.datetime | None = strawberry_django.field(
        description="When the present reply was written."
    )
    hidden_at: datetime.datetime | None = strawberry_django.field(
        description="Since when it is hidden; null where everybody sees it."
    )

    @classmethod
    def resolve_id_attr(cls) -> str:
        """Name the key, which spares Strawberry a look-up per row."""
        return "pk"

    @classmethod
    def get_queryset(cls, queryset: QuerySet[models.Review], info: Info) -> QuerySet[models.Review]:
        """Show what the viewer may see, whichever way they get to it."""
        return queryset.filter(pk__in=selectors.visible_to(info.context.viewer).values("pk"))

    @strawberry_django.field(
        only=["reply"], description="What the practice, or the consultant, answered; null where nobody has."
    )
    def reply(self, root: Root) -> str | None:
        """Give null instead of an empty reply."""
        return root.reply or None

    @strawberry_django.field(
        only=["business_id", "hidden_reason"],
        description="Why it is, or last was, hidden; null for all who do not work for the practice.",
    )
    def hidden_reason(self, root: Root, info: Info) -> str | None:
        """Give it to the practice's people and the platform's admin."""
        viewer = info.context.viewer
        shown = viewer.is_admin or root.business_id in viewer.business_ids
        return root.hidden_reason or None if shown else None

    @strawberry_django.field(
        only=["booking_id"],
        prefetch_related=[_AUTHORS],
        description="The id of the booking that is reviewed; null for all who may not see that.",
    )
    def booking_id(self, root: Root, info: Info) -> strawberry.ID | None:
        """Give it to those who see the booking."""
        if not may_see(info.context.viewer, root.booking):
            return None
        return strawberry.ID(write_id("Booking", root.booking_id))


def newest_of(root: BusinessRow | ConsultantRow, first: int) -> list[models.Review]:
    """Give the newest that show; a list of practices or consultants has read them ahead. Raises BadUserInput."""
    if not 0 <= first <= MOST_BESIDE:
        raise BadUserInput(f"`first` is from 0 to {MOST_BESIDE} here; `reviews` gives more, page by page.")
    if not hasattr(root, "newest_reviews"):
        prefetch_related_objects([root], NEWEST)
    read: list[models.Review] = root.newest_reviews  # type: ignore[union-attr]  # read ahead by NEWEST
    return read[:first]
