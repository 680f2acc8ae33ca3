"""Connections with keyset cursors, a bound on the page and clear words for wrong arguments."""

from typing import Any, Self

import strawberry
from django.db.models import QuerySet
from strawberry.relay import NodeType
from strawberry_django.relay import DjangoCursorConnection
from strawberry_django.relay.cursor_connection import DjangoCursorEdge

from schema.common.inputs import DEFAULT_PAGE, BadUserInput, page_size

_COUNTED_UP_TO = "counted_up_to"


def counted_up_to(rows: QuerySet[Any], most: int) -> Any:
    """Give the rows of a list that may be very long, and is counted no further than to `most`."""
    listed: Any = rows.all()
    listed._hints = {**listed._hints, _COUNTED_UP_TO: most}  # which Django hands on from queryset to queryset
    return listed


@strawberry.type(name="Edge", description="One row of a page, and where in the list it stands.")
class Edge(DjangoCursorEdge[NodeType]):
    """Relay's edge under Relay's name."""


@strawberry.type(name="Connection", description="One page of a list, and how to get the next.")
class Connection(DjangoCursorConnection[NodeType]):
    """Cursors hold the values of the order, so that rows which come and go shift no page."""

    edges: list[Edge[NodeType]] = strawberry.field(description="The rows of this page.")  # type: ignore[assignment]

    @strawberry.field(description="Total quantity of existing nodes.")
    def total_count(self) -> int:
        """Count the list, as far as it is to be counted."""
        rows: Any = self.total_count_qs
        most = None if rows is None else rows._hints.get(_COUNTED_UP_TO)
        if rows is None or most is None:
            return int(super().total_count())
        return rows.order_by().values("pk")[:most].count()

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
