"""Wishes: which can be granted, how they are kept, in which words they are told, and how long they last."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bookings.booking import policies, wishes
from bookings.booking.models import Booking
from bookings.booking.states import Status
from bookings.booking.wishes import Period, Wish
from bookings.common.errors import DomainError, ErrorCode

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2030, 1, 7, 8, 0, tzinfo=UTC)
"""A Monday, 09:00 in Berlin."""
TODAY = date(2030, 1, 7)


def refused(wish, *, zone=BERLIN, now=NOW, horizon_days=60):
    """The field that a refusal names, or None."""
    try:
        wishes.check(wish, zone=zone, now=now, horizon_days=horizon_days)
    except DomainError as error:
        return error.field if error.code is ErrorCode.VALIDATION_FAILED else error.code
    return None


def booking(wish, *, zone="Europe/Berlin", **fields):
    return Booking(timezone=zone, **wishes.columns(wish), **fields)


@pytest.mark.parametrize("period", [Period.MORNING, Period.AFTERNOON, Period.EVENING])
@pytest.mark.parametrize("days", [0, 1, 60])
def test_check__takes_any_part_of_today_up_to_the_horizon(period, days):
    assert refused(Wish(TODAY + timedelta(days=days), period)) is None


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (Wish(TODAY - timedelta(days=1), Period.EVENING), "preferredDate"),
        (Wish(TODAY + timedelta(days=61), Period.MORNING), "preferredDate"),
        (Wish(TODAY, Period.MORNING, from_=time(9)), "preferredFrom"),
        (Wish(TODAY, Period.EVENING, until=time(20)), "preferredUntil"),
        (Wish(TODAY, Period.CUSTOM), "preferredFrom"),
        (Wish(TODAY, Period.CUSTOM, from_=time(9)), "preferredUntil"),
        (Wish(TODAY, Period.CUSTOM, time(11), time(11)), "preferredUntil"),
        (Wish(TODAY, Period.CUSTOM, time(12), time(11)), "preferredUntil"),
        (Wish(TODAY, ""), "preferredPeriod"),
    ],
)
def test_check__names_the_field_at_fault(wish, field):
    assert refused(wish) == [field]


def test_check__today_is_the_zone_s():
    before_midnight_in_utc = datetime(2030, 1, 7, 23, 30, tzinfo=UTC)  # in Berlin it is the 8th

    assert refused(Wish(TODAY, Period.EVENING), now=before_midnight_in_utc) == ["preferredDate"]
    assert refused(Wish(TODAY, Period.EVENING), now=before_midnight_in_utc, zone=ZoneInfo("UTC")) is None
    last = TODAY + timedelta(days=61)
    assert refused(Wish(last, Period.EVENING), now=before_midnight_in_utc) is None
    assert refused(Wish(last, Period.EVENING), now=before_midnight_in_utc, zone=ZoneInfo("UTC")) is not None


def test_check__part_of_today_that_is_over_is_past():
    noon_in_berlin = datetime(2030, 1, 7, 11, 0, tzinfo=UTC)

    assert refused(Wish(TODAY, Period.MORNING), now=noon_in_berlin) == ["preferredDate"]
    assert refused(Wish(TODAY, Period.MORNING), now=noon_in_berlin - timedelta(seconds=1)) is None


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (Wish(TODAY, Period.MORNING), "Monday 7 January 2030, in the morning"),
        (Wish(TODAY, Period.AFTERNOON), "Monday 7 January 2030, in the afternoon"),
        (Wish(TODAY, Period.EVENING), "Monday 7 January 2030, in the evening"),
        (
            Wish(TODAY, Period.CUSTOM, time(9), time(11, 30)),
            "Monday 7 January 2030, between 09:00 and 11:30",
        ),
    ],
)
def test_words__tell_a_person_what_was_wished(wish, words):
    assert wishes.words(booking(wish)) == words
    assert wishes.of(booking(wish)) == wish


def test_words__of_a_booking_with_a_time_are_none():
    timed = Booking(timezone="UTC", starts_at=NOW, ends_at=NOW + timedelta(hours=1))

    assert (wishes.words(timed), wishes.of(timed), wishes.waits(timed)) == ("", None, False)
    with pytest.raises(ValueError, match="no wish"):
        wishes.span(timed)


def test_waits__until_a_time_is_assigned():
    wished = booking(Wish(TODAY, Period.MORNING))
    assert wishes.waits(wished)

    wished.starts_at = NOW

    assert not wishes.waits(wished)
    assert wishes.words(wished) == "Monday 7 January 2030, in the morning"


@pytest.mark.parametrize(
    ("wish", "hours"),
    [
        (Wish(TODAY, Period.MORNING), (-1, 11)),
        (Wish(TODAY, Period.AFTERNOON), (11, 16)),
        (Wish(TODAY, Period.EVENING), (16, 23)),
        (Wish(TODAY, Period.CUSTOM, time(9), time(11, 30)), (8, 10.5)),
    ],
)
def test_span__is_the_period_on_the_clock_of_the_booking_s_zone(wish, hours):
    midnight = datetime(2030, 1, 7, tzinfo=UTC)

    assert wishes.span(booking(wish)) == tuple(midnight + timedelta(hours=hour) for hour in hours)


@pytest.mark.parametrize(
    ("wish", "length"),
    [
        (Wish(date(2030, 3, 31), Period.MORNING), 11),  # an hour is skipped
        (Wish(date(2030, 10, 27), Period.MORNING), 13),  # an hour comes twice
        (Wish(date(2030, 3, 31), Period.CUSTOM, time(2, 15), time(4)), 1),  # from the moment of the jump
        (Wish(date(2030, 10, 27), Period.CUSTOM, time(2), time(2, 30)), 1.5),  # first 02:00 to second 02:30
    ],
)
def test_span__keeps_to_the_clock_across_daylight_saving(wish, length):
    first, last = wishes.span(booking(wish))

    assert last - first == timedelta(hours=length)


def test_deadline__of_a_wish_is_never_past_the_end_of_what_was_wished():
    wished = booking(Wish(TODAY, Period.AFTERNOON), pending_lifetime=timedelta(hours=48))
    ends = datetime(2030, 1, 7, 16, 0, tzinfo=UTC)

    assert policies.deadline_in(wished, Status.PENDING, NOW) == ends
    wished.pending_lifetime = timedelta(hours=2)
    assert policies.deadline_in(wished, Status.PENDING, NOW) == NOW + timedelta(hours=2)
