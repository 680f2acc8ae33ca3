"""`manage.py reconcile` says what it found, and exits with 1 where a person is wanted."""

from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from bookings.booking import services
from bookings.payments import sandbox
from bookings.payments.models import SandboxCheckout
from tests import factories
from tests.factories import NOW, later


@pytest.fixture
def paid(host, offered):
    payment = factories.paying(host, offered)
    sandbox.settle_checkout(reference=payment.reference, status=SandboxCheckout.Status.SUCCESS, now=NOW)
    return services.settle(payment_id=payment.pk, now=NOW)


def said(*arguments, now=None, code=0):
    out, ended = StringIO(), 0
    with time_machine.travel(now or later(days=3), tick=False):
        try:
            call_command("reconcile", *arguments, stdout=out)
        except SystemExit as ending:
            ended = ending.code
    assert ended == code
    return out.getvalue()


SUMMARY = "{} payments: {} differences repaired, {} wait for a person; {} payments could not be asked about\n"


def test_command__says_that_all_agrees(paid):
    assert said() == SUMMARY.format(1, 0, 0, 0)


def test_command__looks_back_so_many_days(paid):
    assert said("--days", "2") == SUMMARY.format(0, 0, 0, 0)
    assert said("--days", "4") == SUMMARY.format(1, 0, 0, 0)


def test_command__prints_what_it_repaired(paid):
    checkout = SandboxCheckout.objects.get()
    sandbox.refund_checkout(checkout_id=checkout.pk, amount_minor=1500, key="by hand", now=NOW)
    number = f"sr_{checkout.refunds.get().pk}"

    told = said()

    line = f"✓ {paid.reference}: Money went back that we did not send back (Repaired by itself): "
    assert told == f"{line}refund {number}: 15.00 EUR\n" + SUMMARY.format(1, 1, 0, 0)


def test_command__prints_what_waits_and_exits_with_1(paid):
    SandboxCheckout.objects.update(amount_minor=5900)

    told = said(code=1)

    line = f"✗ {paid.reference}: Another amount or currency came in than we count (Waits for a person): "
    assert told == f"{line}ours: 60.00 EUR; theirs: 59.00 EUR\n" + SUMMARY.format(1, 0, 1, 0)


def test_command__says_who_cannot_be_asked_and_exits_with_1(paid, settings):
    settings.SANDBOX_SECRET = ""

    assert said(code=1) == f"? {paid.reference}: sandbox could not be asked\n" + SUMMARY.format(1, 0, 0, 1)
