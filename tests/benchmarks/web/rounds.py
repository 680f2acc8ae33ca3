"""The rounds: everybody in turns, in alternating order, so that what else the machine does hits all alike."""

import json
import random
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.benchmarks.web.contenders import HOST, POSTGRAPHILE, Contender
from tests.benchmarks.web.load import Figure, Wrong, measure, write
from tests.benchmarks.web.questions import DIGITS, NUMBER, Request, Workload
from tests.benchmarks.web.world import World, postgres_pid

WARM_UP = 8
"""Over how many connections a contender is warmed up."""
HOT = 12.0
"""Seconds until what runs on Node is as fast as it gets."""
FIRST = 16
"""Requests one by one before that: a process imports what it needs with the first."""


@dataclass
class Results:
    """The figures of every round, by workload, connections and contender."""

    figures: dict[tuple[str, int, str], list[Figure]] = field(default_factory=lambda: defaultdict(list))

    def ratios(self, workload: str, connections: int, one: str, other: str, what: str) -> list[float]:
        """Give how one contender compares with another in each round; empty where either was not measured."""
        pairs = zip(
            self.figures.get((workload, connections, one), []),
            self.figures.get((workload, connections, other), []),
            strict=False,
        )
        return [getattr(a, what) / getattr(b, what) for a, b in pairs]

    def medians(self, workload: str, contender: str, what: str) -> list[float]:
        """Give a figure's median over the rounds, for each number of connections."""
        return [
            statistics.median(getattr(figure, what) for figure in figures)
            for (name, _, who), figures in self.figures.items()
            if (name, who) == (workload, contender)
        ]


def agree(running: Sequence[Contender], workloads: Sequence[Workload], world: World) -> None:
    """Ask everybody the same before anything is measured. Raises Wrong where the answers differ or are not whole."""
    for workload in workloads:
        contenders = [contender for contender in running if workload.suits(contender.name)]
        asked = [workload.requests(contender.name, world, seed=7)[:5] for contender in contenders]
        for requests in zip(*asked, strict=True):
            facts = []
            for contender, request in zip(contenders, requests, strict=True):
                text = answer(contender, request)
                if text.count(workload.holds) != workload.times:
                    raise Wrong(f"{contender.name}, {workload.name}: not whole: {text[:600]}")
                facts.append(workload.facts(contender.name, json.loads(text)))
            for contender, fact in zip(contenders, facts, strict=True):
                if fact != facts[0]:
                    raise Wrong(
                        f"{workload.name}: {contender.name} says {fact}, {contenders[0].name} {facts[0]}"
                    )


def answer(contender: Contender, request: Request) -> str:
    """Ask once, as the load does. Raises Wrong where it is refused."""
    fresh = "".join(random.choices("0123456789", k=DIGITS))
    caller = f"10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(1, 255)}"
    response = httpx.request(
        request.method,
        contender.url + request.path,
        content=request.body.replace(NUMBER, fresh),
        headers={
            "Host": HOST,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": caller,
            "Accept": "application/json",
            **({"Content-Type": "application/json"} if request.body else {}),
        },
        trust_env=False,
        timeout=30,
    )
    if not response.is_success:
        raise Wrong(
            f"{contender.name} {response.status_code}: {response.text[:600]}\n{contender.process.output[-2000:]}"
        )
    # Some write a blank after a colon; what is counted is written without.
    return json.dumps(response.json(), separators=(",", ":"))


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    rounds: int
    seconds: float
    connections: tuple[int, ...]
    warm_up: float


def run(
    running: Sequence[Contender],
    workloads: Sequence[Workload],
    world: World,
    plan: Plan,
    folder: Path,
    told: Callable[[Results, str], None] = lambda results, workload: None,
) -> Results:
    """Warm everybody up, then measure round after round; `told` hears of each workload that is done."""
    results = Results()
    postgres = postgres_pid(world.database)
    for workload in workloads:
        contenders = [contender for contender in running if workload.suits(contender.name)]
        files = {
            contender.name: write(
                workload.requests(contender.name, world, seed=1), folder / f"{workload.name}-{contender.name}"
            )
            for contender in contenders
        }

        def load(contender: Contender, connections: int, seconds: float) -> Figure:
            return measure(
                contender,
                workload,  # noqa: B023 - called within this turn of the loop alone
                files[contender.name],  # noqa: B023
                connections=connections,
                seconds=seconds,
                postgres=postgres,
            )

        for contender in contenders:
            for request in workload.requests(contender.name, world, seed=2)[:FIRST]:
                answer(contender, request)
            load(contender, WARM_UP, HOT if contender.name == POSTGRAPHILE else plan.warm_up)
        for connections, contender in _turns(contenders, plan):
            figure = load(contender, connections, plan.seconds)
            results.figures[workload.name, connections, contender.name].append(figure)
        told(results, workload.name)
    return results


def _turns(contenders: Sequence[Contender], plan: Plan) -> Iterator[tuple[int, Contender]]:
    """Give whose turn it is: each round in the order turned round."""
    for number in range(plan.rounds):
        for connections in plan.connections:
            for contender in list(contenders)[:: -1 if number % 2 else 1]:
                yield connections, contender
