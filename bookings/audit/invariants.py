"""What is always true, looked at over the whole data. Each check is one statement, so it sees one instant."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import DEFAULT_DB_ALIAS

from bookings.audit import database, held_time, history, money, places, ratings
from bookings.audit.scope import Scope
from bookings.common import clock


@dataclass(frozen=True)
class Check:
    """One look at the data: which invariants of the domain it holds, and the kind of row that it gives."""

    invariants: tuple[int, ...]
    rows: str
    find: Callable[[Scope], Sequence[int | str]]

    @property
    def name(self) -> str:
        """What the check calls the rows that it finds."""
        return self.find.__name__


@dataclass(frozen=True)
class Finding:
    """What one check found: the keys of the offending rows, or the names of what is missing."""

    check: Check
    ids: tuple[int | str, ...]

    SHOWN = 20

    def __str__(self) -> str:
        shown = ", ".join(map(str, self.ids[: self.SHOWN])) + (", …" if len(self.ids) > self.SHOWN else "")
        held = ", ".join(map(str, self.check.invariants))
        line = f"{self.check.name} (invariant {held}): {len(self.ids)} {self.check.rows}"
        return f"{line}: {shown}" if shown else line


CHECKS = (
    Check((1,), "occupations", held_time.overlapping_occupations),
    Check((1,), "slots", held_time.taken_slots_without_occupation),
    Check((1,), "occupations", held_time.occupations_without_taken_seats),
    Check((1,), "occupations", held_time.occupations_short_of_their_session),
    Check((2,), "slots", held_time.miscounted_slots),
    Check((2,), "practices", ratings.miscounted_practice_ratings),
    Check((2,), "consultants", ratings.miscounted_consultant_ratings),
    Check((4,), "reviews", ratings.reviews_of_another_session),
    Check((3,), "bookings", places.bookings_without_their_claim),
    Check((3,), "claims", places.claims_without_an_active_booking),
    Check((3,), "claims", places.claims_of_several_bookings),
    Check((4,), "events", history.events_out_of_sequence),
    Check((4,), "events", history.events_that_do_not_follow),
    Check((4,), "events", history.events_outside_the_table),
    Check((4,), "bookings", history.bookings_unlike_their_last_event),
    Check((5,), "bookings", money.confirmed_without_money),
    Check((5,), "payments", money.misreckoned_refunds),
    Check((5,), "bookings", money.overpaid_bookings),
    Check((6,), "events", history.events_without_their_messages),
    Check((7,), "payments", money.payments_with_two_effects),
    Check((7, 8), "payments", money.confirmations_without_their_move),
    Check((8,), "payments", money.money_kept_for_nothing),
    Check((8,), "payments", money.attempts_nobody_waits_for),
    Check((8,), "payments", money.attempts_left_open),
    Check((9,), "bookings", held_time.bookings_beside_their_slot),
    Check((10,), "payments", money.payments_of_another_price),
    Check((10,), "bookings", money.miscounted_discounts),
    Check((1, 4), "guards", database.missing_guards),
    Check((1, 2, 3, 5, 7), "constraints", database.missing_constraints),
)


def examine(using: str = DEFAULT_DB_ALIAS, *, now: datetime | None = None) -> list[Finding]:
    """Run every check on a database; gives one finding each, empty where all is well."""
    scope = Scope(using, now or clock.now())
    return [Finding(check, tuple(check.find(scope))) for check in CHECKS]


def audit(using: str = DEFAULT_DB_ALIAS, *, now: datetime | None = None) -> list[Finding]:
    """Give what is wrong with the data of a database: nothing, wherever the service works as it should."""
    return [finding for finding in examine(using, now=now) if finding.ids]
