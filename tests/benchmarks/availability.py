"""What open times cost, by how much is stored and by how much is returned.

python -m tests.benchmarks.availability [--rows 10000 100000 1000000] [--rounds 9]

Starts a PostgreSQL of its own, with one database for each number of slots, and asks them in turns.
"""

import argparse
import datetime
import os
import statistics
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.postgres import running_postgres

DAYS = 30
DAYS_RETURNED = (7, 15, 30, 60)


@dataclass(frozen=True)
class Figure:
    """One line of a table: the median of the rounds and their range, in milliseconds, for each depth."""

    rows: int
    statements: int
    returned: int
    times: dict[str, list[float]]

    def __str__(self) -> str:
        cells = [f"{self.rows:>9,}", f"{self.statements:>10}", f"{self.returned:>8}"]
        for each in self.times.values():
            cells.append(f"{statistics.median(each):6.2f} ({min(each):.2f}–{max(each):.2f})".rjust(22))
        return " | ".join(cells)


HEADING = "     rows | statements | returned |                 engine |         loading+engine |                request"


def main(arguments: Sequence[str]) -> int:
    """Measure and print; give 1 where an answer or a plan is not what it should be."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.availability", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=9)
    asked = parser.parse_args(arguments)
    with running_postgres() as url:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "core.settings",
            "DEBUG": "true",
            "DATABASE_URL": url,
            "ENV_FILE": os.devnull,
            "RATE_LIMITS": "anonymous.ip=100000/minute",  # all is asked from one address
        }
        import django  # noqa: PLC0415 - the settings read the address above

        django.setup()
        from django.test.utils import setup_test_environment  # noqa: PLC0415

        setup_test_environment(debug=False)
        return measure(sorted(asked.rows), asked.rounds)


def measure(sizes: list[int], rounds: int) -> int:
    """Fill a database of each size, and print the tables and the plans."""
    from tests.benchmarks.practices import fill, stored  # noqa: PLC0415 - needs the settings

    # Whole days from tomorrow on, so that the hour at which this runs makes no difference.
    today = datetime.datetime.now(datetime.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    stages = {}
    for rows in sizes:
        create(rows)
        stages[rows] = fill(rows, today)
        print("{:,} slots, {:,} occupations".format(*stored()), flush=True)
    found: list[str] = []
    for anyone in (False, True):
        title = "any of 50 consultants" if anyone else "one consultant"
        print(f"\n{title}, {DAYS} days, {rounds} rounds\n{HEADING}")
        found += told(by_rows(stages, anyone, today, rounds))
    for anyone in (False, True):
        title = "any of 50 consultants" if anyone else "one consultant"
        print(f"\n{title}, {sizes[-1]:,} rows, {' / '.join(map(str, DAYS_RETURNED))} days\n{HEADING}")
        by_days(sizes[-1], stages[sizes[-1]], anyone, today, rounds)
    found += plans(sizes[-1], stages[sizes[-1]], today)
    for fault in found:
        print(f"FAULT: {fault}")
    return 1 if found else 0


def by_rows(stages: dict[int, Any], anyone: bool, today: datetime.datetime, rounds: int) -> list[Figure]:
    """Ask the same of every database, in turns, the order turned round every time."""
    from tests.benchmarks.questions import DEPTHS, Question, milliseconds, statements  # noqa: PLC0415

    times: dict[int, dict[str, list[float]]] = {rows: defaultdict(list) for rows in stages}
    facts = {}
    for number in range(rounds + 1):
        for rows in list(stages)[:: 1 if number % 2 else -1]:
            use(rows)
            question = Question(stages[rows], anyone, today + datetime.timedelta(days=1), DAYS)
            for depth in DEPTHS:
                call = getattr(question, depth)()
                returned = call()
                taken = milliseconds(call)
                if number:  # the first round only warms up
                    times[rows][depth].append(taken)
            facts[rows] = len(statements(question.request())), returned
    return [Figure(rows, *facts[rows], times[rows]) for rows in stages]


def told(figures: list[Figure]) -> list[str]:
    """Print figures and how each compares with the first; give what is wrong with them."""
    first = figures[0]
    for figure in figures:
        ratios = ", ".join(
            f"{depth} {statistics.median(each) / statistics.median(first.times[depth]):.2f}"
            for depth, each in figure.times.items()
        )
        print(f"{figure}   × {ratios}", flush=True)
    faults = []
    if len({figure.statements for figure in figures}) > 1:
        faults.append("the number of statements depends on what is stored")
    if len({figure.returned for figure in figures}) > 1:
        faults.append("the answers differ")
    return faults


def by_days(rows: int, stage: Any, anyone: bool, today: datetime.datetime, rounds: int) -> None:
    """Ask one database for more and more days."""
    from tests.benchmarks.questions import DEPTHS, Question, milliseconds, statements  # noqa: PLC0415

    use(rows)
    for days in DAYS_RETURNED:
        question = Question(stage, anyone, today + datetime.timedelta(days=1), days)
        calls = {depth: getattr(question, depth)() for depth in DEPTHS}
        returned = [call() for call in calls.values()][-1]
        times = {depth: [milliseconds(call) for _ in range(rounds)] for depth, call in calls.items()}
        print(Figure(rows, len(statements(calls["request"])), returned, times), flush=True)


def plans(rows: int, stage: Any, today: datetime.datetime) -> list[str]:
    """Print the plans of what reads slots and their occupations; give what reads either from end to end."""
    from tests.benchmarks.questions import Question, plan, statements  # noqa: PLC0415

    use(rows)
    faults = []
    for anyone in (False, True):
        question = Question(stage, anyone, today + datetime.timedelta(days=1), DAYS)
        found = [each for each in statements(question.loading()) if 'FROM "bookings_slot"' in each]
        faults += [] if found else ["no statement reads slots"]
        for statement in found:
            lines = plan(statement)
            who = "any of 50" if anyone else "one"
            print(f"\n{who}, {rows:,} rows:\n{statement}\n\n" + "\n".join(lines), flush=True)
            for table in ("bookings_slot", "bookings_occupation"):
                if any(f"Seq Scan on {table} " in line for line in lines):
                    faults.append(f"{table} is read from end to end for {who}")
    return faults


def create(rows: int) -> None:
    """Make a migrated database for so many rows, and turn to it."""
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name_of(rows)}")
    use(rows)
    call_command("migrate", verbosity=0)


def use(rows: int) -> None:
    """Turn the default connection to another database."""
    from django.db import connection  # noqa: PLC0415

    if connection.settings_dict["NAME"] != name_of(rows):
        connection.close()
        connection.settings_dict["NAME"] = name_of(rows)


def name_of(rows: int) -> str:
    """Give the database for so many rows."""
    return f"slots_{rows}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
