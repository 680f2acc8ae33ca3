"""Load by wrk, and what it cost the contender and the database."""

import os
import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.web.contenders import Contender, spent_with_ended
from tests.benchmarks.web.questions import Request, Workload

SCRIPT = Path(__file__).parent / "load.lua"


@dataclass(frozen=True)
class Figure:
    """What one stretch of load showed: milliseconds of processor time a request, and requests a second."""

    requests: int
    cpu: float
    database: float
    rate: float
    median: float
    slowest: float


class Wrong(Exception):
    """Something was answered that should not have been; nothing is measured by that."""


def write(requests: list[Request], path: Path) -> Path:
    """Keep requests where the load's script finds them."""
    path.write_text("\3".join(request.raw() for request in requests), newline="")
    return path


def measure(
    contender: Contender,
    workload: Workload,
    requests: Path,
    *,
    connections: int,
    seconds: float,
    postgres: int,
) -> Figure:
    """Ask for so many seconds over so many connections. Raises Wrong where an answer is not what it should be.

    postgres: the process of the database's server.
    """
    before, database = contender.seconds(), spent_with_ended(postgres)
    output = _wrk(contender.url, workload, requests, connections, seconds)
    after, database_after = contender.seconds(), spent_with_ended(postgres)
    line = next((line for line in output.splitlines() if line.startswith("RESULT ")), None)
    if line is None:
        raise Wrong(f"wrk said nothing of use:\n{output}")
    count, microseconds, bad, failed, median, slowest = map(int, line.split()[1:])
    if bad or failed or not count:
        example = next((each for each in output.splitlines() if each.startswith("EXAMPLE ")), "")
        raise Wrong(
            f"{contender.name}, {workload.name}: of {count} answers {bad} are wrong, and {failed} connections failed. "
            f"{example}\n{contender.process.output[-1500:]}"
        )
    return Figure(
        requests=count,
        cpu=(after - before) / count * 1000,
        database=(database_after - database) / count * 1000,
        rate=count / microseconds * 1e6,
        median=median / 1000,
        slowest=slowest / 1000,
    )


def _wrk(url: str, workload: Workload, requests: Path, connections: int, seconds: float) -> str:
    whole = max(1, round(seconds))
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{whole}s", "--timeout", "10s", "-s", str(SCRIPT), url],
        env={
            "PATH": os.environ["PATH"],
            "REQUESTS": str(requests),
            "HOLDS": workload.holds,
            "TIMES": str(workload.times),
            "SEED": str(secrets.randbelow(2**31)),  # no caller and no mailbox comes twice
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr
