"""Follow-ups and favourites asked for twice at once, and a session that is erased or taken back meanwhile."""

from datetime import timedelta

import pytest

from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.booking.services import FollowUp
from bookings.common.idempotency import Once
from bookings.favourites.models import Favourite
from bookings.favourites.services import toggle
from bookings.slots.models import Occupation
from tests import factories
from tests.factories import NOW, TEN
from tests.invariants import check_invariants
from tests.lifecycle import ended
from tests.races.threads import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("postgresql")]

AFTER = TEN + timedelta(hours=1)
NEXT = TEN + timedelta(days=1)


@pytest.fixture
def before(transactional_db):
    offered = factories.service()
    return ended(services.complete)(factories.consultant(offered), offered)


def follower(booking, viewer, *, hours=0, once=None):
    given = FollowUp(starts_at=NEXT + timedelta(hours=hours))
    return lambda: (
        services.follow_up(booking_id=booking.pk, given=given, viewer=viewer, once=once, now=AFTER).booking
    )


def test_follow_ups__at_once_with_the_same_key_are_one(before):
    owner = Viewer(user=before.business.owner)
    once = Once.of(scope="user:1:booking:1", mutation="bookFollowUp", key="k", given={"at": 1})

    result = race([follower(before, owner, once=once) for _ in range(6)])

    assert (result.accidents, result.refusals) == ([], [])
    assert {booking.pk for booking in result.results} == {before.follow_ups.get().pk}
    assert Occupation.objects.filter(slot__starts_at=NEXT).count() == 1
    check_invariants()


def test_follow_ups__of_a_client_at_once_at_several_times_are_as_many_as_the_practice_allows(before):
    result = race([follower(before, factories.client_of(before), hours=hour) for hour in range(5)])

    assert result.accidents == []
    assert result.refusals == ["ACTIVE_BOOKING_EXISTS"] * 4
    assert before.follow_ups.count() == Occupation.objects.filter(slot__starts_at__gte=NEXT).count() == 1
    check_invariants()


def test_follow_ups__at_once_for_one_time_are_one(before):
    owner = Viewer(user=before.business.owner)

    result = race([follower(before, owner) for _ in range(5)])

    assert (result.accidents, result.refusals) == ([], ["SLOT_UNAVAILABLE"] * 4)
    check_invariants()


def test_follow_up__and_the_erasure_of_whom_it_is_for_leave_one_of_the_two(before):
    owner = Viewer(user=before.business.owner)

    result = race([follower(before, owner), lambda: services.erase(booking_id=before.pk, now=AFTER)])

    assert result.accidents == []
    before.refresh_from_db()
    assert before.email == ""
    again = Booking.objects.exclude(pk=before.pk).first()
    assert (again is None) == (result.refusals == ["VALIDATION_FAILED"])
    check_invariants()


def test_follow_up__and_marking_the_session_as_missed_follow_each_other(before):
    owner = Viewer(user=before.business.owner)

    result = race(
        [
            follower(before, owner),
            lambda: services.mark_no_show(booking_id=before.pk, viewer=owner, now=AFTER),
        ]
    )

    assert result.accidents == []
    assert set(result.refusals) <= {"INVALID_TRANSITION"}
    before.refresh_from_db()
    assert before.status == "NO_SHOW"
    check_invariants()


def test_favourites__toggled_at_once_follow_each_other(transactional_db):
    ana, place = factories.user(), factories.business()

    def turn():
        return toggle(viewer=Viewer(user=ana), business_id=place.pk, now=NOW).is_kept

    odd = race([turn] * 5)
    kept = Favourite.objects.count()
    even = race([turn] * 5)

    assert (odd.accidents, even.accidents) == ([], [])
    assert (sum(odd.results), sum(even.results)) == (3, 2)
    assert (kept, Favourite.objects.count()) == (1, 0)
