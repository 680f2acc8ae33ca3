"""What happened to a booking, and what was noted about it."""

import datetime

import strawberry
import strawberry_django
from django.db.models import QuerySet

from bookings.booking import models
from bookings.booking.states import Status
from schema.booking.lifecycle import ActorKind, BookingMove, BookingStatus
from schema.common.context import Info
from schema.common.scalars import describe_enum

BookingNoteKind = models.BookingNote.Kind
describe_enum(BookingNoteKind, name="BookingNoteKind", description="What a note is, and so who reads it.")


@strawberry_django.type(
    models.BookingEvent, description="Something that happened to a booking. It never changes."
)
class BookingEvent:
    """The GraphQL face of booking.models.BookingEvent."""

    move: BookingMove = strawberry_django.field(description="The move.")
    to_status: BookingStatus = strawberry_django.field(description="The status after it.")
    actor_kind: ActorKind = strawberry_django.field(description="As what somebody acted.")
    at: datetime.datetime = strawberry_django.field(description="When.")

    @classmethod
    def get_queryset(
        cls, queryset: QuerySet[models.BookingEvent], info: Info
    ) -> QuerySet[models.BookingEvent]:
        """Put what happened in order."""
        return queryset.order_by("sequence")

    @strawberry_django.field(only=["from_status"], description="The status before it; null for the first.")
    def from_status(self, root: strawberry.Parent[models.BookingEvent]) -> BookingStatus | None:
        """Give null instead of an empty status."""
        return Status(root.from_status) if root.from_status else None


@strawberry.type(description="Free text about a booking.")
class BookingNote:
    """The GraphQL face of booking.models.BookingNote."""

    kind: BookingNoteKind = strawberry.field(description="What the text is.")
    text: str = strawberry.field(description="The text, plain; a person wrote it.")
    created_at: datetime.datetime = strawberry.field(description="When it was written.")
    author: str | None = strawberry.field(
        description="The name or address of who wrote it, for the practice alone; null for nobody's."
    )

    @classmethod
    def of(cls, note: models.BookingNote, *, named: bool) -> "BookingNote":
        """Give the face of a note, with its author's name or without."""
        author = (note.author.full_name or note.author.email) if named and note.author else None
        return cls(
            kind=models.BookingNote.Kind(note.kind),
            text=note.text,
            created_at=note.created_at,
            author=author,
        )
