"""From a bare python3 to a running command: make .venv, install what is pinned, hand over.

Standard library only, and written so that an old Python can still read it and say what is missing.
Usage: python3 core/bootstrap.py COMMAND [arguments], with one of COMMANDS.
"""

from __future__ import annotations

import sys

if __name__ == "__main__":
    del sys.path[0]  # this folder, whose logging.py would stand before the standard library's

import contextlib
import fcntl
import hashlib
import json
import os
import platform
import re
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Iterator, NoReturn  # noqa: UP035 - so does Python 3.8

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMP = VENV / "slotwell-installed.json"
OLDEST = (3, 11)
RUN, DEVELOP = "requirements.txt", "requirements-dev.txt"

COMMANDS = {
    "env": (RUN, []),
    "dev-env": (DEVELOP, []),
    "run": (RUN, ["-m", "core.serve"]),
    "demo": (RUN, ["-m", "tests.clients.demo"]),
    "mails": (DEVELOP, ["manage.py", "mail_pictures"]),
    "docs": (DEVELOP, ["-m", "mkdocs"]),
    "test": (DEVELOP, ["-m", "tests.run"]),
    "prove": (DEVELOP, ["-m", "tests.run", "--prove"]),
    "bench": (DEVELOP, ["-m", "tests.benchmarks.web"]),
    "check": (DEVELOP, ["-m", "tests.check"]),
    "audit": (DEVELOP, ["-m", "tests.vulnerabilities"]),
    "format": (DEVELOP, ["-m", "tests.check", "--format"]),
    "generate": (DEVELOP, ["-m", "tests.check", "--generate"]),
}
"""What each command needs installed, and what it then runs in the virtual environment."""


def fail(sentence: str) -> NoReturn:
    """End with a sentence that says what to do."""
    sys.exit("\n" + sentence + "\n")


def main(arguments: list[str]) -> None:
    """Prepare the virtual environment and become the command in it."""
    if not arguments or arguments[0] not in COMMANDS:
        fail("Usage: python3 core/bootstrap.py {" + "|".join(COMMANDS) + "} [arguments]")
    use_new_enough_python()
    name, rest = arguments[0], arguments[1:]
    if name == "run":
        demand_free_port(wanted_port())
    requirements, command = COMMANDS[name]
    with one_at_a_time():
        make_venv()
        install(requirements)
    if command:
        os.chdir(str(ROOT))
        sys.stdout.flush()
        os.execv(str(VENV_PYTHON), [str(VENV_PYTHON), *command, *rest])


def use_new_enough_python() -> None:
    """Go on with a newer Python where this one is too old and a newer one is there; else say so."""
    if sys.version_info[:2] >= OLDEST:
        return
    for minor in (13, 12, 11):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            os.execv(newer, [newer, str(Path(__file__).resolve()), *sys.argv[1:]])
    fail(
        f"Slotwell needs Python 3.11 or newer; this is {platform.python_version()} ({sys.executable}). "
        "Install a newer one, or name it: make run PYTHON=/path/to/python3.11"
    )


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let a second command wait while a first one installs."""
    (ROOT / "var").mkdir(exist_ok=True)
    with open(str(ROOT / "var" / "bootstrap.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make_venv() -> None:
    """Make .venv where it is missing, was moved here, or lost its Python."""
    if VENV_PYTHON.exists() and read_stamp().get("made_at") == str(VENV):
        return
    if VENV.exists():
        shutil.rmtree(str(VENV))
    say(f"Making .venv with Python {platform.python_version()}")
    # pip by hand afterwards: where ensurepip is missing, another pip may do.
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(VENV)], check=False, **quietly()
    )
    if made.returncode:
        fail(f"A virtual environment could not be made: {last_lines(made.stdout)}\n{venv_hint()}")
    if not give_pip():
        shutil.rmtree(str(VENV))
        fail("This Python has neither ensurepip nor pip. " + venv_hint())
    write_stamp({"made_at": str(VENV)})


def give_pip() -> bool:
    """Put pip into .venv, by ensurepip or by a pip that this Python has; say whether it worked."""
    ways = [
        [str(VENV_PYTHON), "-m", "ensurepip", "--upgrade", "--default-pip"],
        [sys.executable, "-m", "pip", "--python", str(VENV_PYTHON), "install", "pip"],
    ]
    return any(subprocess.run(way, check=False, **quietly()).returncode == 0 for way in ways)


def venv_hint() -> str:
    """Say how to get what makes virtual environments."""
    if shutil.which("apt-get"):
        return "On Debian and Ubuntu: apt-get install python3-venv (as root). Then run the command again."
    return "Install your system's package for Python virtual environments, then run the command again."


def install(requirements: str) -> None:
    """Install a file of requirements, unless this very text was installed before."""
    stamp = read_stamp()
    if stamp.get(requirements) == fingerprint(requirements):
        return
    say(f"Installing {requirements} (once; about a minute)")
    log = VENV / "pip.log"
    command = [str(VENV_PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-q"]
    with open(str(log), "wb") as out:
        code = subprocess.run(
            [*command, "-r", str(ROOT / requirements)],
            check=False,
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        ).returncode
    if code:
        fail(explain(log.read_text(errors="replace"), requirements))
    stamp[requirements] = fingerprint(requirements)
    if requirements == DEVELOP:
        stamp[RUN] = fingerprint(RUN)  # the one includes the other
    write_stamp(stamp)


def explain(output: str, requirements: str) -> str:
    """Turn pip's failure into a sentence, with its last lines."""
    unreachable = re.search(
        r"NewConnectionError|NameResolutionError|Temporary failure|ConnectTimeout|ReadTimeout|ProxyError|"
        r"Network is unreachable|SSLError|from versions: none",
        output,
    )
    if unreachable:
        reason = (
            "pip cannot reach its package index. Check the network; behind a proxy set HTTPS_PROXY, with an index "
            "of your own set PIP_INDEX_URL. Then run the command again."
        )
    else:
        reason = f"pip could not install {requirements}. The whole story is in {VENV / 'pip.log'}."
    return f"{last_lines(output)}\n\n{reason}"


def fingerprint(requirements: str) -> str:
    """Give a hash over a file of requirements and the one that it includes."""
    files = [RUN] if requirements == RUN else [RUN, requirements]
    return hashlib.sha256(b"\n".join((ROOT / name).read_bytes() for name in files)).hexdigest()


def read_stamp() -> dict[str, str]:
    """Give what was installed, empty where nothing (or nothing readable) says so."""
    try:
        found = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_stamp(stamp: dict[str, str]) -> None:
    """Remember what is installed."""
    STAMP.write_text(json.dumps(stamp))


def quietly() -> dict:
    """Give the arguments that keep a subprocess's output for later."""
    return {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "stdin": subprocess.DEVNULL}


def last_lines(output: bytes | str, count: int = 8) -> str:
    """Give the end of a command's output."""
    text = output.decode(errors="replace") if isinstance(output, bytes) else output
    return "\n".join(text.strip().splitlines()[-count:])


def say(sentence: str) -> None:
    """Print a line at once."""
    print(sentence, flush=True)


def wanted_port() -> int:
    """Give the port from the environment or .env, else 8000. What is no number is left to the settings."""
    given = os.environ.get("PORT", "")
    env_file = ROOT / ".env"
    if not given and env_file.exists():
        found = re.search(r"^\s*PORT\s*=\s*[\"']?(\d+)", env_file.read_text(errors="replace"), re.MULTILINE)
        given = found.group(1) if found else ""
    return int(given) if given.isdigit() else 8000


def demand_free_port(port: int) -> None:
    """Fail with a sentence where something listens on the port already."""
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            fail(f"Port {port} needs special rights. Run: make run PORT=8000")
        except (OSError, OverflowError):
            fail(f"Port {port} is taken. Stop what listens there or run: make run PORT={port + 1}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
