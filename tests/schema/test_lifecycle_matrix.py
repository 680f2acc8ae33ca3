"""Every move by everybody from every status, in time and too late, as clients ask for it: by HTTP.

What is asked and what is expected is computed from booking/states.py and the schema, so that a row added to the
table is tried here at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction

from bookings.accounts.viewer import Viewer
from bookings.booking import rights
from bookings.booking.models import Booking
from bookings.booking.states import TABLE, ActorKind, Move, Requirement, Status, Timing
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.verification import services as verification
from bookings.verification.models import Challenge
from schema.root import schema
from tests import factories
from tests.factories import NOW, TEN
from tests.lifecycle import EMAIL, END, REACHABLE, Person, people_around, reached
from tests.schema.client import access_token, gid, post
from tests.witness import everything

pytestmark = [pytest.mark.prove, pytest.mark.busy, pytest.mark.only_on("postgresql")]
"""Every move itself is tried in every run, at the services (tests/booking/test_matrix.py)."""

MOVES = [move for move, row in TABLE.items() if row.mutation and row.sources]
"""What can be asked of a booking that is there."""
PROOFS = {f"{move}_BOOKING": move for move in MOVES if f"{move}_BOOKING" in Challenge.Purpose}
SPENT = frozenset({"Challenge", "AccessToken", "LimitWindow"})
"""A proof is counted, is used up, and opens the booking, even where the move is refused."""


@dataclass(frozen=True)
class Keys:
    """What the one who reads the mailbox holds: an access token, and a link's token for each purpose."""

    access: str
    links: dict[Move, str]


@pytest.fixture
def offered(db: None) -> Service:
    return factories.service()


@pytest.fixture
def host(offered: Service) -> Consultant:
    return factories.consultant(offered)


@pytest.fixture
def people(host: Consultant, offered: Service) -> list[Person]:
    return [
        *people_around(host, offered),
        Person("reader of the mailbox", Viewer(), ActorKind.CLIENT, opens=True, proves=True),
        Person("holder of an access token", Viewer(), ActorKind.CLIENT, opens=True),
    ]


@pytest.mark.parametrize("late", [False, True], ids=["in time", "too late"])
@pytest.mark.parametrize("status", REACHABLE)
def test_api__every_move_by_everybody(
    status: Status, late: bool, host: Consultant, offered: Service, people: list[Person]
) -> None:
    booking = reached(status, host, offered)
    now = TEN if late else NOW  # no deadline is later than the start
    for moment, moves in by_moment(now).items():
        with time_machine.travel(moment, tick=False):
            keys = keys_for(booking, moment)
            for person in people:
                if person.viewer.user is not None:
                    access_token(person.viewer.user)
            before = everything()
            lapses = status in TABLE[Move.EXPIRE].sources and moment >= (booking.deadline_at or END)
            for move in moves:
                for person in people:
                    judge(booking, move, person, keys, before, moment=moment, lapses=lapses)


def judge(
    booking: Booking,
    move: Move,
    person: Person,
    keys: Keys,
    before: dict[str, Any],
    *,
    moment: datetime,
    lapses: bool,
) -> None:
    """Ask once, and hold the answer and every row to the table."""
    code, rows = tried(booking, move, person, keys, before)
    status, row = Status(booking.status), TABLE[move]
    case = (status, move, person.name, code)
    added = [event for event in rows["BookingEvent"] if event["booking_id"] == booking.pk]
    added = added[sum(event["booking_id"] == booking.pk for event in before["BookingEvent"]) :]
    (after,) = [one for one in rows["Booking"] if one["id"] == booking.pk]
    allowed = may(person, move) and not lapses
    if allowed and status in row.sources and in_time(move, person, moment):
        assert code is None, case
        assert (move, person.kind) in {(event["move"], event["actor_kind"]) for event in added}, case
        assert added[-1]["to_status"] == after["status"] == row.leads_to(status), case
    elif allowed and (status, move) == (Status.PAYMENT_PENDING, Move.START_PAYMENT):
        assert code is None, case  # the open attempt is given again
        assert rows == before, case
    else:
        assert code in refusals(person, move), case
        if lapses and code == "INVALID_TRANSITION":
            assert [event["move"] for event in added][-1:] == [Move.EXPIRE], case
            assert after["status"] == Status.EXPIRED, case
        else:
            kept = SPENT if person.proves and needs_proof(move) else frozenset()
            assert changed(before, rows) <= kept, case


def may(person: Person, move: Move) -> bool:
    """Tell whether the tables of moves and of rights let them, given what they bring."""
    if person.kind not in TABLE[move].actors:
        return False
    if person.kind is ActorKind.STAFF:
        return rights.may(str(person.role), move)
    return person.proves or not person.opens or not needs_proof(move)


def needs_proof(move: Move) -> bool:
    """Tell whether the table asks a client for a proof of the mailbox."""
    return Requirement.CHALLENGE_PROOF in TABLE[move].requires.get(ActorKind.CLIENT, ())


def refusals(person: Person, move: Move) -> set[str]:
    """The codes with which somebody may be refused: who sees nothing learns nothing."""
    if person.kind is None:
        return {"NOT_FOUND"}
    if may(person, move):
        return {"INVALID_TRANSITION", "TOO_EARLY", "TOO_LATE"}
    if person.opens and needs_proof(move):
        return {"FORBIDDEN", "NOT_FOUND"}
    return {"FORBIDDEN", "INVALID_TRANSITION"}


def by_moment(now: datetime) -> dict[datetime, list[Move]]:
    """When to try which moves: all of them now; what the start makes possible, then as well."""
    begun = [move for move in MOVES if TABLE[move].timing is Timing.FROM_START]
    return {now: MOVES} | ({TEN: begun} if now < TEN else {})


def in_time(move: Move, person: Person, moment: datetime) -> bool:
    """What the table's timing says, of a session from TEN to END whose client has no notice to keep."""
    if TABLE[move].timing is Timing.BEFORE_END:
        return moment < (TEN if person.kind is ActorKind.CLIENT else END)
    return TABLE[move].timing is Timing.ANY or moment >= TEN


def keys_for(booking: Booking, moment: datetime) -> Keys:
    """Fresh proofs of the mailbox, made before anybody looks at the rows."""
    access, _ = verification.grant_access(
        subject=booking.subject, email=EMAIL, purposes=["view", "pay"], now=moment
    )
    links = {
        move: verification.issue_challenge(
            purpose=purpose, subject=booking.subject, email=EMAIL, now=moment
        ).token
        for purpose, move in PROOFS.items()
    }
    return Keys(access, links)


def tried(
    booking: Booking, move: Move, person: Person, keys: Keys, before: dict[str, Any]
) -> tuple[str | None, dict[str, Any]]:
    """Ask, look at everything, and undo it: the refusal's code and all rows."""
    block = transaction.atomic()
    block._from_testcase = True  # as the test's own: a durable block may stand within  # type: ignore[attr-defined]
    with block, writing() as statements:
        code = asked(booking, move, person, keys)
        rows = everything() if statements else before
        transaction.set_rollback(True)
    return code, rows


@contextmanager
def writing() -> Iterator[list[str]]:
    """The statements that may have changed a row; where there was none, no table needs to be looked at."""
    harmless = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK")
    seen: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not sql.lstrip().upper().startswith(harmless):
            seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen


def asked(booking: Booking, move: Move, person: Person, keys: Keys) -> str | None:
    """Call the move's mutation with all that its input takes; the code of a refusal."""
    name = str(TABLE[move].mutation)
    kind = f"{name[0].upper()}{name[1:]}Input"
    proof = {"token": keys.links[move]} if person.proves and move in keys.links else {"account": gid(booking)}
    others = Consultant.objects.filter(services=booking.service_id).exclude(pk=booking.consultant_id)
    values = {
        "bookingId": gid(booking),
        "proof": proof,
        "reason": "Away.",
        "startsAt": (TEN + timedelta(hours=3)).isoformat(),
        "consultantId": gid(others.latest("pk")),
    }
    if move is Move.APPROVE:  # it may bring a time and a consultant, which have tests of their own
        values = {"bookingId": gid(booking)}
    fields = schema._schema.type_map[kind].fields  # type: ignore[attr-defined]
    body = post(
        f"mutation ($input: {kind}!) {{ {name}(input: $input) {{ errors {{ code }} }} }}",
        {"input": {field: value for field, value in values.items() if field in fields}},
        user=person.viewer.user,
        **({"x_booking_token": keys.access} if person.opens else {}),
    )
    if "errors" in body:
        return str(body["errors"][0]["extensions"]["code"])
    return next((error["code"] for error in body["data"][name]["errors"]), None)


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """The tables whose rows are not the same."""
    return {table for table, rows in before.items() if after[table] != rows}
