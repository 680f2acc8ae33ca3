"""The product over HTTP, beside what one would pick instead: `make bench`.

python -m tests.benchmarks.web [--only W1 W2] [--contenders product floor] [--rounds 4] [--seconds 3]
    [--connections 1 8 32] [--rows 100000] [--database postgres://...] [--postgraphile] [--strict]
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.benchmarks.web.contenders import Contender
    from tests.benchmarks.web.world import World


def main(arguments: Sequence[str]) -> int:
    """Measure and print; give 1 where an answer is wrong, and with --strict where a bar is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.web", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="W", help="of W1, W1c, W2, W3, W4, W5")
    parser.add_argument("--contenders", nargs="+", metavar="NAME", help="of product, drf, floor")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--rows", type=int, default=100_000, help="slots; there are twice as many bookings")
    parser.add_argument(
        "--database", default="", help="a PostgreSQL database of your own, filled where it is empty"
    )
    parser.add_argument("--postgraphile", action="store_true", help="PostGraphile as well, from npm")
    parser.add_argument("--record", action="store_true", help="write the ratios that the gates hold anew")
    parser.add_argument("--strict", action="store_true", help="a missed bar counts as a failure")
    asked = parser.parse_args([part for argument in arguments for part in argument.split(",")])
    os.environ |= {"DJANGO_SETTINGS_MODULE": "core.settings", "DEBUG": "true", "ENV_FILE": os.devnull}
    import django  # noqa: PLC0415 - the settings read the above

    django.setup()
    from tests import tools  # noqa: PLC0415 - needs the settings, as all that follows

    tools.provide(["wrk"])
    from tests.benchmarks.web.load import Wrong  # noqa: PLC0415

    try:
        held = _record(asked) if asked.record else bench(asked)
    except Wrong as wrong:
        print(f"FAULT: {wrong}", flush=True)
        return 1
    return 0 if held or not asked.strict else 1


def bench(asked: argparse.Namespace) -> bool:
    """Set everything up, measure it, and print; give whether the bars are held."""
    from tests.benchmarks.web import (  # noqa: PLC0415 - need the settings
        contenders,
        postgraphile,
        rounds,
        table,
        whole_way,
        world,
    )
    from tests.benchmarks.web.questions import WORKLOADS  # noqa: PLC0415

    names = asked.contenders or [contenders.PRODUCT, contenders.DRF, contenders.FLOOR]
    workloads = [workload for name, workload in WORKLOADS.items() if name in (asked.only or WORKLOADS)]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="slotwell-bench-")))
        place = stack.enter_context(world.seeded(asked.rows, asked.database))
        contenders.collect_static(place.database, folder)
        running = [stack.enter_context(contenders.serving(name, place.database, folder)) for name in names]
        if asked.postgraphile:
            running.append(stack.enter_context(postgraphile.serving(place.database, folder)))
        held = [_race(asked, running, place)]
        if workloads:
            rounds.agree(running, workloads, place)
            plan = rounds.Plan(asked.rounds, asked.seconds, tuple(asked.connections), warm_up=2)
            results = rounds.run(running, workloads, place, plan, folder, table.tell)
            held.append(table.judge(results, asked.connections))
        if contenders.PRODUCT in names and "W5" in (asked.only or ["W5"]):
            whole_way.run(running[names.index(contenders.PRODUCT)], place, tuple(asked.connections))
        return all(held)


def _race(asked: argparse.Namespace, running: "list[Contender]", place: "World") -> bool:
    """Hold the race for one seat where it is asked for and both sides run."""
    from tests.benchmarks.web import race  # noqa: PLC0415 - needs the settings
    from tests.benchmarks.web.contenders import FLOOR, PRODUCT  # noqa: PLC0415

    by_name = {contender.name: contender for contender in running}
    if (asked.only and "W4" not in asked.only) or not {PRODUCT, FLOOR} <= set(by_name):
        return True
    return race.compare(by_name[PRODUCT], by_name[FLOOR], place, asked.rounds)


def _record(asked: argparse.Namespace) -> bool:
    """Write the gates' ratios anew."""
    from tests.benchmarks.web import gates, world  # noqa: PLC0415 - need the settings

    with world.seeded(gates.ROWS, asked.database) as place:
        gates.record(place)
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
