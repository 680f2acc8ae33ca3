"""From inputs as clients write them to what the services take."""

import dataclasses
import datetime
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import strawberry
from django.conf import settings
from django.utils.translation import gettext

from bookings.accounts.viewer import Viewer
from bookings.availability.selectors import ANY
from bookings.booking import selectors
from bookings.booking.services import DraftRequest, pass_challenge
from bookings.booking.wishes import Wish
from bookings.common.errors import DomainError, ErrorCode, invalid
from bookings.common.idempotency import Once
from bookings.common.ids import read_acknowledgement_id
from bookings.consultants.models import Consultant
from bookings.resources.models import Resource
from bookings.verification.models import Challenge
from bookings.verification.services import Passed
from schema.booking.inputs import (
    BookingProof,
    CodeProof,
    MailboxProof,
)
from schema.booking.requests import BookingRequestInput, CreateBookingInput, DraftBookingInput
from schema.common.context import Info
from schema.common.inputs import optional_pk, pk_of
from schema.slots.types import read_slot_id

if TYPE_CHECKING:
    from schema.booking.following import BookFollowUpInput


def draft_request(given: DraftBookingInput | CreateBookingInput, info: Info) -> DraftRequest:
    """Give the request that an input means. Raises VALIDATION_FAILED where it names no one time."""
    where = where_of(given)
    intake: Any = given.intake or {} if isinstance(given, DraftBookingInput) else {}
    if not isinstance(intake, dict):
        raise invalid("intake", gettext("The answers are an object of names and values."))
    return DraftRequest(
        email=given.email or "",
        full_name=given.full_name,
        service_id=where.service,
        consultant_id=where.consultant,
        resource_id=where.resource,
        starts_at=where.start,
        ends_at=where.end,
        wish=wish_of(given) if isinstance(given, DraftBookingInput) else None,
        consent=given.consent,
        consent_version=given.consent_version,
        seats=given.seats,
        mode=given.mode,
        meeting_platform=given.meeting_platform,
        payment_mode=given.payment_mode,
        phone=given.phone,
        timezone=given.timezone or "",
        locale=given.locale or info.context.language,
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


def tried(input: Any) -> Mapping[str, str] | None:
    """Give what a proof is about, for limits: the booking of a code, nothing for a link, None for an account."""
    if input.proof.account:
        return None
    return tried_mailbox(input)


def tried_mailbox(input: Any) -> Mapping[str, str]:
    """Give what a proof of a mailbox is about, for limits: the booking of a code, nothing for a link."""
    code = input.proof.code
    return {"subject": f"booking:{read_acknowledgement_id(code.acknowledgement_id)}"} if code else {}


def once(info: Info, mutation: str, given: Any, scope: str) -> Once | None:
    """Give the request's idempotency, from its input or the header `Idempotency-Key`; None without a key."""
    key = given.idempotency_key
    if key is None:
        key = info.context.request.headers.get("Idempotency-Key")
    if key is None:
        return None
    facts = _said(dataclasses.asdict(given))
    facts.pop("idempotency_key", None)
    facts.pop("access_token", None)
    facts.pop("password", None)
    return Once.of(scope=_scope_of(info.context.viewer, scope), mutation=mutation, key=key, given=facts)


def _scope_of(viewer: Viewer, scope: str) -> str:
    """Give within what an idempotency key is one caller's: their account, their service key, or what they act on."""
    if viewer.key is not None:
        return f"{viewer.through}:{scope}"
    return f"user:{viewer.user.pk}:{scope}" if viewer.user is not None else scope


def _said(given: Any) -> Any:
    """Drop what an input leaves out, at any depth: written down it would look like an empty text."""
    if isinstance(given, dict):
        return {name: _said(value) for name, value in given.items() if value is not strawberry.UNSET}
    if isinstance(given, list):
        return [_said(value) for value in given]
    return given


def return_url(given: str | None) -> str:
    """Give where a payment page may lead back to. Raises VALIDATION_FAILED for a stranger's address."""
    if given is None:
        return ""
    try:
        parts = urlsplit(given if given.isprintable() and " " not in given else "")
    except ValueError:  # brackets that hold no IPv6 address, say
        parts = urlsplit("")
    origin = f"{parts.scheme}://{parts.netloc}"
    if parts.scheme not in {"http", "https"} or not _is_ours(origin) or len(given) > 500:
        raise invalid("returnUrl", gettext("Payments lead back to this service or its front end only."))
    return given


def _is_ours(origin: str) -> bool:
    """Tell whether a page of this origin may call from a browser; in development that is any port of this machine."""
    known = {settings.PUBLIC_URL, settings.FRONTEND_URL, *settings.CORS_ALLOWED_ORIGINS} - {""}
    patterns = settings.CORS_ALLOWED_ORIGIN_REGEXES
    return origin in known or any(re.fullmatch(pattern, origin) for pattern in patterns)


@dataclasses.dataclass(frozen=True)
class Where:
    """Which service, with whom or what, and from when until when."""

    service: int
    consultant: int | None
    resource: int | None
    start: datetime.datetime | None
    end: datetime.datetime | None


def where_of(given: "BookingRequestInput | BookFollowUpInput") -> Where:
    """Read a slot's id, or the single ids and the start. Raises VALIDATION_FAILED where they contradict."""
    if given.slot_id is None:
        if given.service_id is None:
            raise invalid("slotId", gettext("Give `slotId`, or `serviceId` and when."))
        return Where(
            pk_of(given.service_id, "Service"),
            optional_pk(given.consultant_id, "Consultant"),
            optional_pk(given.resource_id, "Resource"),
            given.starts_at,
            given.ends_at,
        )
    key = read_slot_id(given.slot_id)
    consultant, resource = _whose(key.schedule)
    end = given.ends_at if key.length is None else key.start + key.length
    where = Where(key.service, consultant, resource, key.start, end)
    _agree(given, where)
    return where


def _whose(schedule: int) -> tuple[int | None, int | None]:
    """Give the consultant or the resource that a slot's id means; neither for anyone's. Raises NOT_FOUND."""
    if schedule == ANY:
        return None, None
    consultant = Consultant.objects.filter(schedule=schedule).values_list("pk", flat=True).first()
    if consultant is not None:
        return consultant, None
    resource = Resource.objects.filter(schedule=schedule).values_list("pk", flat=True).first()
    if resource is None:
        raise DomainError(ErrorCode.NOT_FOUND, gettext("There is no such slot."), field=["slotId"])
    return None, resource


def _agree(given: "BookingRequestInput | BookFollowUpInput", where: Where) -> None:
    """Refuse what says otherwise than the slot beside it. Raises VALIDATION_FAILED that names the field."""
    said = (
        ("serviceId", optional_pk(given.service_id, "Service"), where.service),
        ("consultantId", optional_pk(given.consultant_id, "Consultant"), where.consultant),
        ("resourceId", optional_pk(given.resource_id, "Resource"), where.resource),
        ("startsAt", given.starts_at, where.start),
        ("endsAt", given.ends_at, where.end),
    )
    for field, value, meant in said:
        if value is not None and value != meant:
            raise invalid(field, gettext("`slotId` says otherwise. Leave this out, or name no slot."))


def wish_of(given: "DraftBookingInput | BookFollowUpInput") -> Wish | None:
    """Read a wish. Raises VALIDATION_FAILED for a part of one."""
    if given.preferred_date is None and given.preferred_period is None:
        return None
    if given.preferred_date is None or given.preferred_period is None:
        raise invalid("preferredDate", gettext("A wish has a date and a part of it."))
    return Wish(
        given.preferred_date,
        given.preferred_period,
        _clock("preferredFrom", given.preferred_from),
        _clock("preferredUntil", given.preferred_until),
    )


def _clock(field: str, text: str | None) -> datetime.time | None:
    if text is None:
        return None
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise invalid(field, gettext("A time is written HH:MM."))
    return datetime.time.fromisoformat(text)
