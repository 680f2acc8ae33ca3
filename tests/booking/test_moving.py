"""To which times a booking can be moved: what is listed for it is accepted, and nothing else is."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from bookings.accounts.viewer import Viewer
from bookings.availability import selectors as availability
from bookings.availability.services import TimeTaken
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.catalogue.models import Service
from bookings.common.errors import DomainError
from bookings.schedules.models import Schedule
from bookings.slots.models import Slot
from tests import factories
from tests.factories import NOW, TEN
from tests.lifecycle import confirmed
from tests.witness import everything, refusal

pytestmark = pytest.mark.django_db

HALF = timedelta(minutes=30)
DAY = timedelta(days=1)


def listed(booking: Booking, viewer: Any) -> list[Any]:
    found = services.openings_for(
        booking_id=booking.pk, viewer=viewer, since=NOW, until=NOW + 2 * DAY, now=NOW
    )
    return [availability.moment(opening.start) for opening in found]


def accepted(booking: Booking, viewer: Any) -> list[Any]:
    """Every half hour around the hours of two days that `reschedule` takes, each tried and rolled back."""
    good = []
    for start in (NOW + day * DAY + number * HALF for day in range(2) for number in range(12)):
        with transaction.atomic():
            try:
                services.reschedule(booking_id=booking.pk, viewer=viewer, starts_at=start, now=NOW)
                good.append(start)
            except DomainError:
                pass
            transaction.set_rollback(True)
    return good


@pytest.fixture
def offered() -> Service:
    return factories.service(step=30, notice=120, horizon=1, buffer_after=30)


@pytest.mark.parametrize("as_staff", [False, True])
@pytest.mark.parametrize(
    "shape", ["alone", "in a group", "published", "capped", "the only one of a day", "with a room"]
)
def test_openings_for__are_what_reschedule_accepts(offered, shape, as_staff):
    host = factories.consultant(offered, hours=(9, 13))
    if shape == "in a group":
        Service.objects.update(seats=2)
        offered.refresh_from_db()
        factories.pending(host, offered)
    if shape == "with a room":
        Service.objects.update(holds=Service.Holds.BOTH)
        offered.refresh_from_db()
        factories.resource(offered)
        factories.pending(factories.consultant(offered), offered, starts_at=TEN + DAY)
    if shape == "capped":
        Service.objects.update(max_per_day=2)
        factories.pending(factories.consultant(offered), offered, starts_at=TEN)
    if shape == "the only one of a day":
        Schedule.objects.update(max_per_day=1)
    booking = factories.pending(host, offered, starts_at=TEN)
    if shape == "published":
        type(booking.slot).objects.filter(pk=booking.slot_id).update(is_published=True)
    if shape != "the only one of a day":
        factories.pending(host, offered, starts_at=TEN + DAY + timedelta(hours=2))
    booking.refresh_from_db()
    viewer = factories.staff_of(offered.business) if as_staff else factories.client_of(booking)

    found = listed(booking, viewer)

    assert found == accepted(booking, viewer)
    overlapping_its_own_time = TEN + HALF in found
    assert overlapping_its_own_time == (shape not in {"published", "in a group"})


def test_reschedule__refusal_suggests_times_that_overlap_the_bookings_own(offered):
    host = factories.consultant(offered, hours=(9, 13))
    booking = factories.pending(host, offered, starts_at=TEN)

    error = refusal(
        services.reschedule,
        booking_id=booking.pk,
        viewer=factories.client_of(booking),
        starts_at=TEN + timedelta(minutes=10),
        now=NOW,
    )

    assert isinstance(error, TimeTaken)
    assert availability.moment(error.suggestions(now=NOW)[0].start) == TEN + HALF


@pytest.mark.parametrize(
    ("at", "viewer_is", "expected"),
    [
        (NOW, "client", True),
        (TEN - timedelta(minutes=30), "client", False),
        (TEN, "staff", True),
        (TEN + timedelta(hours=1), "staff", False),
        (NOW, "another client", False),
    ],
)
def test_openings_for__are_none_where_no_move_is_allowed(offered, at, viewer_is, expected):
    Service.objects.update(cancellation_notice=timedelta(minutes=30))
    offered.refresh_from_db()
    booking = confirmed(factories.consultant(offered), offered)
    viewers = {
        "client": factories.client_of(booking),
        "staff": factories.staff_of(offered.business),
        "another client": Viewer(user=factories.user()),
    }

    found = services.openings_for(
        booking_id=booking.pk, viewer=viewers[viewer_is], since=at, until=at + DAY, now=at
    )

    assert (found is not None) == expected


def test_openings_for__know_what_a_published_slot_is_for_once_it_is_left(offered):
    host = factories.consultant(offered, hours=(9, 13))
    other = factories.service(offered.business)
    slot = Slot.objects.create(
        schedule=host.schedule,
        starts_at=TEN,
        ends_at=TEN + timedelta(hours=1),
        is_published=True,
        service=other,
        published_service=other,
    )
    staff = factories.staff_of(offered.business)
    booking = factories.pending(host, offered, starts_at=TEN + timedelta(hours=2))
    services.reschedule(booking_id=booking.pk, viewer=staff, starts_at=TEN, override=True, now=NOW)
    booking.refresh_from_db()
    assert booking.slot == slot

    assert listed(booking, staff) == accepted(booking, staff)


@pytest.mark.parametrize("year", [1, 1970, 2500, 9999])
@pytest.mark.parametrize("override", [False, True])
def test_moves__refuse_a_year_in_which_no_session_can_lie(offered, year, override):
    host, other = (
        factories.consultant(offered, zone=zone, hours=(0, 24)) for zone in ("Asia/Tokyo", "America/New_York")
    )
    booking = factories.pending(host, offered, starts_at=TEN + DAY)
    staff = factories.staff_of(offered.business)
    start = datetime(year, 1, 1, tzinfo=UTC) if year < 2030 else datetime(year, 12, 31, 23, 59, tzinfo=UTC)
    asked = {"starts_at": start, "viewer": staff, "override": override, "now": NOW}
    before = everything()

    errors = [
        refusal(services.reschedule, booking_id=booking.pk, **asked),
        refusal(services.reassign, booking_id=booking.pk, consultant_id=other.pk, **asked),
        refusal(services.approve, booking_id=booking.pk, **asked),
        refusal(
            services.create,
            request=factories.request_for(host, offered, starts_at=start),
            how=services.Creation(override=override),
            viewer=staff,
            now=NOW,
        ),
    ]

    assert {(error.code, *error.field) for error in errors} == {("VALIDATION_FAILED", "startsAt")}
    assert everything() == before


def test_reschedule__draft_holds_nothing_that_could_be_overridden(offered):
    draft = factories.draft(factories.consultant(offered), offered)

    error = refusal(
        services.reschedule,
        booking_id=draft.pk,
        viewer=factories.staff_of(offered.business),
        starts_at=TEN + timedelta(hours=12),
        override=True,
        now=NOW,
    )

    assert (error.code, error.field) == ("VALIDATION_FAILED", ["override"])
