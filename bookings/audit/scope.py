"""What a check looks at, and how it gives what it found."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet


@dataclass(frozen=True)
class Scope:
    """The database to look at, and the instant by which retention is reckoned."""

    using: str
    now: datetime


def ids_of(rows: QuerySet[Any]) -> list[int]:
    """Give the primary keys in their order."""
    return list(rows.order_by("pk").values_list("pk", flat=True))
