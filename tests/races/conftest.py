"""What the races share: a service with a host, and staff."""

import pytest

from tests import factories
from tests.payments import faulty_provider


@pytest.fixture
def offered(transactional_db):
    return factories.service()


@pytest.fixture
def host(offered):
    return factories.consultant(offered)


@pytest.fixture
def staff(offered):
    return factories.staff_of(offered.business)


@pytest.fixture
def bank(transactional_db, monkeypatch, settings):
    """A bank of the test's own, which takes the payments and fails as it is told to."""
    return faulty_provider.installed(monkeypatch, settings)
