"""The world that every contender answers from: the product's own tables, with all their guards, filled by SQL."""

import datetime
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.web import filling
from tests.postgres import running_postgres
from tests.servers import Database

CONSULTANTS = 200
PRACTICES = 20
DAYS = 30
OPEN = 50
"""Open published slots of everybody who publishes, within those days."""


@dataclass(frozen=True)
class Host:
    """A consultant, by keys, and the service that is booked with them."""

    consultant: int
    schedule: int
    service: int


@dataclass(frozen=True)
class World:
    """What there is to ask about. `publishing` offer single slots, `weekly` keep hours; `since` is a midnight."""

    database: Database
    since: datetime.datetime
    publishing: list[Host]
    weekly: list[Host]
    acknowledgements: list[str]

    @property
    def until(self) -> datetime.datetime:
        return self.since + datetime.timedelta(days=DAYS)

    def starts(self) -> list[datetime.datetime]:
        """Give the starts of the open slots, the same for everybody who publishes."""
        return [
            self.since + datetime.timedelta(days=number // 2, hours=9 + number % 2 * 5)
            for number in range(OPEN)
        ]


@contextmanager
def seeded(rows: int, url: str = "", *, practices: int = PRACTICES) -> Iterator[World]:
    """Give a database of so many slots, and twice as many bookings, until the block ends.

    url: a PostgreSQL database to use, and to fill where it is empty; without it one that is gone afterwards.
    practices: each has a consultant at least.
    """
    with nullcontext(url) if url else running_postgres() as address:
        database = Database(address)
        database.manage("migrate", "--verbosity=0")
        begun = time.monotonic()
        if not _count(database, "slot"):
            fill(database, rows, practices)
        world = known(database)
        counts = ", ".join(
            f"{_count(database, table):,} {table}s" for table in ("slot", "booking", "occupation")
        )
        print(f"{counts}, there after {time.monotonic() - begun:.0f} s", flush=True)
        yield world


def fill(database: Database, rows: int, practices: int) -> None:
    """Write the practices, their calendars and bookings, in a database that is migrated and empty."""
    today = datetime.datetime.now(datetime.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    consultants = max(CONSULTANTS, practices)
    past = rows // consultants - filling.AHEAD
    if past < 1:
        raise SystemExit(f"At least {(filling.AHEAD + 1) * consultants} rows are needed.")
    values: dict[str, Any] = {
        "today": today,
        "past": past,
        "practices": practices,
        "consultants": consultants,
        "bookings": 2 * rows,
    }
    filling.write(database.url, values)


def known(database: Database) -> World:
    """Read what there is to ask about from a database that `fill` has filled, today or earlier."""
    hosts = [
        Host(*row)
        for row in database.sql(
            "SELECT c.id, c.schedule_id, s.service_id FROM bookings_consultant c "
            "JOIN bookings_consultant_services s ON s.consultant_id = c.id ORDER BY c.id"
        )
    ]
    (first,) = database.sql(
        "SELECT min(starts_at) FROM bookings_slot WHERE schedule_id = %s AND is_published "
        "AND (starts_at AT TIME ZONE 'UTC')::time = '09:00'",  # no time of the past is
        hosts[0].schedule,
    )[0]
    found = database.sql(
        "SELECT acknowledgement_id FROM bookings_booking WHERE id %% 47 = 0 ORDER BY id LIMIT 4000"
    )
    return World(
        database=database,
        since=first.astimezone(datetime.UTC).replace(hour=0),
        publishing=hosts[: len(hosts) // 2],
        weekly=hosts[len(hosts) // 2 :],
        acknowledgements=[row[0] for row in found],
    )


def _count(database: Database, table: str) -> int:
    return int(database.sql(f"SELECT count(*) FROM bookings_{table}")[0][0])


def postgres_pid(database: Database) -> int:
    """Give the process of the server whose children answer this database's connections; 0 where it runs elsewhere."""
    (folder,) = database.sql("SHOW data_directory")[0]
    noted = Path(folder) / "postmaster.pid"
    return int(noted.read_text().split()[0]) if noted.exists() else 0
