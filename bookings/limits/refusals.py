"""Whom limits refused lately: written down cheaply, within bounds, and never in the way of the refusal itself.

What is written names nobody whom the limit does not know anyway: of a network the larger part, of a mailbox a keyed
digest, of what a try was about nothing. An account, a service key or a payment account stands as itself.
"""

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_interface
from typing import Any

from django.db import transaction
from django.db.models import F

from bookings.common.addresses import address_digest
from bookings.limits.models import LimitRefusal
from bookings.limits.policies import Limit

log = logging.getLogger(__name__)

ONE_WRITE_IN = 1.0
"""Seconds. A flood of refusals by one window is written once in this time by each process, with how many it was."""
WRITES_AT_ONCE = 20
"""Refusals by different windows that one process writes in a second; what comes on top waits for its next refusal."""
REMEMBERED = 2000
"""Windows whose pace a process keeps in mind."""
MOST = 10_000
"""Rows that nobody lifted. Where there are as many, the oldest tenth goes; who lifted what is kept."""


@dataclass(frozen=True)
class Refused:
    """One refusal: the limit, the row of its table that asked for the longest wait, its window's key, and of whom."""

    limit: Limit
    row: str
    key: str
    by: Mapping[str, str]


class _Pace:
    """How often this process writes: the first refusal of a window at once, of a flood one in ONE_WRITE_IN."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, int]] = {}
        self._second, self._written = 0.0, 0

    def due(self, key: str, at: float) -> int:
        """Give how many refusals to write down now, with this one; 0 where they wait."""
        with self._lock:
            if key not in self._known and len(self._known) >= REMEMBERED:
                self._known.clear()
            last, waiting = self._known.get(key, (float("-inf"), 0))
            if abs(at - self._second) >= 1:
                self._second, self._written = at, 0
            if abs(at - last) < ONE_WRITE_IN or self._written >= WRITES_AT_ONCE:
                self._known[key] = (last, waiting + 1)
                return 0
            self._written += 1
            self._known[key] = (at, 0)
            return waiting + 1

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._known.clear()
            self._second, self._written = 0.0, 0


_pace = _Pace()


def note(refused: Refused, *, until: datetime, now: datetime) -> None:
    """Write a refusal down; whatever goes wrong is logged, and the refusal goes its way.

    until: when the next try would be let through, as it looks now.
    """
    times = _pace.due(refused.key, now.timestamp())
    if not times:
        return
    try:
        with transaction.atomic():
            _write(refused, times, until, now)
    except Exception as error:  # nobody is to get another answer because the note of it failed
        log.warning("a refusal by %s was not written down: %s", refused.limit.value, type(error).__name__)


def forget_pace() -> None:
    """Empty what this process keeps in its memory. For tests."""
    _pace.clear()


def shortened(network: str) -> str:
    """Give the part of a network that stands for many: /24 of IPv4, /48 of IPv6; what is no address as it is."""
    try:
        address = ip_interface(network)
    except ValueError:
        return network[:43]
    most = 24 if address.version == 4 else 48
    return str(ip_interface(f"{address.ip}/{most}").network)


def _write(refused: Refused, times: int, until: datetime, now: datetime) -> None:
    counted = LimitRefusal.objects.filter(lifted_at__isnull=True)
    if counted.filter(key=refused.key).update(times=F("times") + times, last_at=now, until=until):
        return
    if counted.count() >= MOST:
        oldest = counted.order_by("last_at", "pk").values_list("pk", flat=True)[: MOST // 10]
        LimitRefusal.objects.filter(pk__in=list(oldest)).delete()
    row = LimitRefusal(
        limit=refused.limit.value,
        row=refused.row,
        key=refused.key,
        times=times,
        first_at=now,
        last_at=now,
        until=until,
        **_whom(refused),
    )
    LimitRefusal.objects.bulk_create([row], ignore_conflicts=True)


def _whom(refused: Refused) -> dict[str, Any]:
    """Give the columns that say of whom the row counted, and of nobody else who is known."""
    parts = {part: refused.by[part] for part in refused.row.split("_")}
    kind, told, name = parts.pop("caller", "").partition(":")
    if told:
        parts.setdefault(kind, name)
    known: dict[str, Any] = {}
    if "ip" in parts:
        known["network"] = shortened(parts["ip"])
    if "address" in parts:
        known["mailbox"] = address_digest(parts["address"])
    if parts.get("user", "").isdecimal():
        known["user_id"] = int(parts["user"])
    if parts.get("key", "").isdecimal():
        known["service_key_id"] = int(parts["key"])
    if "account" in parts:
        known["payment_account_id"] = parts["account"]
    return known
