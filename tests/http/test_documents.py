"""What is remembered of documents, and how much of it."""

import gc
import tracemalloc

import pytest

from schema.http import documents
from schema.http.documents import Documents
from schema.http.execution import core_schema
from tests.http.small import schema

BYTES_A_NODE = 800
"""More than a node takes, with what a document takes beside its nodes."""


def reader() -> Documents:
    return Documents(core_schema(schema))


def test_read__remembers_short_documents():
    known = reader()

    assert known.read("{ hello }") is known.read("{ hello }")


def test_read__remembers_refusals():
    known = reader()

    assert known.read("{ nothing }") is known.read("{ nothing }")


def test_read__takes_no_document_that_is_longer_than_people_write():
    known = reader()
    text = "{ hello } #" + "x" * 16_384

    assert known.read(text[:16_384]).document is not None
    assert [each["extensions"]["code"] for each in known.read(text).problems] == ["QUERY_TOO_COMPLEX"]
    assert text not in known._known


def test_read__forgets_what_was_used_longest_ago(monkeypatch):
    monkeypatch.setattr(documents, "NODES_REMEMBERED", 100)
    known = reader()
    first, second = known.read("{ hello }"), known.read("{ who }")

    for number in range(60):
        known.read(f"{{ a{number}: hello }}")
        assert known.read("{ hello }") is first

    assert known.read("{ who }") is not second
    assert known.weight <= 100


def test_read__weighs_refused_text_too(monkeypatch):
    monkeypatch.setattr(documents, "NODES_REMEMBERED", 100)
    known = reader()

    for number in range(30):
        known.read(f"{{ x{number} }}" + " " * 10_000)

    assert known.weight <= 100


@pytest.mark.parametrize(
    "text",
    [
        "{ hello }",
        "{" + "#\n" * 990 + " hello }",
        "{ " + " ".join(f"x{number}: hello" for number in range(15)) + " }",
        "{ a b c d e }",
        "{ " + "hello " * 400 + "}",
        "{ hello",
        "{ hello }" + " " * 16_000,
    ],
    ids=["short", "comments", "aliases", "refused", "many", "no document", "blanks"],
)
def test_weight__is_what_a_document_takes_in_memory(text):
    known, seen = reader(), []
    tracemalloc.start()
    try:
        for number in range(150):  # the first of them fill what Python keeps of names
            known.read(f"{text}#{number}")
            if number in {49, 149}:
                gc.collect()
                seen.append((tracemalloc.get_traced_memory()[0], known.weight))
    finally:
        tracemalloc.stop()

    (before, weighed), (memory, weight) = seen
    assert len(known._known) == 150
    assert memory - before < BYTES_A_NODE * (weight - weighed)
