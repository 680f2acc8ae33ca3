"""The whole corpus again and again, from several sides at once: memory stays, and others are served."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.attacks import bodies, documents, heads
from tests.attacks.corpus import Attack
from tests.attacks.judge import hammer
from tests.attacks.victim import Victim, attacked, settings
from tests.attacks.wire import graphql
from tests.servers import Database

pytestmark = [pytest.mark.prove, pytest.mark.only_on("postgresql")]

ATTACKS = [*documents.ATTACKS, *bodies.ATTACKS, *heads.ATTACKS]
SIDES = 3
WARM = 1
TIMES = 3
GROWTH = 24 * 1024 * 1024
"""Bytes that allocators may keep for themselves."""


@pytest.fixture
def victim(fresh_database: Database, tmp_path: Path) -> Iterator[Victim]:
    with attacked(fresh_database, tmp_path, settings()) as server:
        yield server


def all_round(victim: Victim, attacks: list[Attack], times: int) -> None:
    """Send attacks from several sides at once, each in its own order, and somebody honest between."""
    with ThreadPoolExecutor(SIDES) as sides:
        for number in range(times):
            begins = [(number * SIDES + side) * len(attacks) // (times * SIDES) for side in range(SIDES)]
            running = [
                sides.submit(hammer, victim.port, attacks[begin:] + attacks[:begin]) for begin in begins
            ]
            while not all(each.done() for each in running):
                assert victim.serves()
            assert [fault for each in running for fault in each.result()] == []


def test_memory__is_flat_over_the_whole_corpus_and_others_are_served(victim: Victim) -> None:
    all_round(victim, ATTACKS, WARM)
    before = victim.memory()

    all_round(victim, ATTACKS, TIMES)

    assert victim.memory() - before < GROWTH


def test_memory__is_flat_over_what_is_new_each_time(victim: Victim) -> None:
    def texts(begin: int, count: int) -> None:
        for number in range(begin, begin + count):
            text = f"{{ categories {{ id }} a{number}: me {{ id }} }} #".ljust(16_000, "x")
            address = f"198.51.{number // 250 % 250}.{number % 250}"
            headers = {"X-Forwarded-For": address, "Accept": f"a/{number};".ljust(30_000, "x")}
            kind = f"application/json; a={number}".ljust(30_000, "x")
            victim.take(
                graphql(text, Content_Type=kind, Accept_Language=f"pl-{number}".ljust(10_000, "x"), **headers)
            )

    texts(0, 700)
    before = victim.memory()

    texts(700, 700)

    assert victim.memory() - before < GROWTH
