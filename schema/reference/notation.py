"""How types, defaults and descriptions are written in the reference's Markdown."""

import re
from collections.abc import Callable
from html import escape

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLList,
    GraphQLNonNull,
    Undefined,
    ast_from_value,
    is_input_type,
    print_ast,
)

Address = Callable[[str], str]
"""Gives where a type of this name stands."""

_BRACKETS = {"[": "&#91;", "]": "&#93;"}
"""As they stand in HTML, so that Markdown sees no link in a list."""


def anchor(name: str) -> str:
    """Give what a link to a heading names after `#`: the site makes the same of it."""
    return name.lower()


def type_of(kind: object, address: Address) -> str:
    """Write a type as SDL does, its name leading to where it stands."""
    if isinstance(kind, GraphQLNonNull):
        return type_of(kind.of_type, address) + "!"
    if isinstance(kind, GraphQLList):
        return _BRACKETS["["] + type_of(kind.of_type, address) + _BRACKETS["]"]
    return f'<a href="{address(str(kind))}">{kind}</a>'


def code(text: str) -> str:
    """Write text that is HTML already as code."""
    return f"<code>{text}</code>"


def default(part: GraphQLArgument | GraphQLInputField) -> str:
    """Write what an argument is where it is not given; empty where that is null, as for all that need not be given."""
    if part.default_value in (Undefined, None) or not is_input_type(part.type):
        return ""
    node = ast_from_value(part.default_value, part.type)
    return f" = {_inert(print_ast(node))}" if node is not None else ""


def described(text: str | None) -> str:
    """Give a description in one line, what would be HTML in it made inert."""
    return " ".join(_outside_code(line.strip()) for line in (text or "").split("\n")).strip()


def notes(part: GraphQLField | GraphQLArgument | GraphQLInputField | None) -> str:
    """Give what is to be said of a part: its description, and why it is deprecated."""
    if part is None:
        return ""
    reason = part.deprecation_reason
    return " ".join(filter(None, [described(part.description), reason and deprecated(reason)]))


def deprecated(reason: str) -> str:
    """Say that a part is going to go."""
    return f"**Deprecated:** {described(reason)}"


def _inert(text: str) -> str:
    return "".join(_BRACKETS.get(sign, sign) for sign in escape(text, quote=False))


def _outside_code(text: str) -> str:
    """Leave code between backticks to Markdown, and make the rest inert."""
    pieces = re.split(r"(`[^`]*`)", text)
    return "".join(
        piece if piece.startswith("`") else re.sub(r"([*_])", r"\\\1", _inert(piece)) for piece in pieces
    )
