"""Windows to the second: nothing slips through at their edges, and a refusal uses nothing up."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from limits import parse_many

from bookings.limits.models import LimitWindow
from bookings.limits.redis import RedisStorage
from bookings.limits.storage import DatabaseStorage, ProcessStorage, Storage, Window, read, write
from tests.limits.servers import redis_server

AT = 1_800_000_000.0

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["process", "database", "redis"])
def storage(request: Any) -> Iterator[Storage]:
    """Each of the three; what follows holds for all."""
    if request.param == "process":
        yield ProcessStorage()
    elif request.param == "database":
        yield DatabaseStorage()
    else:
        with redis_server() as url:
            yield RedisStorage(url)


def window(rates: str, key: str = "somebody") -> Window:
    return Window(key, tuple(parse_many(rates)))


def hits(storage: Storage, *windows: Window, at: float, amount: int = 1) -> float:
    return storage.acquire(windows, amount=amount, at=at).seconds


def test_acquire__lets_exactly_the_number_through(storage):
    three = window("3/minute")

    waits = [hits(storage, three, at=AT + place) for place in range(5)]

    assert waits[:3] == [0, 0, 0]
    assert waits[3:] == [pytest.approx(57), pytest.approx(56)]


def test_acquire__frees_a_place_when_its_time_has_passed_and_not_before(storage):
    one = window("1/minute")
    hits(storage, one, at=AT)

    assert hits(storage, one, at=AT + 59.75) == pytest.approx(0.25)
    assert hits(storage, one, at=AT + 60) == 0
    assert hits(storage, one, at=AT + 60) == pytest.approx(60)


def test_forget__frees_every_place_of_those_windows_alone(storage):
    one, other = window("1/day", "one"), window("1/day", "other")
    hits(storage, one, other, at=AT)

    storage.forget(["one", "never heard of"])

    assert hits(storage, one, at=AT + 1) == 0
    assert hits(storage, other, at=AT + 1) > 0


def test_acquire__knows_no_double_burst_at_a_boundary(storage):
    """A fixed window would let ten through within two seconds around the full minute."""
    five = window("5/minute")
    before = [hits(storage, five, at=AT + 59) for _ in range(5)]
    after = [hits(storage, five, at=AT + 61) for _ in range(5)]

    assert before == [0] * 5
    assert after == [pytest.approx(58)] * 5


def test_acquire__refused_hits_do_not_prolong_the_wait(storage):
    one = window("1/minute")
    hits(storage, one, at=AT)

    for place in range(50):
        assert hits(storage, one, at=AT + place) > 0

    assert hits(storage, one, at=AT + 60) == 0


def test_acquire__holds_several_rates_at_once_and_waits_for_the_longest(storage):
    both = window("2/minute;3/hour")

    assert [hits(storage, both, at=AT) for _ in range(3)] == [0, 0, pytest.approx(60)]
    assert hits(storage, both, at=AT + 60) == 0
    assert hits(storage, both, at=AT + 61) == pytest.approx(3539)


def test_acquire__refused_by_one_window_counts_in_none(storage):
    narrow, wide = window("1/minute", "narrow"), window("3/minute", "wide")
    hits(storage, narrow, wide, at=AT)

    assert [hits(storage, narrow, wide, at=AT) for _ in range(5)] == [pytest.approx(60)] * 5

    assert [hits(storage, wide, at=AT) for _ in range(3)] == [0, 0, pytest.approx(60)]


def test_acquire__names_the_window_that_asks_for_the_longest_wait(storage):
    minute, hour = window("1/minute", "minute"), window("2/hour;9/day", "hour")
    hits(storage, minute, hour, at=AT)
    first = storage.acquire([minute, hour], amount=1, at=AT)
    hits(storage, minute, hour, at=AT + 60)
    second = storage.acquire([minute, hour], amount=1, at=AT + 60)

    assert (first.key, second.key) == ("minute", "hour")
    assert storage.acquire([window("1/minute", "new")], amount=1, at=AT).key == ""


def test_acquire__of_several_counts_all_or_nothing(storage):
    ten = window("10/minute")

    assert hits(storage, ten, at=AT, amount=7) == 0
    assert hits(storage, ten, at=AT + 1, amount=4) == pytest.approx(59)
    assert hits(storage, ten, at=AT + 2, amount=3) == 0
    assert hits(storage, ten, at=AT + 3, amount=8) == pytest.approx(59)


def test_acquire__of_more_than_ever_fits_is_refused(storage):
    assert hits(storage, window("3/minute"), at=AT, amount=4) == pytest.approx(60)
    assert hits(storage, window("3/minute"), at=AT, amount=3) == 0


def test_acquire__keeps_keys_apart(storage):
    assert hits(storage, window("1/minute", "one"), at=AT) == 0
    assert hits(storage, window("1/minute", "two"), at=AT) == 0


def test_acquire__bears_a_clock_that_is_a_little_behind(storage):
    two = window("2/minute")
    hits(storage, two, at=AT + 0.5)

    assert hits(storage, two, at=AT) == 0
    assert hits(storage, two, at=AT + 1) > 0


def test_process_storage__throws_away_what_nobody_came_back_to():
    storage = ProcessStorage()
    for place in range(100):
        hits(storage, window("1/second", f"k{place}"), at=AT)

    hits(storage, window("1/second", "last"), at=AT + 61)

    assert list(storage._windows) == ["last"]


def test_database_storage__keeps_no_more_instants_than_matter():
    three = window("3/minute")
    for place in range(12):
        assert hits(DatabaseStorage(), three, at=AT + 30 * place) == 0

    (row,) = LimitWindow.objects.all()
    assert len(row.instants) == 2
    assert row.expires_at.timestamp() == AT + 330 + 60


def test_acquire__leaves_no_row_of_what_is_refused():
    """Somebody names ever new addresses after their own number is used up."""
    storage, mine = DatabaseStorage(), window("1/day", "mine")
    hits(storage, mine, at=AT)

    for number in range(3):
        assert hits(storage, mine, window("5/day", f"address {number}"), at=AT + 1) > 0

    assert list(LimitWindow.objects.values_list("key", flat=True)) == ["mine"]


def unchanged() -> list[tuple[str, Any]]:
    return list(LimitWindow.objects.order_by("key").values_list("key", "instants"))


def fresh(*keys: str) -> list[tuple[str, list[float], datetime]]:
    return [(key, [AT + 1], datetime.fromtimestamp(AT + 60, tz=UTC)) for key in keys]


@pytest.mark.parametrize("meanwhile", ["counted", "forgotten", "made"])
def test_write__fails_as_a_whole_where_a_window_is_not_as_it_was_read(meanwhile):
    """Somebody else counts, forgets or begins between the reading and the writing of a hit."""
    storage = DatabaseStorage()
    hits(storage, window("9/minute", "b"), at=AT)
    seen = read(["a", "b", "c"])
    if meanwhile == "counted":
        hits(storage, window("9/minute", "b"), at=AT)
    elif meanwhile == "forgotten":
        storage.forget(["b"])
    else:
        hits(storage, window("9/minute", "c"), at=AT)
    before = unchanged()

    with pytest.raises(IntegrityError), transaction.atomic():
        write(fresh("a", "b", "c"), seen)

    assert unchanged() == before


def test_write__replaces_what_was_read_and_adds_what_was_not_there():
    hits(DatabaseStorage(), window("9/minute", "b"), at=AT + 0.123456)

    write(fresh("a", "b"), read(["a", "b"]))

    assert unchanged() == [("a", [AT + 1]), ("b", [AT + 1])]


def test_acquire__takes_two_statements_for_any_number_of_windows():
    windows = [window("9/minute", key) for key in "abc"]
    for at in (AT, AT + 1):
        with CaptureQueriesContext(connection) as captured:
            assert hits(DatabaseStorage(), *windows, at=at) == 0
        assert len(captured) == 2
