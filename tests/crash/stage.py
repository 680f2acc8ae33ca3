"""Web and worker on one database and one mail server, killed without warning and started again."""

import os
import random
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import psutil

from core.serve import read_procfile
from tests.notifications.doubles import SmtpDouble
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

NEWEST_BEAT = "SELECT max(beaten_at) FROM bookings_workerheartbeat"


class Mail(SmtpDouble):
    """A mail server with a trap: it goes off when the next mail is taken, before the sender hears of it."""

    def __init__(self) -> None:
        super().__init__()
        self.trap: Callable[[], None] | None = None

    def _take(self, mail):
        answer = super()._take(mail)
        trap, self.trap = self.trap, None
        if trap is not None:
            trap()
        return answer

    def text_to(self, address: str, subject: str) -> str:
        """Give the plain text of the newest mail to an address whose subject has these words; empty if none."""
        for mail in reversed(list(self.accepted)):
            if mail["to"] == address and subject in mail["subject"]:
                return str(mail.get_body(("plain",)).get_content())
        return ""


class Stage:
    """The Procfile's two programs; whatever was killed is there again before the next act."""

    def __init__(self, database: Database, folder: Path, mail: Mail) -> None:
        self.database, self.folder, self.mail = database, folder, mail
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.env = {
            "PORT": str(port),
            "PUBLIC_URL": self.url,
            "MAIL": "smtp",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(mail.port),
            "WORKER_STALL_SECONDS": "5",
            # The whole crowd comes from one address, and logs in as one person.
            "RATE_LIMITS": "anonymous=100000/minute,user=100000/minute,draft.ip=100000/hour,"
            "code.ip=100000/hour,mail.ip=100000/hour,status.ip=100000/minute,status.token=100000/minute,"
            "login.address_ip=100000/hour,login.ip=100000/hour,login.address=100000/hour",
        }
        self.running: dict[str, Process] = {}
        self.start()

    def start(self) -> None:
        """Start what does not run, as a platform would, and wait until all of it works."""
        since = datetime.now(UTC)
        for program, command in read_procfile(ROOT / "Procfile").items():
            before = self.running.get(program)
            if before is None or before.exit_code is not None:
                log = self.folder / f"{program}.log"
                env = environment(self.database.url, **self.env)
                self.running[program] = Process(command, env=env, log=log)
        wait_for(lambda: answers(self.url), "the web", within=STARTS_WITHIN)
        wait_for(lambda: self._beaten_since(since), "the worker's heartbeat", within=STARTS_WITHIN)

    def kill(self, victim: str, rng: random.Random) -> None:
        """SIGKILL one of `VICTIMS`; what is just not there is passed over."""
        victims = [one.pid for one in VICTIMS[victim](self, rng)]
        for pid in victims:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for program in self.running.values():
            if program.pid in victims:
                program.kill()

    def stop(self) -> None:
        """End all of it in order, and by force whatever does not want to."""
        for program in self.running.values():
            program.stop()
        for process in processes_of(self.database):
            with suppress(psutil.NoSuchProcess):
                process.kill()

    def _beaten_since(self, since: datetime) -> bool:
        ((newest,),) = self.database.sql(NEWEST_BEAT)
        if isinstance(newest, str):
            newest = datetime.fromisoformat(newest).replace(tzinfo=UTC)
        return newest is not None and newest > since


def _group(stage: Stage, program: str) -> list[psutil.Process]:
    return [one for one in processes_of(stage.database) if _group_of(one) == stage.running[program].pid]


def _cluster(stage: Stage) -> list[psutil.Process]:
    """The processes that run tasks: what is neither the web's nor the worker's own."""
    own = {program.pid for program in stage.running.values()}
    return [one for one in processes_of(stage.database) if _group_of(one) not in {*own, None}]


def _group_of(process: psutil.Process) -> int | None:
    with suppress(ProcessLookupError):
        return os.getpgid(process.pid)
    return None


Choose = Callable[[Stage, random.Random], list[psutil.Process]]

VICTIMS: dict[str, Choose] = {
    "the web": lambda stage, _: _group(stage, "web"),
    "the web's child": lambda stage, _: [
        one for one in _group(stage, "web") if one.pid != stage.running["web"].pid
    ],
    "the worker": lambda stage, _: _group(stage, "worker"),
    "the cluster": lambda stage, _: _cluster(stage),
    "one of the cluster": lambda stage, rng: [rng.choice(found)] if (found := _cluster(stage)) else [],
    "worker and cluster": lambda stage, _: _group(stage, "worker") + _cluster(stage),
    "everything": lambda stage, _: processes_of(stage.database),
}
SENDERS = "worker and cluster"
"""Without these nobody is left who could note that a mail was taken."""
