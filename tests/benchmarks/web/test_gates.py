"""The gates over HTTP: by processor time no worse than recorded, and one seat has one winner."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.benchmarks.web import gates, load, race, rounds, world
from tests.benchmarks.web.contenders import DRF, FLOOR, PRODUCT, Contender
from tests.benchmarks.web.questions import WORKLOADS
from tests.servers import copied

pytestmark = [pytest.mark.prove, pytest.mark.only_on("postgresql")]


@pytest.fixture(scope="module")
def seeded(migrated_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[world.World]:
    with copied(migrated_template, tmp_path_factory.mktemp("world")) as database:
        world.fill(database, gates.ROWS, world.PRACTICES)
        yield world.known(database)


@pytest.fixture(scope="module")
def running(seeded: world.World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Contender]]:
    with gates.all_serving(seeded, tmp_path_factory.mktemp("contenders")) as found:
        yield {contender.name: contender for contender in found}


def test_answer__takes_no_more_than_recorded_beside_rest_framework_and_bare_sql(
    seeded: world.World, running: dict[str, Contender], tmp_path: Path
) -> None:
    found = gates.steady([running[PRODUCT], running[DRF], running[FLOOR]], seeded, tmp_path)

    assert gates.faults(found) == [], found


@pytest.mark.parametrize("name", gates.GATED)
def test_measure__refuses_answers_that_hold_less_than_they_should(
    name: str, seeded: world.World, running: dict[str, Contender], tmp_path: Path
) -> None:
    fuller = replace(WORKLOADS[name], times=WORKLOADS[name].times + 1)
    file = load.write(fuller.requests(FLOOR, seeded, seed=3), tmp_path / "requests")

    with pytest.raises(load.Wrong, match="not whole"):
        rounds.agree([running[FLOOR]], [fuller], seeded)
    with pytest.raises(load.Wrong, match="are wrong"):
        load.measure(
            running[FLOOR],
            fuller,
            file,
            connections=1,
            seconds=1,
            postgres=world.postgres_pid(seeded.database),
        )


def test_agree__refuses_a_contender_that_says_something_else(
    seeded: world.World, running: dict[str, Contender]
) -> None:
    other = replace(
        WORKLOADS["W2"], facts=lambda contender, answer: (contender, WORKLOADS["W2"].facts(contender, answer))
    )

    with pytest.raises(load.Wrong, match="floor says"):
        rounds.agree([running[PRODUCT], running[FLOOR]], [other], seeded)


def test_answer__that_takes_a_fifth_more_than_recorded_is_a_fault() -> None:
    recorded = {("W1", DRF): 1.0, ("W2", DRF): 1.0}

    found = gates.faults({("W1", DRF): 1.2, ("W2", DRF): 1.14}, recorded)

    assert found == ["W1 takes 1.20 times the processor time of drf, recorded are 1.00: +20%"]


def test_verify__of_64_clients_at_once_gives_one_the_seat(
    seeded: world.World, running: dict[str, Contender]
) -> None:
    found = race.run(running[PRODUCT], seeded)

    assert found.is_fair, found


def test_verify__without_a_guard_gives_several_the_seat(
    seeded: world.World, running: dict[str, Contender]
) -> None:
    found = race.mutated(running[FLOOR], seeded)

    assert found.winners > 1
    assert not found.is_fair
