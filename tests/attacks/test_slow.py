"""Clients who say nothing, say it by the byte, or never read: how many of them a server stands by itself.

It stands a thousand connections that wait, and closes them after twenty seconds. A body that does not come, or a large
file that is not read, holds a thread, and nothing in the server ends it: there the proxy in front is what helps, as the
guide for production says.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.attacks.victim import GOOD, Victim, attacked, settings
from tests.attacks.wire import receive, request, send
from tests.servers import Database, wait_for

pytestmark = [pytest.mark.prove, pytest.mark.only_on("postgresql")]

MANY = 300
THREADS = 4
HALF_A_HEAD = b"POST /graphql/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: "
BODY_TO_COME = request(length="1000", Content_Type="application/json")
BIG = request("GET", "/static/graphiql/graphiql.js")
CLOSES_WITHIN = 25.0


@pytest.fixture
def victim(fresh_database: Database, tmp_path: Path) -> Iterator[Victim]:
    with attacked(fresh_database, tmp_path, settings(WEB_THREADS=str(THREADS))) as server:
        wait_for(server.serves, "an answer")
        yield server


@contextmanager
def held(victim: Victim, count: int, begin: bytes) -> Iterator[list[socket.socket]]:
    """Open connections that begin in some way, and hold them until the block ends."""
    with ExitStack() as stack:
        lines = []
        for _ in range(count):
            line = stack.enter_context(socket.create_connection(("127.0.0.1", victim.port), timeout=10))
            if begin:
                line.sendall(begin)
            lines.append(line)
        yield lines


def closed(lines: list[socket.socket]) -> Callable[[], bool]:
    """Give a look at whether the other side has closed all of them."""
    still_open = set(lines)

    def look() -> bool:
        still_open.intersection_update([line for line in still_open if is_open(line)])
        return not still_open

    return look


def is_open(line: socket.socket) -> bool:
    """Tell whether the other side has not closed a connection; what it sent is read."""
    line.setblocking(False)
    try:
        while line.recv(65_536):
            pass
    except BlockingIOError:
        return True
    except ConnectionError:
        return False
    return False


def test_serve__others_while_hundreds_say_nothing_and_close_those(victim: Victim) -> None:
    with ExitStack() as stack:
        lines: list[socket.socket] = []
        for begin in (b"", HALF_A_HEAD, GOOD):  # nothing, half of a request, a whole one and nothing more
            lines += stack.enter_context(held(victim, MANY // 3, begin))
        assert all(victim.serves() for _ in range(20))

        wait_for(closed(lines), "the server to close them", within=CLOSES_WITHIN)

    assert victim.serves()


def test_serve__others_while_hundreds_send_their_head_by_the_byte(victim: Victim) -> None:
    with held(victim, MANY, HALF_A_HEAD) as lines:
        for _ in range(10):
            for line in lines:
                line.sendall(b"a")
            assert victim.serves()


def test_serve__others_while_hundreds_never_read_their_answer(victim: Victim) -> None:
    with held(victim, MANY, GOOD * 2):
        assert all(victim.serves() for _ in range(20))


@pytest.mark.parametrize(
    "begin", [BODY_TO_COME, BIG], ids=["body that does not come", "file that is not read"]
)
def test_thread__is_held_for_as_long_as_the_connection_and_no_longer(victim: Victim, begin: bytes) -> None:
    with held(victim, THREADS - 1, begin):
        assert all(victim.serves() for _ in range(20))
        with held(victim, 1, begin):
            waiting = socket.create_connection(("127.0.0.1", victim.port), timeout=30)
            waiting.sendall(GOOD)
    with waiting:
        assert receive(waiting).status == 200
    assert victim.serves()


def test_head__without_an_end_is_no_more_than_the_buffer(victim: Victim) -> None:
    assert victim.serves()
    before = victim.memory()

    answers = [send(victim.port, HALF_A_HEAD + b"a" * 1_000_000) for _ in range(50)]

    assert {answer.status for answer in answers} <= {0, 400, 431}
    assert victim.memory() - before < 16 * 1024 * 1024
    assert victim.serves()
