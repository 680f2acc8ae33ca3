"""The log file that several processes write and rotate between them."""

import json
import logging
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from core.logfile import SharedFile
from core.logging import JsonLine, RequestIdFilter, configuration
from tests.check import ROOT
from tests.core.test_settings import load, refusal

WRITER = """
import logging, sys
from core.logfile import SharedFile
handler = SharedFile(sys.argv[1], most_bytes=4000, kept=200)
for number in range(500):
    handler.emit(logging.LogRecord("x", 20, "", 1, f"{sys.argv[2]}-{number:03}-" + "." * 30, None, None))
"""


def write(handler: SharedFile, text: str) -> None:
    handler.emit(logging.LogRecord("x", logging.INFO, "", 1, text, None, None))


def lines_of(folder: Path, name: str = "log*") -> list[str]:
    files = [path for path in sorted(folder.glob(name)) if path.suffix != ".lock"]
    return [line for path in files for line in path.read_text().splitlines()]


def test_file__is_set_aside_when_it_is_full_and_older_ones_go(tmp_path):
    handler = SharedFile(str(tmp_path / "log"), most_bytes=10, kept=2)

    for number in range(5):
        write(handler, f"the line {number}")

    assert not (tmp_path / "log").exists()  # the next line begins it
    assert (tmp_path / "log.1").read_text() == "the line 4\n"
    assert (tmp_path / "log.2").read_text() == "the line 3\n"
    assert lines_of(tmp_path) == ["the line 4", "the line 3"]


def test_file__with_no_size_is_left_to_others_and_followed(tmp_path):
    handler = SharedFile(str(tmp_path / "log"), most_bytes=0, kept=2)
    write(handler, "before")

    (tmp_path / "log").rename(tmp_path / "log.old")  # as logrotate does
    write(handler, "after")

    assert (tmp_path / "log.old").read_text() == "before\n"
    assert (tmp_path / "log").read_text() == "after\n"


def test_file__is_nobody_elses_to_read(tmp_path):
    handler = SharedFile(str(tmp_path / "log"), most_bytes=0, kept=1)

    write(handler, "x")

    assert not stat.S_IMODE((tmp_path / "log").stat().st_mode) & stat.S_IRWXO


def test_file__of_several_processes_loses_no_line(tmp_path):
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path / "log"), name], cwd=ROOT)
        for name in ("a", "b", "c")
    ]

    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    told = sorted(line[:5] for line in lines_of(tmp_path))
    assert told == [f"{name}-{number:03}" for name in "abc" for number in range(500)]
    assert len(list(tmp_path.glob("log.*"))) > 10


def test_configuration__with_a_file_writes_to_both(tmp_path):
    found = configuration("INFO", file=str(tmp_path / "log"), most_bytes=5, kept=3)

    assert found["root"]["handlers"] == ["console", "file"]
    assert found["handlers"]["file"]["class"] == "core.logfile.SharedFile"
    assert {each["formatter"] for each in found["handlers"].values()} == {"line"}


def test_settings__log_to_the_file_that_is_named(tmp_path):
    code = "__import__('logging').getLogger('x').warning('told to ana@example.org') or settings.LOGGING['handlers']"
    setup = f"(__import__('django').setup(), {code})[1]['file']['most_bytes']"

    done = load(setup, LOG_FILE=str(tmp_path / "log"), LOG_FORMAT="json", LOG_FILE_MEGABYTES="3")

    assert done.stdout == f"{3 * 1024 * 1024}\n", done.stderr
    assert json.loads((tmp_path / "log").read_text())["message"] == "told to [address]"


@pytest.mark.parametrize("path", ["/no/such/folder/log", "/proc/log"])
def test_settings__refuse_a_file_that_cannot_be_written(path):
    assert refusal(LOG_FILE=path).startswith(f"LOG_FILE='{path}' cannot be written: ")


def test_json__says_each_thing_under_its_name_and_no_secrets():
    try:
        raise ValueError("ben@example.org")
    except ValueError:
        record = logging.LogRecord("x.y", 40, "", 1, 'to "%s"', ("ana@example.org",), sys.exc_info())
    RequestIdFilter().filter(record)

    told = json.loads(JsonLine().format(record))

    assert {key: told[key] for key in ("level", "logger", "request_id", "message")} == {
        "level": "ERROR",
        "logger": "x.y",
        "request_id": "-",
        "message": 'to "[address]"',
    }
    assert told["traceback"].endswith("ValueError: [address]")
    assert told["at"].endswith("+00:00")
