"""Hits: what they refuse, what they write down, and where they are kept."""

import logging
import time
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bookings.common import clock
from bookings.common.errors import DomainError, ErrorCode
from bookings.limits import redis as limits_redis
from bookings.limits.models import LimitWindow
from bookings.limits.policies import TABLE, Limit, policy_of
from bookings.limits.services import forget_everything, hit, wait_of
from bookings.retention.services import purge
from tests.factories import NOW
from tests.limits.servers import redis_server
from tests.servers import free_port

pytestmark = pytest.mark.django_db

ANA = {"ip": "192.0.2.1", "address": "ana@example.org", "caller": "ip:192.0.2.1"}


def through(limit, by, *, tries, now=NOW):
    """How many of so many tries get through."""
    return sum(not wait_of(limit, by, now=now) for _ in range(tries))


def test_hit__refuses_with_whole_seconds_to_wait():
    for _ in range(5):
        hit(Limit.REGISTER, ANA, now=NOW)

    with pytest.raises(DomainError) as refusal:
        hit(Limit.REGISTER, ANA, now=NOW + timedelta(seconds=0.25))

    assert (refusal.value.code, refusal.value.retry_after) == (ErrorCode.RATE_LIMITED, 3600)
    hit(Limit.REGISTER, ANA, now=NOW + timedelta(hours=1))


def test_hit__never_says_to_come_back_at_once():
    for _ in range(5):
        hit(Limit.REGISTER, ANA, now=NOW)

    assert wait_of(Limit.REGISTER, ANA, now=NOW + timedelta(seconds=3599.999)) == 1
    assert wait_of(Limit.REGISTER, ANA, now=NOW + timedelta(seconds=3600)) == 0


@pytest.mark.parametrize(
    ("limit", "most"),
    [
        (Limit.LOGIN, 10),
        (Limit.CODE, 30),
        (Limit.MAIL, 20),
        (Limit.RESET, 5),
        (Limit.REGISTER, 5),
        (Limit.STATUS, 10),
        (Limit.DRAFT, 5),
        (Limit.ANONYMOUS, 120),
    ],
)
def test_hit__of_a_hundred_and_fifty_lets_the_tables_number_through(limit, most):
    assert through(limit, ANA, tries=150) == most


def test_hit__codes_of_one_booking_are_fewer_than_those_of_many():
    by = {**ANA, "subject": "booking:MS-7K2Q9D"}

    assert through(Limit.CODE, by, tries=50) == 5
    assert through(Limit.CODE, {**by, "subject": "booking:MS-AAAAAA"}, tries=50) == 5


def test_hit__log_in_of_many_addresses_is_stopped_by_the_network():
    tries = [
        wait_of(Limit.LOGIN, {**ANA, "address": f"a{place}@example.org"}, now=NOW) for place in range(60)
    ]

    assert [wait > 0 for wait in tries] == [False] * 50 + [True] * 10


def test_hit__log_in_of_one_address_from_many_networks_is_stopped_by_the_address():
    tries = [
        wait_of(Limit.LOGIN, {**ANA, "ip": f"10.0.{place // 100}.{place % 100}"}, now=NOW)
        for place in range(210)
    ]

    assert [wait > 0 for wait in tries] == [False] * 200 + [True] * 10


def test_hit__a_stranger_keeps_nobody_from_drafting():
    for _ in range(9):
        wait_of(Limit.DRAFT, {**ANA, "ip": "198.51.100.9", "caller": "ip:198.51.100.9"}, now=NOW)

    assert through(Limit.DRAFT, ANA, tries=9) == 5


def test_hit__service_key_drafts_for_many_from_one_network():
    tries = [
        wait_of(
            Limit.DRAFT,
            {"ip": "192.0.2.1", "key": "7", "caller": "key:7", "address": f"a{place}@example.org"},
            now=NOW,
        )
        for place in range(100)
    ]

    assert not any(tries)


def test_windows__hold_nothing_that_names_anybody():
    by = {
        **ANA,
        "subject": "booking:MS-7K2Q9D",
        "user": "7",
        "key": "8",
        "token": "booking:3",
        "account": "9",
    }
    for limit in TABLE:
        wait_of(limit, by, now=NOW)

    rows = list(LimitWindow.objects.values_list("key", "instants"))
    shared = [limit for limit, kept in TABLE.items() if kept.shared]
    assert len(rows) == sum(len(policy_of(limit).rows_for(by)) for limit in shared)
    assert all(len(key) == 64 and int(key, 16) for key, _ in rows)
    assert {tuple(instants) for _, instants in rows} == {(NOW.timestamp(),)}


def test_windows__of_texts_that_run_together_are_apart():
    """`a` with `b/c` is not `a/b` with `c`."""
    for _ in range(5):
        hit(Limit.DRAFT, {"ip": "1", "address": "a/1:b", "caller": "c"}, now=NOW)

    hit(Limit.DRAFT, {"ip": "1", "address": "a", "caller": "1:b/c"}, now=NOW)


def test_windows__bear_text_that_is_none():
    hit(Limit.DRAFT, {**ANA, "address": "\ud800@example.org", "caller": "\x00"}, now=NOW)


def test_hit__of_what_is_read_writes_nothing():
    with CaptureQueriesContext(
        connection,
    ) as statements:
        for limit, kept in TABLE.items():
            if not kept.shared:
                wait_of(limit, {**ANA, "user": "7", "key": "8"}, now=NOW)

    assert len(statements) == 0


def test_hit__of_several_windows_is_two_statements():
    with CaptureQueriesContext(connection) as statements:
        hit(Limit.LOGIN, ANA, now=NOW)

    assert len(statements) == 2


@pytest.mark.django_db(transaction=True)
def test_hit__inside_of_a_transaction_that_could_undo_it_is_a_mistake_of_ours():
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        hit(Limit.REGISTER, ANA, now=NOW)


def test_purge__deletes_windows_that_no_rate_looks_at():
    hit(Limit.REGISTER, ANA, now=NOW)
    hit(Limit.REGISTER, {"ip": "other"}, now=NOW + timedelta(minutes=30))

    assert purge(now=NOW + timedelta(minutes=59))["limit windows"] == 0
    assert purge(now=NOW + timedelta(hours=1))["limit windows"] == 1
    assert LimitWindow.objects.count() == 1


def test_redis__counts_everything_where_there_is_one(settings):
    with redis_server() as settings.REDIS_URL:
        assert through(Limit.REGISTER, ANA, tries=7) == 5
        assert through(Limit.STATUS, ANA, tries=12) == 10
        forget_everything()
        assert through(Limit.STATUS, ANA, tries=2) == 0

    assert not LimitWindow.objects.exists()


def test_redis__that_is_gone_leaves_proofs_to_the_database_and_look_ups_to_the_process(settings, caplog):
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    caplog.set_level(logging.ERROR)

    began = time.monotonic()
    assert through(Limit.REGISTER, ANA, tries=7) == 5
    assert through(Limit.STATUS, ANA, tries=12) == 10

    assert time.monotonic() - began < 3
    assert LimitWindow.objects.count() == 1
    said = [record.getMessage() for record in caplog.records]
    assert said == ["limits are counted without Redis for 5 s: ConnectionError"] * 2


def test_redis__that_comes_back_is_asked_again(settings, monkeypatch):
    monkeypatch.setattr(limits_redis, "PAUSE", 0.0)
    port = free_port()
    settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
    assert through(Limit.REGISTER, ANA, tries=7) == 5

    with redis_server(port):
        assert through(Limit.REGISTER, ANA, tries=7) == 5

    assert LimitWindow.objects.count() == 1


def test_redis__keeps_no_clear_text_either(settings):
    with redis_server() as settings.REDIS_URL:
        hit(Limit.LOGIN, ANA, now=clock.now())
        keys = limits_redis.RedisStorage(settings.REDIS_URL)._connected.get_connection().keys("*")

    assert len(keys) == 3
    assert all(len(key.removeprefix(b"slotwell:limits:")) == 64 for key in keys)


@pytest.mark.parametrize("url", ["", "redis"])
def test_hit__goes_by_the_instant_that_it_is_given(settings, url):
    """A request is judged at one instant, whatever the clock says meanwhile."""
    with redis_server() as address, time_machine.travel(NOW, tick=False):
        settings.REDIS_URL = address if url else ""
        assert through(Limit.REGISTER, ANA, tries=6, now=NOW) == 5
        assert through(Limit.REGISTER, ANA, tries=6, now=NOW + timedelta(hours=1)) == 5
