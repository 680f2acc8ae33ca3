"""The text to which a person agrees when drafting, by version. A booking keeps the version and the time.

A practice that never published a text of its own shows the built-in one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bookings.businesses import consents
from bookings.businesses.models import Business, ConsentText
from bookings.common.errors import DomainError, ErrorCode

VERSION = "2026-11"
TEXT = _(
    "I agree that the practice and this service keep and use what I enter here in order to handle my booking."
)
BUILT_IN: Mapping[str, str | Promise] = {VERSION: TEXT}
"""Every built-in text that was ever shown. A new one is an entry more; none is taken out or changed."""


@dataclass(frozen=True)
class Consent:
    """A text and its version."""

    version: str
    text: str


def present(business: Business) -> Consent:
    """Give what a client has to agree to now.

    A list of practices that read its newest texts ahead (as `newest_consents`) is spared a statement each.
    """
    read = getattr(business, "newest_consents", None)
    own = next(iter(read), None) if read is not None else consents.latest(business.pk)
    return Consent(own.version, own.text) if own is not None else Consent(VERSION, str(TEXT))


def of_version(business_id: int, version: str) -> Consent | None:
    """Give the text of a version, present or past, of a practice's own or built in; None for one that never was."""
    if version in BUILT_IN:
        return Consent(version, str(BUILT_IN[version]))
    own = ConsentText.objects.filter(business_id=business_id, version=version).first()
    return Consent(own.version, own.text) if own is not None else None


def agreed(business: Business, shown: str | None) -> str:
    """Give the version that a booking is to keep: the one that was shown, which must be the present one.

    Raises CONSENT_REQUIRED where another was shown. Where the client does not say, it is taken to be the present one.
    """
    version = present(business).version
    if shown is not None and shown != version:
        raise DomainError(
            ErrorCode.CONSENT_REQUIRED,
            gettext("The text has changed. Show the present one, version %(version)s, and ask again.")
            % {"version": version},
            field=["consentVersion"],
        )
    return version
