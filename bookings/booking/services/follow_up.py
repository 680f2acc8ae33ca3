"""Following up: another session after one that took place, for the same client and by its people alone."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.translation import gettext

from bookings.accounts.viewer import Viewer
from bookings.availability import services as time
from bookings.booking import claims, consent, machine, messages, policies, selectors
from bookings.booking.locks import lock_row
from bookings.booking.models import Booking
from bookings.booking.policies import Actor
from bookings.booking.rights import Operation
from bookings.booking.services.access import ACCESS_PURPOSES
from bookings.booking.services.approve import approve_by_itself, approve_locked
from bookings.booking.services.asked import Asked, asked, insert, row
from bookings.booking.services.request import DraftRequest, check_texts
from bookings.booking.states import ActorKind, Move
from bookings.booking.terms import placed
from bookings.booking.wishes import Wish
from bookings.businesses.selectors import is_blocked
from bookings.catalogue import selectors as catalogue
from bookings.catalogue.models import Service
from bookings.common.errors import DomainError, ErrorCode, Forbidden, invalid
from bookings.common.idempotency import AlreadyDone, Once, transaction_once
from bookings.verification import services as verification


@dataclass(frozen=True)
class FollowUp:
    """What is asked of the next session; what is None is as it was at the one before, where it still can be so.

    names_host: whose time it is to be is said here, and anyone's where neither is named.
    consent: the client agrees anew, which it takes where the practice's text is another by now.
    """

    service_id: int | None = None
    consultant_id: int | None = None
    resource_id: int | None = None
    names_host: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    wish: Wish | None = None
    seats: int | None = None
    mode: str | None = None
    meeting_platform: str | None = None
    payment_mode: str | None = None
    message: str = ""
    consent: bool = False
    consent_version: str | None = None


@dataclass(frozen=True)
class FollowedUp:
    """The new booking; for a client who came by an access token, one to it that is good for as long."""

    booking: Booking
    access_token: str | None


def follow_up(
    *, booking_id: int, given: FollowUp, viewer: Viewer, now: datetime, once: Once | None = None
) -> FollowedUp:
    """Book another session after a completed one, for its client; the client's mailbox was proven already.

    Its client asks, on the rules of a draft, and the practice answers as ever. Its consultant, for their own time,
    and staff enter it as `create` does. A repeat of `once` gives the same booking again.
    Raises NOT_FOUND (also for a service, or somebody, that is not to be booked), FORBIDDEN, INVALID_TRANSITION,
    VALIDATION_FAILED, CONSENT_REQUIRED, SENDER_BLOCKED, SLOT_UNAVAILABLE, ACTIVE_BOOKING_EXISTS, IDEMPOTENCY_MISMATCH.
    """
    before = selectors.visible(viewer, booking_id)
    actor = _acting(viewer, before)
    try:
        if once is not None:
            once.look_up(now=now)
        policies.refuse_to_follow_up(before)
        request = _request(before, given)
        _refuse_beyond_own(request, actor, viewer)
        check_texts(request)
        booking = _book(before, request, given.consent, actor, now, once)
    except AlreadyDone as done:
        booking = Booking.objects.get(pk=done.object_id)
    return FollowedUp(booking, _token(booking, before, actor, viewer, now))


def _acting(viewer: Viewer, before: Booking) -> Actor:
    """Give as what the viewer follows a booking up. Raises FORBIDDEN."""
    able = [actor for actor in policies.actors_of(viewer, before) if actor.may(Operation.FOLLOW_UP)]
    if not able:
        raise Forbidden
    return able[0]


def _refuse_beyond_own(request: DraftRequest, actor: Actor, viewer: Viewer) -> None:
    """Hold consultants to their own time, and the practice to a time. Raises FORBIDDEN, VALIDATION_FAILED."""
    if actor.kind is ActorKind.CLIENT:
        return
    if actor.kind is ActorKind.CONSULTANT and request.consultant_id not in viewer.consultant_ids:
        raise Forbidden
    if request.starts_at is None:
        raise invalid("startsAt", gettext("Say when."))


def _request(before: Booking, given: FollowUp) -> DraftRequest:
    """Give the whole request: what was said now, and for the rest what was said then. Raises NOT_FOUND."""
    service = _service(before, given.service_id)
    same = service.pk == before.service_id
    mode = given.mode or (before.mode if service.location_kind == Service.LocationKind.EITHER else None)
    host = (given.consultant_id, given.resource_id) if given.names_host else _host(before, service)
    return DraftRequest(
        email=before.email,
        full_name=before.full_name,
        service_id=service.pk,
        consultant_id=host[0],
        resource_id=host[1],
        starts_at=given.starts_at,
        ends_at=given.ends_at or (_end(before, service, given.starts_at) if same else None),
        wish=given.wish,
        seats=given.seats or (min(before.seats, service.seats) if same else 1),
        mode=mode,
        meeting_platform=given.meeting_platform or _platform(before, mode or service.location_kind),
        payment_mode=given.payment_mode or _payment_mode(before, service),
        phone=before.phone,
        timezone=before.client_timezone,
        locale=before.locale,
        message=given.message,
        consent=True,  # judged below, with the text that was agreed to then
        consent_version=given.consent_version,
    )


def _service(before: Booking, service_id: int | None) -> Service:
    """Give what is to be booked: something of the same practice. Raises NOT_FOUND."""
    rows = catalogue.in_use().filter(business=before.business_id)
    service = rows.filter(pk=before.service_id if service_id is None else service_id).first()
    if service is None:
        raise DomainError(ErrorCode.NOT_FOUND, gettext("There is no such service."), field=["serviceId"])
    return service


def _host(before: Booking, service: Service) -> tuple[int | None, int | None]:
    """Give whose time it was, as far as the service sells that; the room is the practice's to choose."""
    if service.holds != Service.Holds.RESOURCE:
        return before.consultant_id, None
    return None, before.resource_id if service.pk == before.service_id else None


def _end(before: Booking, service: Service, start: datetime | None) -> datetime | None:
    """Give the end of a session as long as the one before, where clients choose the length."""
    if start is None or service.max_duration is None:
        return None
    return start + timedelta(minutes=max(service.duration, min(before.duration, service.max_duration)))


def _platform(before: Booking, mode: str) -> str | None:
    return before.meeting_platform if mode == Booking.Mode.ONLINE else None


def _payment_mode(before: Booking, service: Service) -> str | None:
    """Give that it is paid on site again, where that is to be chosen; else the service's usual way."""
    on_site = before.payment_mode == Booking.PaymentMode.ON_SITE
    return before.payment_mode if on_site and service.payment_policy == Service.PaymentPolicy.EITHER else None


def _book(
    before: Booking, request: DraftRequest, agrees: bool, actor: Actor, now: datetime, once: Once | None
) -> Booking:
    """Hold, claim, record, move and queue in one transaction, after looking at the earlier booking once more."""
    by_client = actor.kind is ActorKind.CLIENT
    with transaction_once(once, now=now) as outcome:
        wanted, held = _held(request, by_client, now)
        source = lock_row(before.pk)
        policies.refuse_to_follow_up(source)
        if by_client and is_blocked(business_id=source.business_id, email=source.email):
            raise DomainError(ErrorCode.SENDER_BLOCKED)
        booking = insert(_row(wanted, source, agrees, actor, now))
        machine.record(booking=booking, move=Move.DRAFT, before="", actor=actor, now=now)
        claim = claims.take(booking, exceed=not by_client) if booking.email else None
        changes = {**(placed(booking, held) if held is not None else {}), "claim": claim}
        event = machine.apply(
            booking=booking, move=Move.VERIFY, actor=actor, now=now, changes=changes, as_part=True
        )
        if not by_client:
            approve_locked(booking, actor, now, {})
        elif booking.needs_approval:
            messages.announce(booking, event, now=now)
        else:
            approve_by_itself(booking=booking, now=now)
        outcome.made(booking.pk)
    return booking


def _held(request: DraftRequest, by_client: bool, now: datetime) -> tuple[Asked, time.Held | None]:
    """Take the time, on a draft's rules for a client and on staff's otherwise; a wish takes none."""
    wanted = asked(request, now)
    if request.starts_at is None:
        return wanted, None
    time.lock(terms=wanted.terms, schedule_ids=wanted.hosts.ids)
    wanted = asked(request, now)
    terms = wanted.terms if by_client else replace(wanted.terms, notice=None, horizon=None)
    return wanted, time.hold(terms=terms, hosts=wanted.hosts, start=request.starts_at, now=now)


def _row(wanted: Asked, source: Booking, agrees: bool, actor: Actor, now: datetime) -> Booking:
    """Put the row together. The consent of then holds as long as the text is the same. Raises CONSENT_REQUIRED."""
    booking = row(wanted, source.email, now)
    booking.follows = source
    if not agrees:
        if consent.present(booking.business).version != source.consent_version:
            raise DomainError(ErrorCode.CONSENT_REQUIRED, field=["consent"])
        booking.consented_at = source.consented_at
    company = source.corporate_client
    if (
        company is not None and company.is_active and actor.may(Operation.SEE_COMPANY)
    ):  # who may spend its money
        booking.corporate_client = company
    return booking


def _token(booking: Booking, before: Booking, actor: Actor, viewer: Viewer, now: datetime) -> str | None:
    """Open the new booking to whoever opened the one before by a token, and no longer than that lasts."""
    until = viewer.until.get(before.subject)
    if actor.kind is not ActorKind.CLIENT or actor.is_signed_in or until is None or until <= now:
        return None
    if booking.email != before.email:
        return None
    token, _ = verification.grant_access(
        subject=booking.subject,
        email=booking.email,
        purposes=ACCESS_PURPOSES,
        now=now,
        lifetime=until - now,
    )
    return token
