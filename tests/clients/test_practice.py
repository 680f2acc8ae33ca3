"""The demo's story of a practice, against real servers: it ends as it should, and leaves everything true."""

import pytest

from tests.clients.practice import a_practice_from_nothing
from tests.clients.server import Server

pytestmark = [pytest.mark.prove, pytest.mark.busy]


def test_practice__is_opened_found_booked_reviewed_followed_up_and_looked_back_at(server, fresh_database):
    fresh_database.manage("seed_demo")
    running = server(worker=True)

    a_practice_from_nothing(Server(running.url))

    running.worker.stop()
    fresh_database.manage("audit_invariants")
