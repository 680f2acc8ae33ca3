"""A database's address as psycopg2 takes it, without loading more than that needs."""

from typing import Any

import dj_database_url


def arguments(url: str) -> dict[str, Any]:
    """Give psycopg2's arguments, with what the product asks of every connection."""
    parsed = dj_database_url.parse(url)
    return {
        "dbname": parsed["NAME"],
        "user": parsed["USER"] or None,
        "password": parsed["PASSWORD"] or None,
        "host": parsed["HOST"] or None,
        "port": parsed["PORT"] or None,
        "options": "-c jit=off",
    }
