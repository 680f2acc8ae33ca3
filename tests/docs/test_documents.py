"""What every document must keep: links that lead somewhere, GraphQL that the schema knows."""

import json
import re

import pytest
from django.conf import settings
from graphql import GraphQLSchema, parse, validate

from schema.http import limits
from schema.http.execution import core_schema
from schema.root import schema
from tests.docs import markdown

ids = [str(document.relative_to(markdown.ROOT)) for document in markdown.documents()]


@pytest.fixture(scope="module")
def known() -> GraphQLSchema:
    return core_schema(schema)


@pytest.mark.parametrize("document", markdown.documents(), ids=ids)
def test_links__lead_to_files_and_headings_that_exist(document):
    text = document.read_text(encoding="utf-8")

    broken = []
    for link in markdown.links(text):
        file, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", link):
            continue
        target = (document.parent / file).resolve() if file else document
        if not target.exists() or (anchor and anchor not in markdown.anchors(target.read_text())):
            broken.append(link)

    assert broken == []


@pytest.mark.parametrize("document", markdown.documents(), ids=ids)
def test_graphql__is_valid_by_the_schema_and_within_its_limits(document, known):
    for text in markdown.blocks(document.read_text(encoding="utf-8"), "graphql"):
        parsed = parse(text)

        assert validate(known, parsed) == [], text
        limits.check(known, parsed)


def test_documents__hold_the_graphql_that_is_checked_here():
    counted = {
        name: len(markdown.blocks(markdown.read(name), "graphql"))
        for name in (
            "docs/guides/first-booking.md",
            "docs/guides/clients.md",
            "docs/guides/calendars.md",
            "docs/guides/practice.md",
            "docs/guides/privacy.md",
        )
    }

    assert counted == {
        "docs/guides/first-booking.md": 9,
        "docs/guides/clients.md": 15,
        "docs/guides/calendars.md": 2,
        "docs/guides/practice.md": 17,
        "docs/guides/privacy.md": 2,
    }


def test_limits__name_every_mutation_of_which_a_document_may_hold_one():
    text = markdown.read("docs/guides/clients.md")
    section = text[text.index("## Limits of a document") :].split("\n\n", maxsplit=3)
    named = re.findall(r"`(\w+)`", section[2])

    assert named == sorted(limits.THROTTLED)


@pytest.mark.parametrize("document", markdown.documents(), ids=ids)
def test_json__can_be_read(document):
    for text in markdown.blocks(document.read_text(encoding="utf-8"), "json"):
        assert json.loads(text)


@pytest.mark.parametrize("document", markdown.documents(), ids=ids)
def test_paths__in_code_exist(document):
    text = document.read_text(encoding="utf-8")
    named = re.findall(r"`((?:bookings|core|docs|schema|tests)/[\w./]*)(?:::\w+)?`", text)

    assert [name for name in named if not (markdown.ROOT / name).exists()] == []


def test_decisions__are_numbered_in_order_and_listed_under_their_titles():
    files = sorted((markdown.ROOT / "docs/adr").glob("[0-9]*.md"))

    listed = markdown.rows(markdown.read("docs/adr/README.md"), "number", "decision")

    assert [file.name[:4] for file in files] == [f"{number:04}" for number in range(1, len(files) + 1)]
    assert listed == [
        [f"[{file.name[:4]}]({file.name})", re.sub(r"^# \d+\. ", "", file.read_text().split("\n")[0])]
        for file in files
    ]


def test_limits__are_those_of_the_settings():
    (told,) = re.findall(
        r"^(\d+) tokens, depth (\d+), (\d+) aliases, (\d+) directives, (\d+) root fields, (\d+) fragments, "
        r"(\d+) spreads, a cost of (\d+)",
        markdown.read("docs/guides/clients.md").replace("\n", " ").replace("## Limits of a document  ", "\n"),
        re.MULTILINE,
    )
    names = ("tokens", "depth", "aliases", "directives", "root_fields", "fragments", "spreads", "cost")

    assert dict(zip(names, map(int, told), strict=True)) == {
        name: settings.GRAPHQL_LIMITS[name] for name in names
    }
    assert {f"`{name}`" for name in limits.THROTTLED} <= set(
        re.findall(r"`\w+`", markdown.read("docs/guides/clients.md").partition("## Limits")[2])
    )


def test_topics__are_those_that_the_linter_holds_in_order():
    contract = markdown.read(".importlinter").partition("[importlinter:contract:topics]")[2]
    layers = re.sub(r"\(\w+\)", "", contract.partition("layers =\n")[2].split("\n\n")[0])
    on_top = {"management", "admin", "guards", "tasks"}
    topics = [word for word in re.findall(r"\w+", layers) if word not in on_top]

    (picture,) = [block for block in markdown.blocks(markdown.read("README.md"), "") if "catalogue" in block]
    (arrows,) = [
        block for block in markdown.blocks(markdown.read("CONTRIBUTING.md"), "") if "catalogue" in block
    ]

    assert [line.split()[0] for line in picture.strip().split("\n")] == topics
    assert re.findall(r"\w+", arrows.partition("\n\n")[2]) == topics
