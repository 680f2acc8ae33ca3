"""What CI holds: by processor time the product stays where it was, beside REST framework's view and the floor.

python -m tests.benchmarks.web --record writes the ratios anew, which is for after a change that is meant.
"""

import statistics
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.benchmarks.web import contenders, rounds
from tests.benchmarks.web.contenders import DRF, FLOOR, PRODUCT, Contender
from tests.benchmarks.web.questions import WORKLOADS
from tests.benchmarks.web.recorded import RATIOS
from tests.benchmarks.web.rounds import Plan, Results
from tests.benchmarks.web.world import World

ROWS = 20_000
"""Slots: as few as the world can be made of. What is measured here does not go by them."""
SLACK = 0.15
CONNECTIONS = 8
PLAN = Plan(rounds=3, seconds=1, connections=(CONNECTIONS,), warm_up=1)
RECORDINGS = 3
GATED = ("W1", "W2", "W3")

Ratios = Mapping[tuple[str, str], float]


@contextmanager
def all_serving(world: World, folder: Path) -> Iterator[list[Contender]]:
    """Run the product, REST framework and the floor until the block ends."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(contenders.serving(name, world.database, folder))
            for name in (PRODUCT, DRF, FLOOR)
        ]


def measured(running: list[Contender], world: World, folder: Path) -> dict[tuple[str, str], float]:
    """Give how many times as much processor time a request takes the product as each of the others.

    Of each the round that took least: what else the machine does only adds. All in one run, in alternating order.
    """
    workloads = [WORKLOADS[name] for name in GATED]
    rounds.agree(running, workloads, world)
    results = rounds.run(running, workloads, world, PLAN, folder)
    return {
        (workload, other): _least(results, workload, PRODUCT) / _least(results, workload, other)
        for workload in GATED
        for other in (DRF, FLOOR)
    }


def steady(
    running: list[Contender], world: World, folder: Path, recorded: Ratios = RATIOS
) -> dict[tuple[str, str], float]:
    """Measure, and where something is worse than recorded once more: it is worse only where it is worse twice."""
    found = measured(running, world, folder)
    if faults(found, recorded):
        again = measured(running, world, folder)
        found = {key: min(found[key], again[key]) for key in found}
    return found


def _least(results: Results, workload: str, contender: str) -> float:
    return min(figure.cpu for figure in results.figures[workload, CONNECTIONS, contender])


def faults(found: Ratios, recorded: Ratios = RATIOS) -> list[str]:
    """Say of each ratio that is worse than the recorded one by more than the slack by how much; and what is missing."""
    return [
        f"{workload} takes {found[workload, other]:.2f} times the processor time of {other}, recorded are "
        f"{ratio:.2f}: {found[workload, other] / ratio - 1:+.0%}"
        for (workload, other), ratio in recorded.items()
        if found[workload, other] > ratio * (1 + SLACK)
    ]


def record(world: World) -> None:
    """Measure several times and write the medians into recorded.py."""
    with tempfile.TemporaryDirectory(prefix="slotwell-bench-") as name:
        folder = Path(name)
        with all_serving(world, folder) as running:
            found = [measured(running, world, folder) for _ in range(RECORDINGS)]
    ratios = {key: statistics.median(each[key] for each in found) for key in found[0]}
    path = Path(__file__).parent / "recorded.py"
    head = path.read_text().partition("RATIOS")[0]
    lines = "".join(
        f'    ("{workload}", "{other}"): {ratio:.2f},\n' for (workload, other), ratio in ratios.items()
    )
    path.write_text(f"{head}RATIOS = {{\n{lines}}}\n")
    for (workload, other), ratio in ratios.items():
        every = ", ".join(f"{each[workload, other]:.2f}" for each in found)
        print(f"{workload} against {other}: {ratio:.2f} (of {every})")
    print(f"written to {path}", flush=True)
