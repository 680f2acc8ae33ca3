"""The one place that reads the time. Everything else takes `now` as an argument or asks here."""

from datetime import UTC, datetime


def now() -> datetime:
    """Give the present instant, aware, in UTC."""
    return datetime.now(tz=UTC)
