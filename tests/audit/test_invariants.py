"""The audit as a whole: sound data passes, and every invariant has its checks."""

import pytest

from bookings.audit.invariants import CHECKS, audit
from bookings.booking.models import Booking
from tests.audit.faults import wrong
from tests.factories import NOW


def test_audit__finds_nothing_in_sound_data(world):
    world.everything()

    statuses = set(Booking.objects.values_list("status", flat=True))

    assert wrong() == {}
    assert statuses >= {"PENDING", "APPROVED", "PAYMENT_PENDING", "CONFIRMED", "REJECTED", "EXPIRED"}


@pytest.mark.django_db
def test_audit__finds_nothing_where_nothing_is():
    assert wrong() == {}


def test_audit__asks_one_statement_a_check_but_for_the_guards(world, django_assert_num_queries):
    world.everything()
    with django_assert_num_queries(len(CHECKS) + 1):  # the guards: their tables, and their names
        audit(now=NOW)


def test_every_check__cites_its_invariants():
    for check in CHECKS:
        told = check.find.__doc__ or ""
        assert told.startswith("Invariant"), check.name
        assert all(
            str(number) in told.split(":")[0] for number in (check.invariants[0], check.invariants[-1])
        )
    assert {number for check in CHECKS for number in check.invariants} == set(range(1, 11))
