"""Many pay one practice at once: every number is given out once, none is left out, and nobody waits for ever."""

from decimal import Decimal

import pytest
from django.db import transaction

from bookings import tasks
from bookings.booking import services
from bookings.booking.states import Status
from bookings.payments import sandbox
from bookings.payments.models import Receipt, ReceiptCounter, SandboxCheckout
from tests import factories
from tests.factories import NOW
from tests.invariants import check_invariants
from tests.races.steps import queue_up
from tests.races.threads import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("postgresql")]

MANY = 10


class Lost(Exception):
    """What rolls a payment's transaction back after its receipt was numbered."""


def paying(service):
    """An attempt that its client has just paid; each with a consultant of their own."""
    payment = factories.paying(factories.consultant(service), service)
    sandbox.settle_checkout(reference=payment.reference, status=SandboxCheckout.Status.SUCCESS, now=NOW)
    return payment


def settles(payment):
    return lambda: services.settle(payment_id=payment.pk, now=NOW).status


def fails(payment):
    """The same, lost when all but the commit was done: a worker that is killed there leaves no more."""

    def act():
        with transaction.atomic():
            services.settle(payment_id=payment.pk, now=NOW)
            raise Lost

    return act


def numbers():
    return sorted(Receipt.objects.values_list("number", flat=True))


def test_settle__of_many_at_once_gives_each_number_once_and_leaves_none_out(offered):
    payments = [paying(offered) for _ in range(MANY)]
    lost = payments[1::4]

    run = race([fails(payment) if payment in lost else settles(payment) for payment in payments])

    assert {type(accident) for accident in run.accidents} == {Lost}
    assert (run.refusals, len(run.results)) == ([], MANY - len(lost))
    assert numbers() == list(range(1, MANY - len(lost) + 1))
    for payment in lost:
        services.settle(payment_id=payment.pk, now=NOW)
    assert numbers() == list(range(1, MANY + 1))
    assert ReceiptCounter.objects.get().last == MANY
    check_invariants()


def test_settle__of_one_payment_at_once_gives_one_receipt(offered):
    payment = paying(offered)

    run = race([settles(payment)] * 6)

    assert (run.accidents, set(run.results), numbers()) == ([], {"SUCCEEDED"}, [1])
    payment.booking.refresh_from_db()
    assert payment.booking.status == Status.CONFIRMED
    check_invariants()


def test_settle__waits_for_a_number_until_the_one_before_is_kept_or_lost(offered, monkeypatch):
    payments = [paying(offered) for _ in range(3)]
    counted = "bookings.payments.services.receipts._next_number"

    run = queue_up(
        monkeypatch,
        slow=fails(payments[0]),
        at=counted,
        after=True,
        behind=[settles(payment) for payment in payments[1:]],
    )

    assert [type(accident) for accident in run.accidents] == [Lost]
    assert (run.results, numbers()) == (["SUCCEEDED", "SUCCEEDED"], [1, 2])


def test_settle__of_two_practices_do_not_share_their_counts(offered):
    other = factories.service()
    payments = [paying(service) for service in (offered, other) for _ in range(3)]

    run = race([settles(payment) for payment in payments])

    assert run.accidents == []
    assert numbers() == [1, 1, 2, 2, 3, 3]


def test_run_refund__while_staff_give_back_more_waits_in_the_one_order_of_locks(offered, staff, monkeypatch):
    """A refund's end writes a mail of the booking: without the booking's lock first, both would wait for each other."""
    payment = paying(offered)
    services.settle(payment_id=payment.pk, now=NOW)
    first = gives_back(payment, staff)

    run = queue_up(
        monkeypatch,
        slow=lambda: tasks.run_refund(first.pk),
        at="bookings.payments.services.receipts._next_number",
        after=True,
        behind=[lambda: gives_back(payment, staff).amount],
    )

    assert (run.accidents, run.refusals) == ([], [])
    assert list(Receipt.objects.order_by("pk").values_list("kind", flat=True)) == ["PAYMENT", "REFUND"]
    assert list(payment.refunds.order_by("pk").values_list("status", flat=True)) == ["SUCCEEDED", "REQUESTED"]
    check_invariants()


def gives_back(payment, staff):
    return services.refund_payment(
        payment_id=payment.pk, viewer=staff, reason="Late start.", amount=Decimal(5), now=NOW
    )
