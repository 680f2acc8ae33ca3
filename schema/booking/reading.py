"""From inputs as clients write them to what the services take."""

import dataclasses
import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from bookings.booking import selectors
from bookings.booking.services import DraftRequest, pass_challenge
from bookings.common.errors import DomainError, ErrorCode
from bookings.common.idempotency import Once
from bookings.consultants.models import Consultant
from bookings.verification.models import Challenge
from bookings.verification.services import Passed
from schema.booking.inputs import (
    BookingProof,
    CodeProof,
    CreateBookingInput,
    DraftBookingInput,
    MailboxProof,
    WishInput,
)
from schema.common.context import Info
from schema.common.inputs import pk_of
from schema.slots import read_slot_id


def draft_request(given: DraftBookingInput | CreateBookingInput) -> DraftRequest:
    """Give the request that an input means. Raises VALIDATION_FAILED where it names no one time."""
    service_id, consultant_id, starts_at = _time(given)
    intake: Any = given.intake or {} if isinstance(given, DraftBookingInput) else {}
    if not isinstance(intake, dict):
        raise DomainError(
            ErrorCode.VALIDATION_FAILED, "The answers are an object of names and values.", field=["intake"]
        )
    return DraftRequest(
        email=given.email or "",
        full_name=given.full_name,
        service_id=service_id,
        consultant_id=consultant_id,
        starts_at=starts_at,
        consent=given.consent,
        seats=given.seats,
        mode=given.mode,
        payment_mode=given.payment_mode,
        phone=given.phone,
        timezone=given.timezone or "",
        locale=given.locale,
        message=given.message,
        intake=intake,
    )


def passed(proof: BookingProof | MailboxProof, purpose: Challenge.Purpose, now: datetime.datetime) -> Passed:
    """Use up the link's token or the code. Raises the CHALLENGE_ errors."""
    if proof.token:
        return pass_challenge(purpose=purpose, token=proof.token, now=now)
    if not isinstance(proof.code, CodeProof):
        raise DomainError(ErrorCode.CHALLENGE_INVALID, field=["proof"])
    booking = selectors.by_acknowledgement(proof.code.acknowledgement_id)
    return pass_challenge(
        purpose=purpose, code=proof.code.code, booking_id=booking.pk if booking else None, now=now
    )


def once(info: Info, mutation: str, given: Any, scope: str) -> Once | None:
    """Give the request's idempotency, from its input or the header `Idempotency-Key`; None without a key."""
    key = given.idempotency_key
    if key is None:
        key = info.context.request.headers.get("Idempotency-Key")
    if key is None:
        return None
    facts = dataclasses.asdict(given)
    facts.pop("idempotency_key", None)
    facts.pop("access_token", None)
    user = info.context.viewer.user
    return Once.of(
        scope=f"user:{user.pk}:{scope}" if user else scope, mutation=mutation, key=key, given=facts
    )


def return_url(given: str | None) -> str:
    """Give where a payment page may lead back to. Raises VALIDATION_FAILED for a stranger's address."""
    if given is None:
        return ""
    try:
        parts = urlsplit(given if given.isprintable() and " " not in given else "")
    except ValueError:  # brackets that hold no IPv6 address, say
        parts = urlsplit("")
    origin = f"{parts.scheme}://{parts.netloc}"
    known = {settings.PUBLIC_URL, settings.FRONTEND_URL, *settings.CORS_ALLOWED_ORIGINS} - {""}
    if parts.scheme not in {"http", "https"} or origin not in known or len(given) > 500:
        raise DomainError(
            ErrorCode.VALIDATION_FAILED,
            "Payments lead back to this service or its front end only.",
            field=["returnUrl"],
        )
    return given


def _time(given: WishInput) -> tuple[int, int, datetime.datetime]:
    """Give (service, consultant, start) from a slot's id, or from the three themselves."""
    if given.slot_id is not None:
        service_id, schedule_id, start = read_slot_id(given.slot_id)
        if given.service_id is not None and pk_of(given.service_id, "Service") != service_id:
            raise DomainError(
                ErrorCode.VALIDATION_FAILED, "The slot is one of another service.", field=["slotId"]
            )
        consultant = Consultant.objects.filter(schedule=schedule_id).values_list("pk", flat=True).first()
        return service_id, consultant or 0, start
    if given.service_id is None or given.consultant_id is None or given.starts_at is None:
        raise DomainError(
            ErrorCode.VALIDATION_FAILED,
            "Give `slotId`, or `serviceId`, `consultantId` and `startsAt`.",
            field=["slotId"],
        )
    return pk_of(given.service_id, "Service"), pk_of(given.consultant_id, "Consultant"), given.starts_at
