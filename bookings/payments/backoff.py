"""How long to wait before trying again."""

from datetime import timedelta
from secrets import randbelow


def wait(attempts: int, *, first: timedelta, longest: timedelta) -> timedelta:
    """Double from `first` with each attempt up to `longest`, less up to half: not all come at once."""
    doubled = min(first * 2 ** min(max(attempts - 1, 0), 30), longest)
    return doubled * (1000 - randbelow(501)) / 1000
