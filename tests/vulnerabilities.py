"""`make audit`: whether a package that is pinned here has a known hole, as pip-audit is told by the index.

python -m tests.vulnerabilities
What nobody could be asked about is said to be so, and counts neither as passed nor as failed.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LISTS = ("requirements.txt", "requirements-dev.txt")
WITHIN = 300
"""Seconds, of which the index may take most."""


@dataclass(frozen=True)
class Verdict:
    """What is known of the packages. asked: of how many something is known; why: what kept others from being asked."""

    asked: int
    unknown: Sequence[str]
    holes: Sequence[str]
    why: str = ""

    @property
    def sum(self) -> str:
        """One line for those who add up."""
        clean = bool(self.asked) and not self.unknown and not self.holes
        return f"{int(clean)} passed, {int(bool(self.holes))} failed"

    def __str__(self) -> str:
        lines = [f"✗ {hole}" for hole in self.holes]
        if self.unknown or not self.asked:
            of = (
                f"{len(self.unknown)} of {self.asked + len(self.unknown)} packages"
                if self.unknown
                else "any package"
            )
            lines.append(
                f"? could not ask about {of}: nobody knows whether they have holes. {self.why}".rstrip()
            )
        elif not self.holes:
            lines.append(f"✓ {self.asked} packages, no known hole")
        return "\n".join([*lines, self.sum])


def main() -> int:
    """Ask about everything that is pinned; give 1 only where a hole is known."""
    verdict = ask([ROOT / name for name in LISTS])
    print(verdict, flush=True)
    return 1 if verdict.holes else 0


def ask(lists: Sequence[Path]) -> Verdict:
    """Run pip-audit over lists of pinned packages."""
    options = ["--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
    files = [part for path in lists for part in ("-r", str(path))]
    command = [sys.executable, "-m", "pip_audit", *options, *files]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=WITHIN)
        return read(json.loads(done.stdout)["dependencies"])
    except subprocess.TimeoutExpired:
        return Verdict(0, [], [], f"No answer came within {WITHIN} s.")
    except (ValueError, LookupError):
        return Verdict(0, [], [], (done.stderr.strip().splitlines() or ["pip-audit said nothing."])[-1][:300])


def read(packages: Sequence[Mapping[str, Any]]) -> Verdict:
    """Give the verdict of what pip-audit reports of each package."""
    unknown = sorted({package["name"] for package in packages if "skip_reason" in package})
    known = {package["name"]: package for package in packages if "skip_reason" not in package}
    holes = [
        f"{name} {package['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'no version'}"
        for name, package in sorted(known.items())
        for hole in package["vulns"]
    ]
    return Verdict(len(known), unknown, holes)


if __name__ == "__main__":
    sys.exit(main())
