"""One document answered twice: by graphql-core's interpreter, and by plans."""

import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from graphql import DocumentNode, ExecutionContext, GraphQLError, GraphQLSchema, execute
from strawberry.execution import optimized_is_awaitable
from strawberry_django.optimizer import DjangoOptimizerExtension, optimizer

from schema.engine.context import CompiledContext

Run = Callable[[type[ExecutionContext]], Any]


@dataclass(frozen=True)
class Answer:
    """What came of an execution, with the order of keys, how many statements it made and what else was counted."""

    data: str
    errors: list[Any]
    statements: int = 0
    counted: dict[str, int] = field(default_factory=dict)


def answers(run: Run, *, database: bool) -> tuple[Answer, Answer]:
    """Give the interpreter's answer and the plans'. What either writes is taken back."""
    return _answer(run, ExecutionContext, database), _answer(run, CompiledContext, database)


def _answer(run: Run, kind: type[ExecutionContext], database: bool) -> Answer:
    statements = 0

    def count(execute: Any, *arguments: Any) -> Any:
        nonlocal statements
        statements += 1
        return execute(*arguments)

    with ExitStack() as stack:
        if database:
            stack.enter_context(transaction.atomic())
            stack.enter_context(connection.execute_wrapper(count))
        result = run(kind)
        if database:
            transaction.set_rollback(True)
    return Answer(repr(result.data), [_told(error) for error in result.errors or []], statements)


def _told(error: GraphQLError) -> tuple[Any, ...]:
    message = re.sub(r" at 0x[0-9a-f]+", "", error.message)
    return message, error.path, error.locations, error.extensions, type(error.original_error)


def executed(
    schema: GraphQLSchema,
    document: DocumentNode,
    kind: type[ExecutionContext],
    *,
    variables: dict[str, Any] | None = None,
    context: Any = None,
    with_optimizer: bool = True,
) -> Any:
    """Execute as schema.http.execution does."""
    extension = DjangoOptimizerExtension()
    token = optimizer.set(extension if with_optimizer else None)
    try:
        return execute(
            schema,
            document,
            context_value=context,
            variable_values=variables or {},
            middleware=[extension] if with_optimizer else None,
            execution_context_class=kind,
            is_awaitable=optimized_is_awaitable,
            max_coercion_errors=5,
            hide_suggestions=True,
        )
    finally:
        optimizer.reset(token)
