"""Whether the service lives and can work. Open to all, so it says which part fails and never why."""

import logging
import time
from collections.abc import Callable
from functools import wraps

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from bookings.common import clock
from bookings.worker.heartbeat import last_beat

log = logging.getLogger(__name__)

WORKER_IS_LATE = 60
"""Seconds without a heartbeat after which the worker counts as silent."""
LOOK_AGAIN = 2.0
"""Seconds between two looks at unapplied migrations: reading them costs far more than the rest here."""

View = Callable[[HttpRequest], HttpResponse]


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
    return "ok" if (clock.now() - beat).total_seconds() <= WORKER_IS_LATE else "silent"


def _look(ask: Callable[[], str]) -> str:
    """Give the answer, or `failed`; the reason goes to the log alone."""
    try:
        return ask()
    except Exception:  # a health page reports failures, it does not have them
        log.exception("a health check failed")
        return "failed"
