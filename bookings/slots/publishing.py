"""Publishing slots, many at once, and withdrawing them. Neither touches a booking or what it holds."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from bookings.accounts.viewer import Viewer
from bookings.businesses.changes import note_change
from bookings.catalogue.models import MOST_SEATS, Service
from bookings.common.errors import DomainError, ErrorCode, invalid
from bookings.common.idempotency import Once, transaction_once
from bookings.common.zones import zone
from bookings.resources.models import Resource
from bookings.schedules import policies
from bookings.schedules import selectors as schedules
from bookings.schedules.models import Schedule
from bookings.slots import planning, selectors
from bookings.slots.models import Slot
from bookings.slots.planning import Clash, Plan, Session, Start, Times
from bookings.slots.selectors import Host

LONGEST_SESSION = 7 * 24 * 60
"""Minutes."""

_TAKES = {
    Service.Holds.CONSULTANT: _("This service takes a consultant's time."),
    Service.Holds.RESOURCE: _("This service takes a resource's time."),
    Service.Holds.BOTH: _("This service takes a consultant's time, in one of the service's resources."),
}
"""What is said where slots of a service are published in a calendar of the other kind."""


@dataclass(frozen=True)
class Offer:
    """What to publish, and when. No service: any that fits.

    minutes, seats: the service's where they are left out. A length is needed where no service is named, and free
    within the service's bounds where the service leaves it to the client.
    """

    times: Times
    service_id: int | None = None
    minutes: int | None = None
    seats: int | None = None


@dataclass(frozen=True)
class Published:
    """What was published, or would be (rows without a key), in order, and what stood against the rest."""

    slots: list[Slot]
    clashes: list[Clash]


@dataclass(frozen=True)
class Withdrawn:
    """How many slots were published until now; `held`: keys of those on which bookings keep their seats."""

    count: int
    held: list[int]


@dataclass(frozen=True)
class _Kind:
    """What every slot of one call is like."""

    service: Service | None
    session: Session
    capacity: int


def preview(*, host: Host, offer: Offer, viewer: Viewer, now: datetime) -> Published:
    """Tell what `publish` would do. Writes nothing, locks nothing, raises what `publish` raises save for clashes."""
    policies.require_change(viewer, host.schedule)
    kind = _kind(host, offer)
    made = _plan(host.schedule, offer, kind, now)
    return Published([_row(host.schedule, kind, start) for start in made.starts], made.clashes)


def publish(
    *, host: Host, offer: Offer, viewer: Viewer, skip: bool = False, once: Once | None = None, now: datetime
) -> Published:
    """Publish slots in somebody's calendar, all of them or, with `skip`, those that nothing stands against.

    A start that has a row already, neither published nor taken, is used again. Raises UNAUTHENTICATED, FORBIDDEN,
    NOT_FOUND (a service that is not offered there), VALIDATION_FAILED, and SLOT_UNAVAILABLE with `clashes` among its
    details; AlreadyDone and IDEMPOTENCY_MISMATCH by the key.
    """
    policies.require_change(viewer, host.schedule)
    with transaction_once(once, now=now) as outcome:
        note_change(host.business_id)
        schedules.lock([host.schedule_id])
        host.refresh_from_db()  # it may have changed while we waited
        kind = _kind(host, offer)
        made = _plan(host.schedule, offer, kind, now)
        if made.clashes and not skip:
            raise _refused(made.clashes)
        _write(host.schedule, kind, made.starts)
        outcome.made(host.schedule_id)
        return Published(selectors.published_at(host.schedule_id, made.starts), made.clashes)


def published_before(*, host: Host, offer: Offer) -> Published:
    """Give the slots of an offer that are published now: what an answer to a repeated request holds."""
    starts, _ = planning.meant(offer.times, zone(host.schedule.timezone))
    return Published(selectors.published_at(host.schedule_id, [start.at for start in starts]), [])


def withdraw(*, slots: Collection[tuple[int, datetime]], viewer: Viewer) -> Withdrawn:
    """Withdraw slots, named by schedule and start; one that is not published any more is left as it is.

    Nothing that bookings hold changes. Raises UNAUTHENTICATED, VALIDATION_FAILED for more than 1000, and NOT_FOUND for
    what is not there, or in no calendar that the viewer may change.
    """
    viewer.require_user()
    if not 0 < len(slots) <= planning.MOST:
        raise invalid(
            "slotIds", gettext("From 1 to %(most)s slots can be withdrawn at once.") % {"most": planning.MOST}
        )
    wanted = set(slots)
    with transaction.atomic():
        allowed = selectors.changeable(viewer).filter(pk__in={schedule for schedule, _ in wanted})
        for business_id in sorted(set(allowed.values_list("business_id", flat=True))):
            note_change(business_id)
        locked = schedules.lock(allowed.values_list("pk", flat=True))
        near = Slot.objects.filter(schedule__in=locked, starts_at__in={start for _, start in wanted})
        found = {(slot.schedule_id, slot.starts_at): slot.pk for slot in near}
        if not wanted <= found.keys():
            raise DomainError(ErrorCode.NOT_FOUND, field=["slotIds"])
        return _withdraw(Slot.objects.filter(pk__in=[found[key] for key in wanted]))


def withdraw_between(*, host: Host, since: datetime, until: datetime, viewer: Viewer) -> Withdrawn:
    """Withdraw the published slots of a calendar that start in [since, until).

    Nothing that bookings hold changes. Raises UNAUTHENTICATED, FORBIDDEN, and VALIDATION_FAILED for a range that is
    turned or too long.
    """
    policies.require_change(viewer, host.schedule)
    if not timedelta(0) < until - since <= planning.LONGEST_RANGE:
        raise invalid(
            "until",
            gettext("`until` comes after `from`, and at most %(days)s days after it.")
            % {"days": planning.LONGEST_RANGE.days},
        )
    with transaction.atomic():
        note_change(host.business_id)
        schedules.lock([host.schedule_id])
        rows = Slot.objects.filter(schedule=host.schedule_id, starts_at__gte=since, starts_at__lt=until)
        return _withdraw(rows.filter(is_published=True))


def _withdraw(rows: QuerySet[Slot]) -> Withdrawn:
    """Lock the rows and take back what was published.

    An empty one forgets its service. A held one keeps it, and the seats that are taken: no more are offered.
    """
    locked = list(rows.select_for_update().order_by("pk").values_list("pk", "seats_taken"))
    published = rows.filter(is_published=True)
    empty = published.filter(seats_taken=0).update(is_published=False, published_service=None, service=None)
    held = published.update(is_published=False, published_service=None, capacity=F("seats_taken"))
    return Withdrawn(empty + held, [pk for pk, taken in locked if taken])


def _kind(host: Host, offer: Offer) -> _Kind:
    """Give what each slot is like. Raises NOT_FOUND and VALIDATION_FAILED."""
    if not (host.is_active and host.schedule.business.is_active):
        raise DomainError(ErrorCode.NOT_FOUND, gettext("This calendar is out of use."))
    service = None if offer.service_id is None else _service(host, offer.service_id)
    minutes = _minutes(service, offer.minutes)
    before, after = (service.buffer_before, service.buffer_after) if service else (0, 0)
    session = Session(*(timedelta(minutes=length) for length in (minutes, before, after)))
    return _Kind(service, session, _capacity(host, service, offer.seats))


def _service(host: Host, service_id: int) -> Service:
    """Give an active service that is booked in this very calendar."""
    service = host.services.filter(pk=service_id, is_active=True).first()
    if service is None:
        raise DomainError(
            ErrorCode.NOT_FOUND, gettext("This service is not offered here."), field=["serviceId"]
        )
    if isinstance(host, Resource) != (service.holds == Service.Holds.RESOURCE):
        raise invalid("serviceId", str(_TAKES[Service.Holds(service.holds)]))
    return service


def _allowed(shortest: int, longest: int) -> str:
    """Say how many minutes a session may take."""
    if shortest == longest:
        return ngettext(
            "A session takes %(minutes)s minute here.", "A session takes %(minutes)s minutes here.", shortest
        ) % {"minutes": shortest}
    return ngettext(
        "A session takes from %(least)s to %(most)s minute here.",
        "A session takes from %(least)s to %(most)s minutes here.",
        longest,
    ) % {"least": shortest, "most": longest}


def _minutes(service: Service | None, given: int | None) -> int:
    """Give the length of a session: one that the service allows."""
    if service is None:
        shortest, longest = 1, LONGEST_SESSION
    else:
        shortest, longest = service.duration, service.max_duration or service.duration
    minutes = service.duration if given is None and service else given
    if minutes is None:
        raise invalid("durationMinutes", gettext("Without a service, say how long a session is."))
    if not shortest <= minutes <= longest:
        raise invalid("durationMinutes", _allowed(shortest, longest))
    return minutes


def _capacity(host: Host, service: Service | None, given: int | None) -> int:
    """Give how many seats a slot has: the service's unless given, and no more than there is room for."""
    seats = given if given is not None else service.seats if service else 1
    most = MOST_SEATS
    if isinstance(host, Resource):
        most = host.capacity
    elif service is not None and service.holds == Service.Holds.BOTH:
        most = service.seats  # what its rooms are chosen by
    if not 1 <= seats <= most:
        raise invalid(
            "seats",
            ngettext(
                "Only %(most)s seat can be published here.",
                "From 1 to %(most)s seats can be published here.",
                most,
            )
            % {"most": most},
        )
    return seats


def _plan(schedule: Schedule, offer: Offer, kind: _Kind, now: datetime) -> Plan:
    """Sort the starts of an offer out, against all that stands there now."""
    starts, unclear = planning.meant(offer.times, zone(schedule.timezone))
    if not starts:
        return Plan([], unclear)
    made = planning.plan(
        starts,
        session=kind.session,
        standing=selectors.standing(schedule, *_around(starts, kind.session)),
        now=now,
    )
    return Plan(made.starts, sorted([*unclear, *made.clashes], key=lambda clash: clash.wall))


def _around(starts: Sequence[Start], session: Session) -> tuple[datetime, datetime]:
    """Give from and until when anything can stand against the sessions."""
    return starts[0].at - session.before, starts[-1].at + session.length + session.after


def _write(schedule: Schedule, kind: _Kind, starts: Iterable[datetime]) -> None:
    """Publish the starts, in rows that are there or new ones. The schedule is locked: nobody takes them meanwhile."""
    wanted = set(starts)
    there = set(
        Slot.objects.filter(schedule=schedule, starts_at__in=wanted).values_list("starts_at", flat=True)
    )
    if there:
        Slot.objects.filter(schedule=schedule, starts_at__in=there, seats_taken=0).update(
            is_published=True,
            published_service=kind.service,
            service=kind.service,
            capacity=kind.capacity,
            ends_at=F("starts_at") + kind.session.length,
        )
    Slot.objects.bulk_create(_row(schedule, kind, start) for start in sorted(wanted - there))


def _row(schedule: Schedule, kind: _Kind, start: datetime) -> Slot:
    return Slot(
        schedule=schedule,
        service=kind.service,
        published_service=kind.service,
        starts_at=start,
        ends_at=start + kind.session.length,
        capacity=kind.capacity,
        is_published=True,
    )


def _refused(clashes: list[Clash]) -> DomainError:
    return DomainError(
        ErrorCode.SLOT_UNAVAILABLE,
        gettext(
            "Something stands against some of these slots, so none was published. `clashes` names each; publish the "
            "others with `onClash: SKIP`."
        ),
        details={"clashes": clashes},
    )
