"""A request with the rows that it speaks of, and the row of a booking made from them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BigIntegerField
from django.utils.translation import gettext, ngettext

from bookings.availability.engine import Terms
from bookings.availability.hosts import Hosts, hosts_of
from bookings.availability.selectors import terms_of
from bookings.booking import consent, wishes
from bookings.booking.intake import city_digest, city_of
from bookings.booking.models import Booking
from bookings.booking.policies import YEARS, Lifetimes
from bookings.booking.services.request import DraftRequest
from bookings.booking.states import Status
from bookings.catalogue import selectors as catalogue
from bookings.catalogue.models import Service
from bookings.catalogue.prices import deposit_of, price_of
from bookings.catalogue.refund_tiers import tiers_of
from bookings.catalogue.reminders import reminders_of
from bookings.common.compiled import Argument, Compiled, Insertion
from bookings.common.errors import DomainError, ErrorCode, invalid
from bookings.common.ids import new_acknowledgement_id
from bookings.common.zones import zone
from bookings.consultants import selectors as consultants
from bookings.consultants.models import Consultant
from bookings.payments.selectors import can_be_paid_online
from bookings.resources import selectors as resources
from bookings.resources.models import Resource

_KEY = BigIntegerField()
_SERVICE = Compiled(lambda: catalogue.in_use().select_related("business").filter(pk=Argument("pk", _KEY)))
_CONSULTANT = Compiled(
    lambda: (
        consultants.in_use()
        .select_related("schedule", "user")
        .filter(
            pk=Argument("pk", _KEY), business=Argument("business", _KEY), services=Argument("service", _KEY)
        )
    )
)
_BOOKING = Insertion(Booking, unless=(("acknowledgement_id",), ""))


@dataclass(frozen=True)
class Asked:
    """Rows that a request speaks of. `length` is that of the session, `hosts` whose time it may take."""

    request: DraftRequest
    service: Service
    consultant: Consultant | None
    resource: Resource | None
    hosts: Hosts
    length: timedelta

    @property
    def terms(self) -> Terms:
        """What the session asks of time now."""
        return terms_of(self.service, seats=self.request.seats, length=self.length)

    @property
    def timezone(self) -> str:
        """The zone of whoever was named, or else of the practice."""
        named = self.consultant or self.resource
        return named.schedule.timezone if named is not None else self.service.business.timezone


def asked(request: DraftRequest, now: datetime) -> Asked:
    """Find the service and whoever is named, and check when. Raises NOT_FOUND, VALIDATION_FAILED."""
    service = _SERVICE.first(pk=request.service_id)
    if service is None:
        raise DomainError(ErrorCode.NOT_FOUND, gettext("There is no such service."), field=["serviceId"])
    consultant, resource = _consultant(request, service), _resource(request, service)
    hosts = _hosts(service, consultant, request)
    found = Asked(request, service, consultant, resource, hosts, _length(request, service))
    if request.wish is None:
        if request.starts_at is None:
            raise invalid("startsAt", gettext("Say when: a start, or a date and a part of the day."))
        if request.starts_at.year not in YEARS:
            raise invalid("startsAt", gettext("This date is out of range."))
        return found
    if request.starts_at is not None:
        raise invalid("startsAt", gettext("Give a start or a wish, not both."))
    if request.seats > service.seats:
        raise invalid(
            "seats",
            ngettext("A session has %(seats)s seat.", "A session has %(seats)s seats.", service.seats)
            % {"seats": service.seats},
        )
    wishes.check(request.wish, zone=zone(found.timezone), now=now, horizon_days=service.horizon)
    return found


def _consultant(request: DraftRequest, service: Service) -> Consultant | None:
    """Find the consultant who is named. Raises NOT_FOUND for one who does not offer the service."""
    if request.consultant_id is None:
        return None
    consultant = _CONSULTANT.first(pk=request.consultant_id, business=service.business_id, service=service.pk)
    if consultant is None or service.holds == Service.Holds.RESOURCE:
        raise DomainError(
            ErrorCode.NOT_FOUND, gettext("Nobody like this offers the service."), field=["consultantId"]
        )
    return consultant


def _hosts(service: Service, consultant: Consultant | None, request: DraftRequest) -> Hosts:
    """Give whose time it may take; a consultant who was just found, and needs no room, is not looked up again."""
    if consultant is None or service.holds != Service.Holds.CONSULTANT:
        return hosts_of(service, consultant_id=request.consultant_id, resource_id=request.resource_id)
    consultant.schedule.business = service.business
    return Hosts((consultant.schedule,), timezone=service.business.timezone)


def _resource(request: DraftRequest, service: Service) -> Resource | None:
    """Find the resource that is named. Raises NOT_FOUND, VALIDATION_FAILED where the practice chooses the room."""
    if request.resource_id is None:
        return None
    if service.holds != Service.Holds.RESOURCE:
        raise invalid("resourceId", gettext("A resource is named for a service that sells its time alone."))
    things = resources.in_use().select_related("schedule")
    resource = things.filter(pk=request.resource_id, business=service.business_id, services=service).first()
    if resource is None:
        raise DomainError(
            ErrorCode.NOT_FOUND, gettext("There is nothing like this to book."), field=["resourceId"]
        )
    return resource


def row(asked: Asked, email: str, now: datetime) -> Booking:
    """Put together the row, with the terms of this moment copied onto it."""
    request, service = asked.request, asked.service
    return Booking(
        business=service.business,
        service=service,
        consultant=asked.consultant,
        resource=asked.resource,
        status=Status.DRAFT,
        email=email,
        full_name=request.full_name.strip(),
        phone=request.phone.strip(),
        client_timezone=request.timezone or asked.timezone,
        locale=request.locale,
        message=request.message,
        intake=request.intake,
        city_digest=city_digest(city_of(request.intake)),
        consent_version=consent.agreed(service.business, request.consent_version),
        consented_at=now,
        starts_at=request.starts_at,
        ends_at=request.starts_at + asked.length if request.starts_at is not None else None,
        timezone=asked.timezone,
        created_at=now,
        updated_at=now,
        **(wishes.columns(request.wish) if request.wish is not None else {}),
        **_terms(asked, now),
    )


def _length(request: DraftRequest, service: Service) -> timedelta:
    """Give how long the session is to last; whether the service has such a length is the terms' to say."""
    if request.ends_at is None:
        return timedelta(minutes=service.duration)
    if request.starts_at is None:
        raise invalid("endsAt", gettext("An end needs a start."))
    if request.ends_at <= request.starts_at:
        raise invalid("endsAt", gettext("The end comes after the start."))
    return request.ends_at - request.starts_at


def _terms(asked: Asked, now: datetime) -> dict[str, Any]:
    """Give what is agreed now and holds for this booking, whatever the service says later."""
    request, service = asked.request, asked.service
    lifetimes = Lifetimes.of(service, service.business)
    lapses = now + lifetimes.draft
    price = price_of(service, seats=request.seats, length=asked.length)
    payment_mode = _payment_mode(request, service)
    percent = service.deposit_percent if payment_mode == Booking.PaymentMode.ONLINE else None
    mode = _mode(request, service)
    return {
        "mode": mode,
        "meeting_platform": _platform(request, mode),
        "payment_mode": payment_mode,
        "seats": request.seats,
        "duration": asked.length // timedelta(minutes=1),
        "step": service.step,
        "buffer_before": service.buffer_before,
        "buffer_after": service.buffer_after,
        "price": price,
        "deposit": deposit_of(price, service.currency, percent),
        "tax_rate": service.business.tax_rate if service.tax_rate is None else service.tax_rate,
        "currency": service.currency,
        "refund_tiers": tiers_of(service),
        "reminders": reminders_of(service.reminders),
        "needs_approval": service.needs_approval or request.wish is not None,
        "pending_lifetime": lifetimes.pending,
        "approved_lifetime": lifetimes.approved,
        "payment_lifetime": lifetimes.payment,
        "cancellation_notice": lifetimes.cancellation,
        "deadline_at": lapses if request.starts_at is None else min(lapses, request.starts_at),
    }


def _mode(request: DraftRequest, service: Service) -> str:
    """Give where the session takes place: the only place, or the client's choice. Raises VALIDATION_FAILED."""
    if service.location_kind == Service.LocationKind.EITHER:
        return request.mode or Booking.Mode.ONLINE
    if request.mode not in {None, service.location_kind}:
        online = service.location_kind == Service.LocationKind.ONLINE
        raise invalid(
            "mode",
            gettext("This service takes place online only.")
            if online
            else gettext("This service takes place in person only."),
        )
    return service.location_kind


def _platform(request: DraftRequest, mode: str) -> str:
    """Give how the client would like to meet online; empty for no wish. Raises VALIDATION_FAILED for in person."""
    if request.meeting_platform and mode != Booking.Mode.ONLINE:
        raise invalid("meetingPlatform", gettext("This session does not take place online."))
    return request.meeting_platform or ""


def _payment_mode(request: DraftRequest, service: Service) -> str:
    """Give how it is paid: the only way, or the client's choice. Raises VALIDATION_FAILED.

    What has a price is not sold for online payment where no provider is set up: nobody could ever pay.
    """
    online_works = service.price == 0 or can_be_paid_online(
        business_id=service.business_id, currency=service.currency
    )
    if service.payment_policy == Service.PaymentPolicy.EITHER:
        usual = Booking.PaymentMode.ONLINE if online_works else Booking.PaymentMode.ON_SITE
        mode: str = request.payment_mode or usual
    elif request.payment_mode not in {None, service.payment_policy}:
        raise invalid("paymentMode", gettext("This service cannot be paid this way."))
    else:
        mode = service.payment_policy
    if mode == Booking.PaymentMode.ONLINE and not online_works:
        raise invalid("paymentMode", gettext("Online payment is not set up here."))
    return mode


def insert(booking: Booking) -> Booking:
    """Save under a fresh acknowledgement id; the database says whether it is fresh."""
    for _ in range(10):
        booking.acknowledgement_id = new_acknowledgement_id()
        if _BOOKING.insert(booking):
            return booking
    raise RuntimeError("no free acknowledgement id in ten tries; raise ACKNOWLEDGEMENT_LENGTH")
