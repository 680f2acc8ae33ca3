"""What the races share: a service with a host, and staff."""

import pytest

from tests import factories


@pytest.fixture
def offered(transactional_db):
    return factories.service()


@pytest.fixture
def host(offered):
    return factories.consultant(offered)


@pytest.fixture
def staff(offered):
    return factories.staff_of(offered.business)
