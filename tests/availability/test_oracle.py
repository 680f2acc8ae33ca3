"""What is offered is what the sentences of the design say, and all of it, and nothing else, can be booked.

ORACLE_SEED, as it was printed, draws the same practices again.
"""

import random
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, event, given, seed, settings

from bookings.availability import selectors, services
from bookings.availability.hosts import hosts_of
from bookings.common.errors import DomainError, ErrorCode
from tests.availability import oracle
from tests.availability.stage import Stage
from tests.availability.worlds import World, worlds
from tests.seeds import seed_of

SEED = seed_of("ORACLE_SEED")
OFF_THE_GRID = (timedelta(seconds=30), timedelta(seconds=-30), timedelta(minutes=1), timedelta(minutes=15))


@contextmanager
def rolled_back():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def run_examples(count: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Ask engine and oracle about as many random practices. The seed is told at once, and again by a failure."""
    told = f"\n{count} examples, ORACLE_SEED={SEED}"
    with capsys.disabled():
        print(told, flush=True)
    print(told)
    stage = Stage.build()

    @seed(SEED)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
    )
    @given(worlds())
    def one(world: World) -> None:
        with rolled_back():
            compare(stage, world)

    one()


def compare(stage: Stage, world: World) -> None:
    """Fail where engine and oracle differ about a world, or listing and booking."""
    question = stage.furnish(world)
    people, rooms = oracle.hosts(question.service)
    expected = {schedule.pk: oracle.starts(question, schedule, rooms) for schedule in people}
    terms = selectors.terms_of(question.service, seats=question.seats, length=question.length)
    hosts = hosts_of(question.service)
    span = {"since": question.since, "until": question.until, "now": question.now}

    listed = selectors.openings(terms=terms, hosts=hosts, **span)
    found = {schedule.pk: set() for schedule in hosts.schedules}
    for opening in listed:
        found[opening.schedule].add(selectors.moment(opening.start))
        assert selectors.moment(opening.end) - selectors.moment(opening.start) == question.length
    assert found == expected
    assert len(listed) == sum(map(len, found.values())), "a start is listed once"

    everyones = {selectors.moment(each.start) for each in selectors.offered(terms=terms, hosts=hosts, **span)}
    assert everyones == set().union(*expected.values())
    event(f"{min(len(everyones), 3)} or more starts of {question.service.holds}")
    chance = random.Random(len(listed))
    check_booking(terms, hosts, question, everyones, rooms, chance)
    on_the_grid = set().union(*(oracle.on_the_grid(question, schedule) for schedule in people))
    refused = some(sorted(on_the_grid - everyones), chance, 3) + not_offered(question, everyones, chance)
    check_refusal(terms, hosts, question, refused)


def check_booking(terms, hosts, question, offered: set, rooms, chance: random.Random) -> None:
    """Book some of what is offered: it succeeds, has a fitting room, and nothing is said against it."""
    for start in some(sorted(offered), chance, 3):
        told = selectors.explain(terms=terms, hosts=hosts, start=start, now=question.now)
        assert told.reasons == []
        with rolled_back():
            held = services.hold(terms=terms, hosts=hosts, start=start, now=question.now)
            assert held.slot.starts_at == start
            if rooms is not None and held.slot.holders == 1:
                fitting = oracle.rooms_for(question, rooms, start, published=held.slot.is_published)
                assert held.room_id in fitting


def check_refusal(terms, hosts, question, starts: list) -> None:
    """Try some of what is not offered: it is refused, and some reason is given."""
    for start in starts:
        with rolled_back(), pytest.raises(DomainError) as refused:
            services.hold(terms=terms, hosts=hosts, start=start, now=question.now)
        assert refused.value.code == ErrorCode.SLOT_UNAVAILABLE
        assert selectors.explain(terms=terms, hosts=hosts, start=start, now=question.now).reasons


def not_offered(question, offered: set, chance: random.Random) -> list:
    """A quarter of an hour in the range, and two starts beside what is offered."""
    quarters = int((question.until - question.since) / timedelta(minutes=15))
    anywhere = {question.since + timedelta(minutes=15 * chance.randrange(quarters))}
    beside = {start + apart for start in some(sorted(offered), chance, 2) for apart in OFF_THE_GRID}
    found = [start for start in anywhere | beside if start not in offered and start < question.until]
    return some(sorted(found), chance, 2)


def some(of: list, chance: random.Random, count: int) -> list:
    return of if len(of) <= count else chance.sample(of, count)


def test_openings__are_what_the_oracle_says_and_can_all_be_booked(db, capsys):
    run_examples(150, capsys)
