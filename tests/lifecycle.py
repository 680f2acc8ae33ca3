"""Bookings in every status, and everybody who may ask something of them: what the tests of the whole table share."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.booking.states import TABLE, ActorKind, Status
from bookings.businesses.models import StaffMember
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.payments import sandbox
from bookings.payments.models import SandboxCheckout
from tests import factories
from tests.factories import NOW, TEN

Role = StaffMember.Role
EMAIL = "ana@example.org"
REACHABLE = sorted({transition.target for transition in TABLE.values() if transition.target})
END = TEN + timedelta(hours=1)


def rejected(host: Consultant, offered: Service, **fields: Any) -> Booking:
    booking = factories.pending(host, offered, **fields)
    staff = factories.staff_of(offered.business)
    return services.reject(booking_id=booking.pk, viewer=staff, reason="Away.", now=NOW)


def confirmed(host: Consultant, offered: Service, **fields: Any) -> Booking:
    payment = factories.paying(host, offered, **fields)
    sandbox.settle_checkout(reference=payment.reference, status=SandboxCheckout.Status.SUCCESS, now=NOW)
    return services.settle(payment_id=payment.pk, now=NOW).booking


def expired(host: Consultant, offered: Service, **fields: Any) -> Booking:
    booking = factories.draft(host, offered, **fields)
    services.expire_due(now=TEN)
    return booking


def ended(verb: Callable[..., Booking]) -> Callable[..., Booking]:
    """A confirmed booking on which staff used the verb once the session had begun."""

    def reach(host: Consultant, offered: Service, **fields: Any) -> Booking:
        booking = confirmed(host, offered, **fields)
        return verb(booking_id=booking.pk, viewer=factories.staff_of(offered.business), now=TEN)

    return reach


def cancelled(host: Consultant, offered: Service, **fields: Any) -> Booking:
    booking = factories.pending(host, offered, **fields)
    return services.cancel_as(booking_id=booking.pk, viewer=factories.staff_of(offered.business), now=NOW)


REACH: dict[Status, Callable[..., Booking]] = {
    Status.DRAFT: factories.draft,
    Status.PENDING: factories.pending,
    Status.APPROVED: factories.approved,
    Status.PAYMENT_PENDING: lambda *given, **fields: factories.paying(*given, **fields).booking,
    Status.CONFIRMED: confirmed,
    Status.REJECTED: rejected,
    Status.EXPIRED: expired,
    Status.CANCELLED: cancelled,
    Status.COMPLETED: ended(services.complete),
    Status.NO_SHOW: ended(services.mark_no_show),
}


@dataclass(frozen=True)
class Person:
    """Somebody who asks, and as what; nobody in particular sees no booking.

    opens: they bring an access token of the booking. proves: and a mailed link's token, where one is asked for.
    """

    name: str
    viewer: Viewer
    kind: ActorKind | None
    role: StaffMember.Role | None = None
    opens: bool = False
    proves: bool = False


def people_around(host: Consultant, offered: Service) -> list[Person]:
    """Everybody with an account, and nobody in particular."""
    own, place = factories.user(), offered.business
    Consultant.objects.filter(pk=host.pk).update(user=own)
    client = factories.user(EMAIL)
    return [
        Person("client", Viewer(user=client), ActorKind.CLIENT),
        Person("consultant", Viewer(user=own), ActorKind.CONSULTANT),
        Person("staff", factories.staff_of(place, Role.STAFF), ActorKind.STAFF, Role.STAFF),
        Person("manager", factories.staff_of(place, Role.MANAGER), ActorKind.STAFF, Role.MANAGER),
        Person("owner", Viewer(user=place.owner), ActorKind.STAFF, Role.OWNER),
        Person("admin", Viewer(user=factories.user(is_superuser=True)), ActorKind.ADMIN),
        Person("nobody", Viewer(), None),
        Person("another client", Viewer(user=factories.user()), None),
        Person("another practice", factories.staff_of(factories.business()), None),
    ]


def reached(status: Status, host: Consultant, offered: Service) -> Booking:
    """A booking of EMAIL in this status, got there by the services; another consultant offers the service too."""
    Service.objects.filter(pk=offered.pk).update(cancellation_notice=timedelta(0))
    booking = REACH[status](host, offered, email=EMAIL)
    factories.consultant(offered)
    booking.refresh_from_db()
    assert booking.status == status
    return booking
