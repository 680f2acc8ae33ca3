"""Two webs and two workers at once: what one of each keeps right, two keep right, also when one of each is killed."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from typing import Any

import httpx
import psycopg2
import pytest

from schema.common.inputs import write_id
from tests.clients.documents import DRAFT, VERIFY
from tests.crash.stage import Mail
from tests.crash.test_kills import UNDONE
from tests.scale.crowd import Visitor
from tests.scale.pair import REFRESHES, Pair, redis_server
from tests.servers import copied, postgres, wait_for

pytestmark = [pytest.mark.prove, pytest.mark.only_on("postgresql")]

CROWD, FOR_ONE_SEAT, LAPSING, KEYS = 4, 50, 40, 12
LOG_INS = 10
MORE = 4
"""Bookings that get confirmed before the kill, and again by those that are left."""
IN_HAND = 4
"""Mails that one worker sends at most at the same time: two processes of its cluster, its own sweep, and one more."""

WORLD = f"""
import json
from datetime import timedelta
from bookings.common import clock
from tests import factories

now = clock.now()
start = (now + timedelta(days=2)).replace(hour=10, minute=0, second=0, microsecond=0)
offered = factories.service()
host = factories.consultant(offered)
wanted = [factories.draft(host, offered, now=now, starts_at=start) for _ in range({FOR_ONE_SEAT})]
tokens = [factories.secrets_of(draft)["link"].partition("#token=")[2] for draft in wanted]
other = factories.consultant(offered)
times = [start + timedelta(days=number // 5, hours=number % 5) for number in range({LAPSING})]
lapsing = [factories.pending(other, offered, now=now, starts_at=time).pk for time in times]
third = factories.consultant(offered)
print("world:" + json.dumps([tokens, lapsing, offered.pk, third.pk, (start + timedelta(days=1)).isoformat()]))
"""
LOG_IN = 'mutation { tokenAuth(input: {email: "nobody@example.org", password: "no"}) { errors { code } } }'
REFRESH = 'mutation { refreshToken(input: {refreshToken: "nothing"}) { errors { code } } }'
WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE wait_event_type = 'Lock' AND datname = current_database() AND query LIKE '%%bookings_slot%%'
"""
CONFIRMED = "SELECT count(*) FROM bookings_bookingevent WHERE to_status = 'CONFIRMED'"
MAILED = """
SELECT message_id FROM bookings_outboxmessage WHERE channel = 'EMAIL' AND status = 'SENT' AND template <> 'nothing'
"""
LEASES = [
    "UPDATE bookings_outboxmessage SET next_attempt_at = now() WHERE status = 'QUEUED'",
    "UPDATE bookings_providerevent SET next_attempt_at = now() WHERE processed_at IS NULL",
    "UPDATE bookings_refund SET next_attempt_at = now() WHERE status IN ('REQUESTED', 'PENDING')",
]
"""What a killed worker holds comes due by itself a minute or two later; the test does not wait for that."""


STILL = 40
"""Looks, twenty a second, after which what has not changed is taken to rest."""


class World:
    """What tests and processes know of: drafts for one seat, requests that will lapse, and a free time."""

    def __init__(self, pair: Pair) -> None:
        said = pair.database.manage("shell", "--verbosity=0", "-c", WORLD)
        (line,) = [line for line in said.splitlines() if line.startswith("world:")]
        found = json.loads(line.removeprefix("world:"))
        self.tokens, self.lapsing, self.service, self.consultant, self.free = found


@pytest.fixture(scope="module")
def mail() -> Iterator[Mail]:
    double = Mail()
    yield double
    double.stop()


@pytest.fixture(scope="module")
def pair(
    migrated_template: str, tmp_path_factory: pytest.TempPathFactory, mail: Mail
) -> Iterator[tuple[Pair, World]]:
    """All of it, with the demo's practice for the crowd and one of our own."""
    folder = tmp_path_factory.mktemp("pair")
    with ExitStack() as stack:
        database = stack.enter_context(copied(migrated_template, folder))
        started = Pair(database, folder, mail, stack.enter_context(redis_server(folder)))
        database.manage("seed_demo", "--alone")
        world = World(started)
        stack.callback(started.stop)
        started.start()
        yield started, world


def at_once(pair: Pair, requests: Sequence[dict[str, Any]], *, address: Callable[[int], str]) -> list[Any]:
    """Send all at once, each on its own connection, to the webs in turns; give the answers' data."""
    ready = threading.Barrier(len(requests))

    def send(place: int) -> Any:
        headers = {"X-Forwarded-For": address(place)}
        with httpx.Client(timeout=60, trust_env=False, headers=headers) as client:
            ready.wait(30)
            answer = client.post(f"{pair.urls[place % 2]}/graphql/", json=requests[place])
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(send, range(len(requests))))


@pytest.mark.parametrize(
    ("document", "mutation", "most", "else_said"),
    [
        pytest.param(LOG_IN, "tokenAuth", LOG_INS, "CREDENTIALS_INVALID", id="log-ins"),
        pytest.param(REFRESH, "refreshToken", REFRESHES, "TOKEN_INVALID", id="refreshes"),
    ],
)
def test_limit__of_a_number_is_that_number_over_both_webs(pair, document, mutation, most, else_said):
    both, _ = pair

    found = at_once(both, [{"query": document}] * 2 * most, address=lambda _: "198.51.100.1")

    codes = Counter(data[mutation]["errors"][0]["code"] for data in found)
    assert codes == {else_said: most, "RATE_LIMITED": most}
    assert not both.database.sql("SELECT 1 FROM bookings_limitwindow")


def test_verify__by_fifty_clients_over_both_webs_gives_the_one_seat_to_one(pair):
    both, world = pair
    asked = [{"query": VERIFY, "variables": {"input": {"proof": {"token": token}}}} for token in world.tokens]

    found = at_once(both, asked, address=lambda place: f"203.0.113.{place}")

    payloads = [data["verifyBooking"] for data in found]
    codes = Counter(error["code"] for payload in payloads for error in payload["errors"])
    assert codes == {"SLOT_UNAVAILABLE": FOR_ONE_SEAT - 1}
    assert [payload["booking"]["status"] for payload in payloads if not payload["errors"]] == ["PENDING"]


def test_draft__with_the_same_key_at_both_webs_at_once_makes_one_booking(pair):
    both, world = pair
    asked = [
        {"query": DRAFT, "variables": {"input": _draft(world, f"key-{number}")}}
        for number in range(KEYS)
        for _ in range(4)
    ]

    found = at_once(both, asked, address=lambda place: f"192.0.2.{place // 4}")

    payloads = [data["draftBooking"] for data in found]
    assert [payload["errors"] for payload in payloads] == [[]] * len(asked)
    ids = [payload["booking"]["id"] for payload in payloads]
    assert [len(set(ids[place : place + 4])) for place in range(0, len(ids), 4)] == [1] * KEYS
    made = both.database.sql("SELECT count(*) FROM bookings_booking WHERE starts_with(email, 'key-')")
    assert made == [(KEYS,)]


def test_deadline__that_two_workers_find_at_once_is_carried_out_once(pair, mail):
    """Both wait for the slot that the first of them gives back, so that both have the whole list in hand."""
    both, world = pair
    first = "SELECT 1 FROM bookings_slot WHERE id = (SELECT slot_id FROM bookings_booking WHERE id = %s) FOR UPDATE"
    due = "UPDATE bookings_booking SET deadline_at = now() WHERE id = ANY(%s)"
    with closing(psycopg2.connect(**postgres(both.database.url))) as holder, holder.cursor() as cursor:
        cursor.execute(first, [min(world.lapsing)])
        both.database.sql(due, world.lapsing)
        wait_for(lambda: both.database.sql(WAITING) == [(2,)], "both workers to wait for the slot")

    moves = "SELECT booking_id FROM bookings_bookingevent WHERE move = 'EXPIRE' AND booking_id = ANY(%s)"
    wait_for(
        lambda: len(both.database.sql(moves, world.lapsing)) >= LAPSING, "the deadlines to be carried out"
    )
    wait_for(lambda: not both.database.sql(UNDONE), "the outbox to be empty", within=60)
    assert sorted(pk for (pk,) in both.database.sql(moves, world.lapsing)) == sorted(world.lapsing)
    told = "SELECT message_id FROM bookings_outboxmessage WHERE template = 'expired' AND booking_id = ANY(%s)"
    sent = Counter(message_id for (message_id,) in both.database.sql(told, world.lapsing))
    received = Counter(taken["message-id"] for taken in list(mail.accepted) if taken["message-id"] in sent)
    assert len(sent) == LAPSING
    assert received == sent


def test_mails__of_two_workers_leave_once_each(pair, mail):
    both, _ = pair
    wait_for(lambda: not both.database.sql(UNDONE), "the outbox to be empty", within=60)

    sent = [message_id for (message_id,) in both.database.sql(MAILED)]

    assert len(sent) > FOR_ONE_SEAT + LAPSING
    assert Counter(taken["message-id"] for taken in mail.accepted) == Counter(sent)


def test_kill__of_a_web_and_a_worker_leaves_the_other_two_to_go_on_and_all_of_it_right(pair, mail, capsys):
    both, _ = pair
    stop = threading.Event()
    crowd = [
        Visitor(both.urls, f"198.51.100.{10 + seed}", mail, seed=seed, stop=stop) for seed in range(CROWD)
    ]
    for visitor in crowd:
        visitor.start()
    before = confirmed(both, more=MORE)

    both.kill("web-0")
    both.kill("worker-0")
    by_the_others = confirmed(both, more=MORE)
    both.start()
    stop.set()
    for visitor in crowd:
        visitor.join(60)
    settle(both)

    assert [(visitor.failure, visitor.server.accidents) for visitor in crowd] == [(None, [])] * CROWD
    sent = {message_id for (message_id,) in both.database.sql(MAILED)}
    received = Counter(taken["message-id"] for taken in mail.accepted)
    again = sum(times - 1 for times in received.values())
    assert set(received) == sent
    assert again <= IN_HAND
    both.database.manage("audit_invariants")
    with capsys.disabled():
        print(
            f"\n{before} bookings confirmed, {by_the_others} by those that were left; {len(sent)} mails, {again} again"
        )


def confirmed(pair: Pair, *, more: int) -> int:
    """Wait until so many more bookings are confirmed; give how many came."""
    ((before,),) = pair.database.sql(CONFIRMED)
    wait_for(
        lambda: pair.database.sql(CONFIRMED)[0][0] >= before + more, "bookings to be confirmed", within=90
    )
    return int(pair.database.sql(CONFIRMED)[0][0]) - before


def settle(pair: Pair) -> None:
    """Wait until nothing is left to do; what stays as it is is held by the killed, and is let go."""
    seen: list[Any] = []

    def rests() -> bool:
        seen.append(pair.database.sql(UNDONE))
        return not seen[-1] or (len(seen) > STILL and all(each == seen[-1] for each in seen[-STILL:]))

    wait_for(rests, "the work to rest", within=40)
    for lease in LEASES:
        pair.database.sql(lease)
    wait_for(
        lambda: not pair.database.sql(UNDONE), lambda: f"what is left: {pair.database.sql(UNDONE)}", within=30
    )


def _draft(world: World, name: str) -> dict[str, Any]:
    return {
        "serviceId": write_id("Service", world.service),
        "consultantId": write_id("Consultant", world.consultant),
        "startsAt": world.free,
        "email": f"{name}@example.org",
        "fullName": "Carla Client",
        "consent": True,
        "idempotencyKey": name,
    }
