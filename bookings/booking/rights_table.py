"""The whole table of rights as a page for people, made from the three tables in code."""

from collections.abc import Iterable

from bookings.booking import rights
from bookings.booking.rights import Operation
from bookings.booking.states import TABLE, ActorKind, Move
from bookings.businesses.models import StaffMember
from bookings.businesses.policies import DUTIES, NOT_BY_KEY, Duty
from bookings.common.markdown import code, table

HEAD = ("what", "meaning", *StaffMember.Role.values, "CONSULTANT", "CLIENT", "ADMIN", "SERVICE KEY")
_OWN = {Duty.CALENDARS: "own", Duty.OFFER: "own words", Duty.PICTURES: "own"}
"""What consultants may of a duty: their own calendar, and what is told of them."""

_PAGE = """\
# Who may what

Made from `bookings/booking/states.py`, `bookings/booking/rights.py` and `bookings/businesses/policies.py` by
`manage.py rights_table`; `make check` compares. Change the tables there, then `make generate`.

{rights}

- **OWNER, MANAGER, STAFF**: the roles of those who work for a practice, in that practice alone. Whoever a practice
  belongs to is an OWNER of it.
- **CONSULTANT**: whose time is booked, for their own bookings alone; somebody who works for the practice besides may
  what either may.
- **CLIENT**: whoever proved to read the booking's mailbox, by an access token or by an account with that address, for
  their own bookings alone. Moves ask for a proof of their own: see [the lifecycle](states.md).
- **ADMIN**: the platform's own people.
- **SERVICE KEY**: with the scope BOOKING it brings a client's proofs; with the scope PRACTICE it acts in one practice,
  in its owner's role there, and never more.

What somebody may not see is null wherever it stands: in lists, by id, below other objects. Nothing can be filtered or
ordered by it. Everybody else, strangers with an acknowledgement id among them, sees a status, its deadline and when it
last changed. The admin's pages hold to the same table.
"""


def render() -> str:
    """Give the page, as Markdown; the same tables give the same text."""
    return _PAGE.format(rights=table(HEAD, [*_moves(), *_operations(), *_duties()]))


def _moves() -> Iterable[tuple[str, ...]]:
    """Give the lifecycle's moves that somebody can ask for."""
    for row in TABLE.values():
        if row.mutation is None:
            continue
        roles = rights.RIGHTS.get(row.move, frozenset()) if ActorKind.STAFF in row.actors else frozenset()
        yield _row(row.move, f"{row.move.label} (`{row.mutation}`)", roles, row.actors)


def _operations() -> Iterable[tuple[str, ...]]:
    for what in Operation:
        yield _row(what, str(what.label), rights.RIGHTS[what], rights.OTHERS[what])


def _row(
    what: Move | Operation, words: str, roles: frozenset[StaffMember.Role], kinds: frozenset[ActorKind]
) -> tuple[str, ...]:
    client = ActorKind.CLIENT in kinds
    return (
        code(what),
        words,
        *(_yes(role in roles) for role in StaffMember.Role),
        _yes(ActorKind.CONSULTANT in kinds, "own"),
        _yes(client, "own"),
        _yes(ActorKind.ADMIN in kinds),
        _yes(client or bool(roles), _scopes(client=client, staff=bool(roles))),
    )


def _duties() -> Iterable[tuple[str, ...]]:
    for duty in Duty:
        yield (
            code(duty),
            str(duty.label),
            *(_yes(role in DUTIES[duty]) for role in StaffMember.Role),
            _OWN.get(duty, "–"),
            "–",
            "yes",
            _yes(duty not in NOT_BY_KEY, "PRACTICE"),
        )


def _scopes(*, client: bool, staff: bool) -> str:
    return ", ".join(name for name, holds in (("BOOKING", client), ("PRACTICE", staff)) if holds)


def _yes(holds: bool, word: str = "yes") -> str:
    return word if holds else "–"
