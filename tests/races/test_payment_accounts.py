"""Owners who enter and end payment accounts of one practice at once: one is in use, or none, without an accident."""

import pytest

from bookings.accounts.viewer import Viewer
from bookings.booking import services as bookings
from bookings.payments import services
from bookings.payments.models import Payment, PaymentAccount
from tests import factories
from tests.factories import NOW
from tests.payments import till
from tests.payments.till import KEY, LIVE, OTHER, Till, account
from tests.races.steps import overtake
from tests.races.threads import race

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 5


@pytest.mark.prove
@pytest.mark.busy
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


@pytest.mark.prove
@pytest.mark.busy
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


def first_attempt(monkeypatch, at: str, *, after: bool = False) -> Payment:
    """Somebody's, who pays the practice for the first time, while its owner gives other keys at this step of it."""
    till.install(monkeypatch)
    place = factories.business()
    account(place)
    offered = factories.service(place, currency="EUR")
    booking = factories.approved(factories.consultant(offered), offered)
    client = factories.client_of(booking)

    run = overtake(
        monkeypatch,
        slow=lambda: bookings.start_payment(booking_id=booking.pk, viewer=client, now=NOW),
        at=at,
        after=after,
        quick=lambda: account(place, OTHER),
    )

    assert run.accidents == []
    assert PaymentAccount.objects.get(is_active=True).secret_key == OTHER
    return Payment.objects.get(status=Payment.Status.OPEN)


def test_save_account__beside_the_first_attempt_leaves_its_keys_alone(monkeypatch):
    payment = first_attempt(monkeypatch, "bookings.booking.services.pay._with_checkout")

    assert payment.account.secret_key == KEY
    assert payment.reference in Till.books["first"]


@pytest.mark.only_on("postgresql")
def test_start_payment__beside_new_keys_goes_by_the_newest(monkeypatch):
    payment = first_attempt(monkeypatch, "bookings.payments.services.open_attempt", after=True)

    assert payment.account.secret_key == OTHER
    assert payment.reference in Till.books["other"]
