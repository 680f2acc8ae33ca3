"""Cases with a name, around midnight, daylight saving and the edges of rules."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bookings.availability import selectors
from bookings.availability.hosts import hosts_of
from bookings.availability.reasons import Reason
from bookings.booking import services as booking
from bookings.businesses.models import ClosedDay
from bookings.common import clock
from bookings.common.errors import ErrorCode
from bookings.schedules.models import DateOverride
from bookings.slots import publishing
from bookings.slots.models import Slot
from bookings.slots.planning import ClashReason, Times
from tests import factories
from tests.availability.practice import DAY, HOUR, WARSAW, change, clocks, hold, instant, listed, weekly, why
from tests.factories import NOW, TEN
from tests.schema.client import ask, gid
from tests.witness import refusal

MONDAY = instant("2030-01-07 00:00")
SPRING, AUTUMN = "2030-03-31", "2030-10-27"


@pytest.fixture
def offered(db):
    """Half an hour, on every half hour, of any day within a year."""
    return factories.service(duration=30, step=30, horizon=730, buffer_before=0, buffer_after=0)


@pytest.fixture
def host(offered):
    return factories.consultant(offered)


def in_warsaw(offered, opens, closes):
    return factories.consultant(offered, zone=WARSAW, hours=(opens, closes))


# Zones and midnight


def test_eleven_at_night__is_the_next_day_to_a_viewer_in_the_east(offered):
    late = factories.consultant(offered, zone="America/New_York", hours=(23, 24))
    document = """
        query ($service: ID!, $consultant: ID!, $from: DateTime!) {
          openSlots(serviceId: $service, consultantId: $consultant, from: $from, first: 1) {
            edges { node { startsAt timezone own: local { date time }
              there: local(timezone: "Asia/Tokyo") { date time } } } } }
    """
    evening = (clock.now() + 7 * DAY).astimezone(ZoneInfo("America/New_York")).replace(hour=20)
    asked = {"service": gid(offered), "consultant": gid(late), "from": evening.isoformat()}

    (edge,) = ask(document, asked)["openSlots"]["edges"]

    there = edge["node"]["there"]
    assert edge["node"]["own"] == {"date": str(evening.date()), "time": "23:00"}
    assert there["date"] == str(evening.date() + DAY)
    assert there["time"] in {"12:00", "13:00"}
    assert datetime.fromisoformat(edge["node"]["startsAt"]) == evening.replace(
        hour=23, minute=0, second=0, microsecond=0
    )


def test_yesterdays_overnight_hours__do_not_leak_into_a_closed_day(offered, host):
    weekly(host, (0, 22, 26))
    assert clocks(listed(offered, host, since=MONDAY + DAY)) == ["00:00", "00:30", "01:00", "01:30"]

    DateOverride.objects.create(schedule=host.schedule, date=(MONDAY + DAY).date())

    assert listed(offered, host, since=MONDAY + DAY) == []
    assert clocks(listed(offered, host, since=MONDAY)) == ["22:00", "22:30", "23:00", "23:30"]


def test_yesterdays_overnight_hours__do_not_leak_into_a_day_that_the_practice_closes(offered, host):
    weekly(host, (0, 22, 26))

    ClosedDay.objects.create(business=offered.business, date=(MONDAY + DAY).date())

    assert listed(offered, host, since=MONDAY + DAY) == []
    assert clocks(listed(offered, host, since=MONDAY)) == ["22:00", "22:30", "23:00", "23:30"]


def test_override__opens_outside_weekly_and_opening_hours(offered, host):
    offered.business.opening_hours.create(weekday=0, opens=9 * 60, closes=12 * 60)
    assert clocks(listed(offered, host))[-1] == "11:30"

    DateOverride.objects.create(schedule=host.schedule, date=MONDAY.date(), opens=19 * 60, closes=20 * 60)

    assert clocks(listed(offered, host, since=MONDAY)) == ["19:00", "19:30"]
    assert hold(offered, host, MONDAY + 19 * HOUR).slot.seats_taken == 1


@pytest.mark.parametrize("now", ["2030-01-07 00:00:00", "2030-01-07 23:59:59"])
def test_horizon__ends_at_local_midnight(offered, now):
    late = factories.consultant(offered, zone="America/New_York", hours=(0, 24))
    change(offered, horizon=1, notice=0)
    now = instant(now, "America/New_York")
    midnight = instant("2030-01-09 00:00", "America/New_York")

    found = listed(offered, late, since=now, until=now + 4 * DAY, now=now)

    assert found[-1] == midnight - HOUR / 2
    assert refusal(hold, offered=offered, host=late, start=midnight, now=now).code == "SLOT_UNAVAILABLE"
    assert why(offered, late, midnight, now=now) == ["BEYOND_HORIZON"]


def test_one_per_day__is_a_day_of_the_schedules_zone(offered):
    late = factories.consultant(offered, zone="America/New_York", hours=(0, 24))
    change(late.schedule, max_per_day=1)
    evening = instant("2030-01-08 21:00", "America/New_York")  # Wednesday already in UTC
    hold(offered, late, evening)

    found = listed(offered, late, since=NOW, until=NOW + 4 * DAY)

    assert {start.astimezone(evening.tzinfo).day for start in found} == {7, 9, 10, 11}
    assert why(offered, late, instant("2030-01-08 09:00", "America/New_York")) == ["CALENDAR_DAY_FULL"]
    assert evening + 4 * HOUR in found


# Daylight saving


def test_half_past_two_in_the_spring_gap__is_refused(offered):
    nobody = in_warsaw(offered, 1, 3)
    gap = instant(f"{SPRING}T02:30+01:00")

    assert clocks([gap], WARSAW) == ["03:30"]
    assert clocks(listed(offered, nobody, since=instant(SPRING), until=gap + HOUR), WARSAW) == [
        "01:00",
        "01:30",
    ]
    assert refusal(hold, offered=offered, host=nobody, start=gap).code == ErrorCode.SLOT_UNAVAILABLE
    assert why(offered, nobody, gap) == ["OUTSIDE_HOURS"]


def test_half_past_two_in_the_spring_gap__cannot_be_published(offered):
    host = in_warsaw(offered, 9, 17)
    times = Times(dates=[instant(SPRING).date()], clock=[2 * 60 + 30, 3 * 60 + 30])
    chief = factories.staff_of(offered.business)

    made = publishing.publish(
        host=host, offer=publishing.Offer(times, offered.pk), viewer=chief, skip=True, now=NOW
    )

    assert [clash.reason for clash in made.clashes] == [ClashReason.NONEXISTENT_TIME]
    assert clocks([row.starts_at for row in made.slots], WARSAW) == ["03:30"]


def test_both_half_past_twos_of_the_autumn_hour__are_distinct_and_booked_apart(offered):
    host = in_warsaw(offered, 2, 3)
    first, second = (instant(f"{AUTUMN} 02:30", WARSAW, fold=fold) for fold in (0, 1))
    assert second.timestamp() - first.timestamp() == 3600

    hold(offered, host, first)

    left = listed(offered, host, since=instant(AUTUMN))
    assert [start.timestamp() for start in left].count(first.timestamp()) == 0
    assert [start.timestamp() for start in left].count(second.timestamp()) == 1
    hold(offered, host, second)
    assert Slot.objects.filter(seats_taken=1).count() == 2


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_notice__across_a_change_of_the_clock_counts_real_time(offered, day):
    """Twelve hours before 09:00 the clock shows 20:00 or 22:00 of the day before."""
    host = in_warsaw(offered, 9, 10)
    change(offered, notice=12 * 60)
    nine = instant(f"{day} 09:00", WARSAW)
    now = instant("1970-01-01 00:00") + timedelta(seconds=nine.timestamp()) - 12 * HOUR
    assert clocks([now], WARSAW) == [{SPRING: "20:00", AUTUMN: "22:00"}[day]]

    assert clocks(listed(offered, host, since=now, now=now), WARSAW) == ["09:00", "09:30"]
    late = now + timedelta(seconds=1)
    assert clocks(listed(offered, host, since=now, now=late), WARSAW) == ["09:30"]
    assert why(offered, host, nine, now=late) == ["TOO_SHORT_NOTICE"]


@pytest.mark.parametrize("day", ["2030-03-30", SPRING, "2030-04-01", "2030-10-26", AUTUMN, "2030-10-28"])
def test_nine_oclock__stays_nine_oclock(offered, day):
    host = in_warsaw(offered, 9, 10)

    assert clocks(listed(offered, host, since=instant(day)), WARSAW) == ["09:00", "09:30"]
    assert clocks([hold(offered, host, instant(f"{day} 09:00", WARSAW)).slot.starts_at], WARSAW) == ["09:00"]


# Edges


def test_thirty_minutes_ahead__is_allowed_and_a_second_less_is_not(offered, host):
    exactly = TEN - timedelta(minutes=30)
    late = exactly + timedelta(seconds=1)

    assert refusal(factories.draft, host=host, offered=offered, now=late).code == ErrorCode.SLOT_UNAVAILABLE
    assert why(offered, host, now=late) == ["TOO_SHORT_NOTICE"]
    assert factories.draft(host, offered, now=exactly).starts_at == TEN


def test_buffers_of_an_hour__around_ten_to_eleven_block_nine_to_twelve(offered, host):
    change(offered, duration=60, step=60, buffer_before=60, buffer_after=60)
    plain = factories.service(offered.business, duration=60, step=60)
    host.services.add(plain)
    factories.pending(host, offered)

    occupation = host.schedule.occupations.get()

    assert (occupation.busy_from, occupation.busy_until) == (TEN - HOUR, TEN + 2 * HOUR)
    assert clocks(listed(offered, host, since=MONDAY)) == ["13:00", "14:00", "15:00", "16:00"]
    assert clocks(listed(plain, host, since=MONDAY))[:2] == ["12:00", "13:00"]


def test_pending_hold__blocks_the_hosts_other_services(offered, host):
    other = factories.service(offered.business)
    host.services.add(other)
    assert TEN in listed(other, host)

    factories.pending(host, offered)

    assert TEN not in listed(other, host)
    assert "TIME_TAKEN" in why(other, host)
    assert refusal(factories.draft, host=host, offered=other).code == ErrorCode.SLOT_UNAVAILABLE


def test_half_open_ends__touch(offered, host):
    first = factories.pending(host, offered)

    following = factories.pending(host, offered, starts_at=first.ends_at)
    before = factories.pending(host, offered, starts_at=TEN - HOUR / 2)

    assert (before.ends_at, following.starts_at) == (first.starts_at, first.ends_at)


def test_cancelled_seat__comes_back(offered, host):
    change(offered, seats=2)
    bookings = [factories.pending(host, offered) for _ in range(2)]
    assert TEN not in listed(offered, host)
    staff = factories.staff_of(offered.business)

    booking.cancel_as(booking_id=bookings[0].pk, viewer=staff, now=NOW)

    assert TEN in listed(offered, host)
    assert TEN not in listed(offered, host, seats=2)
    assert factories.pending(host, offered).slot_id == bookings[1].slot_id


def test_reschedule__may_overlap_its_own_old_time_and_the_rest_can_be_booked(offered, host):
    change(offered, duration=60)
    moved = factories.pending(host, offered)
    staff = factories.staff_of(offered.business)

    booking.reschedule(booking_id=moved.pk, viewer=staff, starts_at=TEN + timedelta(minutes=30), now=NOW)

    assert TEN not in listed(offered, host)
    assert TEN - HOUR / 2 in listed(offered, host)
    booking.reschedule(booking_id=moved.pk, viewer=staff, starts_at=TEN + HOUR, now=NOW)
    assert factories.pending(host, offered).starts_at == TEN


def test_closed_day_that_the_calendar_left_out__closes_nothing(offered, host):
    """Samoa went from 29 to 31 December 2011 at midnight: a session up to that midnight is on neither date."""
    samoa = ZoneInfo("Pacific/Apia")
    change(offered.business, timezone="Pacific/Apia")
    change(host.schedule, timezone="Pacific/Apia")
    ClosedDay.objects.create(business=offered.business, date=date(2011, 12, 30))
    start = datetime(2011, 12, 29, 23, 45, tzinfo=samoa)

    told = selectors.explain(
        terms=selectors.terms_of(offered), hosts=hosts_of(offered), start=start, now=start - timedelta(days=1)
    )

    assert Reason.PRACTICE_CLOSED not in told.reasons
