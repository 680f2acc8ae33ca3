"""What a person asks for, checked and put together as the row of a booking. Drafting and manual creation share it."""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from bookings.booking import consent
from bookings.booking.models import Booking
from bookings.booking.policies import Lifetimes
from bookings.booking.states import Status
from bookings.businesses.zones import is_zone
from bookings.catalogue.models import Service
from bookings.common.errors import DomainError, ErrorCode
from bookings.common.ids import new_acknowledgement_id
from bookings.common.text import can_be_kept
from bookings.consultants.models import Consultant

MAX_TEXT = 5000
MAX_INTAKE = 10_000
_JOINERS = re.compile("[\u200c\u200d]")
LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,2}")


@dataclass(frozen=True)
class DraftRequest:
    """What a person asks for; `starts_at` is an instant, `seats` how many people come."""

    email: str
    full_name: str
    service_id: int
    consultant_id: int
    starts_at: datetime
    consent: bool
    seats: int = 1
    mode: str | None = None
    payment_mode: str | None = None
    phone: str = ""
    timezone: str = ""
    locale: str = "en"
    message: str = ""
    intake: dict[str, Any] = field(default_factory=dict)


def check_texts(request: DraftRequest) -> None:
    """Refuse what no person needs. Raises CONSENT_REQUIRED and VALIDATION_FAILED."""
    if not request.consent:
        raise DomainError(ErrorCode.CONSENT_REQUIRED, field=["consent"])
    intake = _written(request.intake)
    rules = (
        (
            "fullName",
            len(request.full_name.strip()) <= 200 and _is_one_line(request.full_name.strip()),
            "A name has 1 to 200 characters on one line.",
        ),
        ("phone", len(request.phone) <= 32, "A telephone number has 32 characters at most."),
        ("message", len(request.message) <= MAX_TEXT, f"A message has {MAX_TEXT} characters at most."),
        ("intake", len(intake) <= MAX_INTAKE, f"The answers have {MAX_INTAKE} characters at most."),
        ("locale", LOCALE.fullmatch(request.locale), "A locale looks like en or pl-PL."),
        ("seats", 1 <= request.seats <= 1000, "From 1 to 1000 seats can be asked for."),
        (
            "timezone",
            not request.timezone or is_zone(request.timezone),
            "This is no zone of the IANA database.",
        ),
    )
    for field_name, kept, message in rules:
        if not kept:
            raise _invalid(field_name, message)
    for field_name, text in (("phone", request.phone), ("message", request.message), ("intake", intake)):
        if not can_be_kept(text):
            raise _invalid(field_name, "Text may hold neither NUL characters nor halves of surrogate pairs.")


def _written(intake: dict[str, Any]) -> str:
    """Give the answers as JSON. Raises VALIDATION_FAILED for what JSON cannot hold: a literal 1e999 is infinite."""
    try:
        return json.dumps(intake, ensure_ascii=False, allow_nan=False)
    except ValueError:
        raise _invalid("intake", "The answers hold a number that is too large.") from None


def _is_one_line(name: str) -> bool:
    """Tell whether a name is text that shows on one line: joiners stand in Persian, Hindi and emoji names."""
    plain = _JOINERS.sub("", name).replace("\u00a0", " ").strip()
    return bool(plain) and plain.isprintable()


def offered(request: DraftRequest) -> tuple[Consultant, Service]:
    """Give the active consultant and the active service that they offer. Raises NOT_FOUND."""
    service = (
        Service.objects.select_related("business")
        .filter(pk=request.service_id, is_active=True, business__is_active=True)
        .first()
    )
    if service is None:
        raise DomainError(ErrorCode.NOT_FOUND, "There is no such service.", field=["serviceId"])
    consultant = (
        Consultant.objects.select_related("schedule", "user")
        .filter(pk=request.consultant_id, is_active=True, services=service)
        .first()
    )
    if consultant is None:
        raise DomainError(ErrorCode.NOT_FOUND, "Nobody like this offers the service.", field=["consultantId"])
    return consultant, service


def row(
    request: DraftRequest,
    email: str,
    service: Service,
    consultant: Consultant,
    ends_at: datetime,
    now: datetime,
) -> Booking:
    """Put together the row, with the terms of this moment copied onto it."""
    zone = consultant.schedule.timezone
    return Booking(
        business=service.business,
        service=service,
        consultant=consultant,
        status=Status.DRAFT,
        email=email,
        full_name=request.full_name.strip(),
        phone=request.phone.strip(),
        client_timezone=request.timezone or zone,
        locale=request.locale,
        message=request.message,
        intake=request.intake,
        consent_version=consent.VERSION,
        consented_at=now,
        starts_at=request.starts_at,
        ends_at=ends_at,
        timezone=zone,
        created_at=now,
        updated_at=now,
        **_terms(request, service, now),
    )


def _terms(request: DraftRequest, service: Service, now: datetime) -> dict[str, Any]:
    """Give what is agreed now and holds for this booking, whatever the service says later."""
    lifetimes = Lifetimes.of(service, service.business)
    return {
        "mode": _mode(request, service),
        "payment_mode": _payment_mode(request, service),
        "seats": request.seats,
        "buffer_before": service.buffer_before,
        "buffer_after": service.buffer_after,
        "price": service.price * request.seats,
        "currency": service.currency,
        "needs_approval": service.needs_approval,
        "pending_lifetime": lifetimes.pending,
        "approved_lifetime": lifetimes.approved,
        "payment_lifetime": lifetimes.payment,
        "cancellation_notice": lifetimes.cancellation,
        "deadline_at": min(now + lifetimes.draft, request.starts_at),
    }


def _mode(request: DraftRequest, service: Service) -> str:
    """Give where the session takes place: the only place, or the client's choice. Raises VALIDATION_FAILED."""
    if service.location_kind == Service.LocationKind.EITHER:
        return request.mode or Booking.Mode.ONLINE
    if request.mode not in {None, service.location_kind}:
        raise _invalid(
            "mode", f"This service takes place {service.get_location_kind_display().lower()} only."
        )
    return service.location_kind


def _payment_mode(request: DraftRequest, service: Service) -> str:
    """Give how it is paid: the only way, or the client's choice. Raises VALIDATION_FAILED.

    What has a price is not sold for online payment where no provider is set up: nobody could ever pay.
    """
    online_works = settings.PAYMENT_PROVIDER != "none" or service.price == 0
    if service.payment_policy == Service.PaymentPolicy.EITHER:
        usual = Booking.PaymentMode.ONLINE if online_works else Booking.PaymentMode.ON_SITE
        mode: str = request.payment_mode or usual
    elif request.payment_mode not in {None, service.payment_policy}:
        raise _invalid("paymentMode", "This service cannot be paid this way.")
    else:
        mode = service.payment_policy
    if mode == Booking.PaymentMode.ONLINE and not online_works:
        raise _invalid("paymentMode", "Online payment is not set up here.")
    return mode


def insert(booking: Booking) -> Booking:
    """Save under a fresh acknowledgement id; the database says whether it is fresh."""
    for _ in range(10):
        booking.acknowledgement_id = new_acknowledgement_id()
        try:
            with transaction.atomic():
                booking.save(force_insert=True)
        except IntegrityError:
            if not Booking.objects.filter(acknowledgement_id=booking.acknowledgement_id).exists():
                raise
            booking.pk = None
        else:
            return booking
    raise RuntimeError("no free acknowledgement id in ten tries; raise ACKNOWLEDGEMENT_LENGTH")


def _invalid(field_name: str, message: str) -> DomainError:
    return DomainError(ErrorCode.VALIDATION_FAILED, message, field=[field_name])
