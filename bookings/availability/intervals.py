"""Arithmetic of half-open ranges of whole numbers: [0, 5) and [5, 9) touch and do not overlap."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

Range = tuple[int, int]


def merged(ranges: Iterable[Range]) -> list[Range]:
    """Give the same numbers as few sorted ranges: what overlaps or touches becomes one, what is empty none."""
    ordered = sorted(each for each in ranges if each[0] < each[1])
    if not ordered:
        return []
    result: list[Range] = []
    first, last = ordered[0]
    for low, high in ordered:
        if low > last:
            result.append((first, last))
            first, last = low, high
        elif high > last:
            last = high
    result.append((first, last))
    return result


def intersected(one: Sequence[Range], other: Sequence[Range]) -> list[Range]:
    """Give what lies in both. Each is sorted and free of overlap; pieces that touch stay apart."""
    result: list[Range] = []
    here = there = 0
    while here < len(one) and there < len(other):
        low, high = max(one[here][0], other[there][0]), min(one[here][1], other[there][1])
        if low < high:
            result.append((low, high))
        if one[here][1] <= other[there][1]:
            here += 1
        else:
            there += 1
    return result


def within(one: Range, ranges: Sequence[Range]) -> list[Range]:
    """Give what of one range lies in some sorted ranges that do not overlap."""
    low, high = one
    result: list[Range] = []
    position = max(0, bisect_right(ranges, (low,)) - 1)
    while position < len(ranges) and ranges[position][0] < high:
        first, last = max(low, ranges[position][0]), min(high, ranges[position][1])
        if first < last:
            result.append((first, last))
        position += 1
    return result


def without(ranges: Sequence[Range], taken: Sequence[Range]) -> list[Range]:
    """Give what is left of each range. `taken` is sorted and free of overlap; `ranges` may be anything."""
    if not taken:
        return list(ranges)
    result: list[Range] = []
    for first, high in ranges:
        low = first
        position = max(0, bisect_right(taken, (low,)) - 1)
        while position < len(taken) and taken[position][0] < high:
            gone, back = taken[position]
            if back > low:
                if gone > low:
                    result.append((low, gone))
                low = back
            position += 1
        if low < high:
            result.append((low, high))
    return result


def holds(ranges: Sequence[Range], number: int) -> bool:
    """Tell whether a number lies in one of some sorted ranges that do not overlap."""
    position = bisect_right(ranges, (number + 1,)) - 1
    return position >= 0 and ranges[position][0] <= number < ranges[position][1]


def overlapping(ranges: Sequence[Range], low: int, high: int) -> list[Range]:
    """Give those that share a number with [low, high); an empty one shares none."""
    return [each for each in ranges if each[0] < high and each[1] > low and each[0] < each[1]]


def overlaps(ranges: Iterable[Range], start: int, end: int) -> bool:
    """Tell whether [start, end) meets one of some ranges; an empty one is met by nothing."""
    return any(low < end and high > start and low < high for low, high in ranges)


def fits_in(pieces: Iterable[Range], start: int, end: int) -> bool:
    """Tell whether [start, end) lies in one run of open time."""
    return any(low <= start and end <= high for low, high in merged(pieces))
