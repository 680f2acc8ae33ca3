"""The lifecycle as a page for people: a diagram and tables, all of it made from the data in code."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from bookings.booking import messages, policies
from bookings.booking.states import ActorKind, Move, Requirement, Status, Transition
from bookings.common.markdown import code, table

_DEADLINES = {
    Status.DRAFT: (policies.DRAFT_LIFETIME, "", Move.EXPIRE),
    Status.PENDING: (policies.PENDING_LIFETIME, "", Move.EXPIRE),
    Status.APPROVED: (policies.APPROVED_LIFETIME, "`payBy`", Move.EXPIRE),
    Status.PAYMENT_PENDING: (
        policies.PAYMENT_LIFETIME,
        "never past `payBy`, which wins ties and lapses the booking",
        Move.FAIL_PAYMENT,
    ),
}

_PAGE = """\
# The lifecycle of a booking

Made from `bookings/booking/states.py` by `manage.py lifecycle_diagram`; `make check` compares. Change the table there,
then `make generate`. The API gives the same as `lifecycle`, and for one booking as `availableActions`.

```mermaid
stateDiagram-v2
{diagram}
```

## Statuses

{statuses}

## Moves

What the table does not allow is refused with `INVALID_TRANSITION` and changes nothing. `–` in "mutation" is a move
that nobody can ask for.

{moves}

## Requirements

{requirements}

## Deadlines

A deadline is exclusive and never past the start; service and business may set other lengths than these. Time is free
when the move is made, not when the clock passes, and any other move after the deadline makes it first.

{deadlines}

## Messages

Of moves that are chained in one transaction (approve, then confirm) only the last one is told. A draft that lapses is
told to nobody: its address was never proven.

{messages}
"""


def render(moves: Mapping[Move, Transition]) -> str:
    """Give the page for a table of moves, as Markdown; the same table gives the same text."""
    rows = list(moves.values())
    return _PAGE.format(
        diagram="\n".join("    " + line for line in _diagram(rows)),
        statuses=table(("status", "meaning"), [(code(status), str(status.label)) for status in Status]),
        moves=table(
            ("move", "from", "to", "who", "mutation", "requires"), [_move_cells(row) for row in rows]
        ),
        requirements=table(
            ("requirement", "meaning"), [(code(need), str(need.label)) for need in _needed(rows)]
        ),
        deadlines=table(("status", "lapses after", "then"), _deadline_rows(moves)),
        messages=table(("move", "told", "message"), _message_rows(rows)),
    )


def _diagram(rows: Iterable[Transition]) -> Iterable[str]:
    """Give mermaid's lines: arrows in the table's order, then the ends that nothing leads out of."""
    rows = list(rows)
    for row in rows:
        for source in [*map(str, _ordered(row.sources))] or ["[*]"]:
            yield f"{source} --> {row.target or source}: {row.move.lower()}"
    left = {source for row in rows for source in row.sources if row.target is not None}
    reached = {row.target for row in rows}
    for status in Status:
        if status in reached - left:
            yield f"{status} --> [*]"


def _move_cells(row: Transition) -> tuple[str, ...]:
    return (
        code(row.move),
        ", ".join(map(code, _ordered(row.sources))) or "–",
        code(row.target) if row.target else "the same",
        ", ".join(kind.value for kind in ActorKind if kind in row.actors),
        f"`{row.mutation}`" if row.mutation else "–",
        _requirements(row) or "–",
    )


def _requirements(row: Transition) -> str:
    """Give what must be brought, and by whom; actors that must bring the same stand together."""
    by_needs: dict[str, list[str]] = {}
    for kind in ActorKind:
        needs = " + ".join(map(code, row.requires.get(kind, ())))
        if needs:
            by_needs.setdefault(needs, []).append(kind.value)
    return "; ".join(f"{', '.join(kinds)}: {needs}" for needs, kinds in by_needs.items())


def _needed(rows: Iterable[Transition]) -> list[Requirement]:
    used = {need for row in rows for needs in row.requires.values() for need in needs}
    return [need for need in Requirement if need in used]


def _deadline_rows(moves: Mapping[Move, Transition]) -> list[tuple[str, ...]]:
    return [
        (
            code(status),
            ", ".join(filter(None, (_words(lifetime), note))),
            f"{code(move)} → {code(moves[move].leads_to(status))}",
        )
        for status, (lifetime, note, move) in _DEADLINES.items()
        if move in moves
    ]


def _message_rows(rows: Iterable[Transition]) -> list[tuple[str, ...]]:
    return [
        (code(row.move), recipient.value, f"`{template}`")
        for row in rows
        for recipient, template in messages.TABLE.get(row.move, {}).items()
    ]


def _ordered(statuses: Iterable[Status]) -> list[Status]:
    wanted = set(statuses)
    return [status for status in Status if status in wanted]


def _words(lifetime: timedelta) -> str:
    minutes = int(lifetime.total_seconds()) // 60
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
