"""A new transition is one row of the table and one function: the API and the diagram know it at once."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bookings.booking.diagram import render
from bookings.booking.states import TABLE, Move

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a service with the move TAKE_BACK (APPROVED → PENDING, by the consultant) answered."""
    folder = tmp_path_factory.mktemp("new-move")
    environment = {
        "PATH": os.environ["PATH"],
        "DEBUG": "true",
        "ENV_FILE": os.devnull,
        "DATABASE_URL": f"sqlite:///{folder / 'own.sqlite3'}",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.schema.new_move"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_new_move__is_a_row_of_the_lifecycle_beside_all_others(seen: dict[str, Any]) -> None:
    rows = {row["move"]: row for row in seen["lifecycle"]}

    assert set(rows) == {move.value for move in Move} | {"TAKE_BACK"}
    assert rows["TAKE_BACK"] == {
        "move": "TAKE_BACK",
        "sources": ["APPROVED"],
        "target": "PENDING",
        "mutation": "takeBackApproval",
        "actors": [{"actor": "CONSULTANT", "requires": ["REASON"]}],
    }


def test_new_move__is_an_available_action_of_whom_the_row_names_alone(seen: dict[str, Any]) -> None:
    assert (
        seen["consultant"].count(
            {
                "action": "TAKE_BACK",
                "mutation": "takeBackApproval",
                "requires": ["REASON"],
                "actor": "CONSULTANT",
            }
        )
        == 1
    )
    assert seen["client"]
    assert "TAKE_BACK" not in {action["action"] for action in seen["client"]}


def test_new_move__is_made_once_and_stands_in_the_timeline(seen: dict[str, Any]) -> None:
    payload = seen["made"]["data"]["takeBackApproval"]

    assert payload == {"booking": {"status": "PENDING"}, "errors": []}
    assert seen["timeline"][-1] == {
        "move": "TAKE_BACK", "fromStatus": "APPROVED", "toStatus": "PENDING", "actorKind": "CONSULTANT",
    }  # fmt: skip
    for case in ("again", "too early"):
        assert seen[case]["data"]["takeBackApproval"]["errors"] == [{"code": "INVALID_TRANSITION"}], case
    assert seen["by client"]["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_new_move__stands_in_diagram_and_tables(seen: dict[str, Any]) -> None:
    usual, page = set(render(TABLE).splitlines()), seen["page"].splitlines()

    added = [line for line in page if line not in usual]
    assert "    APPROVED --> PENDING: take_back" in added
    (row,) = [line for line in added if line.startswith("| `TAKE_BACK`")]
    assert "CONSULTANT: `REASON`" in row
    assert "`takeBackApproval`" in row
    assert usual <= set(page)


def test_new_move__is_in_no_file() -> None:
    assert "TAKE_BACK" not in Move
