import ast
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from core import bootstrap

SCRIPT = bootstrap.ROOT / "core" / "bootstrap.py"


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the bootstrap work in an empty project instead of in this one."""
    venv = tmp_path / ".venv"
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", venv)
    monkeypatch.setattr(bootstrap, "VENV_PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(bootstrap, "STAMP", venv / "installed.json")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    (tmp_path / "requirements.txt").write_text("# nothing yet\n")
    (tmp_path / "requirements-dev.txt").write_text("-r requirements.txt\n")
    return tmp_path


def test_bootstrap__can_be_read_by_python_3_8() -> None:
    ast.parse(SCRIPT.read_text(), feature_version=(3, 8))


def test_bootstrap__runs_on_the_standard_library_alone() -> None:
    # -S leaves out what is installed; core/logging.py must not stand before the library's own.
    done = subprocess.run(
        [sys.executable, "-S", "-E", str(SCRIPT), "nonsense"], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert done.stderr.strip().startswith("Usage: python3 core/bootstrap.py {env|dev-env|run|")


def test_bootstrap__says_which_python_is_needed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bootstrap, "OLDEST", (3, 99))
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SystemExit, match=r"Slotwell needs Python 3\.11 or newer; this is 3\."):
        bootstrap.use_new_enough_python()


def test_bootstrap__goes_on_with_a_newer_python_that_is_there(tmp_path: Path) -> None:
    newer = tmp_path / "python3.13"
    newer.write_text('#!/bin/sh\necho "newer runs $@"\n')
    newer.chmod(0o755)
    code = "from core import bootstrap as b; b.OLDEST = (3, 99); b.use_new_enough_python()"

    done = subprocess.run(
        [sys.executable, "-c", code, "run"],
        cwd=bootstrap.ROOT,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == f"newer runs {SCRIPT} run\n", done.stderr


def test_port__that_is_taken_gets_a_sentence() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]

        with pytest.raises(SystemExit) as ended:
            bootstrap.demand_free_port(port)

    assert str(ended.value).strip() == (
        f"Port {port} is taken. Stop what listens there or run: make run PORT={port + 1}"
    )
    bootstrap.demand_free_port(port)  # free again


@pytest.mark.parametrize(
    ("environment", "file", "expected"),
    [("", "", 8000), ("8001", "PORT=9000", 8001), ("", 'DEBUG=true\nPORT="9000"\n', 9000), ("abc", "", 8000)],
)
def test_port__comes_from_the_environment_then_the_file(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, environment: str, file: str, expected: int
) -> None:
    monkeypatch.setenv("PORT", environment)
    (elsewhere / ".env").write_text(file)

    assert bootstrap.wanted_port() == expected


@pytest.mark.prove
@pytest.mark.busy
@pytest.mark.only_on("postgresql")
def test_venv__is_made_once_and_again_when_it_was_moved(elsewhere: Path) -> None:
    bootstrap.make_venv()
    mark = bootstrap.VENV / "mark"
    mark.touch()

    bootstrap.make_venv()
    assert mark.exists()

    bootstrap.write_stamp({"made_at": "/somewhere/else/.venv"})
    bootstrap.make_venv()
    assert not mark.exists()
    version = subprocess.run(
        [bootstrap.VENV_PYTHON, "-m", "pip", "--version"], capture_output=True, check=True
    )
    assert version.stdout.startswith(b"pip ")


@pytest.mark.prove
@pytest.mark.busy
@pytest.mark.only_on("postgresql")
def test_install__happens_only_when_the_requirements_changed(
    elsewhere: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bootstrap.make_venv()
    capsys.readouterr()

    bootstrap.install("requirements-dev.txt")
    assert "Installing requirements-dev.txt" in capsys.readouterr().out

    bootstrap.install("requirements-dev.txt")
    bootstrap.install("requirements.txt")
    assert capsys.readouterr().out == ""

    (elsewhere / "requirements.txt").write_text("# something else\n")
    bootstrap.install("requirements-dev.txt")
    assert "Installing requirements-dev.txt" in capsys.readouterr().out


@pytest.mark.prove
@pytest.mark.busy
@pytest.mark.only_on("postgresql")
def test_install__that_reaches_no_index_says_what_to_check_and_is_tried_again(elsewhere: Path) -> None:
    bootstrap.make_venv()
    (elsewhere / "requirements.txt").write_text("slotwell-is-not-a-package==1.0\n")

    for _ in range(2):
        with pytest.raises(SystemExit, match=r"pip cannot reach its package index\. Check the network"):
            bootstrap.install("requirements.txt")


@pytest.mark.prove
@pytest.mark.busy
@pytest.mark.only_on("postgresql")
def test_install__that_fails_otherwise_names_the_file_with_the_story(elsewhere: Path) -> None:
    bootstrap.make_venv()
    (elsewhere / "requirements.txt").write_text("this is no requirement\n")

    with pytest.raises(SystemExit, match=r"pip could not install requirements\.txt\. .*pip\.log"):
        bootstrap.install("requirements.txt")
