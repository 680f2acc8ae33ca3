"""The texts to which clients agree when drafting, by version."""

import datetime
from typing import Annotated

import strawberry

from bookings.booking import consent
from bookings.businesses import consents, models, selectors
from schema.businesses import Business
from schema.common.context import Info
from schema.common.errors import UserError, mutation, no_errors
from schema.common.inputs import pk_of


@strawberry.type(description="A text to which clients agree. Under one version it never changes.")
class ConsentText:
    """The GraphQL face of booking.consent.Consent."""

    version: str = strawberry.field(description="What a booking keeps, such as `2026-11-21.1`.")
    text: str = strawberry.field(description="The text, plain.")

    @classmethod
    def of(cls, row: consent.Consent | models.ConsentText) -> "ConsentText":
        """Give the face of one."""
        return cls(version=row.version, text=row.text)


@strawberry.input(description="A practice, and the text that its clients are to agree to from now on.")
class PublishConsentTextInput:
    """Input of `publishConsentText`."""

    business_id: strawberry.ID = strawberry.field(description="The practice.")
    text: str = strawberry.field(description="1 to 5000 characters, plain text.")


@strawberry.type(description="The text that is shown from now on.")
class PublishConsentTextPayload:
    """Payload of `publishConsentText`."""

    consent_text: ConsentText | None = strawberry.field(
        default=None, description="The text with its version; the one there is, where it is the same text."
    )
    published_at: datetime.datetime | None = strawberry.field(
        default=None, description="When this version was published."
    )
    business: Business | None = strawberry.field(default=None, description="The practice.")
    errors: list[UserError] = no_errors()


@strawberry.type
class Query:
    """Root fields of this topic."""

    @strawberry.field(
        description="The text of one version, present or past; null for one that this practice never showed."
    )
    def consent_text(
        self,
        business_id: Annotated[strawberry.ID, strawberry.argument(description="The practice.")],
        version: Annotated[str, strawberry.argument(description="The version, as a booking keeps it.")],
    ) -> ConsentText | None:
        """Find one."""
        business = selectors.in_use().filter(pk=pk_of(business_id, "Business")).first()
        found = consent.of_version(business.pk, version) if business is not None else None
        return ConsentText.of(found) if found is not None else None


@strawberry.type
class Mutation:
    """Root fields of this topic."""

    @mutation(
        description="Publish a new text to which clients agree when drafting; for owner and managers. Bookings keep "
        "the version that was shown to them, and no version ever changes."
    )
    def publish_consent_text(
        self,
        info: Info,
        input: Annotated[
            PublishConsentTextInput, strawberry.argument(description="The practice and its text.")
        ],
    ) -> PublishConsentTextPayload | None:
        """Publish."""
        viewer, now = info.context.viewer, info.context.now
        business_id = pk_of(input.business_id, "Business")
        row = consents.publish(business_id=business_id, text=input.text, viewer=viewer, now=now)
        return PublishConsentTextPayload(
            consent_text=ConsentText.of(row),
            published_at=row.published_at,
            business=row.business,  # type: ignore[arg-type]
        )
