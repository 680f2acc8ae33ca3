"""Manual creation: staff enter a booking for somebody who called, wrote or walked in."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext

from bookings.accounts.addresses import read_email
from bookings.accounts.viewer import Viewer
from bookings.availability import services as time
from bookings.booking import claims, machine, messages
from bookings.booking.models import Booking
from bookings.booking.policies import Actor
from bookings.booking.rights import Operation
from bookings.booking.services.approve import approve_locked
from bookings.booking.services.asked import asked, insert, row
from bookings.booking.services.request import DraftRequest, check_texts
from bookings.booking.states import ActorKind, Move
from bookings.booking.terms import placed
from bookings.businesses.corporate import to_book_for
from bookings.businesses.models import Business, CorporateClient
from bookings.catalogue import selectors as catalogue
from bookings.common.errors import DomainError, ErrorCode, Forbidden
from bookings.common.idempotency import Once, transaction_once


@dataclass(frozen=True)
class Creation:
    """How staff create: approve at once, take a time that is not offered, and on behalf of which corporate client."""

    approve: bool = True
    override: bool = False
    corporate_client_id: int | None = None


def create(
    *, request: DraftRequest, how: Creation, viewer: Viewer, now: datetime, once: Once | None = None
) -> Booking:
    """Make a booking that needs no proof: PENDING, or approved at once (and CONFIRMED where nothing is to be paid).

    The person needs no mailbox: without an address nothing is mailed and no place is claimed. Staff may exceed the
    number of active bookings, and with `how.override` everything but overlap and seats. For a corporate client its
    contact stands for what is not said of the person.
    Raises VALIDATION_FAILED, CONSENT_REQUIRED, NOT_FOUND, FORBIDDEN, SLOT_UNAVAILABLE, AlreadyDone.
    """
    request, company, actor = _prepared(request, how, viewer)
    email = read_email(request.email) if request.email else ""
    check_texts(request)
    if not email and not request.phone.strip() and not request.full_name.strip():
        raise DomainError(ErrorCode.VALIDATION_FAILED, gettext("Say who comes."), field=["fullName"])
    if request.starts_at is None:
        raise DomainError(ErrorCode.VALIDATION_FAILED, gettext("Say when."), field=["startsAt"])
    wanted = asked(request, now)
    with transaction_once(once, now=now) as outcome:
        time.lock(terms=wanted.terms, schedule_ids=wanted.hosts.ids)
        wanted = asked(request, now)
        terms = replace(wanted.terms, notice=None, horizon=None)
        held = time.hold(
            terms=terms, hosts=wanted.hosts, start=request.starts_at, now=now, override=how.override
        )
        fresh = row(wanted, email, now)
        fresh.corporate_client = company
        booking = insert(fresh)
        machine.record(booking=booking, move=Move.DRAFT, before="", actor=actor, now=now)
        claim = claims.take(booking, exceed=True) if email else None
        changes = {**placed(booking, held), "claim": claim}
        event = machine.apply(booking=booking, move=Move.VERIFY, actor=actor, now=now, changes=changes)
        if how.approve or not booking.needs_approval:
            approve_locked(booking, actor, now, {})
        else:
            messages.announce(booking, event, now=now)
        outcome.made(booking.pk)
    return booking


def _prepared(
    request: DraftRequest, how: Creation, viewer: Viewer
) -> tuple[DraftRequest, CorporateClient | None, Actor]:
    """Give the request with what the corporate client says, that client, and as what the viewer acts."""
    business = _place_of(request)
    actor = _acting(viewer, business)
    if not actor.may(Operation.CREATE) or (how.override and not actor.may(Operation.OVERRIDE)):
        raise Forbidden
    if how.corporate_client_id is None:
        return request, None, actor
    company = to_book_for(client_id=how.corporate_client_id, business_id=business.pk)
    told = replace(
        request,
        email=request.email or company.email,
        full_name=request.full_name.strip() or company.contact_name,
        phone=request.phone.strip() or company.phone,
    )
    return told, company, actor


def _place_of(request: DraftRequest) -> Business:
    """Give the practice of what is asked for. Raises NOT_FOUND."""
    service = catalogue.in_use().select_related("business").filter(pk=request.service_id).first()
    if service is None:
        raise DomainError(ErrorCode.NOT_FOUND, gettext("There is no such service."), field=["serviceId"])
    return service.business


def _acting(viewer: Viewer, business: Business) -> Actor:
    """Give staff or admin of the business. Raises UNAUTHENTICATED, FORBIDDEN."""
    viewer.require_user()
    if business.pk in viewer.business_ids:
        return Actor(ActorKind.STAFF, viewer.actor_id, viewer.roles[business.pk])
    if viewer.is_admin:
        return Actor(ActorKind.ADMIN, viewer.actor_id)
    raise Forbidden
