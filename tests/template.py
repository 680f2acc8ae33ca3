"""A migrated database that is only ever copied: migrations run once for all processes of a run, and for all servers."""

import fcntl
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import dj_database_url
import psycopg2

ROOT = Path(__file__).resolve().parent.parent
VARIABLE = "MIGRATED_TEMPLATE"
"""Names the file in which the processes of one run tell each other what it is called (tests/run.py)."""


@contextmanager
def gone_at_last(note: Path, url: str) -> Iterator[None]:
    """Drop `the_one` of this note when the block ends, where anybody made it."""
    try:
        yield
    finally:
        if note.exists():
            _drop(url, note.read_text())


def the_one(note: Path, url: str) -> str:
    """Give a file's path, or a database's name; who comes first makes it, and the others wait.

    url: of what kind it is, and for PostgreSQL from where databases are made. Raises CalledProcessError where a
    migration fails.
    """
    with note.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not note.exists():
            name = _make(url, note.parent)
            note.write_text(name)
        return note.read_text()


def _make(url: str, folder: Path) -> str:
    name = f"slotwell_template_{uuid.uuid4().hex[:12]}"
    if url.startswith("sqlite"):
        path = folder / f"{name}.sqlite3"
        _migrate(f"sqlite:///{path}")
        return str(path)
    _say(url, f"CREATE DATABASE {name}")
    try:
        _migrate(urlunsplit(urlsplit(url)._replace(path=f"/{name}")))
    except BaseException:
        _drop(url, name)
        raise
    return name


def _drop(url: str, name: str) -> None:
    if not url.startswith("sqlite"):  # whose file goes with its folder
        _say(url, f"DROP DATABASE {name} WITH (FORCE)")


def _migrate(url: str) -> None:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    env = {**kept, "DEBUG": "true", "DATABASE_URL": url, "ENV_FILE": os.devnull}
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0"], cwd=ROOT, env=env, check=True)


def _say(url: str, statement: str) -> None:
    parsed = dj_database_url.parse(url)
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    given = {name: parsed[key] or None for name, key in names.items()} | parsed.get("OPTIONS", {})
    with closing(psycopg2.connect(**given)) as database:
        database.autocommit = True
        with database.cursor() as cursor:
            cursor.execute(statement)
