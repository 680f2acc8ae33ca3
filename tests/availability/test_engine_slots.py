"""Slots that have a row: published, taken, or both."""

import pytest

from bookings.availability.calendars import Busy
from tests.availability.calendars import at, calendar, every_day, offered, slot, starts, terms

MONDAY = "2030-01-07"


def test_openings__published_slot_ignores_hours_and_step():
    among = calendar(every_day(9, 10), slots=(slot(at("2030-01-07 20:17")),))

    assert starts(terms(), among) == ["09:00", "20:17"]


def test_openings__published_slot_obeys_notice_and_horizon():
    among = calendar((), slots=(slot(at("2030-01-07 20:17")),))

    assert starts(terms(notice=1800), among, now=at("2030-01-07 19:47:00")) == ["20:17"]
    assert starts(terms(notice=1800), among, now=at("2030-01-07 19:47:01")) == []
    assert starts(terms(horizon=0), among, now=at("2030-01-07 01:00")) == ["20:17"]
    assert starts(terms(horizon=0), among, now=at("2030-01-06 23:00")) == []


def test_openings__published_slot_hides_the_computed_starts_that_it_overlaps():
    among = calendar(every_day(9, 13), slots=(slot(at("2030-01-07 10:30"), service=2),))

    assert starts(terms(), among) == ["09:00", "12:00"]


def test_openings__published_slot_without_a_service_admits_any_of_its_length():
    among = calendar((), slots=(slot(at("2030-01-07 10:00"), minutes=60),))

    assert starts(terms(minutes=60, service=5), among) == ["10:00"]
    assert starts(terms(minutes=45, service=5), among) == []


def test_openings__published_slot_of_a_service_admits_no_other():
    among = calendar((), slots=(slot(at("2030-01-07 10:00"), service=2),))

    assert starts(terms(service=2), among) == ["10:00"]
    assert starts(terms(service=1), among) == []


def test_openings__published_slot_that_others_busy_time_touches_is_not_offered():
    busy = (Busy(at("2030-01-07 09:00"), at("2030-01-07 10:00"), 7),)
    among = calendar((), busy=busy, slots=(slot(at("2030-01-07 10:00")),))

    assert starts(terms(), among) == ["10:00"]
    assert starts(terms(before=1), among) == []


def test_openings__taken_group_slot_admits_its_own_service_alone():
    session = slot(at("2030-01-07 10:00"), pk=7, service=1, capacity=3, taken=1, published=False)
    busy = (Busy(session.start, session.end, 7),)
    among = calendar(every_day(10, 11), busy=busy, slots=(session,))

    assert starts(terms(service=1, capacity=3), among) == ["10:00"]
    assert starts(terms(service=2, capacity=3), among) == []


def test_openings__full_slot_is_not_offered():
    session = slot(at("2030-01-07 10:00"), pk=7, service=1, capacity=3, taken=3)
    among = calendar(every_day(10, 11), busy=(Busy(session.start, session.end, 7),), slots=(session,))

    assert starts(terms(capacity=3), among) == []


@pytest.mark.parametrize(("seats", "expected"), [(1, ["10:00"]), (2, ["10:00"]), (3, [])])
def test_openings__as_many_seats_as_are_asked_for_must_be_left(seats, expected):
    session = slot(at("2030-01-07 10:00"), pk=7, service=1, capacity=3, taken=1)
    among = calendar((), busy=(Busy(session.start, session.end, 7),), slots=(session,))

    assert starts(terms(capacity=3, seats=seats), among) == expected


def test_openings__tell_capacity_and_seats_left():
    session = slot(at("2030-01-07 10:00"), pk=7, service=1, capacity=5, taken=2)
    among = calendar(every_day(11, 12), busy=(Busy(session.start, session.end, 7),), slots=(session,))
    found = offered(terms(capacity=4, seats=2), among, since=at(MONDAY), until=at("2030-01-08"))

    assert [(opening.capacity, opening.seats_left) for opening in found] == [(5, 3), (4, 4)]


def test_openings__more_seats_than_the_service_has_are_never_computed():
    assert starts(terms(capacity=2, seats=3), calendar()) == []


def test_openings__come_in_order_whichever_kind_they_are():
    slots = (slot(at("2030-01-07 16:30"), pk=1), slot(at("2030-01-07 07:00"), pk=2))

    found = starts(terms(), calendar(every_day(9, 11), slots=slots))

    assert found == ["07:00", "09:00", "10:00", "16:30"]
