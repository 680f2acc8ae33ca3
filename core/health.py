"""Whether the service lives and can work. Open to all, so it says which part fails and never why."""

import logging
import time
from collections.abc import Callable, Mapping
from functools import wraps

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from bookings.common import clock
from bookings.worker.heartbeat import SILENT, last_beat

log = logging.getLogger(__name__)

LOOK_AGAIN = 2.0
"""Seconds between two looks at unapplied migrations: reading them costs far more than the rest here."""
TELL_AGAIN = 60.0
"""Seconds between two lines of the log about health checks that fail."""

View = Callable[[HttpRequest], HttpResponse]


class _Failures:
    """Tells the log of what fails, once in a while: probes come every few seconds."""

    told_at = float("-inf")

    def tell(self) -> None:
        """Log the exception that is being handled, unless one was logged a moment ago."""
        if time.monotonic() - self.told_at > TELL_AGAIN:
            self.told_at = time.monotonic()
            log.exception("a health check failed; the next ones stay silent for %.0f s", TELL_AGAIN)


class _Migrations:
    """Remembers that all migrations are applied (they stay so), and for a moment that some are not."""

    applied = False
    looked_at = float("-inf")

    def are_applied(self) -> bool:
        """Say whether the database has every migration of this code. Raises database errors."""
        if not self.applied and time.monotonic() - self.looked_at > LOOK_AGAIN:
            executor = MigrationExecutor(connection)
            self.applied = not executor.migration_plan(executor.loader.graph.leaf_nodes())
            self.looked_at = time.monotonic()
        return self.applied


migrations = _Migrations()
failures = _Failures()


def _health(view: View) -> View:
    """GET and HEAD only (others get 405, not a word about tokens), and nobody keeps the answer."""
    return csrf_exempt(wraps(view)(require_safe(never_cache(view))))


@_health
def live(_request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    return JsonResponse({"status": "ok"})


@_health
def ready(_request: HttpRequest) -> HttpResponse:
    """Say whether requests can be served: 200, or 503 where the database or its tables are not there.

    A silent worker is reported and does not count: the web goes on without it.
    """
    parts = _parts()
    able = parts["database"] == "ok" and parts["migrations"] == "ok"
    return JsonResponse({"status": "ok" if able else "unavailable", **parts}, status=200 if able else 503)


@_health
def summary(_request: HttpRequest) -> HttpResponse:
    """Say the same as `ready` in words for people: ok, degraded (no worker) or unavailable."""
    parts = _parts()
    able = parts["database"] == "ok" and parts["migrations"] == "ok"
    status = ("ok" if parts["worker"] == "ok" else "degraded") if able else "unavailable"
    return JsonResponse({"status": status, "checks": parts}, status=200 if able else 503)


BY_PATH: Mapping[str, View] = {"/health/": summary, "/health/live": live, "/health/ready": ready}
"""What `core.middleware.health_checks` answers by itself."""


def _parts() -> dict[str, str]:
    """Look at each part; a part behind one that fails is not looked at."""
    parts = {"database": _database(), "migrations": "unknown", "worker": "unknown"}
    if parts["database"] == "ok":
        parts["migrations"] = _look(lambda: "ok" if migrations.are_applied() else "pending")
    if parts["migrations"] == "ok":
        parts["worker"] = _look(_worker)
    return parts


def _database() -> str:
    def ask() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
        return "ok"

    return _look(ask)


def _worker() -> str:
    beat = last_beat()
    if beat is None:
        return "never_seen"
    return "ok" if clock.now() - beat <= SILENT else "silent"


def _look(ask: Callable[[], str]) -> str:
    """Give the answer, or `failed`; the reason goes to the log alone."""
    try:
        return ask()
    except Exception:  # a health page reports failures, it does not have them
        failures.tell()
        return "failed"
