"""Owners who enter and end payment accounts of one practice at once: one is in use, or none, without an accident."""

import pytest

from bookings.accounts.viewer import Viewer
from bookings.payments import services
from bookings.payments.models import PaymentAccount
from tests import factories
from tests.factories import NOW
from tests.payments import till
from tests.payments.till import KEY, LIVE, OTHER, account
from tests.races.threads import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.prove, pytest.mark.busy]

ROUNDS = 5


@pytest.mark.parametrize("currencies", [["EUR"], ["EUR", "USD"]])
def test_save_account__at_once_leaves_one_in_use_for_each_currency(monkeypatch, currencies):
    till.install(monkeypatch)

    for _ in range(ROUNDS):
        place = factories.business()
        runners = [
            lambda key=key, currency=currency: account(place, key, currency=currency)  # noqa: B023
            for key in (KEY, OTHER, LIVE) * 2
            for currency in currencies
        ]
        assert race(runners).accidents == []
        in_use = place.payment_accounts.filter(is_active=True).values_list("currency", flat=True)
        assert sorted(in_use) == currencies


def test_deactivate_account__beside_a_new_one_ends_the_old_one_alone(monkeypatch):
    till.install(monkeypatch)

    for _ in range(ROUNDS):
        place = factories.business()
        first, owner = account(place), Viewer(user=place.owner)

        def end(first=first, owner=owner):
            services.deactivate_account(account_id=first.pk, viewer=owner, now=NOW)

        def enter(place=place):
            account(place, LIVE)

        assert race([end, enter, end]).accidents == []
        assert PaymentAccount.objects.get(business=place, is_active=True).secret_key == LIVE
