"""Anything, by anybody, at any time, with a bank that fails at random: the bookings do what the model says.

A refusal is right only where the model refuses with the same code. After each act the audit is clean, and our books are
the bank's save for what we have not heard yet. The clock is an argument; where something reads its own, that is set to
the same instant. Each example runs in a savepoint that is rolled back.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test

from bookings import tasks
from bookings.booking.models import Booking
from bookings.common.money import Money
from bookings.payments.models import Payment, Refund
from bookings.payments.providers.base import RefundState
from bookings.retention import services as retention
from tests.booking.lifecycle_rules import LifecycleRules
from tests.booking.practice import EMAILS, STAGES, make_world
from tests.booking.quick_audit import QuickAudit
from tests.factories import NOW
from tests.invariants import check_invariants
from tests.payments import faulty_provider
from tests.payments.faulty import Page
from tests.payments.world import books
from tests.seeds import IN_CI

WORK = [name for name in tasks.SWEEPS if name != "reconciliation"]


class Practice(LifecycleRules):
    """The rules pick among what is there by a number, so that every rule can be tried at every time."""

    @initialize(
        seeds=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 1), st.sampled_from(STAGES)), max_size=3)
    )
    def begin(self, seeds: list[tuple[int, int, str]]) -> None:
        """Some bookings are well on their way already."""
        for hour, (what, host, stage) in enumerate(seeds, 9):
            self.draft(what, host, EMAILS[hour % 2], 1 + hour % 3, hour, 1, stage)

    @rule()
    def sweep(self) -> None:
        """A turn of the worker. What asks the bank by itself, long after, stands in the way of nothing else."""

        def run() -> None:
            for name in WORK:
                tasks.SWEEPS[name](self.now)

        self.compare(self.model.sweep, run)

    @rule()
    def purge(self) -> None:
        self.compare(self.model.purge, lambda: retention.purge(now=self.now))

    # ── what is always true ─────────────────────────────────────────────────────────────────────

    @invariant()
    def all_is_as_it_must_be(self) -> None:
        """After each act; where no row was changed the rows are as they were."""
        self.the_bank_is_as_the_model_has_it()
        if self.is_changed:
            self.the_rows_are_as_the_model_has_them()
            self.the_money_is_as_the_model_has_it()
            self.the_books_are_the_banks_save_for_what_is_not_heard_yet()
            self.the_audit_is_clean()
            self.is_changed = False

    def the_rows_are_as_the_model_has_them(self) -> None:
        columns = ("pk", "status", "deadline_at", "starts_at", "consultant_id", "price", "deposit")
        expected = [
            (kept.pk, kept.status, kept.deadline, kept.start, kept.host, kept.price, kept.deposit)
            for kept in sorted(self.model.bookings, key=lambda kept: kept.pk)
        ]
        assert list(Booking.objects.order_by("pk").values_list(*columns)) == expected

    def the_money_is_as_the_model_has_it(self) -> None:
        payments = {payment.reference: payment for _, payment in self.model_payments}
        columns = ("reference", "status", "amount", "paid_amount", "refunded_amount", "confirms_booking")
        rows = {row[0]: row[1:] for row in Payment.objects.values_list(*columns)}
        assert rows == {
            reference: (one.ours, one.asked, one.paid, one.refunded, one.confirms)
            for reference, one in payments.items()
        }
        backs = [back for one in payments.values() for back in one.refunds]
        refunds = {row[0]: row[1:] for row in Refund.objects.values_list("pk", "status", "amount", "reason")}
        assert refunds == {back.pk: (back.ours, back.amount, back.reason) for back in backs}

    def the_bank_is_as_the_model_has_it(self) -> None:
        """Also that it was asked as often as the model has it: what goes wrong next is the same on both sides."""
        assert self.bank.inside == []
        assert {verb: plan for verb, plan in self.bank.plan.items() if plan} == {
            verb: plan for verb, plan in self.model.plan.items() if plan
        }
        pages = {
            page.reference: (page.state, page.paid.amount if page.paid else 0, sorted(kept_by(page)))
            for page in self.bank.pages.values()
        }
        assert pages == {
            one.reference: (
                one.page,
                one.there,
                sorted((back.amount, back.there) for back in one.refunds if back.there),
            )
            for _, one in self.pages
        }

    def the_books_are_the_banks_save_for_what_is_not_heard_yet(self) -> None:
        given = {given.key: given.state for page in self.bank.pages.values() for given in page.refunds}
        unheard = reserved = Decimal(0)
        for payment in Payment.objects.filter(reference__in=list(self.bank.pages)):
            page = self.bank.pages[payment.reference]
            unheard += (page.paid.amount if page.paid else 0) - payment.paid_amount
        refunds = Refund.objects.exclude(payment__provider=Payment.ON_SITE)
        for refund in refunds.exclude(status=Refund.Status.FAILED):
            is_gone = given.get(refund.key, RefundState.FAILED) is not RefundState.FAILED
            reserved += Decimal(0) if is_gone else refund.amount
        assert of(books()) + unheard + reserved == of(self.bank.balance())

    def the_audit_is_clean(self) -> None:
        assert self.audit.wrong(self.now) == {}

    def teardown(self) -> None:
        try:
            self.the_books_balance()
        finally:
            self.watch.__exit__(None, None, None)
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)

    def the_books_balance(self) -> None:
        """Once the bank works again and all that was due is done: what we count is what the bank says."""
        for plan in (*self.bank.plan.values(), *self.model.plan.values()):
            plan.clear()
        for _, attempt in self.attempts:
            self.hear_of(attempt)
        self.bank.refunds_begin_as = RefundState.SUCCEEDED
        for _ in range(3):
            self.bank.finish_refunds()
            self.model.now += timedelta(days=2)
            with time_machine.travel(self.now, tick=False):
                tasks.SWEEPS["refunds"](self.now)
        assert not Refund.objects.filter(status__in=Refund.UNFINISHED).exists()
        assert books() == self.bank.balance()
        check_invariants()


def kept_by(page: Page) -> list[tuple[Decimal, str]]:
    return [(Money.from_minor(given.minor, "EUR").amount, given.state.value) for given in page.refunds]


def of(sums: dict[str, int]) -> Decimal:
    """All is in one currency here."""
    return Money.from_minor(sums.get("EUR", 0), "EUR").amount


@pytest.fixture
def practice(db: None, monkeypatch: Any, settings: Any) -> type[Practice]:
    faulty_provider.installed(monkeypatch, settings)
    with time_machine.travel(NOW, tick=False):
        Practice.world = make_world()
    Practice.audit = QuickAudit()
    return Practice


def run(machine: type[Practice], *, runs: int, steps: int, fixed: bool) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=runs, stateful_step_count=steps, deadline=None, print_blob=True, database=None,
            derandomize=fixed, suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_bookings__do_what_the_model_says(practice):
    run(practice, runs=15, steps=15, fixed=True)


@pytest.mark.prove
@pytest.mark.busy(long=True)
def test_bookings__do_what_the_model_says_in_three_hundred_runs(practice):
    run(practice, runs=300, steps=40, fixed=IN_CI)
