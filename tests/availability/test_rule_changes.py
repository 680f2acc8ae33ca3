"""A rule that changes between listing and booking is checked again when time is taken."""

import pytest

from bookings.booking import services as booking
from bookings.businesses.models import ClosedDay
from bookings.common.errors import ErrorCode
from bookings.schedules.models import DateOverride, TimeOff
from tests import factories
from tests.availability.practice import DAY, HOUR, change, listed
from tests.factories import NOW, TEN
from tests.witness import refusal


@pytest.fixture
def offered(db):
    return factories.service(duration=30, step=30)


@pytest.fixture
def host(offered):
    return factories.consultant(offered)


def close_by_hours(host, offered):
    host.schedule.weekly_hours.filter(weekday=0).delete()


def close_by_opening_hours(host, offered):
    offered.business.opening_hours.create(weekday=0, opens=11 * 60, closes=12 * 60)


def close_by_override(host, offered):
    DateOverride.objects.create(schedule=host.schedule, date=TEN.date())


def close_by_time_off(host, offered):
    TimeOff.objects.create(schedule=host.schedule, starts_at=TEN, ends_at=TEN + HOUR)


def close_by_closed_day(host, offered):
    ClosedDay.objects.create(business=offered.business, date=TEN.date())


def close_by_cap(host, offered):
    change(host.schedule, max_per_day=1)
    factories.pending(host, offered, starts_at=TEN + 3 * HOUR)


def close_by_cap_of_the_service(host, offered):
    change(offered, max_per_week=1)
    factories.pending(host, offered, starts_at=TEN + 3 * DAY)


def close_by_leaving(host, offered):
    change(host, is_active=False)


def close_by_withdrawing_the_service(host, offered):
    host.services.remove(offered)


CHANGES = [
    close_by_hours,
    close_by_opening_hours,
    close_by_override,
    close_by_time_off,
    close_by_closed_day,
    close_by_cap,
    close_by_cap_of_the_service,
    close_by_leaving,
    close_by_withdrawing_the_service,
]


@pytest.mark.parametrize("close", CHANGES)
def test_rule_changed_after_drafting__is_checked_again_when_time_is_taken(offered, host, close):
    draft = factories.draft(host, offered)

    close(host, offered)

    assert TEN not in listed(offered, host)
    proof = factories.passed(draft)
    assert refusal(booking.verify, passed=proof, now=NOW).code == ErrorCode.SLOT_UNAVAILABLE
    draft.refresh_from_db()
    assert (draft.status, draft.slot_id) == ("DRAFT", None)


@pytest.mark.parametrize("close", CHANGES[:-2])
def test_rule_changed_after_listing__is_checked_again_at_draft(offered, host, close):
    assert TEN in listed(offered, host)

    close(host, offered)

    assert refusal(factories.draft, host=host, offered=offered).code == ErrorCode.SLOT_UNAVAILABLE
