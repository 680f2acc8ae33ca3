"""The database: there, up to date, guarded, with the right clock, and readable with our keys."""

import time
from datetime import datetime

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.migrations.executor import MigrationExecutor

from bookings import demo
from bookings.accounts.models import User
from bookings.audit.database import missing_constraints, missing_guards
from bookings.audit.scope import Scope
from bookings.common.secrecy import decrypt
from bookings.management.doctor.findings import Finding, broken, counted, fine, warning
from bookings.privacy.rotation import Column, encrypted_columns

SKEW, WRONG = 2.0, 30.0
"""Seconds between the database's clock and ours."""
NEARLY_ALL = 0.8
"""The share of the database's connections from which on it gets tight."""


def reachable(_now: datetime) -> Finding:
    """Ask it something."""
    begun = time.monotonic()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception as error:  # its text names host and user
        return broken(
            "database",
            f"does not answer: {type(error).__name__}",
            "see to it, and to DATABASE_URL; the rest waits",
        )
    took = (time.monotonic() - begun) * 1000
    name = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}[connection.vendor]
    if connection.vendor == "sqlite" and not settings.DEBUG:
        return warning("database", "SQLite, one writer at a time", "use PostgreSQL: set DATABASE_URL")
    return fine("database", f"{name} answers ({took:.0f} ms)")


def migrated(_now: datetime) -> Finding:
    """See whether every migration of this code is applied."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        return broken("migrations", f"{counted(len(plan), 'is', 'are')} not applied", "run manage.py migrate")
    return fine("migrations", "all applied")


def guards(now: datetime) -> Finding:
    """See whether what keeps time from being sold twice is in place."""
    scope = Scope(DEFAULT_DB_ALIAS, now)
    missing = [*missing_guards(scope), *missing_constraints(scope)]
    if missing:
        what = f"{counted(len(missing), 'guard is', 'guards are')} missing: time may be sold twice"
        return broken("guards", what, "run manage.py migrate, then manage.py audit_invariants")
    return fine("guards", "all in place")


def clock_skew(_now: datetime) -> Finding:
    """Compare the database's clock with this machine's."""
    if connection.vendor != "postgresql":
        return fine("clock", "the database has no other")
    with connection.cursor() as cursor:
        before = time.time()
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        (theirs,) = cursor.fetchone()
    apart = abs(float(theirs) - (before + time.time()) / 2)
    what = f"{apart:.1f} s from the database's"
    if apart >= WRONG:
        return broken("clock", what, "set the clocks by NTP: deadlines and links go by them")
    return warning("clock", what, "set the clocks by NTP") if apart >= SKEW else fine("clock", what)


def connections_left(_now: datetime) -> Finding:
    """See how near the database is to refusing connections."""
    if connection.vendor != "postgresql":
        return fine("connections", "not counted by SQLite")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), current_setting('max_connections')::int FROM pg_stat_activity")
        used, most = cursor.fetchone()
    what = f"{used} of {most} in use"
    if used >= NEARLY_ALL * most:
        return warning("connections", what, "raise max_connections, or run fewer WEB_PROCESSES × WEB_THREADS")
    return fine("connections", what)


def keys(_now: datetime) -> Finding:
    """Decrypt the oldest and the newest text of each encrypted column."""
    samples = [(column, sealed) for column in encrypted_columns() for sealed in _samples(column)]
    closed = sorted({str(column) for column, sealed in samples if not _opens(sealed)})
    if closed:
        return broken(
            "keys",
            f"no key of ENCRYPTION_KEYS opens texts of {', '.join(closed)}",
            "put the key back that wrote them, after the newest",
        )
    return fine("keys", f"{counted(len(samples), 'sample', 'samples')} of encrypted texts opened")


def admins(_now: datetime) -> Finding:
    """See that somebody may open everything in the admin."""
    count = User.objects.filter(is_superuser=True, is_staff=True, is_active=True).count()
    if not count:
        todo = "set SUPERUSER_EMAIL and SUPERUSER_PASSWORD, and run manage.py ensure_superuser"
        return warning("admin", "nobody is the platform's admin", todo)
    return fine("admin", counted(count, "admin of the platform", "admins of the platform"))


def demo_accounts(_now: datetime) -> Finding:
    """See that nobody can log in with what the README prints."""
    if settings.DEBUG:
        return fine("demo", "its passwords may be used in DEBUG")
    known = User.objects.filter(email__endswith=demo.DOMAIN, is_active=True)
    count = sum(user.check_password(demo.PASSWORD) for user in known.only("password"))
    if count:
        what = f"{counted(count, 'account has', 'accounts have')} the demo's password, which everybody knows"
        return broken("demo", what, "close them in the admin, and use a database without the demo")
    return fine("demo", "no account of it")


def _samples(column: Column) -> list[str]:
    """Give the first and the last text of a column as they stand."""
    table, name, key = (connection.ops.quote_name(each) for each in (column.table, column.name, column.key))
    found = []
    with connection.cursor() as cursor:
        for order in ("ASC", "DESC"):
            # Nobody sends these names: they are those of our own models.
            cursor.execute(f"SELECT {name} FROM {table} WHERE {name} <> '' ORDER BY {key} {order} LIMIT 1")  # noqa: S608
            found += [str(sealed) for (sealed,) in cursor.fetchall()]
    return found


def _opens(sealed: str) -> bool:
    try:
        decrypt(sealed)
    except ValueError:
        return False
    return True
