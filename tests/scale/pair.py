"""Two webs and two workers, as the Procfile starts them, on one PostgreSQL, one Redis and one mail server."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import psutil
import redis

from core.serve import read_procfile
from tests.crash.stage import Mail
from tests.servers import (
    ROOT,
    STARTS_WITHIN,
    Database,
    Process,
    answers,
    environment,
    free_port,
    processes_of,
    wait_for,
)

WEBS, WORKERS = ("web-0", "web-1"), ("worker-0", "worker-1")
BEATS = "SELECT count(*) FROM bookings_workerheartbeat WHERE beaten_at > %s"
REFRESHES = 12
"""A minute. Without Redis each process counts them for itself."""
RATES = {
    "refresh": f"{REFRESHES}/minute",
    # The crowd looks at its bookings all the time, and logs in as one person.
    "anonymous": "100000/minute",
    "user": "100000/minute",
    "status.ip": "100000/minute",
    "draft.ip": "1000/hour",
    "mail.ip": "1000/hour",
}


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """Run a Redis that keeps nothing on disk until the block ends; gives its address."""
    port = free_port()
    command = f"exec redis-server --port {port} --bind 127.0.0.1 --save '' --appendonly no --dir {folder}"
    server = Process(command, env={"PATH": os.environ["PATH"]}, log=folder / "redis.log")

    def pongs() -> bool:
        with suppress(redis.ConnectionError), redis.Redis(port=port) as client:
            return bool(client.ping())
        return False

    try:
        wait_for(pongs, lambda: f"Redis to answer: {server.output}")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.stop()


class Pair:
    """The four processes; whatever was killed is there again after `start`."""

    def __init__(self, database: Database, folder: Path, mail: Mail, redis_url: str) -> None:
        self.database, self.folder, self.mail = database, folder, mail
        self.ports = {web: free_port() for web in WEBS}
        self.urls = [f"http://127.0.0.1:{port}" for port in self.ports.values()]
        self.env = {
            "PUBLIC_URL": self.urls[0],
            "REDIS_URL": redis_url,
            # Everybody comes from an address of their own, which the one proxy in front would name.
            "TRUSTED_PROXIES": "1",
            "MAIL": "smtp",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(mail.port),
            "RATE_LIMITS": ",".join(f"{name}={rate}" for name, rate in RATES.items()),
        }
        self.running: dict[str, Process] = {}

    def start(self) -> None:
        """Start what does not run, and wait until both webs answer and both workers beat."""
        since = datetime.now(UTC)
        for name in WEBS + WORKERS:
            before = self.running.get(name)
            if before is None or before.exit_code is not None:
                own = {"PORT": str(self.ports[name])} if name in WEBS else {}
                env = environment(self.database.url, **self.env, **own)
                command = read_procfile(ROOT / "Procfile")[name.partition("-")[0]]
                self.running[name] = Process(command, env=env, log=self.folder / f"{name}.log")
        for url in self.urls:
            wait_for(lambda url=url: answers(url), f"{url} to answer", within=STARTS_WITHIN)
        wait_for(lambda: self._beating(since), "both workers' heartbeats", within=STARTS_WITHIN)

    def kill(self, name: str) -> None:
        """SIGKILL a program with all that it started, its cluster too, though that is in a session of its own."""
        top = psutil.Process(self.running[name].pid)
        for process in [top, *top.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.running[name].kill()

    def stop(self) -> None:
        """End all of it at once: how it ends in order is shown elsewhere."""
        for process in processes_of(self.database):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        for program in self.running.values():
            program.kill()

    def _beating(self, since: datetime) -> bool:
        ((beating,),) = self.database.sql(BEATS, since)
        return bool(beating >= len(WORKERS))
