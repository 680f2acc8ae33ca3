"""The text to which a person agrees when drafting, by version. A booking keeps the version and the time."""

from django.utils.translation import gettext_lazy as _

VERSION = "2026-11"
TEXT = _(
    "I agree that the practice and this service keep and use what I enter here in order to handle my booking."
)
