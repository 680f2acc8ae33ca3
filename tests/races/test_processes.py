"""SQLite under many processes: it makes writers wait, and must not send anybody away with "database is locked"."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import pytest

from tests.servers import Database, Server

pytestmark = [pytest.mark.prove, pytest.mark.busy]

RACERS, ROUNDS = 8, 3

PREPARE = """
import json
from datetime import timedelta
from bookings.common import clock
from tests import factories

now = clock.now()
start = (now + timedelta(days=2)).replace(hour=10, minute=0, second=0, microsecond=0)
offered = factories.service()
host = factories.consultant(offered)
rounds = []
for number in range({rounds}):
    drafts = [
        factories.draft(host, offered, now=now, starts_at=start + timedelta(hours=number))
        for _ in range({racers})
    ]
    rounds.append([factories.secrets_of(draft)["link"].partition("#token=")[2] for draft in drafts])
print("rounds:" + json.dumps(rounds))
"""
CHECK = "from tests.invariants import check_invariants; check_invariants(); print('all is well')"
VERIFY = """
mutation($token: String!) {
  verifyBooking(input: {proof: {token: $token}}) { booking { status } errors { code } accessToken }
}
"""


def prepared(database: Database) -> list[list[str]]:
    """Drafts in rounds that want the same time each, by the tokens of their links."""
    said = database.manage("shell", "--verbosity=0", "-c", PREPARE.format(rounds=ROUNDS, racers=RACERS))
    (line,) = [line for line in said.splitlines() if line.startswith("rounds:")]
    rounds: list[list[str]] = json.loads(line.removeprefix("rounds:"))
    return rounds


def web_processes(server: Server) -> int:
    """How many processes serve: the children of the one that was started."""
    return len(psutil.Process(server.web.pid).children())


def verified(server: Server, token: str, ready: threading.Barrier) -> httpx.Response:
    """Verify on a fresh connection, all at once."""
    with server.client() as client:
        ready.wait(30)
        return client.post("/graphql/", json={"query": VERIFY, "variables": {"token": token}})


@pytest.mark.only_on("sqlite")
def test_verify__by_eight_processes_at_once_for_one_seat_has_one_winner(server, fresh_database):
    rounds = prepared(fresh_database)
    started = server(WEB_PROCESSES=str(RACERS), WEB_THREADS="1")
    assert web_processes(started) >= RACERS

    for tokens in rounds:
        ready = threading.Barrier(RACERS)
        with ThreadPoolExecutor(RACERS) as pool:
            answers = list(pool.map(lambda token, ready=ready: verified(started, token, ready), tokens))

        assert [answer.status_code for answer in answers] == [200] * RACERS
        payloads = [answer.json()["data"]["verifyBooking"] for answer in answers]
        codes = [error["code"] for payload in payloads for error in payload["errors"]]
        won = [payload["booking"] for payload in payloads if not payload["errors"]]
        assert won == [{"status": "PENDING"}]
        assert codes == ["SLOT_UNAVAILABLE"] * (RACERS - 1)
        assert all(payload["accessToken"] for payload in payloads)
    assert "database is locked" not in started.web.output
    assert "Traceback" not in started.web.output
    assert "all is well" in fresh_database.manage("shell", "--verbosity=0", "-c", CHECK)
