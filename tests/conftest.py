"""Rules that hold for every test: which database, which marks, no network but our own servers."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import TransactionTestCase
from pytest_socket import socket_allow_hosts

from bookings.common.guards import purge_permit
from tests.servers import fresh_database, migrated_template, server  # noqa: F401 - fixtures for all

VENDORS = {"postgresql", "sqlite"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--prove", action="store_true", help="run the long proofs, and only them")


def pytest_configure() -> None:
    # A fast hash for the users that tests make; the real ones stay known, for tests about passwords.
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the other database's rules, and the long proofs unless they are what is asked for."""
    wanted = [
        item for item in items if is_for(item, connection.vendor) and is_proof(item) == config.option.prove
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(wanted)])
    items[:] = wanted


def is_for(item: pytest.Item, vendor: str) -> bool:
    marks = list(item.iter_markers("only_on"))
    vendors = {name for mark in marks for name in mark.args}
    if marks and (not vendors or not vendors <= VENDORS):
        raise pytest.UsageError(f'{item.nodeid}: write only_on("postgresql") or only_on("sqlite")')
    return not marks or vendor in vendors


def is_proof(item: pytest.Item) -> bool:
    return item.get_closest_marker("prove") is not None


@pytest.hookimpl(trylast=True)
def pytest_runtest_setup() -> None:
    """Let sockets reach this machine alone, where the servers are that tests start."""
    socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    tmp_path_factory: pytest.TempPathFactory, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """Put SQLite's test database into a file: threads and server processes share it, as in production."""
    if connection.vendor == "sqlite":
        name = str(tmp_path_factory.mktemp("database") / "test.sqlite3")
        connections["default"].settings_dict["TEST"]["NAME"] = name


@pytest.fixture(autouse=True, scope="session")
def flush_append_only_tables() -> Iterator[None]:
    """Let Django empty the tables after a test that committed; the guards would refuse."""
    flush = TransactionTestCase._fixture_teardown

    def flush_with_permit(case: Any) -> None:
        with purge_permit():
            flush(case)

    TransactionTestCase._fixture_teardown = flush_with_permit
    yield
    TransactionTestCase._fixture_teardown = flush
