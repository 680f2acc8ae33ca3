"""Every way in which a rule refuses: one code a line, one exception that carries it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models


class ErrorCode(models.TextChoices):
    """What a front end may switch on; the label tells what happened and what helps."""

    ACTIVE_BOOKING_EXISTS = (
        "ACTIVE_BOOKING_EXISTS",
        "This address already has as many active bookings as the practice allows.",
    )
    CHALLENGE_ALREADY_USED = "CHALLENGE_ALREADY_USED", "This link or code was used before. Ask for a new one."
    CHALLENGE_EXPIRED = "CHALLENGE_EXPIRED", "This link or code is too old. Ask for a new one."
    CHALLENGE_INVALID = "CHALLENGE_INVALID", "This link or code is not right. Check it, or ask for a new one."
    CONSENT_REQUIRED = (
        "CONSENT_REQUIRED",
        "The person must agree to the terms before a booking can be drafted.",
    )
    CREDENTIALS_INVALID = "CREDENTIALS_INVALID", "The address or the password is not right."
    FORBIDDEN = "FORBIDDEN", "You may not do this."
    IDEMPOTENCY_MISMATCH = "IDEMPOTENCY_MISMATCH", "This idempotency key was used before with other input."
    INVALID_TRANSITION = "INVALID_TRANSITION", "The booking's status does not allow this."
    NOT_FOUND = "NOT_FOUND", "There is nothing here with this id that you may see."
    PAYMENT_MISMATCH = (
        "PAYMENT_MISMATCH",
        "The provider's amount, currency or reference differs from ours; it is refunded.",
    )
    PAYMENT_NOT_DUE = "PAYMENT_NOT_DUE", "This booking needs no online payment."
    PAYMENT_PROVIDER_ERROR = (
        "PAYMENT_PROVIDER_ERROR",
        "The payment provider did not answer as it should. Try again shortly.",
    )
    RATE_LIMITED = "RATE_LIMITED", "Too many tries. Wait before the next."
    SLOT_UNAVAILABLE = "SLOT_UNAVAILABLE", "This time is not open."
    TOKEN_EXPIRED = "TOKEN_EXPIRED", "This token is too old. Log in again."
    TOKEN_INVALID = "TOKEN_INVALID", "This token is not good, or not any more. Log in again."
    TOKEN_REUSED = (
        "TOKEN_REUSED",
        "This refresh token was used before, so its session was ended to be safe. Log in again.",
    )
    TOKEN_ROTATED = (
        "TOKEN_ROTATED",
        "This refresh token was exchanged a moment ago, perhaps by another tab. Use the tokens that it got.",
    )
    TOO_EARLY = "TOO_EARLY", "This is possible from the session's start on."
    TOO_LATE = "TOO_LATE", "The time in which this was possible is over."
    UNAUTHENTICATED = "UNAUTHENTICATED", "Sign in, or send a valid token."
    VALIDATION_FAILED = "VALIDATION_FAILED", "A value is not acceptable."


class DomainError(Exception):
    """A rule refused. The transaction rolls back; the schema turns it into an answer.

    code: what a program switches on; message: a sentence for a person; field: path of the input
    at fault; retry_after: seconds until another try makes sense; details: what the answer's
    payload still carries (an access token beside a refused verification, say).
    """

    def __init__(
        self,
        code: ErrorCode,
        message: str = "",
        *,
        field: Sequence[str] | None = None,
        retry_after: int | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        self.code = code
        self.message = message or str(code.label)
        self.field = list(field) if field else None
        self.retry_after = retry_after
        self.details: dict[str, Any] = dict(details or {})
        super().__init__(f"{code}: {self.message}")


class Unauthenticated(DomainError):
    """Nobody is signed in, or the token that was sent is no good."""

    def __init__(self, message: str = "") -> None:
        super().__init__(ErrorCode.UNAUTHENTICATED, message)


class Forbidden(DomainError):
    """The caller is known, sees the object, and may not do this to it."""

    def __init__(self, message: str = "") -> None:
        super().__init__(ErrorCode.FORBIDDEN, message)
