"""Which starts dates, times and instants mean, and what stands against each of them. No rows."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bookings.slots.planning import Clash, ClashReason, Ranges, Session, Standing, Start, Times, meant, plan
from tests.witness import refusal

WARSAW = ZoneInfo("Europe/Warsaw")
SPRING = date(2030, 3, 31)
"""At 02:00 the clock goes to 03:00."""
AUTUMN = date(2030, 10, 27)
"""At 03:00 the clock goes back to 02:00."""
MONDAY = date(2030, 1, 7)
NOON = datetime(2030, 1, 7, 12, tzinfo=UTC)
LONG_AGO = datetime(2029, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
SESSION = Session(HOUR)
HALF_PAST_TWO = 2 * 60 + 30


def wall(shown: str) -> datetime:
    return datetime.fromisoformat(shown)


def starts(*moments: datetime) -> list[Start]:
    return [Start(moment, moment.replace(tzinfo=None)) for moment in moments]


def planned(
    *moments: datetime, session: Session = SESSION, now: datetime = LONG_AGO, **standing: object
) -> tuple[list[datetime], list[tuple[str, datetime | None]]]:
    made = plan(starts(*moments), session=session, standing=Standing(**standing), now=now)  # type: ignore[arg-type]
    return made.starts, [(clash.reason, clash.starts_at) for clash in made.clashes]


def test_meant__is_every_time_on_every_date_and_the_instants() -> None:
    found, clashes = meant(Times(dates=[date(2030, 1, 9), MONDAY], clock=[600, 540], instants=[NOON]), WARSAW)

    assert clashes == []
    assert [start.wall.isoformat(" ", "minutes") for start in found] == [
        "2030-01-07 09:00", "2030-01-07 10:00", "2030-01-07 13:00", "2030-01-09 09:00", "2030-01-09 10:00",
    ]  # fmt: skip
    assert found[0].at == datetime(2030, 1, 7, 8, tzinfo=UTC)


def test_meant__same_start_said_twice_counts_once() -> None:
    nine = datetime(2030, 1, 7, 8, tzinfo=UTC)

    found, _ = meant(
        Times(dates=[MONDAY, MONDAY], first=MONDAY, last=MONDAY, clock=[540, 540], instants=[nine, nine]),
        WARSAW,
    )

    assert [start.at for start in found] == [nine]


def test_meant__range_takes_its_weekdays_first_and_last_included() -> None:
    found, _ = meant(
        Times(first=MONDAY, last=date(2030, 1, 16), weekdays={0, 2}, clock=[540]), ZoneInfo("UTC")
    )

    assert [start.at.day for start in found] == [7, 9, 14, 16]


def test_meant__nine_stays_nine_across_the_change() -> None:
    found, _ = meant(Times(first=date(2030, 3, 30), last=SPRING, clock=[540]), WARSAW)

    assert [start.at.hour for start in found] == [8, 7]
    assert [start.wall.hour for start in found] == [9, 9]


def test_meant__time_in_the_spring_gap_is_named_and_means_nothing() -> None:
    found, clashes = meant(Times(dates=[SPRING], clock=[HALF_PAST_TWO, 180]), WARSAW)

    assert [start.wall.hour for start in found] == [3]
    assert clashes == [Clash(ClashReason.NONEXISTENT_TIME, wall("2030-03-31 02:30"), None, None)]


def test_meant__time_of_the_autumn_hour_is_asked_back() -> None:
    found, clashes = meant(Times(dates=[AUTUMN], clock=[HALF_PAST_TWO, 180]), WARSAW)

    assert [start.wall.hour for start in found] == [3]
    assert clashes == [Clash(ClashReason.AMBIGUOUS_TIME, wall("2030-10-27 02:30"), None, None)]


def test_meant__both_times_of_the_autumn_hour_can_be_told_by_their_offsets() -> None:
    first = datetime.fromisoformat("2030-10-27T02:30:00+02:00")
    second = datetime.fromisoformat("2030-10-27T02:30:00+01:00")

    found, clashes = meant(Times(dates=[AUTUMN], clock=[HALF_PAST_TWO], instants=[second, first]), WARSAW)

    assert [start.at for start in found] == [first, second]
    assert {start.wall for start in found} == {wall("2030-10-27 02:30")}
    assert clashes == []


@pytest.mark.parametrize(
    ("times", "field"),
    [
        (Times(), "dates"),
        (Times(dates=[MONDAY]), "times"),
        (Times(clock=[540]), "dates"),
        (Times(first=MONDAY, clock=[540]), "until"),
        (Times(last=MONDAY, clock=[540]), "from"),
        (Times(first=MONDAY, last=date(2030, 1, 6), clock=[540]), "until"),
        (Times(first=MONDAY, last=date(2032, 1, 10), weekdays={0}, clock=[540]), "until"),
        (Times(dates=[MONDAY], weekdays={0}, clock=[540]), "weekdays"),
        (Times(first=MONDAY, last=MONDAY, weekdays={1}, clock=[540]), "dates"),
        (Times(dates=[date(1, 1, 1)], clock=[540]), "dates"),
        (Times(dates=[date(9999, 12, 31)], clock=[540]), "dates"),
        (Times(first=MONDAY, last=MONDAY + timedelta(days=500), clock=[540, 600]), "dates"),
        (Times(instants=[NOON.replace(second=1)]), "startsAt"),
        (Times(instants=[NOON.replace(microsecond=1)]), "startsAt"),
    ],
)
def test_meant__what_names_no_sensible_times_is_refused(times: Times, field: str) -> None:
    error = refusal(meant, times=times, zone=WARSAW)

    assert (error.code, error.field) == ("VALIDATION_FAILED", [field])


def test_meant__a_thousand_are_as_many_as_can_be() -> None:
    found, _ = meant(
        Times(first=MONDAY, last=MONDAY + timedelta(days=499), clock=[540, 600]), ZoneInfo("UTC")
    )

    assert len(found) == 1000


def test_plan__touching_sessions_stand_together() -> None:
    assert planned(NOON, NOON + HOUR) == ([NOON, NOON + HOUR], [])


def test_plan__of_two_that_overlap_the_earlier_stays() -> None:
    half_past = NOON + HOUR / 2

    found = planned(NOON, half_past, NOON + HOUR)

    assert found == ([NOON, NOON + HOUR], [("OVERLAPS_EACH_OTHER", half_past)])


def test_plan__one_that_cannot_be_stands_in_nobodys_way() -> None:
    half_past = NOON + HOUR / 2

    found = planned(NOON, half_past, time_off=Ranges([(NOON - HOUR, NOON + timedelta(minutes=1))]))

    assert found == ([half_past], [("TIME_OFF", NOON)])


@pytest.mark.parametrize(
    ("standing", "reason"),
    [("published", "OVERLAPS_PUBLISHED"), ("busy", "OVERLAPS_BOOKED"),
     ("time_off", "TIME_OFF"), ("closed", "CLOSED_DAY")],
)  # fmt: skip
def test_plan__what_overlaps_by_a_minute_is_against_it_and_what_touches_is_not(
    standing: str, reason: str
) -> None:
    minute = timedelta(minutes=1)
    around = [(NOON - HOUR, NOON), (NOON + HOUR, NOON + 2 * HOUR)]

    assert planned(NOON, **{standing: Ranges(around)}) == ([NOON], [])
    for moved in ((NOON - HOUR, NOON + minute), (NOON + HOUR - minute, NOON + 2 * HOUR)):
        assert planned(NOON, **{standing: Ranges([*around, moved])}) == ([], [(reason, NOON)])


def test_plan__buffers_count_against_booked_time_alone() -> None:
    session = Session(HOUR, before=HOUR, after=HOUR / 2)
    before, after = (NOON - HOUR - HOUR / 2, NOON - HOUR / 2), (NOON + HOUR + HOUR / 4, NOON + 2 * HOUR)

    for near in (before, after):
        assert planned(NOON, session=session, busy=Ranges([near]))[1] == [("OVERLAPS_BOOKED", NOON)]
        others = {name: Ranges([near]) for name in ("published", "time_off", "closed")}
        assert planned(NOON, session=session, **others) == ([NOON], [])


def test_plan__what_begins_now_is_past_and_a_minute_later_is_not() -> None:
    assert planned(NOON, now=NOON) == ([], [("IN_THE_PAST", NOON)])
    assert planned(NOON, now=NOON - timedelta(minutes=1)) == ([NOON], [])


def test_plan__a_start_that_is_published_already_is_said_to_be_just_that() -> None:
    own = Ranges([(NOON, NOON + HOUR)])

    found = planned(NOON, starts=frozenset([NOON]), published=own, busy=own)

    assert found == ([], [("SAME_START", NOON)])


def test_plan__every_reason_that_applies_is_given() -> None:
    taken = Ranges([(NOON, NOON + HOUR)])

    found = planned(
        NOON, NOON + HOUR / 2, now=NOON, published=taken, busy=taken, time_off=taken, closed=taken
    )

    assert found[0] == []
    assert [reason for reason, start in found[1] if start == NOON] == [
        "IN_THE_PAST", "OVERLAPS_PUBLISHED", "OVERLAPS_BOOKED", "TIME_OFF", "CLOSED_DAY",
    ]  # fmt: skip


def test_ranges__a_long_one_that_began_early_is_met() -> None:
    ranges = Ranges([(NOON - 9 * HOUR, NOON + HOUR), (NOON - 3 * HOUR, NOON - 2 * HOUR)])

    assert ranges.meet(NOON, NOON + HOUR)
    assert not ranges.meet(NOON + HOUR, NOON + 2 * HOUR)
    assert not Ranges().meet(NOON, NOON + HOUR)
