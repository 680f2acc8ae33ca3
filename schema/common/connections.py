"""Connections with keyset cursors, a bound on the page and clear words for wrong arguments."""

from typing import Any, Self

import strawberry
from strawberry.relay import NodeType
from strawberry_django.relay import DjangoCursorConnection
from strawberry_django.relay.cursor_connection import DjangoCursorEdge

from schema.common.inputs import DEFAULT_PAGE, BadUserInput, page_size


@strawberry.type(name="Edge", description="One row of a page, and where in the list it stands.")
class Edge(DjangoCursorEdge[NodeType]):
    """Relay's edge under Relay's name."""


@strawberry.type(name="Connection", description="One page of a list, and how to get the next.")
class Connection(DjangoCursorConnection[NodeType]):
    """Cursors hold the values of the order, so that rows which come and go shift no page."""

    edges: list[Edge[NodeType]] = strawberry.field(description="The rows of this page.")  # type: ignore[assignment]

    @classmethod
    def resolve_connection(
        cls,
        nodes: Any,
        *,
        info: strawberry.Info,
        before: str | None = None,
        after: str | None = None,
        first: int | None = None,
        last: int | None = None,
        max_results: int | None = None,
        **kwargs: Any,
    ) -> Self:
        """Give a page; 20 rows unless told otherwise, 100 at most."""
        page_size(first, last)
        if first is None and last is None:
            first = DEFAULT_PAGE
        try:
            return super().resolve_connection(  # type: ignore[return-value]
                nodes,
                info=info,
                before=before,
                after=after,
                first=first,
                last=last,
                max_results=max_results,
                **kwargs,
            )
        except (ValueError, TypeError, AssertionError, OverflowError, RecursionError) as error:
            raise BadUserInput("This cursor is not one that this list gave.") from error
