"""kill -9 of the worker at each step of an event and of a refund: whoever comes after it finishes, and nothing doubles.

The kill comes from the provider's side: its double holds or answers the very call that the worker makes. Where the step
is one of ours, that call takes a lock first, so that the worker can go no further. Then the lease is let pass.
"""

import json
import subprocess
import sys
from contextlib import ExitStack, closing, suppress

import psutil
import psycopg2
import pytest

from tests.payments.doubles.paystack import PaystackDouble
from tests.servers import ROOT, environment, postgres, processes_of, running, wait_for

pytestmark = [pytest.mark.prove, pytest.mark.busy]

FULL = 6000
UNDONE = """
SELECT (SELECT count(*) FROM bookings_providerevent WHERE processed_at IS NULL)
     + (SELECT count(*) FROM bookings_refund WHERE status NOT IN ('SUCCEEDED', 'FAILED'))
"""
LEASES = [
    "UPDATE bookings_providerevent SET next_attempt_at = CURRENT_TIMESTAMP WHERE processed_at IS NULL",
    "UPDATE bookings_refund SET next_attempt_at = CURRENT_TIMESTAMP WHERE status IN ('REQUESTED', 'PENDING')",
]
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)
only_postgresql = pytest.mark.only_on("postgresql")
"""Elsewhere no row can be locked alone."""


class Stand:
    """A database of its own, Paystack's double, and a worker that is started, killed and started again."""

    def __init__(self, database, folder, double, stack):
        self.database, self.folder, self.double, self.stack = database, folder, double, stack
        self.env = {
            "PAYMENT_PROVIDER": "paystack",
            "PAYSTACK_SECRET_KEY": double.key,
            "PAYSTACK_URL": double.url,
            "MAIL_DIR": str(folder / "mail"),
        }
        self.starts = 0

    def step(self, name, **given):
        """Take one step of the booking in a process of its own; give what came of it."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.crash.paying", name],
            cwd=ROOT,
            env=environment(self.database.url, **self.env),
            input=json.dumps(given),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return json.loads(done.stdout.splitlines()[-1])

    def work(self):
        self.starts += 1
        log = self.folder / f"worker-{self.starts}.log"
        self.stack.enter_context(running("worker", database=self.database, log=log, **self.env))

    def kill(self):
        """End the worker and all that runs tasks for it, without a word."""
        for process in processes_of(self.database):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        wait_for(lambda: not processes_of(self.database), "the killed to be gone")

    def work_again(self):
        """Let the leases of the killed pass, and a new worker finish what they left."""
        for statement in LEASES:
            self.database.sql(statement)
        self.work()
        wait_for(lambda: self.database.sql(UNDONE) == [(0,)], "all work to be done", within=90)
        self.kill()

    def deliver(self):
        for sent in self.double.take_events():
            assert self.step("deliver", raw=sent.raw.decode(), headers=sent.headers) == {"status": 200}

    def held(self):
        return sum(row.paid - row.refunded for row in self.double.ledger().values())

    def lock(self, statement):
        """Take a lock past the application; give the connection that holds it until it is closed."""
        holder = psycopg2.connect(**postgres(self.database.url))
        with holder.cursor() as cursor:
            cursor.execute(statement)
        return self.stack.enter_context(closing(holder))


@pytest.fixture
def stand(fresh_database, tmp_path):
    with ExitStack() as stack:
        double = stack.enter_context(PaystackDouble())
        double.refunds_are = "processed"
        made = Stand(fresh_database, tmp_path, double, stack)
        yield made
        made.kill()


def paid(stand):
    """A booking for which money came in, and the event of which stands in the inbox."""
    reference = stand.step("start")["reference"]
    assert stand.double.pay(reference)
    return reference


def killed_at(stand, path, *, lock=""):
    """Kill the worker while it waits for an answer, or, with a lock, where it would write down what it heard."""
    reached, holders = [], []

    def trap(call):
        if lock:
            holders.append(stand.lock(lock))
        else:
            stand.kill()
        reached.append(call.path)

    stand.double.on_next(trap, path=path)
    stand.work()
    wait_for(lambda: reached, "the provider to be asked", within=60)
    if lock:
        wait_for(lambda: stand.database.sql(WAITING)[0][0] >= 1, "the worker to wait for the lock", within=60)
        stand.kill()
        holders[0].close()


def assert_confirmed_once(stand, *, again):
    told = stand.step("standing")
    assert told["history"].count("CONFIRMED") == told["confirmations"] == 1
    assert (told["books"], told["payments"], told["refunds"]) == ({"NGN": FULL}, ["SUCCEEDED"], [])
    assert stand.held() == FULL
    assert told["tries"] == [1 + again]


def assert_given_back_once(stand):
    told = stand.step("standing")
    assert told["history"][-1] == "CANCELLED"
    assert (told["books"], told["refunds"], told["confirmations"]) == ({"NGN": 0}, ["SUCCEEDED"], 1)
    assert stand.held() == 0
    assert [row.refunded for row in stand.double.ledger().values()] == [FULL]


EVENT_STEPS = [
    pytest.param("", id="while the provider answers"),
    pytest.param(
        "SELECT 1 FROM bookings_booking FOR UPDATE", id="before the move commits", marks=only_postgresql
    ),
    pytest.param(
        "SELECT 1 FROM bookings_providerevent FOR UPDATE",
        id="before the event is done with",
        marks=only_postgresql,
    ),
]
REFUND_STEPS = [
    pytest.param("", id="after the money went back, unheard"),
    pytest.param(
        "SELECT 1 FROM bookings_payment FOR UPDATE", id="before the answer is kept", marks=only_postgresql
    ),
    pytest.param(
        "SELECT 1 FROM bookings_refund FOR UPDATE", id="while the answer is kept", marks=only_postgresql
    ),
]


@pytest.mark.parametrize("lock", EVENT_STEPS)
def test_worker__killed_at_a_step_of_an_event_confirms_once(stand, lock):
    paid(stand)
    stand.deliver()

    killed_at(stand, "/transaction/verify", lock=lock)
    stand.work_again()

    assert_confirmed_once(stand, again=1)


def test_worker__killed_before_it_took_up_an_event_confirms_once(stand):
    """The nudge goes with the process that was to follow it."""
    paid(stand)
    stand.work()
    wait_for(lambda: stand.database.sql("SELECT 1 FROM bookings_workerheartbeat"), "the worker", within=60)
    stand.kill()
    stand.deliver()

    stand.work_again()

    assert_confirmed_once(stand, again=0)


@pytest.mark.parametrize("lock", REFUND_STEPS)
def test_worker__killed_at_a_step_of_a_refund_gives_back_once(stand, lock):
    paid(stand)
    assert stand.step("confirm") == {"status": "SUCCEEDED"}
    assert stand.step("cancel") == {"refunds": 1}

    killed_at(stand, "/refund", lock=lock)
    stand.work_again()

    assert_given_back_once(stand)


def test_worker__killed_while_the_refund_was_not_made_yet_gives_back_once(stand):
    paid(stand)
    stand.step("confirm")
    stand.step("cancel")
    stand.double.fail_next("timeout_before", path="/refund", method="POST")
    stand.work()
    wait_for(lambda: stand.double.calls("/refund", "POST"), "the provider to be asked", within=60)
    stand.kill()

    stand.work_again()

    assert_given_back_once(stand)


def test_confirm__killed_with_the_answer_in_hand_confirms_by_the_event(stand):
    """The client's own request dies; the event that comes after it finds all as it was."""
    paid(stand)
    wanted = []
    stand.double.on_next(lambda call: wanted.append(stand.kill()), path="/transaction/verify")
    with pytest.raises(AssertionError):
        stand.step("confirm")

    stand.deliver()
    stand.work_again()

    assert wanted == [None]
    assert_confirmed_once(stand, again=0)
