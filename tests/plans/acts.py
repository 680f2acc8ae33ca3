"""The operations that are asked for most, one by one, as clients send them over the real view."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from itertools import count
from typing import Any

from bookings.accounts.models import User
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.catalogue.models import Service
from bookings.common import clock
from bookings.consultants.models import Consultant
from bookings.directory.services import refresh_listing
from bookings.payments import sandbox
from bookings.payments.models import SandboxCheckout
from bookings.slots.models import Slot
from tests import factories
from tests.factories import NOW, TEN
from tests.schema.client import ask, gid

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

SLOTS = """
query OpenSlots($service: ID!, $consultant: ID) {
  openSlots(serviceId: $service, consultantId: $consultant, first: 50) {
    totalCount
    edges { node { id startsAt seatsLeft price { amount currency } consultant { fullName } service { name } } }
  }
}
"""
STATUS = (
    "query Status($id: String!) { bookingStatus(acknowledgementId: $id) { status statusLabel deadline } }"
)
DRAFT = """
mutation Draft($input: DraftBookingInput!) {
  draftBooking(input: $input) { booking { id acknowledgementId status } errors { code } }
}
"""
VERIFY = """
mutation Verify($input: VerifyBookingInput!) {
  verifyBooking(input: $input) { booking { status } accessToken errors { code } }
}
"""
ON_BOOKING = """
mutation Move($input: %sInput!) { %s(input: $input) { booking { status } errors { code } } }
"""
LIST = """
query Bookings($filter: BookingFilter, $order: BookingOrder! = NEWEST, $after: String) {
  bookings(filter: $filter, order: $order, first: 20, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges { node { acknowledgementId status fullName startsAt service { name } consultant { fullName } } }
  }
}
"""
COUNTS = "{ bookingCounts { total upcoming byStatus { status count } } }"
STORY = """
query Story($id: ID!) { booking(by: {id: $id}) { status timeline { move toStatus } payments { status } } }
"""
PRACTICES = """
{ businesses(first: 20) { totalCount edges { node { name city category { name } rating { average } nextFreeAt } } } }
"""


def move(name: str) -> str:
    """Give the document of a mutation that takes a booking on."""
    return ON_BOOKING % (name[0].upper() + name[1:], name)


@dataclass
class Scene:
    """A practice that offers hours with one consultant and published times alone with another."""

    talk: Service = field(default_factory=factories.service)
    _days: Any = field(default_factory=lambda: count(2))
    _names: Any = field(default_factory=lambda: count(1))

    @cached_property
    def host(self) -> Consultant:
        """Somebody with weekly hours."""
        return factories.consultant(self.talk)

    @cached_property
    def staff(self) -> User:
        """A manager."""
        found = factories.staff_of(self.talk.business).user
        assert found is not None
        return found

    @cached_property
    def client(self) -> User:
        """Somebody with an account and one booking."""
        user = factories.user()
        self.reached(factories.pending, email=user.email)
        return user

    @cached_property
    def published(self) -> Consultant:
        """Somebody without hours, of whom ten times are published."""
        host = self._without_hours()
        Slot.objects.bulk_create(
            Slot(
                schedule=host.schedule,
                starts_at=TEN + number * DAY,
                ends_at=TEN + number * DAY + HOUR,
                is_published=True,
                published_service=self.talk,
            )
            for number in range(10)
        )
        return host

    def _without_hours(self) -> Consultant:
        host = factories.consultant(self.talk)
        host.schedule.weekly_hours.all().delete()
        return host

    def reached(self, reach: Callable[..., Any], **fields: Any) -> Any:
        """A booking in a state, at a time of its own."""
        return reach(self.host, self.talk, starts_at=TEN + next(self._days) * DAY, **fields)

    def paid(self) -> Booking:
        """A booking whose client paid, of which nobody heard yet."""
        payment = self.reached(factories.paying)
        sandbox.settle_checkout(
            reference=payment.reference, status=SandboxCheckout.Status.SUCCESS, now=clock.now()
        )
        return Booking.objects.get(pk=payment.booking_id)

    def confirmed(self) -> Booking:
        """A booking that is paid and confirmed."""
        booking = self.paid()
        services.confirm_payment(booking_id=booking.pk, viewer=factories.client_of(booking), now=NOW)
        return booking

    def request(self) -> dict[str, Any]:
        """What a draft is asked for with."""
        return {
            "serviceId": gid(self.talk),
            "consultantId": gid(self.host),
            "startsAt": (TEN + next(self._days) * DAY).isoformat(),
            "email": f"new{next(self._names)}@example.org",
            "fullName": "Carla Client",
            "consent": True,
        }


@dataclass(frozen=True)
class Act:
    """One operation. ready: makes what it works on, a new one for each time; do: does it, and gives the answer."""

    do: Callable[[Scene, Any], Any]
    ready: Callable[[Scene], Any] = lambda _: None


def _moved(name: str, by: str = "staff", **more: Any) -> Callable[[Scene, Booking], Any]:
    def do(scene: Scene, booking: Booking) -> Any:
        given = {"bookingId": gid(booking), **more}
        return _fine(ask(move(name), {"input": given}, user=getattr(scene, by))[name])

    return do


def _cancel(scene: Scene, booking: Booking) -> Any:
    given = {"proof": {"account": gid(booking)}, "reason": "Closed."}
    return _fine(ask(move("cancelBooking"), {"input": given}, user=scene.staff)["cancelBooking"])


def _verify(_: Scene, booking: Booking) -> Any:
    token = factories.secrets_of(booking)["link"].partition("#token=")[2]
    return _fine(ask(VERIFY, {"input": {"proof": {"token": token}}})["verifyBooking"])


def _fine(payload: dict[str, Any]) -> dict[str, Any]:
    assert payload["errors"] == [], payload
    return payload


def _listed(found: dict[str, Any]) -> list[Any]:
    assert found["edges"]
    return list(found["edges"])


def _list(by: str, **variables: Any) -> Act:
    return Act(
        lambda scene, _: _listed(ask(LIST, variables, user=getattr(scene, by))["bookings"]),
        lambda scene: getattr(scene, by) and scene.reached(factories.pending),
    )


def _slots(scene: Scene, host: Consultant) -> Any:
    given = {"service": gid(scene.talk), "consultant": gid(host)}
    return _listed(ask(SLOTS, given)["openSlots"])


ACTS: Mapping[str, Act] = {
    "openSlots, published": Act(_slots, lambda scene: scene.published),
    "openSlots, computed": Act(_slots, lambda scene: scene.host),
    "bookingStatus": Act(
        lambda _, booking: ask(STATUS, {"id": booking.acknowledgement_id})["bookingStatus"]["status"],
        lambda scene: scene.reached(factories.pending),
    ),
    "draftBooking": Act(
        lambda _, given: _fine(ask(DRAFT, {"input": given})["draftBooking"]), lambda scene: scene.request()
    ),
    "verifyBooking": Act(_verify, lambda scene: scene.reached(factories.draft)),
    "approveBooking": Act(_moved("approveBooking"), lambda scene: scene.reached(factories.pending)),
    "startPayment": Act(_moved("startPayment"), lambda scene: scene.reached(factories.approved)),
    "confirmPayment": Act(_moved("confirmPayment"), lambda scene: scene.paid()),
    "cancelBooking": Act(_cancel, lambda scene: scene.confirmed()),
    "businesses": Act(
        lambda _, __: _listed(ask(PRACTICES)["businesses"]),
        lambda scene: refresh_listing(business_id=scene.talk.business_id, now=NOW),
    ),
    "bookings, for staff": _list("staff"),
    "bookings, for a client": _list("client", filter={"mine": True}),
    "bookingCounts, for staff": Act(
        lambda scene, _: ask(COUNTS, user=scene.staff)["bookingCounts"], lambda scene: scene.staff
    ),
    "booking with its story": Act(
        lambda scene, booking: ask(STORY, {"id": gid(booking)}, user=scene.staff)["booking"]["timeline"],
        lambda scene: scene.confirmed(),
    ),
}
"""By the names under which docs/performance.md and the tests know them."""
