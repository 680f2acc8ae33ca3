"""Mail leaves within two seconds of the commit: draft over HTTP, the real worker, the file backend's mailbox."""

import statistics
from datetime import datetime

import pytest

from tests.clients.demo import Client, open_slots
from tests.clients.documents import DRAFT
from tests.clients.server import Server
from tests.servers import wait_for

pytestmark = [pytest.mark.prove, pytest.mark.only_on("postgresql")]

WITHIN = 2.0
DRAFTS = 9
SENT = "SELECT created_at, sent_at FROM bookings_outboxmessage WHERE template = 'verify_booking'"


def test_mail__leaves_within_two_seconds_of_the_commit(server) -> None:
    running = server(worker=True)
    running.database.manage("seed_demo", "--alone")
    at = Server(running.url)
    slot = open_slots(at, "First talk")[0]

    for _ in range(DRAFTS):
        client = Client(at)
        given = {"slotId": slot["id"], "email": client.address, "fullName": "Carla Client", "consent": True}
        at.do(DRAFT, "draftBooking", given)
        at.code_for(client.address)

    rows = wait_for(lambda: complete(running.database.sql(SENT)), "every mail to be sent")
    delays = [(sent - created).total_seconds() for created, sent in rows]
    assert statistics.median(delays) < WITHIN, delays


def complete(rows: list) -> list | None:
    return (
        [tuple(map(moment, row)) for row in rows]
        if len(rows) == DRAFTS and all(row[1] for row in rows)
        else None
    )


def moment(value):
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)
