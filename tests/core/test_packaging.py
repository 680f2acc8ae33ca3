"""Image, composition, Procfile and build script say the same, and name nothing that the service does not know."""

import re
import subprocess
from typing import Any

import pytest
import yaml

import core.settings  # noqa: F401 - reads every variable
from core import env
from core.serve import read_procfile
from tests.check import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
KNOWN = set(env.KNOWN)
OTHERS = {
    "POSTGRES_PASSWORD",
    "POSTGRES_USER",
    "POSTGRES_DB",
    "PYTHONUNBUFFERED",
    "PYTHONDONTWRITEBYTECODE",
    "PATH",
}
OURS = ("release", "web", "worker")


def allowed() -> list[str]:
    """What .dockerignore lets into an image."""
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    assert lines[0] == "*"
    return [line[1:].rstrip("/") for line in lines if line[0] == "!"]


def test_image__names_only_variables_that_are_known():
    named = set(re.findall(r"\b([A-Z][A-Z_]{3,})=", DOCKERFILE)) | set(
        re.findall(r"\$\{([A-Z_]+)", DOCKERFILE)
    )

    assert named - KNOWN - OTHERS == set()


def test_composition__names_only_variables_that_are_known():
    text = (ROOT / "compose.yaml").read_text()
    named = set(re.findall(r"\$\{([A-Z_]+)", text))
    for service in COMPOSE["services"].values():
        named |= set(service.get("environment", {}))

    assert named - KNOWN - OTHERS == set()


def test_image__is_of_a_python_that_the_service_takes():
    versions = re.findall(r"^FROM python:3\.(\d+)-slim", DOCKERFILE, re.MULTILINE)

    assert len(set(versions)) == 1
    assert int(versions[0]) >= 11


def test_image__runs_as_nobody_in_particular_and_keeps_no_secret():
    after = DOCKERFILE.rpartition("\nFROM ")[2]
    (user,) = re.findall(r"^USER (\w+)", after, re.MULTILINE)
    baked = " ".join(re.findall(r"^(?:ENV|ARG) .*", DOCKERFILE, re.MULTILINE))

    assert user != "root"
    assert after.index("USER ") < after.index('CMD ["sh"')
    assert [name for name in ("KEY", "SECRET", "PASSWORD", "DSN", "DATABASE_URL") if name in baked] == []


def test_image__holds_what_runs_and_nothing_of_the_developers():
    within = set(allowed())

    assert {"manage.py", "requirements.txt", "core", "schema", "bookings"} <= within
    assert within & {".env", ".git", "tests", "var", "docs", ".venv"} == set()


def test_image__begins_as_the_procfile_says():
    (command,) = re.findall(r'^CMD \["sh", "-c", "(.+)"\]$', DOCKERFILE, re.MULTILINE)

    assert command == read_procfile(ROOT / "Procfile")["web"]


def test_composition__begins_as_the_procfile_says():
    commands = read_procfile(ROOT / "Procfile")
    told = {name: " ".join(COMPOSE["services"][name].get("command", [])) for name in OURS}

    assert told == {
        "release": commands["release"],
        "web": "",  # the image's own
        "worker": commands["worker"].removeprefix("exec "),
    }


def test_composition__begins_in_order_and_looks_after_what_runs():
    services = COMPOSE["services"]

    assert services["release"]["depends_on"]["database"] == {"condition": "service_healthy"}
    for name in ("web", "worker"):
        assert services[name]["depends_on"]["release"] == {"condition": "service_completed_successfully"}
    for name in ("database", "worker", "redis"):
        assert services[name]["healthcheck"]["test"]
    assert "HEALTHCHECK" in DOCKERFILE
    assert {
        volume.partition(":")[0] for each in services.values() for volume in each.get("volumes", [])
    } == set(COMPOSE["volumes"])


def test_composition__is_open_to_this_machine_alone():
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]

    assert ports == ["127.0.0.1:${PORT:-8000}:8000"]


@pytest.mark.parametrize(
    ("words", "code"), [(["-n", "core/build.sh"], 0), (["core/build.sh", "nonsense"], 64)]
)
def test_build_script__can_be_read_and_refuses_what_it_does_not_know(words, code):
    done = subprocess.run(["sh", *words], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == code, done.stderr
