"""To what the client of a booking agreed."""

import datetime
from typing import Any

import strawberry
import strawberry_django
from django.db.models import OuterRef, Subquery

from bookings.booking import consent, models
from bookings.businesses.models import ConsentText
from schema.common.fields import WHO, Private

_SHOWN = ConsentText.objects.filter(business=OuterRef("business"), version=OuterRef("consent_version"))


@strawberry.type(description="To what a client agreed, and when.")
class BookingConsent:
    """What a booking keeps of its client's consent."""

    version: str = strawberry.field(description="The version of the text that was shown.")
    text: str = strawberry.field(description="That text, plain.")
    agreed_at: datetime.datetime = strawberry.field(description="When the client agreed, or staff said so.")


def consent_field() -> Any:
    """Declare `Booking.consent`; the texts of a list of bookings are read with them."""
    return strawberry_django.field(
        resolver=_agreed,
        only=[*WHO, "consent_version", "consented_at"],
        annotate={"consented_text": Subquery(_SHOWN.values("text")[:1])},
        extensions=[Private()],
        description="To what the client agreed when the booking was drafted.",
    )


def _agreed(root: strawberry.Parent[models.Booking]) -> BookingConsent | None:
    """Give the version that was shown with its text."""
    version = root.consent_version
    text = getattr(root, "consented_text", None)
    if text is None:
        found = consent.of_version(root.business_id, version)
        text = found.text if found is not None else ""
    return BookingConsent(version=version, text=text, agreed_at=root.consented_at)
