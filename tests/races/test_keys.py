"""Somebody makes service keys from many places at once."""

import pytest

from bookings.accounts.keys import MOST_AT_ONCE, Scope, in_force, read_key
from bookings.accounts.viewer import Viewer
from bookings.businesses.keys import make_key
from tests import factories
from tests.factories import NOW
from tests.races.threads import race

pytestmark = pytest.mark.django_db(transaction=True)


def test_make_key__by_eight_at_once_stops_at_the_number_that_one_may_have():
    for _ in range(3):
        ana = factories.user()

        run = race(
            [lambda ana=ana: make_key(viewer=Viewer(user=ana), name="x", scopes=[Scope.BOOKING], now=NOW)] * 8
        )

        assert run.accidents == []
        assert (len(run.results), run.refusals) == (MOST_AT_ONCE, ["VALIDATION_FAILED"] * (8 - MOST_AT_ONCE))
        assert in_force(NOW).filter(owner=ana).count() == MOST_AT_ONCE
        assert {read_key(made.text, NOW).owner for made in run.results} == {ana}
