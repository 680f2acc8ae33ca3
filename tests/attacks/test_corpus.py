"""Each attack is answered rightly and cheaply by a server as it is deployed, tells nothing, and leaves it serving."""

from collections.abc import Iterator

import pytest

from tests.attacks import bodies, documents, heads
from tests.attacks.corpus import Attack
from tests.attacks.judge import faults
from tests.attacks.victim import Victim, attacked, settings
from tests.servers import copied

ATTACKS = (*documents.ATTACKS, *bodies.ATTACKS, *heads.ATTACKS)


@pytest.fixture(scope="module")
def victim(migrated_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    folder = tmp_path_factory.mktemp("attacked")
    with copied(migrated_template, folder) as database, attacked(database, folder, settings()) as server:
        yield server


@pytest.mark.parametrize("attack", ATTACKS, ids=[attack.name for attack in ATTACKS])
def test_answer__is_right_and_cheap_and_tells_nothing(victim: Victim, attack: Attack) -> None:
    assert faults(victim, attack) == []


def test_server__logged_no_failure_of_its_own(victim: Victim) -> None:
    """Runs behind the attacks: what was refused is a warning at most."""
    lines = victim.server.web.output.splitlines()

    assert [line for line in lines if " ERROR " in line or "Traceback" in line] == []
