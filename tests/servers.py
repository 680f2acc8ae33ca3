"""Real servers for tests: the Procfile's own command lines, each on a database and a mailbox of its own."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import dj_database_url
import httpx
import psutil
import psycopg2
import pytest
from django.conf import settings
from django.db import connection

from core.serve import read_procfile
from tests import template
from tests.logwatch import WATCH

ROOT = Path(__file__).resolve().parent.parent
STARTS_WITHIN = 40.0
STOPS_WITHIN = 15.0


def wait_for(condition: Callable[[], Any], what: str | Callable[[], str], *, within: float = 20.0) -> Any:
    """Give the condition's first true value; fail with `what` was waited for where it does not come."""
    until = time.monotonic() + within
    while not (value := condition()):
        if time.monotonic() > until:
            pytest.fail(f"waited {within:.0f} s for {what() if callable(what) else what}")
        time.sleep(0.05)
    return value


class Process:
    """A program that a test started, in a session of its own, with its output in a file."""

    def __init__(self, command: str, *, env: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                command,
                shell=True,
                cwd=ROOT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.pid = self._process.pid

    @property
    def exit_code(self) -> int | None:
        return self._process.poll()

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def terminate(self) -> int:
        """Ask it to stop, and give what it ended with."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(STOPS_WITHIN)

    def kill(self) -> None:
        """End it and its group at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait(STOPS_WITHIN)
        WATCH.read_file(self.log)

    def stop(self) -> None:
        """End it in order where it still runs, and by force where it does not want to."""
        with suppress(subprocess.TimeoutExpired):
            if self.exit_code is None:
                self.terminate()
        self.kill()


@dataclass
class Database:
    """A migrated database of its own."""

    url: str

    @property
    def name(self) -> str:
        """A file's path, or what the server calls it."""
        return str(dj_database_url.parse(self.url)["NAME"])

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run one statement past the application, its values as %s; give the rows, if it has any."""
        if self.url.startswith("sqlite"):
            with closing(sqlite3.connect(str(sqlite_file(self.url)), timeout=20)) as database:
                rows = database.execute(statement.replace("%s", "?"), values).fetchall()
                database.commit()
                return rows
        with closing(psycopg2.connect(**postgres(self.url))) as database:
            database.autocommit = True
            with database.cursor() as cursor:
                cursor.execute(statement, values)
                return cursor.fetchall() if cursor.description else []

    def manage(self, *arguments: str, **env: str) -> str:
        """Run a management command on it; give what it printed. Raises CalledProcessError where it fails."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=environment(self.url, **env),
            check=True,
            capture_output=True,
            text=True,
        ).stdout


@dataclass
class Server:
    """A web that answers, and a worker where one was asked for."""

    url: str
    database: Database
    mail_dir: Path
    web: Process
    worker: Process | None = None

    def client(self, **options: Any) -> httpx.Client:
        """Give an HTTP client for it; close it, or use it as a context manager."""
        return httpx.Client(base_url=self.url, trust_env=False, timeout=30, **options)


def environment(database_url: str, **env: str) -> dict[str, str]:
    """Give a server's environment: DEBUG, its database, quick limits, and what the test adds."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return {
        **{name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ},
        "PATH": path,
        "DEBUG": "true",
        "DATABASE_URL": database_url,
        "ENV_FILE": os.devnull,
        "PICTURES_DIR": str(settings.STORAGES["pictures"]["OPTIONS"]["location"]),
        "PYTHONUNBUFFERED": "1",
        "WEB_PROCESSES": "1",
        "WORKER_BEAT_SECONDS": "1",
        "WORKER_DRAIN_SECONDS": "5",
        **env,
    }


def processes_of(database: Database) -> list[psutil.Process]:
    """Give every living process that was started with this database in its environment."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
            if process.environ().get("DATABASE_URL") == database.url:
                found.append(process)
    return found


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(program: str, *, database: Database, log: Path, **env: str) -> Iterator[Process]:
    """Run one program of the Procfile until the block ends."""
    command = read_procfile(ROOT / "Procfile")[program]
    process = Process(command, env=environment(database.url, **env), log=log)
    try:
        yield process
    finally:
        process.stop()


@contextmanager
def running_server(database: Database, folder: Path, *, worker: bool = False, **env: str) -> Iterator[Server]:
    """Run the web, and the worker where asked for, until the block ends; it answers when this returns."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    mail_dir = folder / f"mail-{port}"
    env = {"PORT": str(port), "PUBLIC_URL": url, "MAIL_DIR": str(mail_dir), **env}
    with ExitStack() as stack:
        web = stack.enter_context(running("web", database=database, log=folder / f"web-{port}.log", **env))
        server = Server(url, database, mail_dir, web)
        if worker:
            log = folder / f"worker-{port}.log"
            server.worker = stack.enter_context(running("worker", database=database, log=log, **env))
        wait_for(lambda: web.exit_code is not None or answers(url), "the web to answer", within=STARTS_WITHIN)
        assert web.exit_code is None, web.output
        yield server


def answers(url: str) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(f"{url}/health/live", trust_env=False).is_success
    return False


def sqlite_file(url: str) -> Path:
    return Path(str(dj_database_url.parse(url)["NAME"]))


def postgres(url: str) -> dict[str, Any]:
    """Give psycopg2's arguments for an address."""
    parsed = dj_database_url.parse(url)
    return {
        "dbname": parsed["NAME"],
        "user": parsed["USER"] or None,
        "password": parsed["PASSWORD"] or None,
        "host": parsed["HOST"] or None,
        "port": parsed["PORT"] or None,
        **parsed.get("OPTIONS", {}),
    }


def admin_sql(statement: str) -> None:
    """Run a statement where the tests' own DATABASE_URL points; databases are made and dropped from there."""
    Database(os.environ["DATABASE_URL"]).sql(statement)


def sibling(name: str) -> str:
    """Give the address of another database on the same PostgreSQL."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


@pytest.fixture(scope="session")
def migrated_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A migrated database that is only ever copied, for all of a run: a file's path, or a database's name."""
    url = os.environ.get("DATABASE_URL", "sqlite://")
    if given := os.environ.get(template.VARIABLE):
        yield template.the_one(Path(given), url)
        return
    note = tmp_path_factory.mktemp("template") / "note"  # of pytest by itself, without tests.run
    with template.gone_at_last(note, url):
        yield template.the_one(note, url)


@contextmanager
def copied(original: str, folder: Path) -> Iterator[Database]:
    """Make a migrated, empty database for servers, of the kind that this run tests; it goes when the block ends."""
    if connection.vendor == "sqlite":
        path = folder / "fresh.sqlite3"
        shutil.copy(original, path)
        yield Database(f"sqlite:///{path}")
        return
    name = f"slotwell_{uuid.uuid4().hex[:12]}"
    admin_sql(f"CREATE DATABASE {name} TEMPLATE {original}")
    try:
        yield Database(sibling(name))
    finally:
        admin_sql(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def fresh_database(migrated_template: str, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty database for servers, of the kind that this run tests."""
    with copied(migrated_template, tmp_path) as database:
        yield database


@pytest.fixture
def server(fresh_database: Database, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start real servers on this test's fresh database: `server()`, `server(worker=True, WEB_THREADS="8")`."""
    with ExitStack() as stack:

        def start(*, worker: bool = False, **env: str) -> Server:
            return stack.enter_context(running_server(fresh_database, tmp_path, worker=worker, **env))

        yield start
