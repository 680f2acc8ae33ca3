"""What is kept of documents that are named by their hash, and how much memory it may take."""

import threading
from concurrent.futures import ThreadPoolExecutor
from sys import getsizeof

import pytest

from schema.http import persisted
from schema.http.persisted import PersistedQueries, digest_of


def test_forget__what_was_used_longest_ago(monkeypatch):
    monkeypatch.setattr(persisted, "BYTES_KEPT", 10_000)
    kept = PersistedQueries()
    kept.keep("{ hello }")
    kept.keep("{ who }")

    for number in range(100):
        kept.keep(f"{{ a{number}: hello }}")
        assert kept.find(digest_of("{ hello }")) == "{ hello }"

    assert kept.find(digest_of("{ who }")) is None
    assert 5_000 < kept.bytes <= 10_000


@pytest.mark.parametrize("letter", ["a", "ß", "Ł", "🏃"])
def test_forget__by_the_memory_that_texts_take_not_by_their_letters(letter):
    kept = PersistedQueries()

    for number in range(400):
        kept.keep(f"{number}#".ljust(persisted.LONGEST_KEPT, letter))

    held = sum(getsizeof(text) for text in kept._texts.values())
    assert held < kept.bytes <= persisted.BYTES_KEPT
    assert kept.bytes > persisted.BYTES_KEPT / 2


def test_forget__many_small_texts_are_bounded_as_well():
    kept = PersistedQueries()

    for number in range(20_000):
        kept.keep(str(number))

    beside = [getsizeof(digest) for digest in kept._texts]
    assert sum(beside) + getsizeof(kept._texts) < kept.bytes <= persisted.BYTES_KEPT


def test_keep__twice_counts_once():
    kept = PersistedQueries()
    kept.keep("{ hello }")
    once = kept.bytes

    kept.keep("{ hello }")

    assert kept.bytes == once


def test_keep__by_many_threads_at_once_stays_within_the_bound_and_never_mixes_texts(monkeypatch):
    monkeypatch.setattr(persisted, "BYTES_KEPT", 20_000)
    kept = PersistedQueries()
    start = threading.Barrier(8)
    texts = [f"{{ a{number}: hello }}" for number in range(60)]

    def use(_):
        start.wait()
        found = []
        for _ in range(20):
            for text in texts:
                kept.keep(text)
                found.append((text, kept.find(digest_of(text))))
        return found

    with ThreadPoolExecutor(8) as pool:
        seen = [pair for found in pool.map(use, range(8)) for pair in found]

    assert all(got in (text, None) for text, got in seen)
    assert kept.bytes == sum(persisted._size(text) for text in kept._texts.values()) <= 20_000
