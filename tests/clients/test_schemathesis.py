"""schemathesis against a real server: whatever it asks, in whoever's name, is answered as it is published.

SCHEMATHESIS_SECONDS=600 makes a longer run; SCHEMATHESIS_SEED, as it was printed, draws the same documents again.
"""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from graphql import build_schema

from bookings.limits.policies import row_names
from tests import bounded
from tests.clients.fuzz.world import World, explore
from tests.clients.server import Server

pytestmark = [pytest.mark.prove, pytest.mark.busy(long=True), pytest.mark.only_on("postgresql")]

ROOT = Path(__file__).parents[2]
SECONDS = int(os.environ.get("SCHEMATHESIS_SECONDS") or 120)
SEED = int(os.environ.get("SCHEMATHESIS_SEED") or 993456)
"""The same documents in each run, by which a break is told from luck; others are asked for by another seed."""
LIFTED = ",".join(f"{row}=1000000/minute" for row in row_names())
EXAMPLES = 8
"""Documents of each root field before the clock is looked at: what is reached must not hang on the machine's speed."""
LIMITED, MALFORMED = 0.1, 0.08
"""Shares of the time for the limits as they are, and for documents that do not fit the schema."""
LONGEST = 900.0
"""Seconds of one run, beside those that were asked for, on a machine with much else to do."""
LEAST_REACHED = 0.9
"""Of the root fields, those whose resolver has to give an answer without any top-level error at least once."""


class Campaign:
    """One server, several runs against it, and all that was noted."""

    def __init__(self, world: World, folder: Path) -> None:
        self.folder = folder
        self.world = folder / "world.json"
        self.world.write_text(json.dumps(vars(world)))
        self.known = world
        self.report = folder / "report.jsonl"
        self.report.touch()

    def run(self, url: str, *options: str, checks: str = "response_schema_conformance", **env: str) -> None:
        """Run schemathesis in all callers' names. Fails where its own checks find something."""
        done = bounded.run(
            [
                *(sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"),
                *("run", f"{url}/graphql/", "--phases", "fuzzing", "--workers", "2", "--seed", str(SEED)),
                *(
                    "--checks",
                    checks,
                    "--continue-on-failure",
                    "--no-shrink",
                    "--suppress-health-check",
                    "all",
                ),
                *("--warnings", "off", "--generation-database", "none", "--no-color", *options),
            ],
            cwd=self.folder,
            env={**self.environment(url), **env},
            within=LONGEST + SECONDS,
        )
        assert done.returncode == 0, f"{done.stdout[-6000:]}{done.stderr[-3000:]}"

    def timed(self, url: str, seconds: float, *options: str, **how: str) -> None:
        """Run it for so many seconds, three at least."""
        self.run(url, "--max-time", str(max(3, round(seconds))), "--max-examples", "2", *options, **how)

    def environment(self, url: str) -> dict[str, str]:
        """Give what a run needs to know, and nothing of this process's settings."""
        return {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ},
            "PYTHONPATH": str(ROOT),
            "SCHEMATHESIS_HOOKS": "tests.clients.fuzz.hooks",
            "FUZZ_WORLD": str(self.world),
            "FUZZ_REPORT": str(self.report),
            "FUZZ_URL": f"{url}/graphql/",
        }

    def lines(self) -> list[dict[str, Any]]:
        """Give what was noted of each answer."""
        return [json.loads(line) for line in self.report.read_text().splitlines()]


def root_fields() -> set[str]:
    schema = build_schema((ROOT / "schema.graphql").read_text())
    return {
        f"{root.name}.{name}" for root in (schema.query_type, schema.mutation_type) for name in root.fields
    }


def say(lines: list[Mapping[str, Any]]) -> set[str]:
    """Print what was reached; give the root fields that gave an answer without any top-level error."""
    every = root_fields()
    reached = {line["field"] for line in lines if line["ran"] and not line["top"]} & every
    done = {
        line["field"] for line in lines if line["ran"] and not line["top"] and not line["payload"]
    } & every
    met = Counter(code for line in lines for code in (*line["top"], *line["payload"]))
    ran = sum(line["ran"] for line in lines) / len(lines)
    print(f"{len(lines)} answers, {ran:.0%} of documents ran")
    print(
        f"root fields whose resolver answered: {len(reached)} of {len(every)}, without any refusal: {len(done)}"
    )
    print(f"not reached: {sorted(every - reached)}")
    print(f"codes: {dict(met.most_common())}")
    return reached


def test_schemathesis__gets_published_answers_alone_and_leaves_everything_true(
    server, fresh_database, tmp_path
):
    print(f"\n{SECONDS} s, SCHEMATHESIS_SEED={SEED}", flush=True)
    fresh_database.manage("seed_demo")
    lifted = server(worker=True, RATE_LIMITS=LIFTED)
    limited = server()
    world = explore(Server(lifted.url))
    world.secrets += [settings.SECRET_KEY, *settings.ENCRYPTION_KEYS, fresh_database.url]
    campaign = Campaign(world, tmp_path)

    begun = time.monotonic()
    campaign.run(lifted.url, "--mode", "positive", "--max-examples", str(EXAMPLES))
    campaign.timed(limited.url, SECONDS * LIMITED, "--mode", "positive")
    rejection = "response_schema_conformance,negative_data_rejection"
    campaign.timed(lifted.url, SECONDS * MALFORMED, "--mode", "negative", checks=rejection, FUZZ_FIT="0")
    campaign.timed(lifted.url, SECONDS - (time.monotonic() - begun), "--mode", "positive")

    lines = campaign.lines()
    assert [line for line in lines if "faults" in line] == []
    reached = say(lines)
    assert len(reached) >= LEAST_REACHED * len(root_fields())
    outputs = [lifted.web.output, limited.web.output, lifted.worker.output]
    lifted.worker.stop()
    assert [output for output in outputs if "Traceback" in output] == []
    fresh_database.manage("audit_invariants")
