"""`make run` as a newcomer meets it: a process that says where everything is, and leaves nothing behind."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import psutil
import pytest

from core.bootstrap import ROOT
from core.serve import read_procfile
from tests.servers import Database, Process, environment, free_port, processes_of, wait_for

COMMAND = f"exec {sys.executable} -m core.serve"
Starter = Callable[..., tuple[Process, str]]


@pytest.fixture
def start(fresh_database: Database, tmp_path: Path) -> Iterator[Starter]:
    """Start `make run`'s program; give it and its address once it says that it is ready."""
    with ExitStack() as stack:

        def start(**env: str) -> tuple[Process, str]:
            port = env.setdefault("PORT", str(free_port()))
            log = tmp_path / f"run-{len(list(tmp_path.glob('run-*')))}.log"
            full = environment(fresh_database.url, MAIL_DIR=str(tmp_path / "mail"), **env)
            full.pop("DEBUG")
            process = Process(COMMAND, env=full, log=log)
            stack.callback(process.stop)
            wait_for(
                lambda: "Slotwell is ready." in process.output or process.exit_code is not None,
                "the sentence that all is ready",
                within=60,
            )
            return process, f"http://127.0.0.1:{port}"

        yield start
    leftover = processes_of(fresh_database)
    for process in leftover:
        process.kill()
    assert leftover == []


def children(process: Process, word: str) -> list[psutil.Process]:
    return [child for child in psutil.Process(process.pid).children() if word in " ".join(child.cmdline())]


def test_procfile__names_web_and_worker_and_what_comes_before() -> None:
    commands = read_procfile(ROOT / "Procfile")

    assert commands.pop("release") == "sh core/build.sh release"
    assert list(commands) == ["web", "worker"]
    # A shell in between would take the signals that are meant for the program.
    assert all(command.startswith("exec ") for command in commands.values())


@pytest.mark.prove
@pytest.mark.only_on("postgresql")
def test_run__shows_where_everything_is_and_serves_it(start: Starter) -> None:
    process, url = start()

    for path in ("/graphql/", "/admin/", "/mailbox/", "/health/"):
        assert f"{url}{path}" in process.output
        answer = httpx.get(
            url + path, headers={"Accept": "text/html"}, follow_redirects=True, trust_env=False
        )
        assert answer.status_code == 200, path
    home = httpx.get(url, trust_env=False)
    assert (home.status_code, home.headers["location"]) == (302, "/graphql/")
    assert "staff@demo.example" in process.output
    assert "admin@demo.example" in process.output


@pytest.mark.prove
@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_run__stops_everything_within_seconds(
    start: Starter, fresh_database: Database, number: signal.Signals
) -> None:
    process, _ = start()

    os.kill(process.pid, number)

    wait_for(lambda: process.exit_code is not None, "the end", within=6)
    assert process.exit_code == 0, process.output
    assert processes_of(fresh_database) == []


@pytest.mark.prove
@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize(("word", "name"), [("manage.py worker", "worker"), ("granian", "web")])
def test_run__ends_with_a_sentence_when_a_part_of_it_dies(
    start: Starter, fresh_database: Database, word: str, name: str
) -> None:
    process, _ = start()
    (part,) = children(process, word)

    part.kill()

    wait_for(lambda: process.exit_code is not None, "the end", within=10)
    assert process.exit_code == 1
    assert f"The {name} ended by itself" in process.output
    # The cluster of a killed worker notices by itself, and finishes its task first.
    wait_for(lambda: processes_of(fresh_database) == [], "the rest to be gone", within=10)


@pytest.mark.prove
@pytest.mark.only_on("postgresql")
def test_run__serves_again_with_the_same_data(start: Starter, fresh_database: Database) -> None:
    first, _ = start()
    first.terminate()
    businesses = fresh_database.sql("SELECT id, name FROM bookings_business ORDER BY id")
    assert len(businesses) == 4

    start()

    assert fresh_database.sql("SELECT id, name FROM bookings_business ORDER BY id") == businesses


@pytest.mark.prove
@pytest.mark.only_on("postgresql")
def test_run__on_a_taken_port_says_so(start: Starter) -> None:
    _, url = start()
    port = url.rsplit(":", 1)[1]

    second, _ = start(PORT=port)

    assert second.exit_code == 1
    assert (
        f"Port {port} is taken. Stop what listens there or run: make run PORT={int(port) + 1}"
        in second.output
    )


@pytest.mark.prove
@pytest.mark.only_on("postgresql")
def test_run__with_a_wrong_setting_says_which(start: Starter) -> None:
    process, _ = start(PORT="many")

    assert process.exit_code == 1
    assert process.output.strip() == "PORT='many' is not a whole number. Write it like PORT=8000"
