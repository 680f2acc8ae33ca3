"""A practice to book at."""

import pytest

from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from tests import factories


@pytest.fixture
def offered(db: None) -> Service:
    """An hour for 60.00 EUR, to be approved and paid online."""
    return factories.service()


@pytest.fixture
def host(offered: Service) -> Consultant:
    """Who offers it, daily from 9 to 17, UTC."""
    return factories.consultant(offered)
