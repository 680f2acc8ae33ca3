"""The tests' own ground: which database they stand on, what they may reach, and how they are counted."""

import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from django.db import connection
from pytest_socket import SocketConnectBlockedError

from core.bootstrap import ROOT
from tests.run import counts, main

REPORT = """<testsuites><testsuite>
<testcase classname="a" name="passes"/>
<testcase classname="a" name="fails"><failure/></testcase>
<testcase classname="a" name="breaks before"><error/></testcase>
<testcase classname="a" name="fails and breaks after"><failure/></testcase>
<testcase classname="a" name="fails and breaks after"><error/></testcase>
<testcase classname="a" name="is skipped"><skipped/></testcase>
</testsuite></testsuites>"""


def test_sockets__reach_no_other_machine() -> None:
    with pytest.warns(UserWarning, match="192"), pytest.raises(SocketConnectBlockedError):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


@pytest.mark.only_on("sqlite")
@pytest.mark.django_db(transaction=True)
def test_sqlite__is_a_file_set_up_as_in_production() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone() == ("wal",)
    assert Path(connection.settings_dict["NAME"]).is_file()
    assert connection.transaction_mode == "IMMEDIATE"


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db
def test_postgresql__has_room_for_two_races_of_50() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW max_connections")
        assert int(cursor.fetchone()[0]) >= 200


def test_counts__take_a_test_once_and_an_error_for_a_failure(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT)

    assert counts(report) == (1, 3, 1)


def test_run__that_cannot_even_start_pytest_is_a_failure(capfd: pytest.CaptureFixture[str]) -> None:
    code = main(["--only", "sqlite", "--no-such-option"])

    assert code == 1
    assert capfd.readouterr().out.splitlines()[-1] == "0 passed, 1 failed"


@pytest.mark.parametrize(
    ("make", "code", "summary"),
    [
        ('echo "working"; echo "4 passed, 0 failed"', 0, "16 passed, 0 failed"),
        ('echo "3 passed, 1 failed"; exit 2', 1, "12 passed, 4 failed"),
        ('echo "4 passed, 0 failed"; [ "$2" != prove ]', 1, "16 passed, 1 failed"),
        ('[ "$2" = check ] || echo "4 passed, 0 failed"', 1, "12 passed, 1 failed"),
    ],
    ids=["all pass", "some fail", "one ends badly", "one gives no result"],
)
def test_ci__sums_up_in_its_last_line(tmp_path: Path, make: str, code: int, summary: str) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")
    stand_in = tmp_path / "bin" / "make"
    stand_in.parent.mkdir()
    stand_in.write_text(f"#!/bin/sh\n{make}\n")
    stand_in.chmod(0o755)

    done = subprocess.run(
        [str(tmp_path / ".ci" / "run")],
        env={"PATH": f"{stand_in.parent}:/usr/local/bin:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout.splitlines()[-1]) == (code, summary), done.stderr
