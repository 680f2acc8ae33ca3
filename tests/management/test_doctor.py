"""What `manage.py doctor` says of an installation where all is well, and of one thing after the other that is not."""

import io
import json
import time
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django_q.models import OrmQ

from bookings.accounts.models import User
from bookings.common import clock
from bookings.management.doctor import NAMES, Grade, database, examine, files
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import ProviderEvent
from tests.management.illnesses import BY_VENDOR, CASES, DAY, beaten, message

pytestmark = pytest.mark.django_db


def told(**how: Any) -> dict[str, Any]:
    return {finding.name: finding for finding in examine(now=clock.now(), **how)}


def test_doctor__finds_nothing_where_all_is_well(well):
    found = told()

    assert {name for name, finding in found.items() if finding.grade} == BY_VENDOR
    assert all(finding.what and not finding.todo for finding in found.values() if not finding.grade)


@pytest.mark.parametrize("case", CASES)
def test_doctor__finds_what_is_wrong_and_says_what_to_do(case, well):
    change, name, grade, words = CASES[case]
    change(well)

    found = told()

    assert (found[name].grade, words in found[name].what) == (grade, True), found[name]
    assert found[name].todo


def test_doctor__has_a_case_for_every_line(well):
    judged = {name for _, name, _, _ in CASES.values()}

    assert set(told()) - judged == {"cache", "database", "migrations", "clock", "connections"}


def test_doctor__tells_migrations_that_are_to_come_and_looks_no_further(well):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")

    found = told()

    assert found["migrations"].grade == Grade.BROKEN
    assert list(found)[-1] == "migrations"


def test_doctor__tells_a_database_that_does_not_answer_and_not_where_it_is(well):
    def gone(*_: object) -> None:
        raise RuntimeError("could not connect to db-7 as slotwell")

    with connection.execute_wrapper(gone):
        found = told()

    assert found["database"].what == "does not answer: RuntimeError"
    assert list(found)[-1] == "database"


def test_doctor__goes_on_where_one_look_breaks(well):
    def broken(_: object) -> None:
        raise ValueError("hunter2")

    well.patch.setattr(files, "_free", broken)

    found = told()

    assert found["disk"].what == "could not be looked at: ValueError"
    assert "prices" in found


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize(("seconds", "grade"), [(0, Grade.FINE), (5, Grade.WARNING), (60, Grade.BROKEN)])
def test_doctor__tells_a_clock_that_is_wrong(well, seconds, grade):
    class Ahead:
        monotonic = staticmethod(time.monotonic)

        @staticmethod
        def time() -> float:
            return time.time() + seconds

    well.patch.setattr(database, "time", Ahead)

    assert told()["clock"].grade == grade


@pytest.mark.only_on("postgresql")
def test_doctor__tells_connections_that_run_out(well):
    well.patch.setattr(database, "NEARLY_ALL", 0)

    assert told()["connections"].grade == Grade.WARNING


def test_doctor__asks_the_mail_server_only_when_told_to(well):
    well.settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    well.settings.EMAIL_HOST, well.settings.EMAIL_PORT, well.settings.EMAIL_USE_TLS = "127.0.0.1", 9, False

    assert "mail server" not in told()
    assert told(network=True)["mail server"].what == "cannot be used: ConnectionRefusedError"


def run(*arguments: str) -> tuple[str, int]:
    out = io.StringIO()
    try:
        call_command("doctor", *arguments, stdout=out)
    except SystemExit as ended:
        return out.getvalue(), int(ended.code)
    return out.getvalue(), 0


def test_command__prints_a_line_for_each_and_exits_by_the_worst(well):
    fine, fine_code = run()
    message()
    warned, warned_code = run()
    beaten(DAY)
    broken, broken_code = run()

    assert [fine_code, warned_code, broken_code] == [1 if BY_VENDOR else 0, 1, 2]
    assert "! given up" in warned
    assert "→ see why in the admin, then run manage.py retry_given_up" in warned
    assert "✗ worker" in broken
    assert broken.rstrip().endswith("1 broken")
    assert len(fine.splitlines()) == len(told()) + 1 <= 32  # one screen


def test_command__tells_machines_the_same(well):
    message()

    text, _ = run("--json")

    lines = {line["name"]: line for line in json.loads(text)}
    assert lines["given up"] == {
        "name": "given up",
        "grade": "warning",
        "what": "1 message was given up",
        "todo": "see why in the admin, then run manage.py retry_given_up",
    }
    assert {line["grade"] for line in lines.values()} <= {"fine", "warning", "broken"}


def test_command__looks_at_one_thing_alone_when_asked_to(well):
    message()

    assert run("--only", "worker") == (
        "✓ worker  its heart beat 0 seconds ago\n1 fine, 0 worth a look, 0 broken\n",
        0,
    )
    beaten(DAY)
    assert run("--only", "worker")[1] == 2


def test_names__are_those_of_the_lines(well):
    assert list(told()) == NAMES


def test_command__tells_no_secret_and_no_address(well):
    well.settings.REDIS_URL = "redis://:hunter2@127.0.0.1:9/0"
    message()
    text, _ = run("--network")
    machine, _ = run("--json", "--network")

    private = [
        well.settings.SECRET_KEY,
        *well.settings.ENCRYPTION_KEYS,
        "hunter2",
        "sk_live",
        "whsec_",
        "ana@example.org",
        "root@example.org",
    ]
    assert [secret for secret in private if secret in text + machine] == []


def test_command__changes_nothing(well):
    before = {model: model.objects.count() for model in (OutboxMessage, ProviderEvent, User, OrmQ)}

    run()

    assert {model: model.objects.count() for model in before} == before
    assert not (well.folder / "pictures").exists()
