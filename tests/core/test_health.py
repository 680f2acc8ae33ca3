from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.utils import OperationalError
from django.test import Client

from bookings.common import clock
from bookings.worker.models import WorkerHeartbeat
from core import health

PATHS = ["/health/", "/health/live", "/health/ready"]


@pytest.fixture(autouse=True)
def look_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start each test without what an earlier one remembered of the migrations."""
    monkeypatch.setattr(health, "migrations", health._Migrations())
    monkeypatch.setattr(health, "failures", health._Failures())


@pytest.fixture
def broken_database() -> Iterator[None]:
    """Make every statement fail, as a database does that went away."""

    def gone(*_: object) -> None:
        raise OperationalError("could not connect to host db-7 as user slotwell")

    with connection.execute_wrapper(gone):
        yield


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
def test_health__answers_get_and_head_and_is_never_kept(client: Client, path: str) -> None:
    got, head = client.get(path), client.head(path)

    assert (got.status_code, head.status_code, head.content) == (200, 200, b"")
    assert got["Content-Type"] == "application/json"
    assert "no-store" in got["Cache-Control"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_health__refuses_other_methods(path: str, method: str) -> None:
    # Also where Django's tokens are enforced, as in production.
    answer = Client(enforce_csrf_checks=True).generic(method, path)

    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


def test_live__asks_nothing_of_the_database(client: Client) -> None:
    # Without the database mark, any statement would fail this test.
    assert client.get("/health/live").json() == {"status": "ok"}


@pytest.mark.django_db
def test_ready__without_any_worker_is_ready_and_says_so(client: Client) -> None:
    answer = client.get("/health/ready")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "migrations": "ok", "worker": "never_seen"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("seconds", "worker", "status"), [(5, "ok", "ok"), (59, "ok", "ok"), (62, "silent", "degraded")]
)
def test_summary__tells_a_worker_that_is_late(client: Client, seconds: int, worker: str, status: str) -> None:
    WorkerHeartbeat.objects.create(name="one", beaten_at=clock.now() - timedelta(seconds=seconds))
    WorkerHeartbeat.objects.create(name="just started")

    answer = client.get("/health/")

    assert answer.status_code == 200
    assert answer.json()["checks"]["worker"] == worker
    assert answer.json()["status"] == status


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/health/", "/health/ready"])
def test_ready__without_database_is_503_and_tells_nothing_of_it(
    client: Client, broken_database: None, path: str
) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
    for private in ("db-7", "slotwell", "Error", "host"):
        assert private not in answer.text


@pytest.mark.django_db
def test_ready__with_a_migration_to_come_is_503(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")

    answer = client.get("/health/ready")

    assert (answer.status_code, answer.json()["migrations"]) == (503, "pending")


@pytest.mark.django_db
def test_ready__once_migrated_looks_at_migrations_no_more(
    client: Client, django_assert_num_queries: object
) -> None:
    client.get("/health/ready")

    with django_assert_num_queries(2):  # SELECT 1, and the workers' heartbeats
        client.get("/health/ready")


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
def test_health__answers_whoever_asks_by_whatever_name_and_over_http(settings: Any, path: str) -> None:
    # Load balancers ask by the address of the machine, without HTTPS.
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["booking.example.org"], True

    answer = Client(headers={"Host": "10.0.0.7"}).get(path)

    assert (answer.status_code, "X-Request-ID" in answer.headers) == (200, True)
    assert Client(headers={"Host": "10.0.0.7"}).get("/graphql/").status_code in {301, 400}


@pytest.mark.django_db
def test_ready__that_fails_again_and_again_does_not_fill_the_log(
    client: Client, broken_database: None, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(5):
        client.get("/health/ready")

    assert [
        record.message.partition(";")[0] for record in caplog.records if record.name == "core.health"
    ] == ["a health check failed"]
