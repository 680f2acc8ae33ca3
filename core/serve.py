"""`make run`: migrate, load the demo practice where there is none, and serve web and worker together."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from core.bootstrap import demand_free_port, say

ROOT = Path(__file__).resolve().parent.parent
STOPS_WITHIN = 5.0
"""Seconds that web and worker have to finish what they do; then they are killed."""
ANSWERS_WITHIN = 60.0
"""Seconds after which a web that does not answer is worth a word."""


def main() -> None:
    """Serve until Ctrl-C (exit 0), or until web or worker ends by itself (exit 1)."""
    os.environ.setdefault("DEBUG", "true")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # the last: the terminal was closed
        signal.signal(number, lambda *_: stop.set())
    url = prepare()
    if not stop.is_set():
        sys.exit(serve(url, stop))


def prepare() -> str:
    """Bring the database up to date; give the address. Exit with a sentence where settings or port are wrong."""
    import django  # noqa: PLC0415 - after the environment says which settings
    from django.conf import settings  # noqa: PLC0415
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    try:
        django.setup()
    except ImproperlyConfigured as error:
        sys.exit(f"\n{error}\n")
    demand_free_port(settings.PORT)
    call_command("migrate", verbosity=0, interactive=False)
    call_command("seed_demo")
    os.environ["HOST"] = settings.HOST
    os.environ["PORT"] = str(settings.PORT)
    # One process with threads: SQLite has one writer, and a laptop has better uses for its memory.
    os.environ.setdefault("WEB_PROCESSES", "1")
    os.environ.setdefault("WEB_THREADS", "4")
    os.environ.setdefault("WORKER_DRAIN_SECONDS", "3")
    return str(settings.PUBLIC_URL)


def serve(url: str, stop: threading.Event) -> int:
    """Run what the Procfile names until the stop, or until one of it ends; give the exit code."""
    commands = read_procfile(ROOT / "Procfile")
    commands.pop("release")  # a platform's; `prepare` has done what development needs of it
    programs = [Program(name, command) for name, command in commands.items()]
    threading.Thread(target=announce, args=[url, stop], daemon=True).start()
    ended = None
    while ended is None and not stop.wait(0.1):
        ended = next((program for program in programs if program.exit_code is not None), None)
    stop.set()
    if ended is not None:
        say(
            f"\nThe {ended.name} ended by itself ({ended.exit_code}); the lines above say why. Stopping the rest."
        )
    for program in programs:
        program.ask_to_stop()
    until = time.monotonic() + STOPS_WITHIN
    for program in programs:
        program.end(until)
    say("Stopped.")
    return 0 if ended is None else 1


def read_procfile(path: Path) -> dict[str, str]:
    """Give the shell command of each process by its name."""
    lines = (line.strip() for line in path.read_text().splitlines())
    pairs = (line.split(":", 1) for line in lines if line and not line.startswith("#"))
    return {name.strip(): command.strip() for name, command in pairs}


class Program:
    """One line of the Procfile while it runs, in a session of its own: Ctrl-C reaches us and not it."""

    def __init__(self, name: str, command: str) -> None:
        self.name = name
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
        self._process = subprocess.Popen(  # noqa: S602 - the Procfile's commands are the shell's
            command,
            shell=True,
            cwd=ROOT,
            env={**os.environ, "PATH": path, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._printer = threading.Thread(target=self._print, daemon=True)
        self._printer.start()

    @property
    def exit_code(self) -> int | None:
        """What it ended with; None while it runs."""
        return self._process.poll()

    def ask_to_stop(self) -> None:
        """Let it finish. Its children, if it has any, are its own to stop."""
        if self.exit_code is None:
            self._process.send_signal(signal.SIGTERM)

    def end(self, until: float) -> None:
        """Wait for the end, at most until an instant of the monotonic clock; then kill what is left of it."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(max(until - time.monotonic(), 0))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._printer.join(timeout=1)

    def _print(self) -> None:
        """Pass its lines on, each with its name in front."""
        assert self._process.stdout is not None  # noqa: S101 - asked for above
        for line in self._process.stdout:
            say(f"{self.name:<7}| {line.decode(errors='replace').rstrip()}")


def announce(url: str, stop: threading.Event) -> None:
    """Say where everything is, once the web really answers."""
    asked_since = time.monotonic()
    while not answers(f"http://127.0.0.1:{os.environ['PORT']}/health/live"):
        if time.monotonic() - asked_since > ANSWERS_WITHIN:
            say(
                f"\nThe web has not answered for {ANSWERS_WITHIN:.0f} seconds; its lines above may say why.\n"
            )
            return
        if stop.wait(0.1):
            return
    say(
        f"\nSlotwell is ready.\n"
        f"  GraphiQL   {url}/graphql/\n"
        f"  Admin      {url}/admin/\n"
        f"  Mailbox    {url}/mailbox/   (every mail that was sent)\n"
        f"  Health     {url}/health/\n"
        f"Ctrl-C stops everything.\n"
    )


def answers(url: str) -> bool:
    """Say whether an address answers with 200."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with contextlib.suppress(OSError, urllib.error.URLError), opener.open(url, timeout=2) as answer:
        return bool(answer.status == 200)
    return False


if __name__ == "__main__":
    main()
