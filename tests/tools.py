"""What the long proofs need beyond Python: Node for GraphQL clients, Chromium for pages, Redis, wrk for load."""

import os
import shutil
import subprocess
from collections.abc import Collection

NEEDED = {
    "node": "nodejs",
    "npm": "npm",
    "chromium": "chromium",
    "redis-server": "redis-server",
    "wrk": "wrk",
}
"""Command and the Debian package that has it."""


def provide(commands: Collection[str] = tuple(NEEDED)) -> None:
    """Install what is missing where that is allowed (Debian, root); else say what the proofs will lack."""
    missing = [command for command in commands if shutil.which(command) is None]
    if missing and shutil.which("apt-get") and os.geteuid() == 0:
        packages = [NEEDED[command] for command in missing]
        print(f"Installing {', '.join(packages)} for the proofs", flush=True)
        # Run level 1: no package starts a service of its own.
        own = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        quiet = {"stdout": subprocess.DEVNULL, "env": own}
        subprocess.run(["apt-get", "-qq", "update"], check=False, **quiet)
        subprocess.run(
            ["apt-get", "-qq", "install", "-y", "--no-install-recommends", *packages], check=False, **quiet
        )
        missing = [command for command in missing if shutil.which(command) is None]
    if missing:
        packages = " ".join(NEEDED[command] for command in missing)
        print(
            f"The proofs need {', '.join(missing)}, and those that use it will fail. "
            f"On Debian and Ubuntu: apt-get install {packages} (as root).",
            flush=True,
        )
