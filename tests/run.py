"""`make test` and `make prove`: the suite on each database, and one line that sums it up.

python -m tests.run [--prove] [--only sqlite|postgresql] [arguments for pytest]
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests import template, tools

ROOT = Path(__file__).resolve().parent.parent
VENDORS = ("sqlite", "postgresql")
NOTHING_COLLECTED = 5
"""pytest's exit code for it; with a filter of one's own, one database may well have no test."""


@dataclass(frozen=True)
class Outcome:
    """What came of the suite on one database."""

    vendor: str
    passed: int
    failed: int
    skipped: int
    seconds: float

    def __str__(self) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.vendor:<11}{self.passed} passed, {self.failed} failed{skipped} in {self.seconds:.0f} s"


def main(arguments: Sequence[str]) -> int:
    """Run what is asked for; give 0 only where everything passed."""
    parser = argparse.ArgumentParser(prog="make test", description=__doc__, add_help=False)
    parser.add_argument("--prove", action="store_true")
    parser.add_argument("--only", choices=VENDORS)
    asked, for_pytest = parser.parse_known_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # lets the database stop in order
    if asked.prove:
        tools.provide()
    vendors = [asked.only] if asked.only else VENDORS
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="slotwell-tests-")))
        outcomes = []
        for vendor in vendors:
            url = database_url(vendor, folder, stack)
            stack.enter_context(template.gone_at_last(folder / f"{vendor}-template", url))
            outcomes.append(run_suite(vendor, url, folder, prove=asked.prove, arguments=for_pytest))
    print()
    for outcome in outcomes:
        print(outcome)
    failed = sum(outcome.failed for outcome in outcomes)
    print(f"{sum(outcome.passed for outcome in outcomes)} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def database_url(vendor: str, folder: Path, stack: ExitStack) -> str:
    """Give where the tests of one database may make databases of their own."""
    if vendor == "sqlite":
        return f"sqlite:///{folder / 'tests.sqlite3'}"
    if given := os.environ.get("TEST_DATABASE_URL"):
        return given
    from tests.postgres import running_postgres  # noqa: PLC0415 - not needed where another server is named

    return stack.enter_context(running_postgres())


def run_suite(vendor: str, url: str, folder: Path, *, prove: bool, arguments: Sequence[str]) -> Outcome:
    """Run pytest on one database, its output going straight to the terminal."""
    print(f"\n── {vendor} {'─' * 60}", flush=True)
    begun = time.monotonic()
    env = {**environment(url), template.VARIABLE: str(folder / f"{vendor}-template")}
    parts = [
        run_part(how, env, folder / f"{vendor}{number}.xml", prove=prove, arguments=arguments)
        for number, how in enumerate(parallel(prove, arguments))
    ]
    passed, failed, skipped = (sum(part) for part in zip(*parts, strict=True))
    return Outcome(vendor, passed, failed, skipped, time.monotonic() - begun)


def run_part(
    how: Sequence[str], env: Mapping[str, str], report: Path, *, prove: bool, arguments: Sequence[str]
) -> tuple[int, int, int]:
    """Run pytest once, `how` being arguments of ours; give passed, failed and skipped."""
    command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", *how]
    command += ["--prove"] if prove else []
    code = subprocess.run([*command, *arguments], cwd=ROOT, env=env, check=False).returncode
    passed, failed, skipped = counts(report)
    if code not in {0, NOTHING_COLLECTED} and not failed:
        failed = 1  # pytest itself broke: a wrong argument, a module that cannot be imported
    return passed, failed, skipped


def parallel(prove: bool, arguments: Sequence[str]) -> list[list[str]]:
    """Give the arguments of each part: two processes at once, a file to each in turn.

    Of proofs those go three at once that say that they may, since they wait for browsers and servers much of their
    time; then, one by one, those that measure or count on seconds.
    """
    if any(argument.startswith(("-n", "-m", "--pdb", "-s")) for argument in arguments):
        return [[]]
    if prove:
        threes = ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]  # conftest.py orders them
        return [["-m", "busy", *threes], ["-m", "not busy"]]
    return [["-n", "2", "--dist", "loadfile"]]


def environment(url: str) -> dict[str, str]:
    """Give the environment of a test process: nothing of the developer's own settings."""
    seeds = ("CRASH_KILLS", "CRASH_SEED", "ORACLE_SEED", "SCHEMATHESIS_SECONDS", "SCHEMATHESIS_SEED")
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "CI", "VIRTUAL_ENV", *seeds)
    own = {name: os.environ[name] for name in kept if name in os.environ}
    return {**own, "DEBUG": "true", "DATABASE_URL": url, "ENV_FILE": os.devnull}


def counts(report: Path) -> tuple[int, int, int]:
    """Give passed, failed (errors among them) and skipped from a junit report; zeros where there is none."""
    if not report.exists():
        return 0, 0, 0
    verdicts: dict[tuple[str | None, str | None], set[str]] = {}
    for case in (
        ET.parse(report).getroot().iter("testcase")
    ):  # one that breaks in its teardown, too, comes twice
        verdicts.setdefault((case.get("classname"), case.get("name")), set()).update(
            child.tag for child in case
        )
    failed = sum(bool(tags & {"failure", "error"}) for tags in verdicts.values())
    skipped = sum("skipped" in tags and not tags & {"failure", "error"} for tags in verdicts.values())
    return len(verdicts) - failed - skipped, failed, skipped


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
