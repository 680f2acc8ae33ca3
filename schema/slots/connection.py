"""Pages of open times, and the arguments by which lists of them are cut."""

import datetime
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Self

import strawberry
from strawberry.relay import PageInfo

from bookings.availability.engine import Opening
from schema.common.inputs import DEFAULT_PAGE, BadUserInput, page_size, read_id, read_pk, write_id
from schema.slots.types import Slot

LONGEST_LISTING = datetime.timedelta(days=62)
DEFAULT_LISTING = datetime.timedelta(days=14)


From = Annotated[
    datetime.datetime | None,
    strawberry.argument(name="from", description="Starts from here on; now if absent."),
]
Until = Annotated[
    datetime.datetime | None,
    strawberry.argument(description="Starts before then; 14 days after `from` if absent."),
]
First = Annotated[
    int | None,
    strawberry.argument(description="How many from the beginning; 20 if absent, 100 at most."),
]
After = Annotated[str | None, strawberry.argument(description="The cursor after which to begin.")]
Last = Annotated[int | None, strawberry.argument(description="How many from the end, 100 at most.")]
Before = Annotated[str | None, strawberry.argument(description="The cursor before which to end.")]


@dataclass(frozen=True)
class Page:
    """Which part of a list is wanted."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None


@strawberry.type(description="One slot of a page.")
class SlotEdge:
    """Relay's edge."""

    cursor: str = strawberry.field(description="Where in the list this slot stands.")
    node: Slot = strawberry.field(description="The slot.")


class _Edge:
    """A SlotEdge whose cursor is written where one asks for it."""

    __slots__ = ("node", "opening")

    def __init__(self, opening: Opening, node: Slot) -> None:
        self.opening, self.node = opening, node

    @property
    def cursor(self) -> str:
        """Write where it stands."""
        return _cursor(self.opening)


@strawberry.type(description="One page of open times, and how to get the next.")
class SlotConnection:
    """Relay's connection over computed rows; the cursor is (start, schedule)."""

    page_info: PageInfo = strawberry.field(description="Whether there is more.")
    edges: list[SlotEdge] = strawberry.field(description="The slots of this page.")
    total_count: int = strawberry.field(description="How many open times the whole range has.")

    @classmethod
    def of(cls, found: list[Opening], faces: Callable[[list[Opening]], list[Slot]], wanted: Page) -> Self:
        """Cut a page out of the sorted list; only its openings get a face."""
        page_size(wanted.first, wanted.last)
        low, high = 0, len(found)
        if wanted.after is not None:
            low = bisect_right(found, _read_cursor(wanted.after), key=_place)
        if wanted.before is not None:
            high = bisect_left(found, _read_cursor(wanted.before), key=_place)
        if wanted.last is not None:
            start, end = max(low, high - wanted.last), high
        else:
            start, end = low, min(high, low + (DEFAULT_PAGE if wanted.first is None else wanted.first))
        page = found[start:end]
        edges = [_Edge(opening, slot) for opening, slot in zip(page, faces(page), strict=True)]
        return cls(
            edges=edges,  # type: ignore[arg-type]
            total_count=len(found),
            page_info=PageInfo(
                has_previous_page=start > 0,
                has_next_page=end < len(found),
                start_cursor=edges[0].cursor if edges else None,
                end_cursor=edges[-1].cursor if edges else None,
            ),
        )


def listed_range(
    since: datetime.datetime | None, until: datetime.datetime | None, now: datetime.datetime
) -> tuple[datetime.datetime, datetime.datetime]:
    """Give the range to list. Raises BadUserInput for one that is empty or too long."""
    since = max(since or now, now - datetime.timedelta(days=1))
    until = until or since + DEFAULT_LISTING
    if until - since > LONGEST_LISTING:
        raise BadUserInput(f"At most {LONGEST_LISTING.days} days can be listed at once.")
    if until <= since:
        raise BadUserInput("`until` must come after `from` and after now.")
    return since, until


def _place(opening: Opening) -> tuple[int, int]:
    return opening.start, opening.schedule


def _cursor(opening: Opening) -> str:
    return write_id("slot-cursor", f"{opening.start}.{opening.schedule}")


def _read_cursor(text: str) -> tuple[int, int]:
    kind, place = read_id(text)
    start, _, schedule = place.partition(".")
    if kind != "slot-cursor":
        raise BadUserInput("This cursor is not one that this list gave.")
    return read_pk(start), read_pk(schedule)
