"""The guide for chatbots names every kind and every requirement, in the order of the code."""

from bookings.booking.states import Requirement
from schema.booking.asking import ActionInputKind, ActionResultKind
from tests.docs import markdown

PAGE = "docs/guides/chatbots.md"


def first_column(*heads: str) -> list[str]:
    return [row[0].strip("`") for row in markdown.rows(markdown.read(PAGE), *heads)]


def test_guide__has_every_kind_of_input():
    assert first_column("kind", "the value is") == list(ActionInputKind)


def test_guide__has_every_requirement():
    assert first_column("requirement", "is met by the input of kind") == list(Requirement)


def test_guide__has_every_kind_of_result():
    assert first_column("kind", "what to do with it") == list(ActionResultKind)
