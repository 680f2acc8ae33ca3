"""A service with one transition more: `python -m tests.schema.new_move` adds it in memory and prints what shows.

One line of an enum and one row of the table are put into the text of bookings/booking/states.py as it is loaded;
one function makes the move and one resolver calls it. Nothing else is told of it, and no file changes.
"""

import importlib.machinery
import io
import json
import os
import sys
from contextlib import redirect_stdout
from datetime import datetime
from typing import Any

STATES = "bookings.booking.states"
ENUM_LINE = '    TAKE_BACK = "TAKE_BACK", "Take the approval back"\n'
ROW = """\
    Transition(
        Move.TAKE_BACK,
        frozenset({Status.APPROVED}),
        Status.PENDING,
        frozenset({_H}),
        "takeBackApproval",
        {_H: (Requirement.REASON,)},
    ),
"""

LIFECYCLE = "{ lifecycle { move sources target mutation actors { actor requires } } }"
ACTIONS = (
    "query ($id: ID!) { booking(by: {id: $id}) { availableActions { action mutation requires actor } } }"
)
TIMELINE = "query ($id: ID!) { booking(by: {id: $id}) { timeline { move fromStatus toStatus actorKind } } }"
MAKE = "mutation ($id: ID!) { takeBackApproval(bookingId: $id) { booking { status } errors { code } } }"


def with_one_more(source: str) -> str:
    """Put the enum's line and the table's row where an engineer would."""
    for before, added in (("    EXPIRE = ", ENUM_LINE), ("    Transition(\n        Move.EXPIRE,", ROW)):
        if source.count(before) != 1:
            raise ValueError(f"states.py no longer has one {before!r}")
        source = source.replace(before, added + before)
    return source


class OneMoreTransition(importlib.machinery.SourceFileLoader):
    """Loads states.py with the addition; never from, nor into, a compiled file."""

    def get_code(self, fullname: str) -> Any:
        """Compile the text with the addition."""
        path = self.get_filename(fullname)
        return compile(with_one_more(self.get_data(path).decode()), path, "exec")


class Finder:
    """Stands before Python's own finders for that one module."""

    @staticmethod
    def find_spec(name: str, path: Any, target: Any = None) -> Any:
        """Find states.py, and nothing else."""
        if name != STATES:
            return None
        found = importlib.machinery.PathFinder.find_spec(name, path)
        if found is not None and found.origin:
            found.loader = OneMoreTransition(name, found.origin)
        return found


def add_to_the_api() -> None:
    """Write the function and its resolver, and make the schema with them."""
    import strawberry  # noqa: PLC0415 - after the finder stands
    from django.db import transaction  # noqa: PLC0415
    from strawberry.tools import merge_types  # noqa: PLC0415

    from bookings.booking import machine, messages  # noqa: PLC0415
    from bookings.booking.locks import lock_booking  # noqa: PLC0415
    from bookings.booking.models import Booking  # noqa: PLC0415
    from bookings.booking.services.acting import acting  # noqa: PLC0415
    from bookings.booking.states import Move  # noqa: PLC0415
    from schema import root  # noqa: PLC0415
    from schema.booking.mutations import BookingPayload  # noqa: PLC0415
    from schema.common.context import Info  # noqa: PLC0415
    from schema.common.errors import mutation  # noqa: PLC0415
    from schema.common.inputs import pk_of  # noqa: PLC0415

    move = Move("TAKE_BACK")

    def take_back(*, booking_id: int, viewer: Any, now: datetime) -> Booking:
        actor = acting(booking_id=booking_id, viewer=viewer, move=move)
        with transaction.atomic():
            booking = lock_booking(booking_id)
            event = machine.apply(booking=booking, move=move, actor=actor, now=now)
            messages.announce(booking, event, now=now)
        return booking

    @strawberry.type(description="The booking, waiting again.")
    class TakeBackApprovalPayload(BookingPayload):
        pass

    def resolve(self: Any, info: Info, booking_id: strawberry.ID) -> Any:
        booking = take_back(
            booking_id=pk_of(booking_id, "Booking"), viewer=info.context.viewer, now=info.context.now
        )
        return TakeBackApprovalPayload(booking=booking)  # type: ignore[arg-type]

    resolve.__annotations__ |= {"info": Info, "return": TakeBackApprovalPayload | None}

    @strawberry.type
    class More:
        take_back_approval = mutation(description="Take the approval back.")(resolve)

    root.schema = strawberry.Schema(
        query=root.Query,
        mutation=merge_types("Mutation", (root.Mutation, More)),
        types=[root.payments.Payment, root.businesses.Category],
        extensions=root.schema.extensions,
        config=root.schema.config,
    )


def look() -> dict[str, Any]:
    """Ask the API and the diagram about the new move; make it, and try it where it is not possible."""
    import time_machine  # noqa: PLC0415 - after the finder stands
    from django.core.management import call_command  # noqa: PLC0415

    from tests import factories  # noqa: PLC0415
    from tests.invariants import check_invariants  # noqa: PLC0415
    from tests.schema.client import ask, gid, post  # noqa: PLC0415

    service = factories.service()
    host = factories.consultant(service, user=factories.user())
    with time_machine.travel(factories.NOW, tick=False):
        booking = factories.approved(host, service)
        other = factories.pending(host, service, starts_at=factories.later(hours=4))
        client = factories.user(booking.email)

        def made(row: Any, user: Any) -> dict[str, Any]:
            return post(MAKE, {"id": gid(row)}, user=user)

        seen = {
            "lifecycle": ask(LIFECYCLE)["lifecycle"],
            "client": ask(ACTIONS, {"id": gid(booking)}, user=client)["booking"]["availableActions"],
            "consultant": ask(ACTIONS, {"id": gid(booking)}, user=host.user)["booking"]["availableActions"],
            "by client": made(booking, client),
            "too early": made(other, host.user),
            "made": made(booking, host.user),
            "again": made(booking, host.user),
            "timeline": ask(TIMELINE, {"id": gid(booking)}, user=host.user)["booking"]["timeline"],
        }
    check_invariants()
    page = io.StringIO()
    call_command("lifecycle_diagram", "--print", stdout=page)
    return {**seen, "page": page.getvalue()}


def main() -> None:
    """Load everything with the addition, on a database of its own in memory."""
    sys.meta_path.insert(0, Finder)  # type: ignore[arg-type]
    os.environ["DJANGO_SETTINGS_MODULE"] = "core.settings"
    import django  # noqa: PLC0415 - after the finder stands
    from django.core.management import call_command  # noqa: PLC0415
    from django.test.utils import setup_test_environment  # noqa: PLC0415

    with redirect_stdout(sys.stderr):
        django.setup()
        setup_test_environment()
        add_to_the_api()
        call_command("migrate", verbosity=0)
        seen = look()
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
