"""The database's own guarantees are in place: rows that are right today must not go wrong unseen tomorrow."""

from django.apps import apps
from django.core import checks
from django.db import connections

from bookings.audit.scope import Scope

_NAMED = {
    "postgresql": (
        "SELECT conname, '' FROM pg_constraint WHERE connamespace = current_schema()::regnamespace "
        "UNION ALL SELECT indexname, '' FROM pg_indexes WHERE schemaname = current_schema()"
    ),
    "sqlite": "SELECT name, COALESCE(sql, '') FROM sqlite_master WHERE type IN ('table', 'index')",
}
"""Names of constraints and indexes; SQLite keeps a table's constraints in its text alone."""


def missing_guards(scope: Scope) -> list[str]:
    """Invariants 1 and 4: the triggers and the exclusion constraint are installed. Gives what the system check says."""
    found = checks.run_checks(tags=[checks.Tags.database], databases=[scope.using])
    return [message.msg for message in found if message.id == "slotwell.C001"]


def missing_constraints(scope: Scope) -> list[str]:
    """Invariants 1 to 3, 5 and 7: each constraint that our models declare stands in the database."""
    connection = connections[scope.using]
    with connection.cursor() as cursor:
        cursor.execute(_NAMED[connection.vendor])
        rows = cursor.fetchall()
    names = {name for name, _ in rows}
    texts = "\n".join(text for _, text in rows)
    declared = [
        constraint.name
        for model in apps.get_app_config("bookings").get_models()
        for constraint in model._meta.constraints
    ]
    return [name for name in declared if name not in names and f'CONSTRAINT "{name}"' not in texts]
