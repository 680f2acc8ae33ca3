"""How a process starts: all that it serves is there before the first request, and the collector is on again."""

import gc
import json
import subprocess
import sys

from core.loading import without_collecting
from tests.servers import ROOT, environment

LOADED = """
import gc, json, sys
import core.wsgi
print(json.dumps([gc.isenabled(), gc.get_freeze_count() > 100_000, "schema.root" in sys.modules]))
"""


def test_wsgi__has_the_schema_before_the_first_request_and_collects_garbage():
    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        cwd=ROOT,
        env=environment("sqlite:///nothing.sqlite3"),
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(done.stdout.splitlines()[-1]) == [True, True, True]


def test_without_collecting__collects_again_whatever_happened():
    try:
        with without_collecting():
            assert not gc.isenabled()
            raise LookupError
    except LookupError:
        pass

    assert gc.isenabled()


def test_manage__says_what_an_app_finds_wrong():
    env = {**environment("sqlite:///nothing.sqlite3"), "RATE_LIMITS": "nonsense=1/minute"}

    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )

    assert done.stderr.splitlines()[-1].startswith("django.core.exceptions.ImproperlyConfigured: ")
    assert "nonsense" in done.stderr.splitlines()[-1]


def test_manage__without_settings_says_what_is_wrong_and_still_helps():
    env = {**environment("nonsense"), "DATABASE_URL": "nonsense"}

    def manage(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)

    assert "DATABASE_URL must name PostgreSQL or SQLite" in manage("check").stderr
    assert manage("help").returncode == 0
