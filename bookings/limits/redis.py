"""Windows in Redis, which every process on every machine shares, and what holds while it does not answer."""

import logging
import time
from collections.abc import Sequence
from contextlib import suppress

from limits.errors import StorageError
from limits.storage import RedisStorage as Connected
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from bookings.limits.storage import COUNTED, Storage, Verdict, Window

log = logging.getLogger(__name__)

ANSWERS_WITHIN = 0.5
"""Seconds. A request waits no longer for a count."""
PAUSE = 5.0
"""Seconds in which a Redis that did not answer is not asked again, so that not every request waits for it."""
PREFIX = "slotwell:limits:"

ACQUIRE = """
local at, amount = tonumber(ARGV[1]), tonumber(ARGV[2])
local place, wait, longest_key, kept = 3, 0, 0, {}
for number, key in ipairs(KEYS) do
    local most, longest, before = 0, 0, wait
    for _ = 1, tonumber(ARGV[place]) do
        local limit, span = tonumber(ARGV[place + 1]), tonumber(ARGV[place + 2])
        if amount > limit then
            wait = math.max(wait, span)
        else
            local blocking = redis.call('lindex', key, amount - limit - 1)
            if blocking then
                wait = math.max(wait, tonumber(blocking) + span - at)
            end
        end
        most, longest = math.max(most, limit), math.max(longest, span)
        place = place + 2
    end
    place = place + 1
    if wait > before then
        longest_key = number
    end
    kept[number] = {most, longest}
end
if wait > 0 then
    return {tostring(wait), longest_key}
end
for number, key in ipairs(KEYS) do
    for _ = 1, amount do
        redis.call('rpush', key, ARGV[1])
    end
    redis.call('ltrim', key, -kept[number][1], -1)
    redis.call('expire', key, kept[number][2] + 1)
end
return {'0', 0}
"""
"""Runs in Redis as one step, and gives the wait and the place of the window that asks for it.

Of a limit of n hits, only the hit n places from the end can stand in the way.
"""


class RedisStorage(Storage):
    """Keeps windows as lists of instants, the newest last."""

    def __init__(self, url: str) -> None:
        # One retry at once finds a server that came back; redis-py's own would hold a request for seconds.
        self._connected = Connected(
            url,
            socket_connect_timeout=ANSWERS_WITHIN,
            socket_timeout=ANSWERS_WITHIN,
            retry=Retry(NoBackoff(), 1),  # type: ignore[arg-type]  # passed on to the client as it is
        )
        self._acquire = self._connected.get_connection().register_script(ACQUIRE.encode())

    def acquire(self, windows: Sequence[Window], *, amount: int, at: float) -> Verdict:
        """Count by one script. Raise RedisError where there is no answer."""
        arguments: list[str | int] = [repr(at), amount]
        for window in windows:
            arguments.append(len(window.rates))
            for rate in window.rates:
                arguments += [rate.amount, rate.get_expiry()]
        wait, place = self._acquire([PREFIX + window.key for window in windows], arguments)
        seconds = float(wait)
        return Verdict(seconds, windows[place - 1].key) if seconds > 0 else COUNTED

    def forget(self, keys: Sequence[str]) -> None:
        """Delete the lists. Raise RedisError where there is no answer."""
        self._connected.get_connection().delete(*(PREFIX + key for key in keys))


class WithFallback(Storage):
    """Asks one storage, and another one while the first does not answer."""

    def __init__(self, first: Storage, other: Storage) -> None:
        self.first = first
        self.other = other
        self._asked_again_at = 0.0

    def acquire(self, windows: Sequence[Window], *, amount: int, at: float) -> Verdict:
        """Count in the first that answers; a failure is logged once in each pause."""
        if time.monotonic() >= self._asked_again_at:
            try:
                return self.first.acquire(windows, amount=amount, at=at)
            except (RedisError, StorageError, OSError) as error:
                self._asked_again_at = time.monotonic() + PAUSE
                log.error("limits are counted without Redis for %.0f s: %s", PAUSE, type(error).__name__)
        return self.other.acquire(windows, amount=amount, at=at)

    def forget(self, keys: Sequence[str]) -> None:
        """Take them away in both; what the first keeps while it does not answer stays until it runs out."""
        self.other.forget(keys)
        if time.monotonic() >= self._asked_again_at:
            with suppress(RedisError, StorageError, OSError):
                self.first.forget(keys)
