"""The real Apollo Client, typed from our schema, against real servers: what a front end does, as it would do it."""

import re
from pathlib import Path

import pytest

from tests import npm
from tests.servers import Server

pytestmark = [pytest.mark.prove, pytest.mark.busy]

SUITE = Path(__file__).parent / "apollo"
ROOT_FIELDS, STATUS_LOOKS, EXCHANGES = 100, 10, 5
LIMITS = (
    f"anonymous.ip={ROOT_FIELDS}/10seconds,status.ip={STATUS_LOOKS}/10seconds,refresh.ip={EXCHANGES}/minute"
)
"""Windows of seconds, so that what was refused can be waited for: as long as a client waits by itself."""
PREPARE = """
import json
from datetime import timedelta
from django.core.management import call_command
from bookings import demo
from bookings.accounts.models import User
from bookings.accounts.sessions import start_session
from bookings.common import clock

call_command("seed_demo", alone=True)
staff = User.objects.get(email=demo.STAFF_EMAIL)
aged = [start_session(user=staff, now=clock.now() - timedelta(hours=2)) for _ in range(4)]
print(json.dumps([{"token": one.access_token, "refreshToken": one.refresh_token} for one in aged]))
"""
"""The demo, and log-ins of two hours ago: their access tokens are too old, their refresh tokens are good."""


@pytest.fixture(scope="module")
def _compiled() -> None:
    """Types from the schema, every scalar mapped, and the whole suite through the strict compiler."""
    for script in ("codegen", "build"):
        done = npm.run(SUITE, script, within=240)
        assert done.returncode == 0, done.stdout + done.stderr


def test_codegen__stops_at_a_scalar_without_a_type(tmp_path):
    config = (SUITE / "codegen.ts").read_text(encoding="utf-8")
    lacking, left_out = re.subn(r"^ +Decimal: .*\n", "", config, flags=re.MULTILINE)
    (tmp_path / "codegen.ts").write_text(lacking.replace('"./generated/', f'"{tmp_path}/generated/'))

    done = npm.run(SUITE, "codegen", "--config", str(tmp_path / "codegen.ts"), within=240)

    assert left_out == 1
    assert done.returncode != 0
    assert "Unknown scalar type Decimal" in done.stdout + done.stderr
    assert not (tmp_path / "generated").exists()


@pytest.mark.usefixtures("_compiled")
def test_apollo__does_what_its_suite_says(server, fresh_database):
    aged = fresh_database.manage("shell", "-v0", "-c", PREPARE).strip().splitlines()[-1]
    # Each test comes from a network address of its own, as from behind a proxy: none uses up another's limits.
    running = server(worker=True, TRUSTED_PROXIES="1", RATE_LIMITS=LIMITS)

    done = npm.run(SUITE, "test", within=300, **environment(running, aged))

    assert done.returncode == 0, done.stdout + done.stderr
    assert figures(done.stdout)["pass"] == figures(done.stdout)["tests"] >= 40
    running.worker.stop()
    fresh_database.manage("audit_invariants")


def environment(running: Server, aged_sessions: str) -> dict[str, str]:
    """What the suite is told of the server."""
    return {
        "SLOTWELL_URL": running.url,
        "SLOTWELL_ROOT_FIELDS": str(ROOT_FIELDS),
        "SLOTWELL_STATUS_LOOKS": str(STATUS_LOOKS),
        "SLOTWELL_AGED_SESSIONS": aged_sessions,
    }


def figures(output: str) -> dict[str, int]:
    """The sums that Node's runner prints at the end."""
    return {name: int(number) for name, number in re.findall(r"^ℹ (\w+) (\d+)$", output, re.MULTILINE)}
