from dataclasses import replace
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.availability.calendars import Busy, Calendar, Hours
from bookings.availability.engine import MINUTE, Opening, Terms, openings
from tests.availability.calendars import at, slot, terms

ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Warsaw", "America/St_Johns", "Pacific/Auckland")]
SINCE = at("2030-03-29")
"""A week in which Warsaw's clock jumps."""
UNTIL = SINCE + 7 * 24 * 60 * MINUTE

hours = st.builds(
    lambda weekday, opens, length: Hours(weekday, opens, opens + length),
    st.integers(0, 6),
    st.integers(0, 1439),
    st.integers(1, 1440),
)
asked = st.builds(
    terms,
    minutes=st.integers(1, 300),
    step=st.integers(15, 240),
    before=st.integers(0, 90),
    after=st.integers(0, 90),
)
published = st.builds(
    lambda offset, length: (SINCE + offset * MINUTE, length),
    st.integers(0, 7 * 1440),
    st.integers(5, 300),
)


def take(calendar: Calendar, opening: Opening, wanted: Terms) -> Calendar:
    """The calendar once a session of one seat was booked there, as `slots.take` leaves it."""
    pk = 1000 + len(calendar.busy)
    known = {row.start: row for row in calendar.slots}
    row = known.get(opening.start, slot(opening.start, pk=pk, published=False))
    known[opening.start] = row._replace(end=opening.end, service=wanted.service, taken=1)
    busy = Busy(opening.start - wanted.before, opening.end + wanted.after, row.pk)
    return replace(
        calendar,
        slots=tuple(known.values()),
        busy=tuple(sorted((*calendar.busy, busy), key=lambda taken: taken.start)),
    )


@settings(max_examples=200, deadline=None)
@given(
    st.lists(hours, min_size=1, max_size=6),
    st.lists(published, max_size=3, unique_by=lambda given: given[0]),
    st.lists(asked, min_size=1, max_size=4),
    st.sampled_from(ZONES),
    st.randoms(use_true_random=False),
)
def test_openings__what_is_taken_is_offered_no_more_and_no_offer_overlaps_it(
    weekly, extra, wishes, zone, chance
):
    slots = tuple(slot(start, length, pk=number) for number, (start, length) in enumerate(extra, 1))
    calendar = Calendar(1, zone, tuple(weekly), slots=slots)

    for number, wish in enumerate(wishes * 2):
        wanted = replace(wish, service=number)
        found = openings(wanted, calendar, since=SINCE, until=UNTIL, now=SINCE)
        for opening in found:
            low, high = opening.start - wanted.before, opening.end + wanted.after
            assert all(high <= busy.start or busy.end <= low for busy in calendar.busy)
            assert SINCE <= opening.start < UNTIL
            assert opening.end - opening.start == wanted.duration
        assert len({opening.start for opening in found}) == len(found)
        if found:
            chosen = chance.choice(found)
            calendar = take(calendar, chosen, wanted)
            left = openings(wanted, calendar, since=SINCE, until=UNTIL, now=SINCE)
            assert chosen.start not in {opening.start for opening in left}


@settings(max_examples=100, deadline=None)
@given(st.lists(hours, min_size=1, max_size=6), asked, st.sampled_from(ZONES), st.integers(0, 7 * 1440))
def test_openings__asking_for_a_part_gives_that_part_of_the_whole(weekly, wanted, zone, minute):
    calendar = Calendar(1, zone, tuple(weekly))
    cut = SINCE + minute * MINUTE

    whole = openings(wanted, calendar, since=SINCE, until=UNTIL, now=SINCE)
    parts = openings(wanted, calendar, since=SINCE, until=cut, now=SINCE) + openings(
        wanted, calendar, since=cut, until=UNTIL, now=SINCE
    )

    assert parts == whole
    for opening in whole[:20]:
        alone = openings(wanted, calendar, since=opening.start, until=opening.start + 1, now=SINCE)
        assert alone == [opening]
