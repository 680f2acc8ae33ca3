"""The one place that reads the time. Everything else takes `now` as an argument or asks here."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def now() -> datetime:
    """Give the present instant, aware, in UTC."""
    return datetime.now(tz=UTC)


def running_from(start: datetime) -> Callable[[], datetime]:
    """Give a clock that runs on from an instant: a lease begins when it is taken, not when the turn did."""
    begun = time.monotonic()
    return lambda: start + timedelta(seconds=time.monotonic() - begun)
