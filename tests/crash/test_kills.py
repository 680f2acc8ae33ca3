"""kill -9 at random moments: afterwards everything is true that must be, and no message was lost.

CRASH_KILLS=100 makes a longer series; CRASH_SEED, as it was printed, chooses the same victims and pauses again.
"""

import os
import random
import threading
from collections import Counter

import pytest

from bookings.payments.services import refunds
from tests.crash.client import Client
from tests.crash.stage import SENDERS, VICTIMS, Mail, Stage
from tests.seeds import seed_of
from tests.servers import wait_for

pytestmark = [pytest.mark.prove, pytest.mark.busy(long=True)]

KILLS = int(os.environ.get("CRASH_KILLS") or 20)
SEED = seed_of("CRASH_SEED")
CLIENTS = 3
QUIET_WITHIN = refunds.LEASE.total_seconds() + 100
"""Seconds after the last kill: the longest lease, of a refund, and the next turn of whatever failed meanwhile."""

UNDONE = """
SELECT 'message', id FROM bookings_outboxmessage WHERE status = 'QUEUED'
UNION ALL SELECT 'event', id FROM bookings_providerevent WHERE processed_at IS NULL
UNION ALL SELECT 'refund', id FROM bookings_refund WHERE status NOT IN ('SUCCEEDED', 'FAILED')
"""
MESSAGES = "SELECT message_id, status, channel FROM bookings_outboxmessage WHERE template <> 'nothing'"
"""But for what is worked on like a mail and is for nobody."""
MOVES = "SELECT DISTINCT move FROM bookings_bookingevent"


@pytest.fixture
def mail():
    double = Mail()
    yield double
    double.stop()


@pytest.fixture
def stage(fresh_database, tmp_path, mail):
    fresh_database.manage("seed_demo", "--alone")
    stage = Stage(fresh_database, tmp_path, mail)
    yield stage
    stage.stop()


@pytest.fixture
def clients(stage, mail):
    """People who book all the time."""
    stop = threading.Event()
    crowd = [Client(stage.url, mail, seed=SEED + number, stop=stop) for number in range(CLIENTS)]
    for client in crowd:
        client.start()
    yield crowd
    stop.set()
    for client in crowd:
        client.join(90)


def acts(rng):
    """Which victim, and whether at the very moment when a mail was taken: each kind in turn, in any order."""
    kinds = [*[(victim, False) for victim in VICTIMS], (SENDERS, True)]
    while True:
        yield from rng.sample(kinds, k=len(kinds))


def kill_at_a_mail(stage, rng):
    """Kill after a mail was taken and before anybody could note it."""
    done = threading.Event()

    def go_off():
        stage.kill(SENDERS, rng)
        done.set()

    stage.mail.trap = go_off
    assert done.wait(60), "no mail was sent"


def test_kill__at_random_moments_loses_nothing(stage, mail, clients, capsys):
    rng = random.Random(SEED)
    at_mails = 0
    with capsys.disabled():
        print(f"\n{KILLS} kills, CRASH_SEED={SEED}", flush=True)

    for number, (victim, at_a_mail) in zip(range(KILLS), acts(rng), strict=False):
        if at_a_mail:
            kill_at_a_mail(stage, rng)
            at_mails += 1
        else:
            threading.Event().wait(rng.uniform(0, 2))
            stage.kill(victim, rng)
        stage.start()
        assert [client.failure for client in clients] == [None] * CLIENTS, f"after kill {number} of {victim}"

    clients[0].stop_asked.set()
    for client in clients:
        client.join(90)
    database = stage.database
    wait_for(
        lambda: not database.sql(UNDONE),
        lambda: f"what is left to do: {database.sql(UNDONE)}",
        within=QUIET_WITHIN,
    )
    stage.stop()
    assert [client.failure for client in clients] == [None] * CLIENTS
    assert [client.server.accidents for client in clients] == [[]] * CLIENTS
    database.manage("audit_invariants")
    rows = database.sql(MESSAGES)
    assert {status for _, status, _ in rows} == {"SENT"}
    mailed = [message_id for message_id, _, channel in rows if channel == "EMAIL"]
    received = Counter(mail["message-id"] for mail in mail.accepted)
    assert len(set(mailed)) == len(mailed)
    assert set(received) == set(mailed), "a mail was lost, or went out under another Message-ID"
    again = sum(times > 1 for times in received.values())
    assert again or not at_mails, "nothing went out again, so nothing was proven about that"
    moves = {move for (move,) in database.sql(MOVES)}
    assert moves >= {"VERIFY", "APPROVE", "CONFIRM_PAYMENT", "RESCHEDULE", "CANCEL"}
    with capsys.disabled():
        print(f"{len(mailed)} mails, {again} of them received again under the same Message-ID", flush=True)
