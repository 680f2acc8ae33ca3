"""One event of a provider delivered by twenty connections at once, and worked on by twenty workers at once."""

import pytest
from django.test import Client

from bookings import tasks
from bookings.booking.states import Status
from bookings.payments.models import ProviderEvent
from tests import factories
from tests.factories import later
from tests.invariants import check_invariants
from tests.payments import till
from tests.payments.till import KEY, Till, account, written
from tests.races.threads import race
from tests.witness import history, told

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.prove, pytest.mark.busy]

AT_ONCE = 20


@pytest.mark.parametrize("own", [True, False])
def test_event__delivered_at_once_has_one_row_and_one_effect(monkeypatch, settings, offered, host, own):
    till.install(monkeypatch)
    settings.PAYMENT_PROVIDER = "till"
    signed = {"key": KEY, "account": account(offered.business).public_id} if own else {}
    payment = factories.paying(host, offered)
    Till.says("first" if own else "platform", payment)
    raw = written(reference=payment.reference)

    arrived = race([lambda: till.deliver(Client(), raw, **signed)] * AT_ONCE)
    event = ProviderEvent.objects.get()
    worked = race([lambda: tasks.process_provider_event(event.pk)] * AT_ONCE)

    assert arrived.results == [200] * AT_ONCE
    assert worked.accidents == []
    event.refresh_from_db()
    assert event.outcome == "confirmed"
    assert history(payment.booking).count(Status.CONFIRMED) == 1
    assert [template for template, _ in told(payment.booking)].count("confirmed") == 1
    assert tasks.sweep_events(later(days=1)) == 0
    check_invariants()
