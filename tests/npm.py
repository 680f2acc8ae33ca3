"""Packages of npm that clients in tests and examples need: installed once, from each folder's lock file."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from tests import bounded

STAMP = "slotwell-installed"
INSTALLED_WITHIN = 300.0
"""Seconds that npm may take for one folder."""


def command(name: str) -> str:
    """Give where node or npm is. Raises AssertionError with what to install where it is not there."""
    found = shutil.which(name)
    assert found is not None, f"The proofs need {name} (Debian: apt-get install nodejs npm)."
    return found


def install(folder: Path) -> None:
    """Install what a folder's lock file names, unless that very file was installed before.

    Two processes may ask at once; the second waits. Raises AssertionError with npm's own words where it fails.
    """
    npm = command("npm")
    wanted = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    modules = folder / "node_modules"
    modules.mkdir(exist_ok=True)
    with (folder / "node_modules.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stamp = modules / STAMP
        if stamp.exists() and stamp.read_text() == wanted:
            return
        done = bounded.run(
            [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"],
            cwd=folder,
            within=INSTALLED_WITHIN,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        stamp.write_text(wanted)


def run(
    folder: Path, script: str, *arguments: str, within: float, **env: str
) -> subprocess.CompletedProcess[str]:
    """Run a script of a folder's package.json; give what it printed and how it ended.

    within: seconds after which it is killed with all that it has started. env: added to this process's environment.
    """
    install(folder)
    return bounded.run(
        [command("npm"), "run", "--silent", script, "--", *arguments],
        cwd=folder,
        within=within,
        env={**os.environ, **env},
    )
