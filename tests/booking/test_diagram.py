"""The page about the lifecycle is made from the table, whatever stands in it."""

import re

import pytest
from django.core.management import CommandError, call_command

from bookings.booking.diagram import render
from bookings.booking.states import TABLE, ActorKind, Move, Requirement, Status, Transition
from tests.docs import markdown

PAGE = render(TABLE)


def arrows(page: str) -> set[tuple[str, str, str]]:
    return set(re.findall(r"^    (\S+) --> (\S+): (\w+)$", page, re.MULTILINE))


def test_render__has_an_arrow_for_each_way_of_each_move_and_no_other():
    assert arrows(PAGE) == {
        (source, (row.target or source), row.move.lower())
        for row in TABLE.values()
        for source in (sorted(row.sources) or ["[*]"])
    }


def test_render__ends_where_nothing_leads_on():
    ends = set(re.findall(r"^    (\w+) --> \[\*\]$", PAGE, re.MULTILINE))

    reached = {row.target for row in TABLE.values() if row.target}
    assert ends == reached - {source for row in TABLE.values() if row.target for source in row.sources}


def test_render__has_a_row_for_each_move():
    told = markdown.rows(PAGE, "move", "from")

    assert [row[0].strip("`") for row in told] == [row.move for row in TABLE.values()]
    verify = next(row for row in told if row[0] == "`VERIFY`")
    assert verify == [
        "`VERIFY`",
        "`DRAFT`",
        "`PENDING`",
        "CLIENT, STAFF, ADMIN",
        "`verifyBooking`",
        "CLIENT: `CHALLENGE_PROOF`",
    ]


def test_render__tells_the_deadlines():
    assert markdown.rows(PAGE, "status", "lapses after")[:3] == [
        ["`DRAFT`", "30 min", "`EXPIRE` → `EXPIRED`"],
        ["`PENDING`", "48 h", "`EXPIRE` → `EXPIRED`"],
        ["`APPROVED`", "24 h, `payBy`", "`EXPIRE` → `EXPIRED`"],
    ]


def test_render__shows_a_move_that_is_added_by_one_row():
    kinds = frozenset({ActorKind.STAFF, ActorKind.CONSULTANT})
    added = Transition(
        Move.REJECT,
        frozenset({Status.EXPIRED, Status.CONFIRMED}),
        Status.CANCELLED,
        kinds,
        "undoEverything",
        dict.fromkeys(kinds, (Requirement.REASON, Requirement.ACCESS_TOKEN)),
    )

    page = render({**TABLE, Move.REJECT: added})

    assert arrows(page) - arrows(PAGE) == {
        ("CONFIRMED", "CANCELLED", "reject"),
        ("EXPIRED", "CANCELLED", "reject"),
    }
    assert [
        row for row in markdown.rows(page, "move", "from") if row not in markdown.rows(PAGE, "move", "from")
    ] == [
        [
            "`REJECT`",
            "`CONFIRMED`, `EXPIRED`",
            "`CANCELLED`",
            "CONSULTANT, STAFF",
            "`undoEverything`",
            "CONSULTANT, STAFF: `REASON` + `ACCESS_TOKEN`",
        ]
    ]


def test_lifecycle_diagram__prints_the_page(capsys):
    call_command("lifecycle_diagram", "--print")

    assert capsys.readouterr().out == PAGE


def test_lifecycle_diagram__writes_the_page_and_checks_it(settings, tmp_path, capsys):
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()

    with pytest.raises(CommandError, match="stateDiagram-v2"):
        call_command("lifecycle_diagram", "--check")
    call_command("lifecycle_diagram")
    call_command("lifecycle_diagram", "--check")

    path = tmp_path / "docs" / "states.md"
    assert path.read_text(encoding="utf-8") == PAGE
    path.write_text(PAGE.replace("VERIFY", "TRUST"), encoding="utf-8")
    with pytest.raises(CommandError, match="TRUST"):
        call_command("lifecycle_diagram", "--check")
