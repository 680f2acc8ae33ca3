"""An execution context that completes objects by plans (docs/adr/0052).

The interpreter of graphql-core runs the operation, its root fields and every field whose resolver does more than read.
What a selection does to an object whose fields are only read is compiled once (plans), and answers exactly as the
interpreter would: errors are located and bubble by graphql-core's own functions, values that are not plain are
completed by its own methods, and nothing is read or resolved a second time for it.
"""

from typing import Any, NoReturn

from graphql import (
    ExecutionContext,
    FieldNode,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    OperationDefinitionNode,
    OperationType,
    located_error,
)
from graphql.execution.execute import invalid_return_type_error
from graphql.pyutils import Path
from strawberry.utils.inspect import in_async_context
from strawberry_django.optimizer import DjangoOptimizerExtension

from schema.engine.plans import Plans, plans_of
from schema.engine.shapes import Field, Step, Trail, as_path


class Asynchronous(BaseException):
    """Something is to be awaited where a plan is at work. Not an Exception: no field must take it for its error."""


class CompiledContext(ExecutionContext):
    """Given to `execute` as `execution_context_class`. Without plans it is graphql-core's own, unchanged."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.optimizer: DjangoOptimizerExtension | None = None
        self.plans: Plans | None = None
        self.made: dict[Step, dict[int, tuple[Any, Any]]] = {}
        """What was made of which object, where it holds nothing but what is read."""
        self.remembers = self.operation.operation is OperationType.QUERY
        """Whether an object stays as it is until the answer is made; each field of a mutation may change it."""
        self.asides = 0
        """How often something was left to the interpreter, or refused."""
        self.uncompiled = self._obstacle()
        """Why no plan is used; empty where plans are."""

    def _obstacle(self) -> str:
        middlewares = self.middleware_manager.middlewares if self.middleware_manager else ()
        if any(type(each) is not DjangoOptimizerExtension for each in middlewares) or len(middlewares) > 1:
            return "another middleware stands before the resolvers"
        if in_async_context():
            return "called from an event loop"
        self.optimizer = middlewares[0] if middlewares else None
        self.plans = plans_of(self.schema, self.operation, self.fragments, self.variable_values)
        return "" if self.plans else "a directive goes by a variable that is neither true nor false"

    def execute_operation(self, operation: OperationDefinitionNode, root_value: Any) -> Any:
        """Execute. Raises TypeError where a plan met a value that is to be awaited."""
        try:
            return super().execute_operation(operation, root_value)
        except Asynchronous:
            raise TypeError("A resolver is asynchronous; this API is served by sync resolvers.") from None

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_nodes: list[FieldNode],
        info: GraphQLResolveInfo,
        path: Path,
        result: Any,
    ) -> Any:
        """Complete an object that the interpreter came to: by its plan, if plans are used."""
        if self.plans is None:
            return super().complete_object_value(return_type, field_nodes, info, path, result)
        fields = self.plans.fields_of(self, return_type, field_nodes)
        if return_type.is_type_of and not self.settled(return_type.is_type_of(result, info)):
            raise invalid_return_type_error(return_type, result, field_nodes)
        return fields(self, result, path)

    def interpret(self, field: Field, source: Any, trail: Trail) -> Any:
        """Have the interpreter resolve and complete a field of an object. Raises what it raises."""
        self.asides += 1
        path = Path(as_path(trail), field.name, field.parent.name)
        return self.settled(self.execute_field(field.parent, source, field.nodes, path))

    def hand_over(self, field: Field, kind: GraphQLOutputType, value: Any, trail: Trail) -> Any:
        """Have the interpreter go on with a value that was read: the field's own, or an item of its lists."""
        self.asides += 1
        path = as_path(trail)
        place = path
        while place.typename is None:  # an item's part of a path has no type
            place = place.prev
        info = self.build_resolve_info(field.definition, field.nodes, field.parent, place)
        if kind is field.definition.type and self.optimizer is not None:
            value = self.optimizer.resolve(lambda *_: value, None, info)
        self.settled(value)
        return self.settled(super().complete_value(kind, field.nodes, info, path, value))

    def refuse(self, field: Field, kind: GraphQLOutputType, error: Exception, trail: Trail) -> Any:
        """Collect an error and give null, or raise it where the type is non-null: as the interpreter does."""
        self.asides += 1
        path = as_path(trail)
        return self.handle_field_error(located_error(error, field.nodes, path.as_list()), kind, path)

    def settled(self, value: Any) -> Any:
        """Give a value that is not to be awaited as it is."""
        return _refuse(value) if self.is_awaitable(value) else value


def _refuse(value: Any) -> NoReturn:
    close = getattr(value, "close", None)
    if close is not None:
        close()  # a coroutine that nobody awaits would warn
    raise Asynchronous
