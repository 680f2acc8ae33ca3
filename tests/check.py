"""`make check`: every check that needs no running service, each with its verdict; all run, whatever fails.

python -m tests.check [--format | --generate]
"""

import difflib
import os
import secrets
import subprocess
import sys
import tempfile
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
MANAGE = (sys.executable, "manage.py")

TRANSLATIONS = (*MANAGE, "translations")
"""Writes the catalogues of bookings/locale, and with --check compares and judges them."""

SITE = (sys.executable, "-m", "mkdocs", "build", "-d")
"""Builds the documentation into a folder, strictly as mkdocs.yml has it. With -q it would not hear its own warnings."""

Verdict = str | None
"""What is wrong, or None."""

GENERATED = {
    "schema.graphql": (*MANAGE, "export_schema", "schema.root:schema"),
    "docs/states.md": (*MANAGE, "lifecycle_diagram", "--print"),
    "docs/error-codes.md": (*MANAGE, "error_codes", "--print"),
    "docs/limits.md": (*MANAGE, "limits_table", "--print"),
    "docs/personal-data.md": (*MANAGE, "personal_data", "--print"),
    "docs/rights.md": (*MANAGE, "rights_table", "--print"),
}
"""Committed files and the commands that print them."""


def main(arguments: Sequence[str]) -> int:
    """Run the checks (or the formatter, or the generators); give 0 only where all is well."""
    if "--format" in arguments:
        return max(
            run_aloud(str(BIN / "ruff"), "check", "--fix", "-q", "."),
            run_aloud(str(BIN / "ruff"), "format", "."),
        )
    if "--generate" in arguments:
        for name, command in GENERATED.items():
            (ROOT / name).write_text(printed(command))
            print(f"wrote {name}")
        return run_aloud(*TRANSLATIONS)
    failed = 0
    for name, check in checks().items():
        begun = time.monotonic()
        wrong = check()
        failed += wrong is not None
        print(f"{'✗' if wrong is not None else '✓'} {name} ({time.monotonic() - begun:.0f} s)", flush=True)
        if wrong is not None:
            print("    " + wrong.strip().replace("\n", "\n    "), flush=True)
    print(f"{len(checks()) - failed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def checks() -> dict[str, Callable[[], Verdict]]:
    """Give each check by its name."""
    return {
        "format: ruff format (mend: make format)": lambda: failure(
            str(BIN / "ruff"), "format", "--check", "."
        ),
        "lint: ruff check": lambda: failure(str(BIN / "ruff"), "check", "."),
        "types: mypy": lambda: failure(str(BIN / "mypy"), "--no-error-summary"),
        "imports: import-linter": lambda: failure(str(BIN / "lint-imports"), "--no-cache"),
        "migrations: none is missing": lambda: failure(*MANAGE, "makemigrations", "--check", "--dry-run"),
        "settings: fit for development": lambda: failure(*MANAGE, "check"),
        "settings: fit for production": lambda: failure(
            *MANAGE, "check", "--deploy", "--fail-level=WARNING", env=production()
        ),
        **{
            f"generated: {name} (mend: make generate)": lambda name=name: difference(name)
            for name in GENERATED
        },
        "documentation: links, pages and anchors (look: make docs)": broken_site,
        "translations: complete and compiled (mend: make generate, then the .po file)": lambda: failure(
            *TRANSLATIONS, "--check"
        ),
    }


def development() -> dict[str, str]:
    """Give the environment of a check: development's defaults, and nothing of the developer's own."""
    return {
        **{name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ},
        "PATH": os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)]),
        "DEBUG": "true",
        "DATABASE_URL": f"sqlite:///{tempfile.gettempdir()}/slotwell-check.sqlite3",
        "ENV_FILE": os.devnull,
    }


def broken_site() -> Verdict:
    """Build the documentation into a folder that goes away again."""
    with tempfile.TemporaryDirectory(prefix="slotwell-site-") as folder:
        return failure(*SITE, folder)


def production() -> dict[str, str]:
    """Give an environment as a deployment has it."""
    return {
        **development(),
        "DEBUG": "false",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ENCRYPTION_KEYS": urlsafe_b64encode(os.urandom(32)).decode(),
        "ALLOWED_HOSTS": "booking.example.org",
        "PUBLIC_URL": "https://booking.example.org",
        "CORS_ALLOWED_ORIGINS": "none",
        "DATABASE_URL": "postgres://user:password@localhost:5432/slotwell",
        "MAIL": "smtp",
        "MAIL_FROM": "bookings@example.org",
    }


def failure(*command: str, env: dict[str, str] | None = None) -> Verdict:
    """Give what a command printed where it failed."""
    done = subprocess.run(
        command, cwd=ROOT, env=env or development(), check=False, capture_output=True, text=True
    )
    return (
        None
        if done.returncode == 0
        else (done.stdout + done.stderr)[-6000:] or f"exit code {done.returncode}"
    )


def difference(name: str) -> Verdict:
    """Give how a committed file differs from what would be generated now."""
    path = ROOT / name
    committed = path.read_text() if path.exists() else ""
    try:
        fresh = printed(GENERATED[name])
    except subprocess.CalledProcessError as error:
        return f"{error}\n{error.stderr[-3000:]}"
    lines = difflib.unified_diff(
        committed.splitlines(), fresh.splitlines(), name, "generated now", lineterm=""
    )
    return "\n".join(list(lines)[:60]) or None


def printed(command: Sequence[str]) -> str:
    """Give what a generator prints, with one line's end at its end."""
    done = subprocess.run(command, cwd=ROOT, env=development(), check=True, capture_output=True, text=True)
    return done.stdout.strip() + "\n"


def run_aloud(*command: str) -> int:
    """Run a command whose output goes to the terminal."""
    return subprocess.run(command, cwd=ROOT, env=development(), check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
