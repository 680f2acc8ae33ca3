"""Racing on real connections: every runner has a thread and a connection of its own, and all start at once."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from bookings.common.errors import DomainError


@dataclass(frozen=True)
class Race:
    """How each runner ended, in their order: with a result, or with the exception that it met."""

    ends: list[Any]
    seconds: float

    @property
    def results(self) -> list[Any]:
        """What came back to those that got through."""
        return [end for end in self.ends if not isinstance(end, BaseException)]

    @property
    def refusals(self) -> list[str]:
        """The codes of those that a rule refused."""
        return [str(end.code) for end in self.ends if isinstance(end, DomainError)]

    @property
    def accidents(self) -> list[BaseException]:
        """What nobody should ever meet: deadlocks, constraints, bugs."""
        return [
            end for end in self.ends if isinstance(end, BaseException) and not isinstance(end, DomainError)
        ]


def race(runners: Sequence[Callable[[], Any]]) -> Race:
    """Run them all at once, with their connections open before the start."""
    ready = threading.Barrier(len(runners) + 1)
    ends: list[Any] = [None] * len(runners)

    def run(place: int) -> None:
        try:
            connection.ensure_connection()
            ready.wait(30)
            ends[place] = runners[place]()
        except Exception as error:  # an accident is a result here
            ends[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,), daemon=True) for place in range(len(runners))]
    for thread in threads:
        thread.start()
    ready.wait(30)
    began = time.perf_counter()
    for thread in threads:
        thread.join(60)
    seconds = time.perf_counter() - began
    assert not any(thread.is_alive() for thread in threads), "somebody is still waiting"
    return Race(ends, seconds)
