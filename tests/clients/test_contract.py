"""What builders rely on: a schema and documents that the linters like, and no change that breaks clients unasked."""

import json
import subprocess
from pathlib import Path

import pytest

from tests import npm

pytestmark = [pytest.mark.prove, pytest.mark.busy, pytest.mark.only_on("postgresql")]

ROOT = Path(__file__).parents[2]
CONTRACT = Path(__file__).parent / "contract"
SCHEMA = ROOT / "schema.graphql"
PUBLISHED = ROOT / "docs" / "schema" / "published.graphql"
APPROVED = ROOT / "docs" / "schema" / "approved-changes.json"
PRACTICE = """
schema { query: Query }
"What can be read."
type Query {
  "A room, by its name."
  room(name: String, floor: Int): Room
  "The kind of all rooms."
  kind: Kind
}
"A room."
type Room {
  "Its id."
  id: ID!
  "Its name."
  name: String!
  "Its size."
  size: Int! %s
}
"What a room is for."
enum Kind {
  "Talking."
  TALK
  "Waiting."
  WAIT
}
"""
THEN = PRACTICE % ""
LONG_DEPRECATED = PRACTICE % '@deprecated(reason: "Ask for `area`.")'


def lint(**env: str) -> tuple[int, list[str]]:
    """Run the linters; give how they ended and their lines."""
    return read(npm.run(CONTRACT, "lint", within=120, DEBUG="", **env))


def compare(published: Path, current: Path, approved: Path) -> tuple[int, list[str]]:
    """Compare two schemas; give how that ended and its lines."""
    return read(
        npm.run(CONTRACT, "compare", str(published), str(current), str(approved), within=60, DEBUG="")
    )


def read(done: subprocess.CompletedProcess[str]) -> tuple[int, list[str]]:
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout.splitlines()


@pytest.fixture
def changed(tmp_path):
    """Compare a small schema with a changed one: `changed(THEN, now, approvals)`."""

    def run(then: str, now: str, approvals: object = ()) -> tuple[int, list[str]]:
        paths = [tmp_path / name for name in ("then.graphql", "now.graphql", "approved.json")]
        for path, text in zip(paths, (then, now, json.dumps(list(approvals))), strict=True):
            path.write_text(text)
        return compare(*paths)

    return run


def documents() -> list[Path]:
    folders = (ROOT / "docs" / "examples", ROOT / "tests" / "clients")
    found = [path for folder in folders for path in folder.rglob("*.graphql")]
    return [path for path in found if "node_modules" not in path.parts]


def test_lint__finds_nothing_in_the_schema_and_in_any_document():
    assert lint() == (0, [f"{len(documents())} files of documents and the schema, 0 findings"])


FAULTS = """
type roomType {
  roomTypeName: String
  old: Int @deprecated
  bookings: [Booking!]!
}

type RoomConnection {
  edges: Int
}
"""


def test_lint__names_the_rule_of_each_fault_planted_in_the_schema(tmp_path):
    schema = tmp_path / "schema.graphql"
    sound = SCHEMA.read_text()
    broken = sound.replace("hasNextPage: Boolean!", "hasNextPage: Boolean").replace(
        "first: Int = null", "first: String = null", 1
    )
    schema.write_text(broken + FAULTS)

    code, lines = lint(SCHEMA=str(schema))

    assert code == 1
    assert rules_in(lines) == {
        "@graphql-eslint/naming-convention",
        "@graphql-eslint/no-typename-prefix",
        "@graphql-eslint/no-unreachable-types",
        "@graphql-eslint/relay-arguments",
        "@graphql-eslint/relay-connection-types",
        "@graphql-eslint/relay-edge-types",
        "@graphql-eslint/relay-page-info",
        "@graphql-eslint/require-deprecation-reason",
        "@graphql-eslint/require-description",
        "@graphql-eslint/strict-id-in-types",
        "contract/node-lists-are-connections",
    }


def test_lint__names_the_rule_of_each_fault_planted_in_a_document(tmp_path):
    document = tmp_path / "fault.graphql"
    document.write_text(
        "# eslint-disable\n"
        "query { services(first: 1) { edges { node { name } } } }\n"
        "query GetMe($unused: Int) { me { id nothing } }\n"
    )

    code, lines = lint(DOCUMENTS=str(document))

    assert code == 1
    assert rules_in(lines) == {
        "inline-config",  # nobody turns rules off in a document
        "@graphql-eslint/fields-on-correct-type",
        "@graphql-eslint/lone-anonymous-operation",
        "@graphql-eslint/naming-convention",
        "@graphql-eslint/no-anonymous-operations",
        "@graphql-eslint/no-unused-variables",
        "@graphql-eslint/require-selections",
    }


def test_lint__refuses_an_exception_for_what_is_not_there_any_more(tmp_path):
    schema = tmp_path / "schema.graphql"
    schema.write_text(SCHEMA.read_text().replace("TouchedBooking", "MovedBooking"))

    done = npm.run(CONTRACT, "lint", within=60, DEBUG="", SCHEMA=str(schema))

    assert done.returncode == 1
    assert "exceptions.mjs lets through what is not there: TouchedBooking" in done.stderr


def rules_in(lines: list[str]) -> set[str]:
    return {line.split()[1].rstrip(":") for line in lines[:-1]}


def test_compare__finds_nothing_unapproved_since_the_schema_was_published():
    code, lines = compare(PUBLISHED, SCHEMA, APPROVED)

    assert code == 0, lines
    assert lines[-1].endswith(", 0 that may not be")


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ("name: String!", "title: String!", "Room.name"),
        ("size: Int!", "size: Float!", "Room.size"),
        ("size: Int!", "size: Int", "Room.size"),
        ("floor: Int)", "floor: Int!)", "Query.room.floor"),
        ("floor: Int)", "floor: Int, wing: String!)", "Query.room.wing"),
        ('  "Waiting."\n  WAIT\n', "", "Kind.WAIT"),
    ],
    ids=["removed", "retyped", "nullable", "required", "required-and-new", "enum-value"],
)
def test_compare__fails_for_a_change_that_breaks_clients(before, after, path, changed):
    code, lines = changed(THEN, THEN.replace(before, after))

    assert code == 1
    assert [line for line in lines if line.startswith(f"breaking: {path}: ")] == lines[:-1]


def test_compare__fails_for_a_break_of_the_published_schema_itself(tmp_path):
    schema = tmp_path / "schema.graphql"
    schema.write_text(PUBLISHED.read_text().replace("  acknowledgementId: String!", "  number: String!", 1))

    code, lines = compare(PUBLISHED, schema, APPROVED)

    assert code == 1
    assert [line.split(": ")[:2] for line in lines if line.startswith("breaking")] != []


def test_compare__tells_a_dangerous_change_and_lets_it_pass(changed):
    code, lines = changed(THEN, THEN.replace("  TALK\n", '  TALK\n  "Resting."\n  REST\n'))

    assert code == 0
    assert lines == [
        "dangerous: Kind.REST: Enum value 'REST' was added to enum 'Kind'",
        "2 changes, 0 that may not be",  # its description is the other
    ]


APPROVAL = {"path": "Room.size", "reason": "Nobody asked for it in a year.", "deprecatedIn": "1.2.0"}
WITHOUT_SIZE = LONG_DEPRECATED.replace(
    '  "Its size."\n  size: Int! @deprecated(reason: "Ask for `area`.")\n', ""
)


def test_compare__lets_an_approved_break_pass(changed):
    code, lines = changed(LONG_DEPRECATED, WITHOUT_SIZE, [APPROVAL])

    assert code == 0
    assert lines[0].startswith("approved: Room.size: ")


@pytest.mark.parametrize(
    ("then", "now", "approval", "said"),
    [
        (THEN, WITHOUT_SIZE, APPROVAL, "The published schema does not deprecate Room.size"),
        (LONG_DEPRECATED, LONG_DEPRECATED, APPROVAL, "The approval of Room.size is for nothing"),
        (LONG_DEPRECATED, WITHOUT_SIZE, APPROVAL | {"reason": " "}, "gives no reason"),
        (LONG_DEPRECATED, WITHOUT_SIZE, APPROVAL | {"deprecatedIn": "lately"}, "names no version"),
    ],
    ids=["not-deprecated", "not-needed", "no-reason", "no-version"],
)
def test_compare__refuses_an_approval_that_says_too_little_or_is_for_nothing(
    then, now, approval, said, changed
):
    code, lines = changed(then, now, [approval])

    assert code == 1
    assert [said in line for line in lines[:-1] if not line.startswith("approved: ")] == [True]
