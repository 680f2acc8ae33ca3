"""docs/features.md: no row is open, what it names is there, and so are its tests."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import URLResolver, get_resolver
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType

from schema.root import schema
from tests.docs import markdown

PAGE = markdown.read("docs/features.md")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith(("| what |", "| fault |"))
]
TYPES = schema._schema.type_map
ROOTS = {**TYPES["Query"].fields, **TYPES["Mutation"].fields}
MAKEFILE = (markdown.ROOT / "Makefile").read_text()
ENVIRONMENT = (markdown.ROOT / ".env.example").read_text()
LEAST_ROWS = 130


def named(cell: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", cell)


@cache
def routes() -> frozenset[str]:
    """Every address of the service, its parameters as `<name>`."""
    return frozenset(_below(get_resolver(), "/"))


def _below(resolver: URLResolver, before: str) -> list[str]:
    found = []
    for each in resolver.url_patterns:
        route = before + str(each.pattern).lstrip("^").removesuffix("$").removesuffix("\\Z")
        found += _below(each, route) if isinstance(each, URLResolver) else [route]
    return [re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", route) for route in found]


@cache
def functions_in(path: Path) -> frozenset[str]:
    """The functions of a file of tests; those that it has from a class of a contract by their own name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def is_there(name: str) -> bool:
    """Tell whether something that the page names by an operation, page, command or setting exists."""
    if name.startswith("/"):
        return name in routes()
    if name.startswith("manage.py "):
        return name.removeprefix("manage.py ") in get_commands()
    if name.startswith("make "):
        return re.search(rf"^{name.removeprefix('make ')}:", MAKEFILE, re.MULTILINE) is not None
    if re.fullmatch(r"[A-Z][A-Z_]+", name):
        return re.search(rf"^#? ?{name}=", ENVIRONMENT, re.MULTILINE) is not None
    if (markdown.ROOT / name).is_file():
        return True
    return in_schema(name)


def in_schema(name: str) -> bool:
    """Tell whether the schema has a root field, a type, or a field or value of a type by this name."""
    owner, _, part = name.partition(".")
    if not part:
        return owner in ROOTS or owner in TYPES
    kind = TYPES.get(owner)
    if isinstance(kind, GraphQLEnumType):
        return part in kind.values
    has_fields = GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType
    return isinstance(kind, has_fields) and part in kind.fields


def test_page__has_all_five_systems_and_their_faults():
    assert len(re.findall(r"^## [1-5] · ", PAGE, re.MULTILINE)) == 5
    assert len(ROWS) >= LEAST_ROWS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_row__names_what_is_there_and_a_test_that_exists(row):
    assert len(row) == 3, "a row has three cells"
    what, by, shown = row
    assert what
    operations, tests = named(by), named(shown)
    assert operations, "a row that names nothing is open"
    assert tests, "a row that no test shows is open"
    assert [name for name in operations if not is_there(name)] == []
    for node in tests:
        path, _, test = node.partition("::")
        assert (markdown.ROOT / path).is_file(), f"{path} is not there"
        assert test in functions_in(markdown.ROOT / path), f"{path} has no {test}"


@pytest.mark.parametrize(
    "name",
    [
        "neverBooked",
        "Booking.neverShown",
        "ErrorCode.NEVER",
        "/never/",
        "manage.py never",
        "make never",
        "NEVER_SET",
    ],
)
def test_is_there__finds_nothing_that_is_not(name):
    assert not is_there(name)
