"""The tables, and what of the bars holds."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from tests.benchmarks.web.contenders import DRF, POSTGRAPHILE, PRODUCT
from tests.benchmarks.web.questions import WORKLOADS
from tests.benchmarks.web.rounds import Results


@dataclass(frozen=True)
class Bar:
    """What the product is to keep, compared with another; a rate at least, processor time at most."""

    workload: str
    other: str
    what: str
    limit: float

    @property
    def at_most(self) -> bool:
        return self.what == "cpu"

    def judge(self, results: Results, connections: int) -> tuple[bool, str] | None:
        """Give whether it is held over so many connections, and a sentence; None where it was not measured."""
        ratios = results.ratios(self.workload, connections, PRODUCT, self.other, self.what)
        if not ratios:
            return None
        found = statistics.median(ratios)
        held = found <= self.limit if self.at_most else found >= self.limit
        by = found / self.limit - 1 if self.at_most else 1 - found / self.limit
        verdict = "held" if held else f"missed by {by:.0%}"
        what = "processor time" if self.at_most else "rate"
        sign = "≤" if self.at_most else "≥"
        text = (
            f"{self.workload} {what} against {self.other} {sign} {self.limit:.2f}: "
            f"{found:.2f} ({min(ratios):.2f}–{max(ratios):.2f}), {verdict}"
        )
        return held, text


BARS = (
    Bar("W1", DRF, "cpu", 0.25),
    Bar("W2", DRF, "cpu", 0.35),
    Bar("W3", DRF, "cpu", 0.40),
    Bar("W1", POSTGRAPHILE, "rate", 1.4),
    Bar("W2", POSTGRAPHILE, "rate", 0.8),
    Bar("W3", POSTGRAPHILE, "rate", 0.75),
)
MOST_COMPUTED = 2.0
"""How much more a request for computed time may cost than one for published slots."""
CONNECTIONS_OF_BARS = 8
"""Over how many connections the bars are judged, where that was measured."""

HEADING = (
    "| contender | connections | server CPU ms | database CPU ms | requests/s | median ms | 99 % ms | "
    "product's CPU ÷ its | product's rate ÷ its |\n|---|---|---|---|---|---|---|---|---|"
)


def tell(results: Results, workload: str) -> None:
    """Print a workload's table, whoever wins it."""
    print(f"\n{workload}: {WORKLOADS[workload].title}\n\n{HEADING}")
    for (name, connections, contender), figures in results.figures.items():
        if name == workload:
            cells = [
                contender,
                str(connections),
                *(_spread([getattr(figure, what) for figure in figures], 2) for what in ("cpu", "database")),
                _spread([figure.rate for figure in figures], 0),
                *(
                    f"{statistics.median(getattr(figure, what) for figure in figures):.1f}"
                    for what in ("median", "slowest")
                ),
                *(
                    _spread(results.ratios(name, connections, PRODUCT, contender, what), 2)
                    for what in ("cpu", "rate")
                ),
            ]
            print("| " + " | ".join(cells) + " |", flush=True)


def judge(results: Results, measured: Sequence[int]) -> bool:
    """Print each bar as held or missed, and by how much; give whether all that were measured are held."""
    connections = CONNECTIONS_OF_BARS if CONNECTIONS_OF_BARS in measured else measured[-1]
    verdicts = [verdict for bar in BARS if (verdict := bar.judge(results, connections)) is not None]
    computed = results.figures.get(("W1c", connections, PRODUCT))
    published = results.figures.get(("W1", connections, PRODUCT))
    if computed and published:
        found = statistics.median(figure.cpu for figure in computed) / statistics.median(
            figure.cpu for figure in published
        )
        held = found <= MOST_COMPUTED
        word = "held" if held else f"missed by {found / MOST_COMPUTED - 1:.0%}"
        verdicts.append((held, f"W1c processor time against W1 ≤ {MOST_COMPUTED:.2f}: {found:.2f}, {word}"))
    if verdicts:
        print(f"\nBars, over {connections} connections:")
    for _, text in verdicts:
        print(f"  {text}")
    return all(held for held, _ in verdicts)


def _spread(values: Sequence[float], digits: int) -> str:
    """Write the median and the range."""
    if not values:
        return "–"
    low, middle, high = (
        f"{value:,.{digits}f}" for value in (min(values), statistics.median(values), max(values))
    )
    return f"{middle} ({low}–{high})"
