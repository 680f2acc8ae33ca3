"""Arithmetic of half-open ranges, held to sets of the numbers in them."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bookings.availability.intervals import holds, intersected, merged, overlapping, overlaps, within, without

ranges = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 12)).map(lambda one: (one[0], one[0] + one[1]))
)


def numbers(of):
    return {number for low, high in of for number in range(low, high)}


def test_merged__joins_what_touches_and_drops_what_is_empty():
    assert merged([(5, 9), (0, 5), (12, 12), (20, 22), (21, 25)]) == [(0, 9), (20, 25)]


def test_intersected__pieces_that_touch_stay_apart():
    assert intersected([(0, 5), (5, 9)], [(3, 7)]) == [(3, 5), (5, 7)]


def test_within__each_part_stays_apart():
    assert within((2, 20), [(0, 5), (5, 9), (18, 30), (40, 50)]) == [(2, 5), (5, 9), (18, 20)]
    assert within((9, 18), [(0, 9), (18, 30)]) == []


def test_without__leaves_both_ends():
    assert without([(0, 9)], [(3, 5)]) == [(0, 3), (5, 9)]
    assert without([(0, 9)], []) == [(0, 9)]


def test_holds__ends_are_outside():
    assert [holds([(3, 5)], number) for number in (2, 3, 4, 5)] == [False, True, True, False]


def test_overlapping__what_touches_does_not():
    assert overlapping([(0, 3), (3, 5), (5, 7), (7, 9)], 3, 7) == [(3, 5), (5, 7)]


def test_overlapping__what_is_empty_meets_nothing():
    assert overlapping([(5, 5)], 3, 7) == []
    assert not overlaps([(5, 5)], 3, 7)


@given(ranges)
def test_merged__are_the_same_numbers_in_few_sorted_ranges(given_ranges):
    found = merged(given_ranges)

    assert numbers(found) == numbers(given_ranges)
    assert all(low < high for low, high in found)
    assert all(one[1] < other[0] for one, other in pairwise(found))


@given(ranges, ranges)
def test_arithmetic__agrees_with_sets(one, other):
    left, right = merged(one), merged(other)

    assert numbers(intersected(left, right)) == numbers(one) & numbers(other)
    assert numbers(without(one, right)) == numbers(one) - numbers(other)
    for each in one:
        assert numbers(within(each, right)) == numbers([each]) & numbers(other)
    assert {number for number in range(50) if holds(left, number)} == numbers(one)
