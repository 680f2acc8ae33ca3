"""Who answers: each behind the server, the processes and the threads that the Procfile gives the product."""

import base64
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from core.serve import read_procfile
from tests.servers import ROOT, STARTS_WITHIN, Database, Process, free_port, wait_for

HOST = "booking.example.org"
SECRET_KEY = "benchmark-" + "k" * 50
PRODUCT, DRF, FLOOR, POSTGRAPHILE = "product", "drf", "floor", "postgraphile"
APPLICATIONS = {
    PRODUCT: "core.wsgi:application",
    DRF: "tests.benchmarks.web.drf.wsgi:application",
    FLOOR: "tests.benchmarks.web.floor:application",
}


@dataclass
class Contender:
    """One that answers, and the processes that do."""

    name: str
    port: int
    process: Process

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def seconds(self) -> float:
        """Give the processor time that it has taken so far, user and system, all its processes together."""
        return spent(self.process.pid)


def spent(pid: int) -> float:
    """Give the processor time of a process and of those that it has started, in seconds, user and system."""
    with suppress(psutil.NoSuchProcess):
        top = psutil.Process(pid)
        return sum(_spent(process) for process in [top, *top.children(recursive=True)])
    return 0.0


def spent_with_ended(pid: int) -> float:
    """Give the same in hundredths of a second, with what those took that it started and that have ended.

    A database ends some of its processes at any time.
    """
    total = 0.0
    with suppress(psutil.NoSuchProcess):
        top = psutil.Process(pid)
        for process in [top, *top.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
    return total


def _spent(process: psutil.Process) -> float:
    """Add up the threads' own counts, which are in nanoseconds; those of the whole process are in hundredths."""
    with suppress(psutil.NoSuchProcess):
        try:
            counts = [path.read_text() for path in Path(f"/proc/{process.pid}/task").glob("*/schedstat")]
        except OSError:  # a thread that has just ended
            counts = []
        if counts:
            return sum(int(count.split()[0]) for count in counts) / 1e9
        times = process.cpu_times()
        return float(times.user + times.system)
    return 0.0


def environment(database: Database, port: int, folder: Path) -> dict[str, str]:
    """Give what the product is deployed with: nothing of DEBUG, behind one proxy that speaks HTTPS.

    The load comes from many addresses, as that proxy tells, so that every limit holds as the table has it.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return {
        **{name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ},
        "PATH": path,
        "PYTHONPATH": str(ROOT),
        "DEBUG": "false",
        "SECRET_KEY": SECRET_KEY,
        "ENCRYPTION_KEYS": base64.urlsafe_b64encode(b"benchmark-key-of-32-bytes-------").decode(),
        "ALLOWED_HOSTS": HOST,
        "PUBLIC_URL": f"https://{HOST}",
        "CORS_ALLOWED_ORIGINS": "https://www.example.org",
        "BEHIND_HTTPS_PROXY": "true",
        "TRUSTED_PROXIES": "1",
        "DATABASE_URL": database.url,
        "ENV_FILE": os.devnull,
        "MAIL": "file",
        "MAIL_DIR": str(folder / "mail"),
        "MAIL_FROM": f"Slotwell <bookings@{HOST}>",
        "PICTURES_DIR": str(folder / "pictures"),
        "PAYMENT_PROVIDER": "sandbox",
        "SANDBOX_SECRET": "benchmark-sandbox",
        "PORT": str(port),
        "WEB_PROCESSES": "2",
        "WEB_THREADS": "4",
    }


def collect_static(database: Database, folder: Path) -> None:
    """Put the files of our pages where they are served from, as a deployment does before it starts."""
    database.manage(
        "collectstatic", "--no-input", "--verbosity=0", **environment(database, free_port(), folder)
    )


@contextmanager
def serving(
    name: str, database: Database, folder: Path, application: str = "", **env: str
) -> Iterator[Contender]:
    """Run a contender until the block ends; it answers when this returns."""
    command = read_procfile(ROOT / "Procfile")["web"]
    command = command.replace(APPLICATIONS[PRODUCT], application or APPLICATIONS[name])
    port = free_port()
    with started(name, command, {**environment(database, port, folder), **env}, port, folder) as contender:
        yield contender


@contextmanager
def started(name: str, command: str, env: Mapping[str, str], port: int, folder: Path) -> Iterator[Contender]:
    """Run a command that listens on a port until the block ends; it listens when this returns."""
    process = Process(command, env=dict(env), log=folder / f"{name}-{port}.log")
    contender = Contender(name, port, process)
    try:
        wait_for(
            lambda: process.exit_code is not None or _listens(contender.url),
            lambda: f"{name} to answer:\n{process.output[-2000:]}",
            within=STARTS_WITHIN,
        )
        if process.exit_code is not None:
            raise SystemExit(f"{name} ended at its start:\n{process.output[-4000:]}")
        yield contender
    finally:
        process.stop()


def _listens(url: str) -> bool:
    """Tell whether anything at all is answered."""
    with suppress(httpx.HTTPError):
        httpx.get(f"{url}/health/live", trust_env=False, timeout=5)
        return True
    return False
