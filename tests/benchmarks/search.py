"""What searches for practices cost, by how many there are.

python -m tests.benchmarks.search [--rows 1000 10000 100000] [--rounds 5]

Starts a PostgreSQL of its own, with one database for each number of practices, and prints tables and plans.
"""

import argparse
import os
import statistics
import sys
from collections.abc import Sequence

from tests.postgres import running_postgres

MOST_STATEMENTS = 4
"""The page, its opening hours, its closed days, and the count."""


def main(arguments: Sequence[str]) -> int:
    """Measure and print; give 1 where a request takes more statements than it may."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.search", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args(arguments)
    with running_postgres() as url:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "core.settings",
            "DEBUG": "true",
            "DATABASE_URL": url,
            "ENV_FILE": os.devnull,
        }
        import django  # noqa: PLC0415 - the settings read the address above

        django.setup()
        from django.test.utils import setup_test_environment  # noqa: PLC0415

        setup_test_environment(debug=False)
        import time_machine  # noqa: PLC0415

        from tests.factories import NOW  # noqa: PLC0415

        with time_machine.travel(NOW, tick=False):
            return measure(sorted(asked.rows), asked.rounds)


def measure(sizes: list[int], rounds: int) -> int:
    """Fill a database of each size; print what each question takes there, and the plans in the largest."""
    from tests.benchmarks.availability import create, use  # noqa: PLC0415 - need the settings
    from tests.benchmarks.listings import QUESTIONS, fill, in_database, milliseconds, statements  # noqa: PLC0415

    for rows in sizes:
        create(rows)
        fill(rows)
        print(f"{rows:,} practices", flush=True)
    counts: dict[str, set[int]] = {question: set() for question in QUESTIONS}
    print(
        "\nquestion | "
        + " | ".join(f"{rows:,}" for rows in sizes)
        + " | ratio | in the database | statements"
    )
    for question in QUESTIONS:
        medians = []
        for rows in sizes:
            use(rows)
            counts[question].add(len(statements(question)))
            medians.append(statistics.median(milliseconds(question) for _ in range(rounds)))
        cells = " | ".join(f"{each:.1f}" for each in medians)
        inside = statistics.median(in_database(question) for _ in range(rounds))
        ratio = medians[-1] / medians[0]
        print(f"{question} | {cells} | {ratio:.1f} | {inside:.1f} | {counts[question]}", flush=True)
    plans()
    return 1 if max(max(found) for found in counts.values()) > MOST_STATEMENTS else 0


def plans() -> None:
    """Print how each statement about practices is carried out."""
    from tests.benchmarks.listings import QUESTIONS, in_words, plan, statements  # noqa: PLC0415

    for question in QUESTIONS:
        for statement in statements(question):
            if "bookings_business" in statement and "SELECT" in statement:
                found = plan(statement)
                print(
                    f"\n{question}: {found['Execution Time']:.1f} ms, planned in {found['Planning Time']:.1f} ms"
                )
                print(in_words(found["Plan"]), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
