"""A practice with a past: bookings of every kind, made by the real services, at moments that a seed chooses."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.booking.wishes import Period, Wish
from bookings.businesses.models import Business, ClosedDay, OpeningHours
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.payments import sandbox
from bookings.payments.models import Refund, SandboxCheckout
from bookings.payments.services import run_refund
from bookings.schedules.models import TimeOff
from tests import factories
from tests.booking import shapes

BEGINS = datetime(2030, 3, 1, tzinfo=UTC)
DAYS = 45
"""The last Sunday of March is among them: a day of 23 hours in Warsaw."""
HOUR = timedelta(hours=1)


@dataclass
class World:
    """Two practices: the one that is asked about, and another whose figures must stay out."""

    place: Business
    hosts: list[Consultant]
    lead: Viewer
    random: Random
    starts: list[datetime]
    bookings: list[Booking] = field(default_factory=list)

    def service(self, **fields: Any) -> Service:
        """A service that every consultant offers."""
        offered = factories.service(self.place, horizon=3000, notice=0, **fields)
        for host in self.hosts:
            host.services.add(offered)
        return offered

    def next_start(self) -> datetime:
        """A start that nobody has yet."""
        return self.starts.pop()

    def someone(self) -> Consultant:
        return self.random.choice(self.hosts)


def build(seed: int, *, rounds: int = 2) -> World:
    """Make bookings of each kind, so many of each."""
    random = Random(seed)
    place = factories.business(
        timezone="Europe/Warsaw", max_active_bookings=99, cancellation_notice=timedelta(0)
    )
    first = factories.service(place, horizon=3000, notice=0)
    hosts = [
        factories.consultant(first, zone="Europe/Warsaw", hours=(0, 24), user=factories.user()),
        factories.consultant(first, zone="America/New_York", hours=(0, 24), user=factories.user()),
    ]
    starts = [BEGINS + timedelta(hours=hour) for hour in random.sample(range(48, DAYS * 24), 60)]
    world = World(place, hosts, factories.staff_of(place), random, starts)
    free = world.service(payment_policy="ON_SITE", needs_approval=False, price=0)
    group = world.service(payment_policy="ON_SITE", needs_approval=False, price=0, seats=4)
    rooms = factories.service(place, horizon=3000, notice=0, holds="RESOURCE", needs_approval=False, price=0)
    room = shapes.room(place, rooms)
    paid = [first, world.service(price="12.50"), world.service(price="7.30")]
    for _ in range(rounds):
        for make in KINDS:
            make(world, free)
        for offered in paid:
            _paid_and_given_back(world, offered)
        _in_a_group(world, group)
        _later(world, room, rooms)
    _elsewhere(world)
    _limits(world)
    return world


def _later(world: World, host: Any, offered: Service, **fields: Any) -> Booking:
    """One that was verified at some moment before its start."""
    start = fields.pop("starts_at", None) or world.next_start()
    drafted = start - HOUR * world.random.randint(1, 40)
    booking = factories.pending(host, offered, now=drafted, starts_at=start, **fields)
    world.bookings.append(booking)
    return booking


def _ended(verb: Callable[..., Booking]) -> Callable[[World, Service], None]:
    def make(world: World, offered: Service) -> None:
        booking = _later(world, world.someone(), offered)
        assert booking.starts_at is not None
        verb(booking_id=booking.pk, viewer=world.lead, now=booking.starts_at)

    return make


def _cancelled_by(who: Callable[[World, Booking], Viewer]) -> Callable[[World, Service], None]:
    def make(world: World, offered: Service) -> None:
        booking = _later(world, world.someone(), offered)
        services.cancel_as(booking_id=booking.pk, viewer=who(world, booking), now=booking.created_at)

    return make


def _draft(world: World, offered: Service) -> None:
    start = world.next_start()
    factories.draft(world.someone(), offered, now=start - HOUR, starts_at=start)


def _lapsed_draft(world: World, offered: Service) -> None:
    start = world.next_start()
    booking = factories.draft(world.someone(), offered, now=start - 2 * HOUR, starts_at=start)
    assert services.lapse(booking_id=booking.pk, now=start)


def _unanswered(world: World, offered: Service) -> None:
    asked = world.service()
    booking = _later(world, world.someone(), asked)
    assert booking.starts_at is not None
    services.lapse(booking_id=booking.pk, now=booking.starts_at)


def _wish(world: World, offered: Service) -> None:
    day = world.next_start()
    asked = world.service()
    wish = Wish(day.date(), Period.AFTERNOON)
    booking = factories.pending(None, asked, now=day - 60 * HOUR, starts_at=None, wish=wish)
    if world.random.random() < 0.5:
        services.reject(booking_id=booking.pk, viewer=world.lead, reason="Away.", now=booking.created_at)


def _moved_to_a_colleague(world: World, offered: Service) -> None:
    booking = _later(world, world.hosts[0], offered)
    services.reassign(
        booking_id=booking.pk, viewer=world.lead, consultant_id=world.hosts[1].pk, now=booking.created_at
    )


def _erased(world: World, offered: Service) -> None:
    booking = _later(world, world.someone(), offered)
    services.cancel_as(booking_id=booking.pk, viewer=world.lead, now=booking.created_at)
    services.erase(booking_id=booking.pk, now=booking.created_at)


def _paid_and_given_back(world: World, offered: Service) -> None:
    """Paid online; sometimes cancelled, and the money goes back days later."""
    start = world.next_start()
    drafted = start - HOUR * world.random.randint(2, 20)
    payment = factories.paying(world.someone(), offered, now=drafted, starts_at=start)
    sandbox.settle_checkout(reference=payment.reference, status=SandboxCheckout.Status.SUCCESS, now=drafted)
    booking = services.settle(payment_id=payment.pk, now=drafted).booking
    if world.random.random() < 0.6:
        services.cancel_as(booking_id=booking.pk, viewer=world.lead, now=drafted)
        refund = Refund.objects.get(payment=payment)
        moment = drafted + timedelta(days=world.random.randint(0, 6))
        run_refund(refund.pk, now=moment, when_done=services.refund_ended)


def _in_a_group(world: World, offered: Service) -> None:
    start, host = world.next_start(), world.hosts[0]
    for _ in range(2):
        _later(world, host, offered, starts_at=start)


def _elsewhere(world: World) -> None:
    """What another practice's figures are made of."""
    offered = factories.service(payment_policy="ON_SITE", needs_approval=False, horizon=3000, notice=0)
    host = factories.consultant(offered, hours=(0, 24))
    _later(world, host, offered, starts_at=BEGINS + timedelta(days=10))


def _limits(world: World) -> None:
    """Hours and days off, which came after the bookings and leave them be."""
    schedule = world.hosts[0].schedule
    schedule.weekly_hours.update(opens=8 * 60, closes=18 * 60 + 30)
    for weekday in range(6):
        OpeningHours.objects.create(business=world.place, weekday=weekday, opens=9 * 60, closes=20 * 60)
    off = datetime(2030, 3, 28, 13, 30, tzinfo=UTC)
    TimeOff.objects.create(schedule=schedule, starts_at=off, ends_at=off + 30 * HOUR)
    ClosedDay.objects.create(business=world.place, date=date(2030, 4, 2))


KINDS: list[Callable[[World, Service], None]] = [
    _draft,
    _lapsed_draft,
    _unanswered,
    _wish,
    _ended(services.complete),
    _ended(services.complete),
    _ended(services.mark_no_show),
    _cancelled_by(lambda world, booking: world.lead),
    _cancelled_by(lambda world, booking: Viewer(user=factories.user(booking.email))),
    _cancelled_by(lambda world, booking: Viewer(user=booking.consultant.user)),  # type: ignore[union-attr]
    _moved_to_a_colleague,
    _erased,
]
