"""Every way in which a rule refuses: one code a line, one exception that carries it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ErrorCode(models.TextChoices):
    """What a front end may switch on; the label tells what happened and what helps."""

    ACCOUNT_IN_USE = (
        "ACCOUNT_IN_USE",
        _(
            "This account still owns a practice or has sessions to come. Hand them over, or cancel them, first."
        ),
    )
    ACTIVE_BOOKING_EXISTS = (
        "ACTIVE_BOOKING_EXISTS",
        _("This address already has as many active bookings as the practice allows."),
    )
    ALREADY_DECIDED = "ALREADY_DECIDED", _("This was decided before, by somebody else perhaps.")
    ALREADY_PAID = "ALREADY_PAID", _("Nothing of this booking's price is left to pay.")
    ALREADY_REVIEWED = "ALREADY_REVIEWED", _("This session was reviewed before. There is one review of each.")
    BUSINESS_IN_USE = (
        "BUSINESS_IN_USE",
        _("Something was booked or paid here, and that stays readable. Close the practice instead."),
    )
    CHALLENGE_ALREADY_USED = (
        "CHALLENGE_ALREADY_USED",
        _("This link or code was used before. Ask for a new one."),
    )
    CHALLENGE_EXPIRED = "CHALLENGE_EXPIRED", _("This link or code is too old. Ask for a new one.")
    CHALLENGE_INVALID = (
        "CHALLENGE_INVALID",
        _("This link or code is not right. Check it, or ask for a new one."),
    )
    CONSENT_REQUIRED = (
        "CONSENT_REQUIRED",
        _("The person must agree to the terms before a booking can be drafted."),
    )
    CREDENTIALS_INVALID = "CREDENTIALS_INVALID", _("The address or the password is not right.")
    EMAIL_NOT_VERIFIED = (
        "EMAIL_NOT_VERIFIED",
        _("The account's address was not proven yet. Prove the mailbox first."),
    )
    EMAIL_TAKEN = (
        "EMAIL_TAKEN",
        _("There is an account with this address already. Log in, or reset its password."),
    )
    FORBIDDEN = "FORBIDDEN", _("You may not do this.")
    IDEMPOTENCY_MISMATCH = "IDEMPOTENCY_MISMATCH", _("This idempotency key was used before with other input.")
    INVALID_TRANSITION = "INVALID_TRANSITION", _("The booking's status does not allow this.")
    LAST_OWNER = "LAST_OWNER", _("A practice keeps at least one owner. Make somebody else one first.")
    NOT_ENABLED = "NOT_ENABLED", _("This is turned off here.")
    NOT_FOUND = "NOT_FOUND", _("There is nothing here with this id that you may see.")
    PAYMENT_MISMATCH = (
        "PAYMENT_MISMATCH",
        _("The provider's amount, currency or reference differs from ours; it is refunded."),
    )
    PAYMENT_NOT_DUE = "PAYMENT_NOT_DUE", _("This booking needs no online payment.")
    PAYMENT_PROVIDER_ERROR = (
        "PAYMENT_PROVIDER_ERROR",
        _("The payment provider did not answer as it should. Try again shortly."),
    )
    PAYMENT_UNDER_WAY = (
        "PAYMENT_UNDER_WAY",
        _("The client is paying just now. Wait until that has ended, then try again."),
    )
    PICTURE_BROKEN = "PICTURE_BROKEN", _("This picture cannot be read from its first byte to its last.")
    PICTURE_NOT_KEPT = (
        "PICTURE_NOT_KEPT",
        _("The picture could not be kept just now. Ask for a new link, and send it again."),
    )
    PICTURE_TOO_LARGE = "PICTURE_TOO_LARGE", _("A picture has at most 5 MB, and 4,096 pixels on each side.")
    PICTURE_TYPE_REFUSED = "PICTURE_TYPE_REFUSED", _("A picture is a PNG, a JPEG or a WebP.")
    RATE_LIMITED = "RATE_LIMITED", _("Too many tries. Wait before the next.")
    SENDER_BLOCKED = (
        "SENDER_BLOCKED",
        _("The practice takes no bookings from this address. Get in touch with it."),
    )
    SLOT_UNAVAILABLE = "SLOT_UNAVAILABLE", _("This time is not open.")
    TOKEN_EXPIRED = "TOKEN_EXPIRED", _("This token is too old. Log in again.")
    TOKEN_INVALID = "TOKEN_INVALID", _("This token is not good, or not any more. Log in again.")
    TOKEN_REUSED = (
        "TOKEN_REUSED",
        _("This refresh token was used before, so its session was ended to be safe. Log in again."),
    )
    TOKEN_ROTATED = (
        "TOKEN_ROTATED",
        _(
            "This refresh token was exchanged a moment ago, perhaps by another tab. Use the tokens that it got."
        ),
    )
    TOO_EARLY = "TOO_EARLY", _("This is possible from the session's start on.")
    TOO_LATE = "TOO_LATE", _("The time in which this was possible is over.")
    UNAUTHENTICATED = "UNAUTHENTICATED", _("Sign in, or send a valid token.")
    UPLOAD_LINK_EXPIRED = "UPLOAD_LINK_EXPIRED", _("This upload link is too old. Ask for a new one.")
    UPLOAD_LINK_INVALID = "UPLOAD_LINK_INVALID", _("This upload link is not right. Ask for a new one.")
    UPLOAD_LINK_USED = "UPLOAD_LINK_USED", _("This upload link was used before. Ask for a new one.")
    VALIDATION_FAILED = "VALIDATION_FAILED", _("A value is not acceptable.")


class DomainError(Exception):
    """A rule refused. The transaction rolls back; the schema turns it into an answer.

    code: what a program switches on; message: a sentence for a person, in the language active now; field: path of
    the input at fault; retry_after: seconds until another try makes sense; details: what the answer's
    payload still carries (an access token beside a refused verification, say).
    """

    def __init__(
        self,
        code: ErrorCode,
        message: str | Promise = "",
        *,
        field: Sequence[str] | None = None,
        retry_after: int | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        self.code = code
        self.message = str(message or code.label)
        self.field = list(field) if field else None
        self.retry_after = retry_after
        self.details: dict[str, Any] = dict(details or {})
        super().__init__(f"{code}: {self.message}")


def invalid(field: str, message: str | Promise) -> DomainError:
    """Give the refusal of one field of the input."""
    return DomainError(ErrorCode.VALIDATION_FAILED, message, field=[field])


class Unauthenticated(DomainError):
    """Nobody is signed in, or the token that was sent is no good."""

    def __init__(self, message: str | Promise = "") -> None:
        super().__init__(ErrorCode.UNAUTHENTICATED, message)


class Forbidden(DomainError):
    """The caller is known, sees the object, and may not do this to it."""

    def __init__(self, message: str | Promise = "") -> None:
        super().__init__(ErrorCode.FORBIDDEN, message)
