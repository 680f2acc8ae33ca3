"""Another consultant: by staff, at the same start or another, with everybody told."""

from datetime import timedelta

import pytest

from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.common.errors import ErrorCode
from bookings.slots.models import Occupation
from tests import factories
from tests.factories import NOW, TEN
from tests.invariants import check_invariants
from tests.lifecycle import confirmed
from tests.witness import everything, refusal, told

NOON = TEN + timedelta(hours=2)


@pytest.fixture
def staff(offered):
    return factories.staff_of(offered.business)


@pytest.fixture
def host(offered):
    return factories.consultant(offered, user=factories.user())


@pytest.fixture
def other(offered, host):
    return factories.consultant(offered, zone="Europe/Warsaw", hours=(8, 20), user=factories.user())


def give(booking, viewer, consultant, *, now=NOW, **given):
    return services.reassign(
        booking_id=booking.pk, viewer=viewer, consultant_id=consultant.pk, now=now, **given
    )


@pytest.mark.parametrize(
    "reach", [factories.pending, factories.approved, confirmed], ids=["pending", "approved", "confirmed"]
)
@pytest.mark.parametrize("start", [None, NOON], ids=["same start", "other start"])
def test_reassign__moves_the_time_to_the_other_calendar(host, other, offered, staff, reach, start):
    booking = reach(host, offered)
    status = booking.status

    give(booking, staff, other, starts_at=start)

    booking.refresh_from_db()
    assert (booking.status, booking.consultant) == (status, other)
    assert (booking.starts_at, booking.timezone) == (start or TEN, "Europe/Warsaw")
    assert [row.schedule for row in Occupation.objects.all()] == [other.schedule]
    assert factories.pending(host, offered).status == "PENDING"
    check_invariants()


def test_reassign__tells_the_client_and_both_consultants_once(host, other, offered, staff):
    booking = confirmed(host, offered)
    before = len(told(booking))

    give(booking, staff, other)

    assert sorted(told(booking)[before:]) == sorted(
        [
            ("rescheduled", booking.email),
            ("consultant_moved", other.user.email),
            ("consultant_released", host.user.email),
        ]
    )


def test_reassign__there_and_back_tells_each_time(host, other, offered, staff):
    booking = confirmed(host, offered)
    before = len(told(booking))

    give(booking, staff, other)
    give(booking, staff, host)

    added = told(booking)[before:]
    assert added.count(("consultant_released", host.user.email)) == 1
    assert added.count(("consultant_released", other.user.email)) == 1
    assert [template for template, _ in added].count("rescheduled") == 2


def test_reassign__who_is_busy_is_refused_and_nothing_is_lost(host, other, offered, staff):
    factories.pending(other, offered)
    booking = factories.pending(host, offered)
    before = everything()

    for override in (False, True):
        error = refusal(give, booking=booking, viewer=staff, consultant=other, override=override)
        assert error.code == ErrorCode.SLOT_UNAVAILABLE

    assert everything() == before


@pytest.mark.parametrize("why", ["offers something else", "inactive", "of another practice"])
def test_reassign__who_does_not_offer_it_is_not_found(host, other, offered, staff, why):
    if why == "offers something else":
        other.services.clear()
    elif why == "inactive":
        type(other).objects.filter(pk=other.pk).update(is_active=False)
    else:
        other = factories.consultant(factories.service())
        other.services.add(offered)
    booking = factories.pending(host, offered)
    before = everything()

    error = refusal(give, booking=booking, viewer=staff, consultant=other)

    assert (error.code, error.field) == (ErrorCode.NOT_FOUND, ["consultantId"])
    assert everything() == before


def test_reassign__to_another_room_is_not_for_one_of_those_who_share_a_session(offered, staff):
    group = factories.service(offered.business, holds="BOTH", seats=4)
    host = factories.consultant(group)
    rooms = [factories.resource(group) for _ in range(2)]
    first, second = (factories.pending(host, group) for _ in range(2))
    before = everything()
    asked = {"booking_id": second.pk, "viewer": staff, "resource_id": rooms[1].pk, "now": NOW}

    error = refusal(services.reassign, **asked)

    assert error.code == ErrorCode.SLOT_UNAVAILABLE
    assert everything() == before
    services.cancel_as(booking_id=first.pk, viewer=staff, now=NOW)
    assert services.reassign(**asked).resource == rooms[1]
    check_invariants()


def test_reassign__is_for_staff_alone(host, other, offered):
    booking = factories.pending(host, offered)
    before = everything()

    for viewer in (factories.client_of(booking), Viewer(user=host.user)):
        error = refusal(give, booking=booking, viewer=viewer, consultant=other)
        assert error.code == ErrorCode.FORBIDDEN

    assert everything() == before


def test_reassign__the_old_consultant_sees_it_no_longer(host, other, offered, staff):
    booking = factories.pending(host, offered)

    give(booking, staff, other)

    error = refusal(services.approve, booking_id=booking.pk, viewer=Viewer(user=host.user), now=NOW)
    assert error.code == ErrorCode.NOT_FOUND
    services.approve(booking_id=booking.pk, viewer=Viewer(user=other.user), now=NOW)


def test_reassign__draft_is_rescheduled_or_verified_first(host, other, offered, staff):
    booking = factories.draft(host, offered)

    error = refusal(give, booking=booking, viewer=staff, consultant=other)

    assert error.code == ErrorCode.INVALID_TRANSITION
