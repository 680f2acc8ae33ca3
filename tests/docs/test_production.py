"""The guide to running it, held against the code; tests/core/test_deployment.py follows it for real."""

import re

import core.settings  # noqa: F401 - reads every variable
from bookings.management.generated import GeneratedPage
from core import env
from core.serve import read_procfile
from tests.docs import markdown

GUIDE = markdown.read("docs/guides/production.md")
OF_DEVELOPERS = {"mail_pictures", "cluster", "error_codes", "translations"}
"""What the worker starts, and what writes files of the code."""


def commands() -> set[str]:
    """Every command of ours that an operator may run."""
    files = (markdown.ROOT / "bookings/management/commands").glob("[a-z]*.py")
    return {file.stem for file in files if GeneratedPage.__name__ not in file.read_text()} - OF_DEVELOPERS


def test_commands__are_all_in_the_table():
    told = {
        row[0].strip("`").removeprefix("manage.py ")
        for row in markdown.rows(GUIDE, "command", "does", "exits with 1")
    }

    assert told == commands()


def test_commands__that_are_named_anywhere_in_it_exist():
    named = set(re.findall(r"manage\.py ([a-z_]+)", GUIDE)) | set(
        re.findall(r"manage\.py ([a-z_]+)", env_example())
    )

    assert named - commands() <= {"migrate", "check", "collectstatic", "createsuperuser"}


def env_example() -> str:
    return markdown.read(".env.example")


def test_variables__of_the_guides_file_are_known_and_hold_what_is_required():
    (file,) = [
        each for each in markdown.blocks(GUIDE, "ini") if each.startswith("# /etc/slotwell/environment")
    ]
    given = set(re.findall(r"^(\w+)=", file, re.MULTILINE))
    required = {
        name.strip("`")
        for name, _, default, _ in markdown.rows(markdown.read("README.md"), "variable", "example")
        if default.startswith("**required**")
    }

    assert given <= set(env.KNOWN)
    assert required <= given


def test_units__start_what_the_procfile_starts():
    starts = re.findall(r"^ExecStart=/srv/slotwell/venv/bin/(.+)$", GUIDE, re.MULTILINE)
    procfile = read_procfile(markdown.ROOT / "Procfile")
    web, worker = (line.split()[0:1] + sorted(set(line.split()) & FLAGS) for line in starts)

    assert web == ["granian", *sorted(set(procfile["web"].split()) & FLAGS)]
    assert worker == ["python"]
    assert starts[1] == procfile["worker"].removeprefix("exec ")


FLAGS = {
    "--interface",
    "wsgi",
    "--no-ws",
    "--http",
    "--http1-header-read-timeout",
    "20000",
    "--http1-buffer-size",
    "65536",
    "--backpressure",
    "1024",
    "--respawn-failed-workers",
    "core.wsgi:application",
}
"""What of the web's command line has nothing to do with the machine."""
