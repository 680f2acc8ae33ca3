"""Limits that processes share: together they let the number of the table through, and not one more."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from bookings.limits.models import LimitWindow
from bookings.limits.policies import Limit
from bookings.limits.services import hit
from tests.factories import NOW
from tests.limits.servers import redis_server
from tests.races.threads import race

pytestmark = [pytest.mark.prove, pytest.mark.busy]

PROCESSES, REQUESTS = 4, 40
PATIENCE = 90.0
"""Seconds. A process takes connections from its first moment on, and answers once it has loaded everything."""
LOG_IN = """
mutation { tokenAuth(input: {email: "nobody@example.org", password: "wrong"}) { errors { code retryAfter } } }
"""
STATUS = '{ bookingStatus(acknowledgementId: "MS-000000") { status } }'


def answers(server, document, headers=lambda place: {}):
    """Send the document many times at once, on connections of their own, so that every process gets some."""
    ready = threading.Barrier(8)

    def send(place):
        if place < 8:
            ready.wait(30)
        with server.client() as client:
            client.timeout = PATIENCE
            return client.post("/graphql/", json={"query": document}, headers=headers(place))

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(send, range(REQUESTS)))


def codes(found):
    assert {answer.status_code for answer in found} == {200}
    return Counter(answer.json()["data"]["tokenAuth"]["errors"][0]["code"] for answer in found)


def test_log_in__four_processes_let_ten_of_forty_through_whatever_addresses_are_forwarded(server):
    started = server(WEB_PROCESSES=str(PROCESSES), WEB_THREADS="1")
    assert len(psutil.Process(started.web.pid).children()) >= PROCESSES

    found = answers(started, LOG_IN, lambda place: {"X-Forwarded-For": f"198.51.100.{place}"})

    assert codes(found) == {"CREDENTIALS_INVALID": 10, "RATE_LIMITED": REQUESTS - 10}
    assert "Traceback" not in started.web.output


def test_redis__four_processes_share_log_ins_and_look_ups(server):
    with redis_server() as url:
        started = server(WEB_PROCESSES=str(PROCESSES), WEB_THREADS="1", REDIS_URL=url)

        assert codes(answers(started, LOG_IN)) == {"CREDENTIALS_INVALID": 10, "RATE_LIMITED": REQUESTS - 10}
        looked = [answer.json() for answer in answers(started, STATUS)]

    assert sum("errors" not in body for body in looked) == 10
    assert not started.database.sql("SELECT 1 FROM bookings_limitwindow")


@pytest.mark.django_db(transaction=True)
def test_hit__of_racing_connections_exactly_the_number_gets_through():
    by = [
        {"ip": "192.0.2.1", "caller": "ip:192.0.2.1", "subject": f"booking:{place % 2}"}
        for place in range(24)
    ]

    outcome = race([lambda each=each: hit(Limit.CODE, each, now=NOW) for each in by])

    assert outcome.accidents == []
    assert outcome.refusals == ["RATE_LIMITED"] * 14
    assert sorted(len(row.instants) for row in LimitWindow.objects.all()) == [5, 5, 5, 5, 10]
