"""The server that is attacked: the Procfile's web under a deployment's settings, and what it spends."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from bookings.limits.policies import row_names
from tests.attacks.wire import Answer, graphql, send
from tests.check import production
from tests.servers import Database, Server, running_server

LIFTED = ",".join(f"{row}=1000000/minute" for row in row_names())
"""Limits stop one attacker, and here all of them are meant, who come from many addresses."""
GOOD = graphql("{ categories { id slug } }")
"""What somebody honest asks meanwhile."""


@dataclass
class Victim:
    """A server and its process tree."""

    server: Server
    port: int

    def take(self, *parts: bytes) -> tuple[Answer, float]:
        """Send one request; give the answer, and the seconds of processor time that the server spent on it."""
        before = self.spent()
        answer = send(self.port, *parts)
        return answer, self.spent() - before

    def spent(self) -> float:
        """Give the seconds of processor time, user and system, of all its processes."""
        return sum(_nanoseconds(process.pid) for process in self.processes()) / 1e9

    def memory(self) -> int:
        """Give the bytes that its processes hold for themselves."""
        return sum(process.memory_info().rss - process.memory_info().shared for process in self.processes())

    def processes(self) -> list[psutil.Process]:
        """Give the supervisor and the web processes."""
        web = psutil.Process(self.server.web.pid)
        return [web, *web.children(recursive=True)]

    def serves(self) -> bool:
        """Tell whether somebody honest is answered."""
        answer = send(self.port, GOOD)
        return answer.status == 200 and b'"errors"' not in answer.body


def _nanoseconds(pid: int) -> int:
    """Sum what the threads of a process ran; its own ticks are of 10 ms, too coarse for what is told here."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):
            total += int((task / "schedstat").read_text().split()[0])
    return total


def settings(**env: str) -> dict[str, str]:
    """Give a deployment's environment, as `make check` has it, on this machine and behind one proxy."""
    own = production()
    keys = ("DEBUG", "SECRET_KEY", "ENCRYPTION_KEYS", "CORS_ALLOWED_ORIGINS", "MAIL", "MAIL_FROM")
    return {
        **{name: own[name] for name in keys},
        "ALLOWED_HOSTS": "127.0.0.1",
        "ALLOW_SQLITE": "true",
        "BEHIND_HTTPS_PROXY": "true",
        "TRUSTED_PROXIES": "1",
        "RATE_LIMITS": LIFTED,
        "DJANGO_SETTINGS_MODULE": "tests.attacks.deployed",
        "PAYMENT_PROVIDER": "stripe",
        "STRIPE_SECRET_KEY": "sk_test_" + "0" * 24,
        "STRIPE_WEBHOOK_SECRET": "whsec_" + "0" * 32,
        "PUBLIC_URL": "https://127.0.0.1",
        **env,
    }


@contextmanager
def attacked(database: Database, folder: Path, env: dict[str, str]) -> Iterator[Victim]:
    """Run the server until the block ends."""
    with running_server(database, folder, **env) as server:
        yield Victim(server, int(urlsplit(server.url).port or 0))
