"""What the database lacks is found by name."""

import pytest
from django.db import connection

from bookings.guards import GUARDS
from tests.audit.faults import drop, run, wrong


@pytest.mark.parametrize("guard", GUARDS, ids=[guard.table for guard in GUARDS])
def test_missing_guards__are_found_by_name(world, guard):
    drop(guard)

    names = guard.names[connection.vendor]
    assert wrong() == {"missing_guards": tuple(f"The database lacks the guard {name!r}." for name in names)}


def test_missing_constraints__are_found_by_name(world):
    run("DROP INDEX payment_one_open_attempt_per_booking")

    assert wrong() == {"missing_constraints": ("payment_one_open_attempt_per_booking",)}


@pytest.mark.only_on("postgresql")
def test_missing_constraints__unique_and_check_constraints_are_found_by_name(world):
    run(
        "ALTER TABLE bookings_slot DROP CONSTRAINT slot_seats_within_capacity",
        "ALTER TABLE bookings_claim DROP CONSTRAINT claim_once_per_place",
    )

    assert set(wrong()["missing_constraints"]) == {"claim_once_per_place", "slot_seats_within_capacity"}
