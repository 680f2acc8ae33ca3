"""Several workers that look for what differs, and people who act meanwhile."""

from decimal import Decimal

import pytest

from bookings.booking import services
from bookings.booking.states import Status
from bookings.payments.models import Difference, Payment, Refund
from tests import factories
from tests.factories import NOW, TEN, later
from tests.invariants import check_invariants
from tests.payments.world import books
from tests.races.threads import race
from tests.witness import told

pytestmark = pytest.mark.django_db(transaction=True)

OVERDUE = later(minutes=35)


def looking(now=OVERDUE):
    return lambda: services.reconcile_due(now=now)


def test_workers__at_once_ask_about_each_payment_once(bank, host, offered):
    late = [factories.paying(host, offered, starts_at=TEN.replace(hour=10 + hour)) for hour in range(5)]
    for payment in late:
        bank.pay(payment.reference)

    run = race([looking()] * 4)

    assert run.accidents == []
    assert sum(run.results) == bank.called("ask") == 5
    assert list(Difference.objects.values_list("kind", "status")) == [("MISSED_SUCCESS", "REPAIRED")] * 5
    for payment in late:
        payment.booking.refresh_from_db()
        assert payment.booking.status == Status.CONFIRMED
        assert [template for template, _ in told(payment.booking)].count("confirmed") == 1
    check_invariants()


def test_refund__at_the_bank_and_by_staff_at_once_gives_back_no_more_than_came_in(bank, host, offered, staff):
    payment = factories.paying(host, offered)
    bank.pay(payment.reference)
    services.settle(payment_id=payment.pk, now=NOW)
    bank.give_back(payment.reference, 4000)

    def refunding():
        return services.refund_payment(
            payment_id=payment.pk, viewer=staff, reason="So.", amount=Decimal(40), now=OVERDUE
        )

    run = race([looking(), refunding, looking()])

    assert run.accidents == []
    kept = Refund.objects.exclude(status=Refund.Status.FAILED)
    assert sum(kept.values_list("amount", flat=True)) == 40
    assert Payment.objects.get().refunded_amount == 40
    assert run.refusals in ([], ["VALIDATION_FAILED"])
    check_invariants()


def test_foreign_refund__found_by_several_at_once_is_entered_once(bank, host, offered):
    payment = factories.paying(host, offered)
    bank.pay(payment.reference)
    services.settle(payment_id=payment.pk, now=NOW)
    bank.give_back(payment.reference, 2000)

    def by_hand():
        return list(services.reconcile_since(since=NOW, now=OVERDUE))

    run = race([looking(), by_hand, by_hand])

    assert run.accidents == []
    assert Refund.objects.get().reason == Refund.Reason.EXTERNAL
    assert [template for template, _ in told(payment.booking)].count("refunded") == 1
    assert books() == bank.balance()
    check_invariants()
