"""What a request over HTTP costs, by how much is stored, for how many practices and connections, and by what is asked.

python -m tests.benchmarks.growth [--rows 20000 100000 1000000] [--practices 1000] [--connections 1 8 32]
    [--rounds 5] [--seconds 2]

Starts a PostgreSQL of its own with one database for each number of slots, of which there are twice as many bookings,
and for each number of practices, and a web on each; asks them in turns, in alternating order, by wrk. What is told are
milliseconds of processor time.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.postgres import running_postgres

if TYPE_CHECKING:
    from tests.benchmarks.web.contenders import Contender
    from tests.benchmarks.web.load import Figure
    from tests.benchmarks.web.questions import Workload
    from tests.benchmarks.web.world import World

ASKED = ("W1", "W1c", "W2", "W3")
USUAL = 8
"""Connections, where something else is varied."""
FIELDS = {
    2: "id startsAt",
    6: "id startsAt endsAt seatsLeft timezone price { amount }",
    9: "",
    14: "id startsAt endsAt seatsLeft timezone price { amount currency } consultant { id fullName timezone } "
    "service { id name durationMinutes business { name } }",
}
"""By how many leaves are asked of each slot; the usual document has nine."""


@dataclass(frozen=True)
class Stand:
    """One database, what is in it, and the web on it."""

    place: "World"
    web: "Contender"


def main(arguments: Sequence[str]) -> int:
    """Measure and print; give 1 where an answer is not what it should be."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.growth", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[20_000, 100_000, 1_000_000])
    parser.add_argument("--practices", type=int, nargs="+", default=[1000])
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    asked = parser.parse_args(arguments)
    os.environ |= {"DJANGO_SETTINGS_MODULE": "core.settings", "DEBUG": "true", "ENV_FILE": os.devnull}
    import django  # noqa: PLC0415 - the settings read the above

    django.setup()
    from tests import tools  # noqa: PLC0415 - needs the settings, as all that follows

    tools.provide(["wrk"])
    from tests.benchmarks.web.load import Wrong  # noqa: PLC0415

    try:
        measure(asked)
    except Wrong as wrong:
        print(f"FAULT: {wrong}", flush=True)
        return 1
    return 0


def measure(asked: argparse.Namespace) -> None:
    """Fill the databases and print the tables."""
    from tests.benchmarks.web.questions import WORKLOADS  # noqa: PLC0415 - needs the settings
    from tests.benchmarks.web.world import PRACTICES  # noqa: PLC0415 - needs the settings

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="slotwell-growth-")))
        url = stack.enter_context(running_postgres())
        stands = {
            rows: stack.enter_context(stand(url, rows, folder, PRACTICES)) for rows in sorted(asked.rows)
        }
        rounds = Rounds(folder, asked.rounds, asked.seconds)
        for name in ASKED:
            cases = {f"{rows:,} slots": (each, WORKLOADS[name], USUAL) for rows, each in stands.items()}
            rounds.tell(f"{name}, by rows", cases)
        size = sorted(stands)[len(stands) // 2]
        middle = stands[size]
        by_practices = {PRACTICES: middle} | {
            many: stack.enter_context(stand(url, size, folder, many)) for many in asked.practices
        }
        for name in ASKED:
            cases = {
                f"{many:,} practices": (each, WORKLOADS[name], USUAL) for many, each in by_practices.items()
            }
            rounds.tell(f"{name}, by practices, each with a consultant at least", cases)
        for name in ASKED:
            cases = {f"{many} connections": (middle, WORKLOADS[name], many) for many in asked.connections}
            rounds.tell(f"{name}, by connections", cases)
        cases = {f"{many} fields": (middle, asking(fields), USUAL) for many, fields in FIELDS.items()}
        rounds.tell("W1, by fields of each of 50 slots", cases)


@contextmanager
def stand(url: str, rows: int, folder: Path, practices: int) -> Iterator[Stand]:
    """Fill a database of its own with so many slots of so many practices, and serve it until the block ends."""
    from tests.benchmarks.web import contenders, rounds, world  # noqa: PLC0415 - need the settings
    from tests.benchmarks.web.questions import WORKLOADS  # noqa: PLC0415
    from tests.servers import Database  # noqa: PLC0415

    name = f"growth_{rows}_{practices}"
    Database(url).sql(f"CREATE DATABASE {name}")
    address = f"{url.rpartition('/')[0]}/{name}"
    with (
        world.seeded(rows, address, practices=practices) as place,
        contenders.serving(contenders.PRODUCT, place.database, folder) as web,
    ):
        for asked in ASKED:  # a process loads what it needs with its first requests
            for request in WORKLOADS[asked].requests(web.name, place, seed=2)[: rounds.FIRST]:
                rounds.answer(web, request)
        yield Stand(place, web)


def asking(fields: str) -> "Workload":
    """Give W1 with other fields; the usual ones where none are named."""
    from tests.benchmarks.web.questions import SLOTS, WORKLOADS, graphql  # noqa: PLC0415 - need the settings

    usual = WORKLOADS["W1"]
    if not fields:
        return usual
    head = SLOTS.partition("edges {")[0]
    document = f"{head}edges {{ node {{ {fields} }} }} }} }}"

    def product(wanted: dict[str, Any]) -> Any:
        return graphql(document, json.loads(usual.product(wanted).body)["variables"])

    return replace(usual, name=f"W1-{len(fields)}", product=product)


class Rounds:
    """The measuring: each case in turns, the order turned round every time."""

    def __init__(self, folder: Path, rounds: int, seconds: float) -> None:
        self.folder, self.rounds, self.seconds = folder, rounds, seconds

    def tell(self, title: str, cases: Mapping[str, tuple[Stand, "Workload", int]]) -> None:
        """Measure the cases against each other, and print a table."""
        found: dict[str, list[Figure]] = defaultdict(list)
        for number in range(self.rounds + 1):
            for case in list(cases)[:: 1 if number % 2 else -1]:
                # The first round only warms up, longer: what was just filled is still being written to the disk.
                figure = self._once(*cases[case], seconds=self.seconds if number else 3 * self.seconds)
                if number:
                    found[case].append(figure)
        print(f"\n{title}\n{'':>18} |   web | database | a second | × web (range)", flush=True)
        for case in cases:
            self._line(case, found[case], found[next(iter(cases))])

    def _once(self, stand: Stand, workload: "Workload", connections: int, *, seconds: float) -> "Figure":
        from tests.benchmarks.web import load  # noqa: PLC0415 - needs the settings
        from tests.benchmarks.web.world import postgres_pid  # noqa: PLC0415

        path = self.folder / f"{workload.name}-{stand.web.port}"
        if not path.exists():
            load.write(workload.requests(stand.web.name, stand.place, seed=1), path)
        return load.measure(
            stand.web, workload, path, connections=connections, seconds=seconds,
            postgres=postgres_pid(stand.place.database),
        )  # fmt: skip

    @staticmethod
    def _line(case: str, figures: "list[Figure]", first: "list[Figure]") -> None:
        ratios = [one.cpu / other.cpu for one, other in zip(figures, first, strict=True)]
        web, database, rate = (
            statistics.median(getattr(figure, what) for figure in figures)
            for what in ("cpu", "database", "rate")
        )
        spread = f"{statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"
        print(f"{case:>18} | {web:5.2f} | {database:8.2f} | {rate:8.0f} | {spread}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
