"""A practice with a consultant who has an account, at a clock that stands."""

import pytest
import time_machine

from tests import factories
from tests.factories import NOW


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def offered(db):
    place = factories.business(name="Quiet Room", address="Elm Street 1", max_active_bookings=20)
    return factories.service(place, name="First talk")


@pytest.fixture
def host(offered):
    return factories.consultant(offered, user=factories.user("host@example.org"))
