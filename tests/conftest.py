"""Rules that hold for every test: which database, which marks, no network but our own servers."""

import gc
from collections import Counter
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import TransactionTestCase, client
from pytest_django import DjangoDbBlocker
from pytest_socket import socket_allow_hosts

from bookings.limits.services import forget_everything
from core.storage import in_folder
from tests import emptying, logwatch
from tests.servers import copied, fresh_database, migrated_template, server  # noqa: F401 - fixtures for all

VENDORS = {"postgresql", "sqlite"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--prove", action="store_true", help="run the long proofs, and only them")


def pytest_configure(config: pytest.Config) -> None:
    # A fast hash for the users that tests make; the real ones stay known, for tests about passwords.
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    plugin = config.pluginmanager.get_plugin("logging-plugin")
    logwatch.install([plugin.caplog_handler, plugin.report_handler] if plugin else [])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the other database's rules, and the long proofs unless they are what is asked for."""
    wanted = [
        item for item in items if is_for(item, connection.vendor) and is_proof(item) == config.option.prove
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(wanted)])
    items[:] = longest_first(wanted) if config.option.prove else wanted


def pytest_collection_finish() -> None:
    """Leave what was loaded out of the collector's rounds: most of what there is, it lives as long as the process."""
    gc.collect()
    gc.freeze()


def longest_first(items: list[pytest.Item]) -> list[pytest.Item]:
    """Give proofs by their files: those that say that they are long, then those of many, so that none is left alone."""
    many = Counter(item.path for item in items)
    long = {item.path for item in items for mark in item.iter_markers("busy") if mark.kwargs.get("long")}
    return sorted(items, key=lambda item: (item.path not in long, -many[item.path], item.path))


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


@pytest.fixture(autouse=True)
def _nothing_counted() -> None:
    """Begin with limits that nobody has used; what the database counts goes with the test's rows."""
    forget_everything()


@pytest.fixture(autouse=True)
def logs_hold_no_secrets() -> Iterator[None]:
    """Fail the test in which anything was logged that no log may hold."""
    yield
    assert logwatch.WATCH.take() == []


@pytest.fixture(autouse=True, scope="session")
def pictures_of_tests(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep pictures apart: a purge would delete those of whoever develops here, of which its database knows nothing."""
    settings.STORAGES["pictures"] = in_folder(tmp_path_factory.mktemp("pictures"))


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_blocker: DjangoDbBlocker,
    migrated_template: str,  # noqa: F811 - the fixture
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """Copy what was migrated once: to migrate anew in each process takes longer than most of what it is there for.

    SQLite's is a file, which threads and server processes share, as in production.
    """
    with django_db_blocker.unblock(), copied(migrated_template, tmp_path_factory.mktemp("database")) as own:
        name = connection.settings_dict["NAME"]
        connection.close()
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = own.name
        yield
        connections.close_all()
        settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


@pytest.fixture(autouse=True, scope="session")
def contexts_of_whole_pages() -> Iterator[None]:
    """Let Django's client keep the context of the page alone, not a copy for each of the hundreds of parts in it."""
    keep = client.store_rendered_templates
    client.store_rendered_templates = lambda kept, *given, **more: kept or keep(kept, *given, **more)
    yield
    client.store_rendered_templates = keep


@pytest.fixture(autouse=True, scope="session")
def empty_tables_quickly() -> Iterator[None]:
    """After a test that committed, delete what it wrote: the tables that hold nothing cost nothing.

    Django would empty all of them and then announce a migration, by which guards, content types and permissions are
    made anew: most of such a test's time.
    """
    flush = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = lambda case: emptying.empty_tables()
    yield
    TransactionTestCase._fixture_teardown = flush
