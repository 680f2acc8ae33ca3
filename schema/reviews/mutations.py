"""Writing, answering, hiding and showing reviews."""

from typing import Annotated

import strawberry
from django.utils.translation import gettext_lazy as _

from bookings.common.idempotency import AlreadyDone
from bookings.reviews import models, services
from schema.booking.asking import asked
from schema.booking.inputs import KEY, OPENER
from schema.booking.reading import once
from schema.common.context import Info
from schema.common.errors import UserError, mutation, no_errors
from schema.common.inputs import pk_of
from schema.reviews.types import Review

WHAT = strawberry.argument(description="Which one, and what to say.")
WHICH = strawberry.argument(description="Which one.")


@strawberry.input(description="What the client says of a session that took place.")
class WriteReviewInput:
    """Input of `writeReview`."""

    booking_id: strawberry.ID = strawberry.field(description="Which booking; its status is COMPLETED.")
    rating: int = strawberry.field(
        description="Stars, 1 to 5.", metadata=asked(_("How many stars, from 1 to 5?"))
    )
    comment: str = strawberry.field(
        default="",
        description="Plain text of at most 2000 characters, public.",
        metadata=asked(_("How was it, in your own words? Everybody can read it.")),
    )
    show_name: bool = strawberry.field(
        default=True,
        description="Whether a first name and an initial stand beside it.",
        metadata=asked(_("May your first name and an initial stand beside it?")),
    )
    access_token: str | None = strawberry.field(default=None, description=OPENER)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.input(description="The practice's answer.")
class ReplyToReviewInput:
    """Input of `replyToReview`."""

    review_id: strawberry.ID = strawberry.field(description="Which review.")
    text: str = strawberry.field(
        description="Plain text of at most 2000 characters, public, instead of an earlier reply; an empty one takes "
        "that back."
    )


@strawberry.input(description="What is to be hidden, and why.")
class HideReviewInput:
    """Input of `hideReview`."""

    review_id: strawberry.ID = strawberry.field(description="Which review.")
    reason: str = strawberry.field(
        description="Why, 1 to 300 characters; kept, and shown to the practice alone."
    )


@strawberry.input(description="What is to be shown again.")
class ShowReviewInput:
    """Input of `showReview`."""

    review_id: strawberry.ID = strawberry.field(description="Which review.")


@strawberry.type(description="The review.")
class ReviewPayload:
    """The shape of the payloads of mutations on a review."""

    review: Review | None = strawberry.field(default=None, description="The review as it is now.")
    errors: list[UserError] = no_errors()


@strawberry.type(description="The review that was written.")
class WriteReviewPayload(ReviewPayload):
    """Payload of `writeReview`."""


@strawberry.type(description="The review with the reply.")
class ReplyToReviewPayload(ReviewPayload):
    """Payload of `replyToReview`."""


@strawberry.type(description="The review, out of sight and out of the ratings.")
class HideReviewPayload(ReviewPayload):
    """Payload of `hideReview`."""


@strawberry.type(description="The review, seen and counted again.")
class ShowReviewPayload(ReviewPayload):
    """Payload of `showReview`."""


@strawberry.type
class Mutation:
    """Root fields of this topic."""

    @mutation(
        description="Review a session that took place: its client, signed in with the address or with an access token "
        "of the booking (`requestBookingAccess`). Once; a second time is `ALREADY_REVIEWED`."
    )
    def write_review(self, info: Info, input: Annotated[WriteReviewInput, WHAT]) -> WriteReviewPayload | None:
        """Write."""
        try:
            review = _written(info, input)
        except AlreadyDone as done:
            review = models.Review.objects.get(pk=done.object_id)
        return WriteReviewPayload(review=review)  # type: ignore[arg-type]

    @mutation(
        description="Answer a review in public; for owner, manager and the consultant whose session it was. The last "
        "answer is the one that shows."
    )
    def reply_to_review(
        self, info: Info, input: Annotated[ReplyToReviewInput, WHAT]
    ) -> ReplyToReviewPayload | None:
        """Reply."""
        review = services.reply_to_review(
            review_id=pk_of(input.review_id, "Review"),
            text=input.text,
            viewer=info.context.viewer,
            now=info.context.now,
        )
        return ReplyToReviewPayload(review=review)  # type: ignore[arg-type]

    @mutation(
        description="Take a review out of sight and out of the ratings, with a reason; for owner and manager, unless "
        "the platform's admin decided that it is shown."
    )
    def hide_review(self, info: Info, input: Annotated[HideReviewInput, WHAT]) -> HideReviewPayload | None:
        """Hide."""
        review = services.hide_review(
            review_id=pk_of(input.review_id, "Review"),
            reason=input.reason,
            viewer=info.context.viewer,
            now=info.context.now,
        )
        return HideReviewPayload(review=review)  # type: ignore[arg-type]

    @mutation(
        description="Show a hidden review again; for owner and manager, unless the platform's admin hid it."
    )
    def show_review(self, info: Info, input: Annotated[ShowReviewInput, WHICH]) -> ShowReviewPayload | None:
        """Show."""
        review_id = pk_of(input.review_id, "Review")
        review = services.show_review(review_id=review_id, viewer=info.context.viewer)
        return ShowReviewPayload(review=review)  # type: ignore[arg-type]


def _written(info: Info, given: WriteReviewInput) -> models.Review:
    """Write as the client whom account or token names; a key is that client's, of that booking."""
    booking_id = pk_of(given.booking_id, "Booking")
    return services.write_review(
        booking_id=booking_id,
        viewer=info.context.viewer_with(given.access_token),
        words=services.Words(given.rating, given.comment, given.show_name),
        once=once(info, "writeReview", given, f"booking:{booking_id}"),
        now=info.context.now,
    )
