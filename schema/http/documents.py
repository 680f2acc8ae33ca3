"""From the text of a document to something that may be executed: parsed, measured, validated, remembered.

The text is bounded before it is parsed. The lexer calls a function for each character of a string, name or number, and
Python 3.11 keeps frames in pieces of 16 KiB: where a document's nesting puts that call at the end of a piece, each
character takes and returns one, so that 256 KB of text cost seconds instead of milliseconds.
"""

import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from django.conf import settings
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    NoFragmentCyclesRule,
    OperationDefinitionNode,
    ValuesOfCorrectTypeRule,
    parse,
    specified_rules,
    validate,
)
from graphql.language import ValueNode
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from schema.http import limits
from schema.http.counts import TooComplex
from schema.http.errors import Code, problem, problem_of

NODES_REMEMBERED = 50_000
"""Bound on the cache, in nodes of syntax trees; 0.6 KB each at most."""
CHARACTERS_A_NODE = 128
"""How much text weighs as much as a node."""
NODES_A_PROBLEM = 2
"""How many nodes weigh as much as what is told of a refusal."""
LINES = 10_000
"""An error's place is found by counting lines, so that a document of nothing but lines would cost seconds."""
_NUL = re.compile(r"\\u(?:0000|\{0+\})")

Problems = list[dict[str, Any]]


class LiteralsOfCorrectTypeRule(ValuesOfCorrectTypeRule):
    """GraphQL's rule, which tells a scalar's own refusal of a value from a value of the wrong kind."""

    def is_valid_value_node(self, node: ValueNode) -> None:
        """Check one literal; an error that the scalar raised gets its place and its code."""
        self._literal = node
        super().is_valid_value_node(node)

    def report_error(self, error: GraphQLError) -> None:
        """Report, with a code of its own where a scalar spoke."""
        if error.original_error is not None or error.nodes is None:
            extensions = {"code": Code.BAD_USER_INPUT, **(error.extensions or {})}
            error = GraphQLError(error.message, getattr(self, "_literal", None), extensions=extensions)
        super().report_error(error)


class OneOfRule(OneOfInputValidationRule):
    """Strawberry's rule, which fails itself on variables that are undefined or used in a fragment."""

    def enter_document(self, node: DocumentNode, *_: Any) -> None:
        """Know the variables of all operations before any fragment is visited."""
        self.variable_definitions = {
            variable.variable.name.value: variable
            for definition in node.definitions
            if isinstance(definition, OperationDefinitionNode)
            for variable in definition.variable_definitions
        }

    def enter_operation_definition(self, node: Any, *_: Any) -> None:
        """Keep what is known already."""

    def validate_one_of(self, node: Any, type: Any) -> None:
        """Leave undefined variables to the rule that names them."""
        used = [each.value.name.value for each in node.fields if each.value.kind == "variable"]
        if all(name in self.variable_definitions for name in used):
            super().validate_one_of(node, type)


RULES = (
    *(LiteralsOfCorrectTypeRule if rule is ValuesOfCorrectTypeRule else rule for rule in specified_rules),
    MaybeNullValidationRule,
    OneOfRule,
)


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was read: either one to execute, or the problems that forbid it."""

    document: DocumentNode | None = None
    problems: Problems = field(default_factory=list)
    introspects: bool = False
    by_variables: bool = False
    root_fields: Mapping[str | None, int] = field(default_factory=dict)
    weight: int = 1

    def operation(self, name: str | None) -> OperationDefinitionNode | dict[str, Any]:
        """Give the operation that is to be executed, or the problem with choosing it."""
        definitions = self.document.definitions if self.document else ()
        found = [node for node in definitions if isinstance(node, OperationDefinitionNode)]
        if name is not None:
            found = [node for node in found if node.name is not None and node.name.value == name]
        if not found:
            told = "The document holds no operation" + (f" named {name!r}." if name is not None else ".")
            return problem(told, Code.BAD_USER_INPUT)
        if len(found) > 1:
            return problem(
                "The document holds several operations: send `operationName`.", Code.BAD_USER_INPUT
            )
        if found[0].operation.value == "subscription":
            return problem("Subscriptions are not served.", Code.BAD_USER_INPUT)
        return found[0]

    def width(self, operation: OperationDefinitionNode) -> int:
        """Give how many root fields an operation asks for as it is written, its fragments followed."""
        return self.root_fields[operation.name.value if operation.name is not None else None]


class Documents:
    """Reads documents for one schema, and remembers the short ones. Used by all threads of the process."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._lock = Lock()
        self._known: OrderedDict[str, Document] = OrderedDict()
        self.weight = 0

    def read(self, text: str) -> Document:
        """Give the document of a text. Never raises: what is wrong with it is in `problems`."""
        with self._lock:
            known = self._known.get(text)
            if known is not None:
                self._known.move_to_end(text)
                return known
        if len(text) > settings.GRAPHQL_LIMITS["characters"]:
            return _too_long()
        document = _read(self.schema, text)
        self._remember(text, document)
        return document

    def check_cost(
        self, document: Document, operation: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> Problems:
        """Give what is wrong with the cost under these variables, where they decide it; else nothing."""
        if not document.by_variables or document.document is None:
            return []
        try:
            limits.check_cost(self.schema, document.document, operation, variables)
        except TooComplex as refusal:
            return [problem(str(refusal), Code.QUERY_TOO_COMPLEX)]
        return []

    def _remember(self, text: str, document: Document) -> None:
        with self._lock:
            if text in self._known:
                return
            self._known[text] = document
            self.weight += _weight(text, document)
            while self.weight > NODES_REMEMBERED:
                self.weight -= _weight(*self._known.popitem(last=False))


def _weight(text: str, document: Document) -> int:
    return document.weight + NODES_A_PROBLEM * len(document.problems) + len(text) // CHARACTERS_A_NODE


def _read(schema: GraphQLSchema, text: str) -> Document:
    if text.count("\n") + text.count("\r") > LINES:
        return _refused("The document has too many lines.", Code.QUERY_TOO_COMPLEX)
    if _NUL.search(text):
        return _refused("Text must not hold the character NUL.", Code.BAD_USER_INPUT)
    try:
        document = parse(text, max_tokens=settings.GRAPHQL_LIMITS["tokens"])
    except GraphQLSyntaxError as error:
        too_much = error.message.startswith(
            "Syntax Error: Document "
        )  # "… contains more than", "… is nested too"
        code = Code.QUERY_TOO_COMPLEX if too_much else Code.GRAPHQL_VALIDATION_FAILED
        return Document(problems=[problem_of(error, code)])
    try:
        verdict = limits.check(schema, document)
    except TooComplex as refusal:
        return _refused(str(refusal), Code.QUERY_TOO_COMPLEX)
    rules = (NoFragmentCyclesRule,) if verdict.circular else RULES
    most = settings.GRAPHQL_LIMITS["errors"]
    errors = validate(schema, document, rules, max_errors=most, hide_suggestions=not settings.GRAPHIQL)
    problems = [problem_of(error, Code.GRAPHQL_VALIDATION_FAILED) for error in errors[:most]]
    _let_go_of_tokens(document)
    return Document(
        document=None if problems else document,
        problems=problems,
        introspects=verdict.introspects,
        by_variables=verdict.by_variables,
        root_fields=verdict.root_fields,
        weight=1 if problems else verdict.nodes,
    )


def _let_go_of_tokens(document: DocumentNode) -> None:
    """Unlink the tokens that the parser read: through the first, all of them stay, and comments are tokens, too."""
    token = document.loc.start_token if document.loc else None
    while token is not None:
        following = token.next
        token.prev = token.next = None
        token = following


def _too_long() -> Document:
    most = settings.GRAPHQL_LIMITS["characters"]
    return _refused(
        f"The document must be no longer than {most} characters: send long values as variables.",
        Code.QUERY_TOO_COMPLEX,
    )


def _refused(message: str, code: Code) -> Document:
    return Document(problems=[problem(message, code)])
