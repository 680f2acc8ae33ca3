"""Executing a document that was read and judged already.

Strawberry's own `execute_sync` parses and validates by itself. Here both are done and remembered, so only
its frame around the execution is kept: `on_operation`, `on_execute`, `resolve` and `get_results` of the
schema's extensions run; `on_parse` and `on_validate` do not. Strawberry's private names are used only here.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import strawberry
from django.conf import settings
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    execute,
)
from graphql import ExecutionContext as Executor
from strawberry.execution import optimized_is_awaitable
from strawberry.extensions import SchemaExtension
from strawberry.types.execution import ExecutionContext
from strawberry.types.graphql import OperationType

from schema.engine.context import CompiledContext


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an execution. `started` is false where the variables were refused before any field ran."""

    data: dict[str, Any] | None
    errors: list[GraphQLError] = field(default_factory=list)
    extensions: dict[str, Any] = field(default_factory=dict)
    started: bool = True


def core_schema(schema: strawberry.Schema) -> GraphQLSchema:
    """Give the schema as graphql-core knows it."""
    return schema._schema


def run(
    schema: strawberry.Schema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    *,
    text: str,
    variables: Mapping[str, Any] | None,
    context: object,
) -> Outcome:
    """Execute one operation with sync resolvers. Errors of fields are in the outcome; others raise."""
    frame = _frame(schema, document, operation, text, variables, context)
    extensions = schema.get_extensions(sync=True)
    for extension in extensions:
        extension.execution_context = frame
    runner = schema.create_extensions_runner(frame, extensions)
    hooks = _hooks(schema)
    with ExitStack() as around:
        if hooks.operation:
            around.enter_context(runner.operation())
        if hooks.execute:
            around.enter_context(runner.executing())
        result = execute(
            core_schema(schema),
            document,
            context_value=context,
            variable_values=frame.variables,
            operation_name=operation.name.value if operation.name is not None else None,
            middleware=schema._get_middleware_manager(extensions),
            execution_context_class=_context_class(schema),
            is_awaitable=optimized_is_awaitable,
            max_coercion_errors=settings.GRAPHQL_LIMITS["errors"],
            hide_suggestions=not settings.GRAPHIQL,
        )
        if not isinstance(result, ExecutionResult):
            raise TypeError("A resolver is asynchronous; this API is served by sync resolvers.")
        frame.result = result
    return _outcome(result, runner.get_extensions_results_sync() if hooks.results else {})


def _outcome(result: ExecutionResult, extensions: dict[str, Any]) -> Outcome:
    errors = result.errors or []
    # Only variables are refused without a path: whatever a field raises is located at it.
    started = result.data is not None or any(error.path for error in errors)
    return Outcome(result.data, errors, extensions, started)


class _Hooks(NamedTuple):
    """Which hooks any extension of a schema has. To look for them costs a small request a tenth of its time."""

    operation: bool
    execute: bool
    results: bool


@lru_cache(maxsize=8)
def _hooks(schema: strawberry.Schema) -> _Hooks:
    kinds = [type(extension) for extension in schema.get_extensions(sync=True)]

    def has(name: str) -> bool:
        return any(getattr(kind, name) is not getattr(SchemaExtension, name) for kind in kinds)

    return _Hooks(has("on_operation"), has("on_execute"), has("get_results"))


def _context_class(schema: strawberry.Schema) -> type[Executor] | None:
    """Give what runs the operation: plans where the setting wants them, else the interpreter alone."""
    return CompiledContext if settings.GRAPHQL_COMPILED else schema.execution_context_class


def _frame(
    schema: strawberry.Schema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    text: str,
    variables: Mapping[str, Any] | None,
    context: object,
) -> ExecutionContext:
    """Give what strawberry's extensions and resolvers know of a request."""
    return ExecutionContext(
        query=text,
        schema=schema,
        allowed_operations=(OperationType(operation.operation.value),),
        context=context,
        variables=dict(variables or {}),
        validation_rules=(),
        graphql_document=document,
        provided_operation_name=operation.name.value if operation.name is not None else None,
    )
