"""Pictures of accounts, consultants and practices. Their bytes never pass GraphQL: a mutation gives a link for them."""

import datetime
from enum import Enum
from typing import Annotated, Any

import strawberry

from bookings.limits.policies import Limit
from bookings.pictures import selectors, services
from bookings.pictures.images import KEPT_SIDE, MOST_BYTES, MOST_SIDE
from schema.common.context import Info
from schema.common.errors import UserError, mutation, no_errors
from schema.common.inputs import optional_pk
from schema.common.scalars import URL


@strawberry.enum(description="How bytes are sent to an upload link.")
class UploadMethod(Enum):
    """The one method that `setProfilePicture` names."""

    PUT = strawberry.enum_value("PUT", description="HTTP's PUT, with the file as the whole body.")


@strawberry.input(description="Whose picture to set. Without any id: your own account's.")
class SetProfilePictureInput:
    """Input of `setProfilePicture`."""

    consultant_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="A consultant: yourself as one, or one of a practice whose consultants you look after.",
    )
    business_id: strawberry.ID | None = strawberry.field(
        default=None, description="A practice that you run. Give this or `consultantId`, not both."
    )


@strawberry.input(description="Whose picture to take away. Without any id: your own account's.")
class RemoveProfilePictureInput(SetProfilePictureInput):
    """Input of `removeProfilePicture`."""


@strawberry.type(description="Where to send the bytes of the picture.")
class SetProfilePicturePayload:
    """Payload of `setProfilePicture`."""

    upload_url: URL | None = strawberry.field(
        default=None,
        description="Send the file here, as the whole body, without any other header. The link is its own proof: "
        "good once, for the first body that arrives, and for ten minutes. Keep it to yourself.",
    )
    method: UploadMethod | None = strawberry.field(default=None, description="How to send it.")
    max_bytes: int | None = strawberry.field(default=None, description="How long the file may be.")
    max_side: int | None = strawberry.field(
        default=None, description="How many pixels the picture may have on each side."
    )
    expires_at: datetime.datetime | None = strawberry.field(
        default=None, description="Until when the link is good."
    )
    errors: list[UserError] = no_errors()


@strawberry.type(description="Whether a picture was taken away.")
class RemoveProfilePicturePayload:
    """Payload of `removeProfilePicture`."""

    removed: bool = strawberry.field(
        default=False, description="Whether there was one; false without errors where there was none."
    )
    errors: list[UserError] = no_errors()


def picture_of(root: Any) -> URL | None:
    """Give where a row's picture is served."""
    found = selectors.address_of(root.picture)
    return URL(found) if found else None


@strawberry.type
class Mutation:
    """Root fields of this topic."""

    @mutation(
        limit=Limit.UPLOAD,
        description="Ask for a link to which a picture is uploaded: a PNG, JPEG or WebP of at most "
        f"{MOST_BYTES // 1024**2} MB and {MOST_SIDE:,} pixels on each side. It is made anew from its pixels alone, "
        f"upright, at most {KEPT_SIDE:,} pixels on the longer side; place, camera and whatever else the file says "
        "are dropped. The upload answers with JSON: `pictureUrl`, or `errors` as a mutation has them. Links for the "
        "same picture that were not used yet are worthless from now on.",
    )
    def set_profile_picture(
        self,
        info: Info,
        input: Annotated[SetProfilePictureInput, strawberry.argument(description="Whose picture.")],
    ) -> SetProfilePicturePayload | None:
        """Give a link."""
        link = services.ask_for_upload(viewer=info.context.viewer, now=info.context.now, **_named(input))
        return SetProfilePicturePayload(
            upload_url=URL(link.url),
            method=UploadMethod.PUT,
            max_bytes=MOST_BYTES,
            max_side=MOST_SIDE,
            expires_at=link.expires_at,
        )

    @mutation(
        description="Take a picture away. Its address answers 404 from then on; what browsers and proxies kept of it "
        "is gone after a day."
    )
    def remove_profile_picture(
        self,
        info: Info,
        input: Annotated[RemoveProfilePictureInput, strawberry.argument(description="Whose picture.")],
    ) -> RemoveProfilePicturePayload | None:
        """Take it away."""
        return RemoveProfilePicturePayload(
            removed=services.remove_picture(viewer=info.context.viewer, **_named(input))
        )


def _named(given: SetProfilePictureInput) -> dict[str, int | None]:
    return {
        "consultant_id": optional_pk(given.consultant_id, "Consultant"),
        "business_id": optional_pk(given.business_id, "Business"),
    }
