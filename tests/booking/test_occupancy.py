"""Whether a resource is in use at an instant, and which bookings still count on it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from bookings.booking import services
from bookings.booking.models import Booking
from bookings.booking.occupancy import AvailabilityStatus, status_at, status_of, still_to_come
from bookings.booking.states import Status
from bookings.booking.touched import Touched
from bookings.catalogue.models import Service
from bookings.resources.models import Resource
from tests import factories
from tests.booking import shapes
from tests.factories import NOW, TEN

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def approved(offered: Service, **fields: Any) -> Booking:
    booking = shapes.pending(offered, **fields)
    return services.approve(booking_id=booking.pk, viewer=factories.staff_of(booking.business), now=NOW)


def paying(offered: Service, **fields: Any) -> Booking:
    booking = approved(offered, **fields)
    services.start_payment(booking_id=booking.pk, viewer=factories.client_of(booking), now=NOW)
    booking.refresh_from_db()
    return booking


def confirmed(offered: Service, **fields: Any) -> Booking:
    booking = approved(offered, **fields)
    return services.confirm_unpaid(
        booking_id=booking.pk, viewer=factories.staff_of(booking.business), now=NOW
    )


def after(verb: Callable[..., Booking]) -> Callable[..., Booking]:
    def reach(offered: Service, **fields: Any) -> Booking:
        booking = confirmed(offered, **fields)
        return verb(booking_id=booking.pk, viewer=factories.staff_of(booking.business), now=TEN)

    return reach


def cancelled(offered: Service, **fields: Any) -> Booking:
    booking = confirmed(offered, **fields)
    return services.cancel_as(booking_id=booking.pk, viewer=factories.staff_of(booking.business), now=NOW)


@pytest.mark.parametrize("shape", [shapes.of_a_room, shapes.in_a_room], ids=["alone", "beside"])
@pytest.mark.parametrize(
    ("reach", "status", "seen"),
    [
        (shapes.draft, Status.DRAFT, AvailabilityStatus.AVAILABLE),
        (shapes.pending, Status.PENDING, AvailabilityStatus.PENDING),
        (approved, Status.APPROVED, AvailabilityStatus.PENDING),
        (paying, Status.PAYMENT_PENDING, AvailabilityStatus.PENDING),
        (confirmed, Status.CONFIRMED, AvailabilityStatus.UNAVAILABLE),
        (after(services.complete), Status.COMPLETED, AvailabilityStatus.UNAVAILABLE),
        (after(services.mark_no_show), Status.NO_SHOW, AvailabilityStatus.UNAVAILABLE),
        (cancelled, Status.CANCELLED, AvailabilityStatus.AVAILABLE),
    ],
    ids=lambda value: str(value) if isinstance(value, Status) else "",
)
def test_status__is_what_bookings_make_of_the_instant(
    shape: Any, reach: Callable[..., Booking], status: Status, seen: AvailabilityStatus
) -> None:
    booking = shape(reach)
    resource = Resource.objects.get()

    assert booking.status == status
    assert status_of(resource, TEN) == seen


@pytest.mark.parametrize(
    ("instant", "seen"),
    [
        (TEN - timedelta(minutes=16), AvailabilityStatus.AVAILABLE),
        (TEN - timedelta(minutes=15), AvailabilityStatus.PENDING),
        (TEN, AvailabilityStatus.PENDING),
        (TEN + timedelta(minutes=89), AvailabilityStatus.PENDING),
        (TEN + timedelta(minutes=90), AvailabilityStatus.AVAILABLE),
    ],
)
def test_status__counts_buffers_and_ends_with_them(instant: datetime, seen: AvailabilityStatus) -> None:
    shapes.of_a_room(shapes.pending, buffer_before=15, buffer_after=30)

    assert status_of(Resource.objects.get(), instant) == seen


def test_status__one_settled_booking_of_a_shared_session_makes_it_unavailable() -> None:
    service = factories.service(holds=Service.Holds.RESOURCE, seats=2)
    resource = shapes.room(service.business, service, capacity=2)
    shapes.pending(service, starts_at=TEN, resource_id=resource.pk)
    assert status_of(resource, TEN) == AvailabilityStatus.PENDING

    confirmed(service, starts_at=TEN, resource_id=resource.pk)

    assert status_of(resource, TEN) == AvailabilityStatus.UNAVAILABLE


def test_status__out_of_use_or_deleted_is_unavailable_at_any_time() -> None:
    place = factories.business()
    closed, hidden, gone = (
        shapes.room(place, is_available=False),
        shapes.room(place, is_active=False),
        Resource(),
    )

    assert [status_of(room, TEN) for room in (closed, hidden, gone)] == [AvailabilityStatus.UNAVAILABLE] * 3


def test_status__of_many_is_one_statement(django_assert_num_queries: Any) -> None:
    service = factories.service(holds=Service.Holds.RESOURCE)
    rooms = [shapes.room(service.business, service, name=f"Room {number}") for number in range(3)]
    shapes.pending(service, starts_at=TEN, resource_id=rooms[0].pk)
    confirmed(service, starts_at=TEN, resource_id=rooms[1].pk)

    with django_assert_num_queries(1):
        seen = list(
            Resource.objects.annotate(seen=status_at(TEN)).order_by("name").values_list("seen", flat=True)
        )

    assert seen == ["PENDING", "UNAVAILABLE", "AVAILABLE"]


def test_still_to_come__gives_active_bookings_that_are_not_over_by_start() -> None:
    service = factories.service(holds=Service.Holds.RESOURCE)
    resource, other = shapes.room(service.business, service), shapes.room(service.business, service)
    late = shapes.pending(service, starts_at=TEN + 3 * HOUR, resource_id=resource.pk)
    early = confirmed(service, starts_at=TEN, resource_id=resource.pk)
    shapes.draft(service, starts_at=TEN + 5 * HOUR, resource_id=resource.pk)
    cancelled(service, starts_at=TEN + HOUR, resource_id=resource.pk)
    shapes.pending(service, starts_at=TEN, resource_id=other.pk)

    assert still_to_come(resource, NOW) == Touched([early, late], 2)
    assert still_to_come(resource, TEN + HOUR - timedelta(seconds=1)) == Touched([early, late], 2)
    assert still_to_come(resource, TEN + HOUR) == Touched([late], 1)


def test_still_to_come__counts_a_room_that_is_held_beside_a_consultant() -> None:
    booking = shapes.in_a_room(shapes.pending)

    assert still_to_come(Resource.objects.get(), NOW).bookings == [booking]


def test_still_to_come__of_a_consultant_has_wishes_last() -> None:
    offered = factories.service()
    host, other = shapes.host_of(offered), shapes.host_of(offered)
    wish = shapes.pending(offered, wish=shapes.MORNING, consultant_id=host.pk)
    timed = shapes.pending(offered, starts_at=TEN, consultant_id=host.pk)
    shapes.pending(offered, starts_at=TEN, consultant_id=other.pk)

    assert still_to_come(host, NOW) == Touched([timed, wish], 2)
