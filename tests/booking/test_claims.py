"""A client's places in a business, where staff gave more than clients may take."""

from datetime import timedelta

from bookings.booking import services
from bookings.booking.models import Booking, Claim
from bookings.common.errors import ErrorCode
from tests import factories
from tests.factories import NOW, TEN
from tests.invariants import check_invariants
from tests.witness import refusal

EMAIL = "ana@example.org"


def given_by_staff(host, offered, hours: int) -> Booking:
    request = factories.request_for(
        host, offered, email=EMAIL, starts_at=TEN + timedelta(hours=hours), full_name="Ana"
    )
    return services.create(
        request=request, how=services.Creation(), viewer=factories.staff_of(offered.business), now=NOW
    )


def places() -> list[int]:
    return sorted(Claim.objects.filter(email=EMAIL).values_list("place", flat=True))


def test_give_back__place_beyond_the_number_moves_down_and_goes_on_counting(host, offered):
    first, _ = given_by_staff(host, offered, 0), given_by_staff(host, offered, 1)

    services.cancel_as(booking_id=first.pk, viewer=factories.staff_of(offered.business), now=NOW)

    assert places() == [1]
    drafted = factories.draft(host, offered, email=EMAIL, starts_at=TEN + timedelta(hours=2))
    refused = refusal(services.verify, passed=factories.passed(drafted), now=NOW)
    assert refused.code == ErrorCode.ACTIVE_BOOKING_EXISTS
    check_invariants()


def test_give_back__places_stay_without_a_gap(host, offered):
    bookings = [given_by_staff(host, offered, hours) for hours in range(4)]
    staff = factories.staff_of(offered.business)

    for booking, left in ((bookings[1], 3), (bookings[3], 2), (bookings[0], 1), (bookings[2], 0)):
        services.cancel_as(booking_id=booking.pk, viewer=staff, now=NOW)
        assert places() == list(range(1, left + 1))

    check_invariants()
