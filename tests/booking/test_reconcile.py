"""Providers are asked by themselves: what was missed is made good once, what cannot be is told once.

After each repair our books are the bank's, and nobody asks a bank while a transaction is open.
"""

from datetime import timedelta
from decimal import Decimal

import pytest

from bookings import tasks
from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.services import reconcile
from bookings.booking.states import Status
from bookings.common.errors import ErrorCode
from bookings.common.money import Money
from bookings.payments import sandbox
from bookings.payments.models import Difference, Payment, Refund, SandboxCheckout
from bookings.payments.providers.base import RefundState
from bookings.payments.services import request_refund
from tests import factories
from tests.factories import NOW, TEN, later
from tests.invariants import check_invariants
from tests.payments import faulty_provider
from tests.payments.faulty import Fault, Given
from tests.payments.world import books
from tests.witness import everything, refusal, told

OVERDUE = later(minutes=35)
"""Five minutes after an attempt that began at NOW should have ended."""
SOON = later(minutes=10)
TOMORROW = later(days=1, minutes=10)
DIFFERS = "staff_payment_differs"
pytestmark = pytest.mark.django_db


@pytest.fixture
def bank(monkeypatch, settings):
    made = faulty_provider.installed(monkeypatch, settings)
    yield made
    assert made.inside == [], "a transaction was open while the bank was asked"


@pytest.fixture
def payment(bank, host, offered):
    return factories.paying(host, offered)


@pytest.fixture
def paid(bank, payment):
    assert bank.pay(payment.reference)
    return services.settle(payment_id=payment.pk, now=NOW)


def run(now=SOON):
    return services.reconcile_due(now=now)


def found():
    return [(row.kind, row.status) for row in Difference.objects.order_by("pk")]


def page_of(bank, payment):
    return bank.pages[payment.reference]


def staff_mails(payment):
    return [recipient for template, recipient in told(payment.booking) if template == DIFFERS]


def eur(amount):
    return Money(Decimal(amount), "EUR")


def refund_of(payment, amount=60, key="k"):
    return request_refund(payment=payment, amount=eur(amount), reason=Refund.Reason.STAFF, key=key, now=NOW)


def ask_bank(now=NOW):
    tasks.SWEEPS["refunds"](now + timedelta(seconds=2))


def in_order(bank):
    assert books() == bank.balance()
    check_invariants()


# ── attempts without money ──────────────────────────────────────────────────────────────────────


def test_open_too_long__that_was_paid_confirms(bank, payment):
    bank.pay(payment.reference)

    assert run(OVERDUE - timedelta(seconds=1)) == 0
    assert run(OVERDUE) == 1

    payment.booking.refresh_from_db()
    assert payment.booking.status == Status.CONFIRMED
    assert found() == [("MISSED_SUCCESS", "REPAIRED")]
    assert told(payment.booking).count(("confirmed", payment.booking.email)) == 1
    assert staff_mails(payment) == []
    in_order(bank)


def test_open_too_long__that_nobody_paid_is_ended_there_and_here(bank, payment):
    assert run(OVERDUE) == 1

    payment.refresh_from_db()
    payment.booking.refresh_from_db()
    assert (payment.status, page_of(bank, payment).state) == (Payment.Status.CLOSED, "CLOSED")
    assert payment.booking.status == Status.APPROVED
    assert found() == [("MISSED_END", "REPAIRED")]
    check_invariants()


def test_open_too_long__that_failed_there_fails_here(bank, payment):
    bank.fail(payment.reference)

    run(OVERDUE)

    payment.refresh_from_db()
    assert payment.status == Payment.Status.FAILED
    assert found() == [("MISSED_END", "REPAIRED")]


@pytest.mark.parametrize("is_paid", [True, False])
def test_page_never_heard_of__is_asked_about_before_its_end(bank, host, offered, is_paid):
    booking = factories.approved(host, offered)
    bank.will("create_checkout", Fault.TIMEOUT_AFTER)
    refusal(services.start_payment, booking_id=booking.pk, viewer=factories.client_of(booking), now=NOW)
    if is_paid:
        bank.pay(Payment.objects.get().reference)

    assert [run(later(minutes=4)), run(later(minutes=5))] == [0, 1]

    booking.refresh_from_db()
    assert booking.status == (Status.CONFIRMED if is_paid else Status.PAYMENT_PENDING)
    assert found() == ([("MISSED_SUCCESS", "REPAIRED")] if is_paid else [])


def test_ended__money_that_came_later_confirms_what_still_waits_for_it(bank, payment):
    run(OVERDUE)
    bank.pay(payment.reference, late=True)

    run(OVERDUE + timedelta(minutes=10))

    payment.booking.refresh_from_db()
    assert payment.booking.status == Status.CONFIRMED
    assert found() == [("MISSED_END", "REPAIRED"), ("MISSED_SUCCESS", "REPAIRED")]
    in_order(bank)


def test_ended__money_that_came_too_late_goes_back(bank, payment):
    services.expire_due(now=TEN)
    bank.pay(payment.reference, late=True)

    run(TEN + timedelta(minutes=10))
    ask_bank(TEN + timedelta(minutes=10))

    payment.booking.refresh_from_db()
    assert payment.booking.status == Status.EXPIRED
    assert Refund.objects.get().reason == Refund.Reason.LATE
    assert bank.balance() == {"EUR": 0}
    in_order(bank)


# ── money that came in ──────────────────────────────────────────────────────────────────────────


def test_paid__that_agrees_is_looked_at_once_a_day_and_stays_as_it_is(bank, paid):
    before = everything()

    assert [run(SOON), run(TOMORROW - timedelta(seconds=1)), run(TOMORROW)] == [1, 0, 1]

    paid.refresh_from_db()
    assert paid.checked_at == TOMORROW
    Payment.objects.update(checked_at=None)
    assert everything() == before


def test_paid__learns_its_fee_method_and_name_when_the_bank_tells_them(bank, paid):
    Payment.objects.update(fee_amount=None, method="", provider_payment_id="")

    run()

    paid.refresh_from_db()
    assert (str(paid.fee_amount), paid.method) == ("0.010", "CARD")
    assert paid.provider_payment_id == f"money_{page_of(bank, paid).number}"
    assert found() == []


def test_paid__keeps_the_fee_that_is_known(bank, paid):
    Payment.objects.update(fee_amount=2)

    run()

    paid.refresh_from_db()
    assert paid.fee_amount == 2


def gone(bank, payment):
    del bank.pages[payment.reference]


def not_paid(bank, payment):
    page_of(bank, payment).paid = None


def other(amount="59", currency="EUR"):
    def change(bank, payment):
        page_of(bank, payment).paid = Money(Decimal(amount), currency)

    return change


def in_test_mode(bank, payment):
    page_of(bank, payment).live = False


AMISS = {
    "unknown there": (gone, "UNKNOWN_THERE"),
    "not paid there": (not_paid, "NOT_PAID_THERE"),
    "less": (other("59"), "OTHER_AMOUNT"),
    "more": (other("61"), "OTHER_AMOUNT"),
    "other currency": (other("60", "USD"), "OTHER_AMOUNT"),
    "test money": (in_test_mode, "NOT_PAID_THERE"),
}


@pytest.mark.parametrize(("amiss", "kind"), AMISS.values(), ids=AMISS)
def test_paid__that_stands_otherwise_there_is_told_once_and_left_as_it_is(bank, paid, amiss, kind):
    amiss(bank, paid)
    before = everything(without=frozenset({"Difference", "OutboxMessage"}))["Booking"]

    run(SOON)
    run(TOMORROW)

    assert found() == [(kind, "OPEN")]
    assert staff_mails(paid) == [paid.booking.business.owner.email]
    assert everything()["Booking"] == before
    paid.refresh_from_db()
    assert (paid.status, paid.refunded_amount) == (Payment.Status.SUCCEEDED, 0)


def test_paid__in_test_mode_is_not_asked_about_with_keys_for_real_money(bank, paid):
    Payment.objects.update(live=False)
    gone(bank, paid)

    assert run() == 1
    assert found() == []


def test_difference__that_is_gone_the_next_day_waits_no_more(bank, paid):
    page = page_of(bank, paid)
    page.paid, money = None, page.paid
    run(SOON)
    page.paid = money

    run(TOMORROW)

    row = Difference.objects.get()
    assert (row.status, row.ended_at) == ("REPAIRED", TOMORROW)


def test_dispute__waits_for_a_person_whatever_the_comparison_says(bank, paid):
    services.note_payment_difference(payment=paid, kind="DISPUTE", data={"event": "e"}, now=NOW)

    run()

    assert found() == [("DISPUTE", "OPEN")]
    assert len(staff_mails(paid)) == 1


def test_difference__that_a_person_dealt_with_is_not_found_again_until_it_changes(bank, paid):
    page_of(bank, paid).paid = eur(59)
    run(SOON)
    owner = Viewer(user=paid.booking.business.owner)
    services.resolve_difference(difference_id=Difference.objects.get().pk, viewer=owner, now=SOON)

    run(TOMORROW)
    assert found() == [("OTHER_AMOUNT", "RESOLVED")]

    page_of(bank, paid).paid = eur(58)
    run(TOMORROW + timedelta(days=1))
    assert found() == [("OTHER_AMOUNT", "RESOLVED"), ("OTHER_AMOUNT", "OPEN")]
    assert len(staff_mails(paid)) == 2


# ── refunds ─────────────────────────────────────────────────────────────────────────────────────


def test_refund__made_at_the_bank_is_entered_once_and_told_the_client(bank, paid):
    bank.give_back(paid.reference, 2000)

    run(SOON)
    run(TOMORROW)

    refund = Refund.objects.get()
    number = page_of(bank, paid).refunds[0].number
    assert (refund.reason, refund.status, refund.key) == (
        "EXTERNAL",
        "SUCCEEDED",
        f"external:{paid.pk}:{number}",
    )
    assert str(refund.money) == "20.00 EUR"
    assert found() == [("FOREIGN_REFUND", "REPAIRED")]
    assert told(paid.booking).count(("refunded", paid.booking.email)) == 1
    assert staff_mails(paid) == []
    in_order(bank)


def test_refund__made_at_the_bank_beyond_what_came_in_waits_for_a_person(bank, paid):
    bank.give_back(paid.reference, 4000)
    bank.give_back(paid.reference, 4000)

    run()

    assert Refund.objects.get().amount == 40
    assert found() == [("FOREIGN_REFUND", "REPAIRED"), ("FOREIGN_REFUND", "OPEN")]
    assert staff_mails(paid) == [paid.booking.business.owner.email]
    check_invariants()


def test_refund__left_to_a_person_who_made_it_at_the_bank_is_done(bank, paid):
    refund = refund_of(paid)
    Refund.objects.update(next_attempt_at=None)
    bank.give_back(paid.reference, 6000)

    run()

    refund.refresh_from_db()
    assert (refund.status, refund.provider_refund_id) == ("SUCCEEDED", page_of(bank, paid).refunds[0].number)
    assert found() == [("OTHER_REFUND", "REPAIRED")]
    assert bank.balance() == {"EUR": 0}
    in_order(bank)


@pytest.mark.parametrize("began_as", [RefundState.SUCCEEDED, RefundState.PENDING])
def test_refund__whose_answer_was_never_heard_is_not_asked_for_again(bank, paid, began_as):
    bank.refunds_begin_as = began_as
    bank.will("refund", Fault.TIMEOUT_AFTER)
    refund = refund_of(paid)
    ask_bank()
    Refund.objects.update(next_attempt_at=None)

    run()
    bank.finish_refunds()
    ask_bank(SOON)

    refund.refresh_from_db()
    assert (refund.status, bank.called("refund")) == ("SUCCEEDED", 1)
    assert found() == [("OTHER_REFUND", "REPAIRED")]
    in_order(bank)


def test_refund__that_ended_there_is_followed_at_once(bank, paid):
    bank.refunds_begin_as = RefundState.PENDING
    refund = refund_of(paid)
    ask_bank()
    Refund.objects.update(next_attempt_at=TOMORROW)
    bank.finish_refunds()

    run()
    tasks.SWEEPS["refunds"](SOON)

    refund.refresh_from_db()
    assert refund.status == "SUCCEEDED"
    assert found() == [("OTHER_REFUND", "REPAIRED")]


def test_refund__that_is_under_way_on_both_sides_is_no_difference(bank, paid):
    bank.refunds_begin_as = RefundState.PENDING
    refund_of(paid, 30)
    ask_bank()
    refund_of(paid, 20, "in flight")
    bank.give_back(paid.reference, 2000)
    page_of(bank, paid).refunds[-1].state = RefundState.SUCCEEDED

    run()

    assert found() == []
    assert not Refund.objects.filter(reason="EXTERNAL").exists()


def test_refund__counted_as_refused_that_is_done_counts_again(bank, paid):
    bank.will("refund", Fault.REFUSED)
    refund = refund_of(paid)
    ask_bank()
    page_of(bank, paid).refunds.append(Given("back_x", refund.key, 6000))

    run()

    refund.refresh_from_db()
    assert (refund.status, refund.provider_refund_id) == ("SUCCEEDED", "back_x")
    assert found() == [("OTHER_REFUND", "REPAIRED")]
    in_order(bank)


def test_refund__counted_as_refused_that_is_done_beside_another_waits_for_a_person(bank, paid):
    bank.will("refund", Fault.REFUSED)
    refund = refund_of(paid)
    ask_bank()
    refund_of(paid, 60, "second")
    ask_bank()
    page_of(bank, paid).refunds.append(Given("back_x", refund.key, 6000))

    run()

    refund.refresh_from_db()
    assert refund.status == "FAILED"
    assert found() == [("OTHER_REFUND", "OPEN")]
    assert len(staff_mails(paid)) == 1
    check_invariants()


def test_refund__that_came_back_is_no_refund_and_a_person_is_told(bank, paid):
    refund = refund_of(paid)
    ask_bank()
    page_of(bank, paid).refunds[0].state = RefundState.FAILED

    run()
    services.warn_due(now=SOON)

    refund.refresh_from_db()
    paid.refresh_from_db()
    assert (refund.status, refund.last_error, paid.refunded_amount) == ("FAILED", "account_closed", 0)
    assert found() == [("OTHER_REFUND", "REPAIRED")]
    assert "staff_refund_needs_person" in [template for template, _ in told(paid.booking)]
    in_order(bank)


def test_refund__that_the_bank_does_not_know_waits_for_a_person(bank, paid):
    refund_of(paid)
    ask_bank()
    page_of(bank, paid).refunds.clear()

    run(later(minutes=59))
    assert found() == []
    run(later(days=1, minutes=59))

    assert found() == [("OTHER_REFUND", "OPEN")]


def test_refund__asked_for_while_the_bank_was_asked_is_judged_at_the_next_look(bank, paid):
    def meanwhile():
        refund_of(paid)
        ask_bank()

    bank.will("refunds_of", meanwhile)
    bank.give_back(paid.reference, 100)

    run()

    assert found() == []
    assert Refund.objects.count() == 1


# ── banks that do not answer, and several workers ───────────────────────────────────────────────


@pytest.mark.parametrize("trouble", [Fault.TIMEOUT_BEFORE, Fault.REFUSED, lambda: 1 / 0])
def test_one_without_an_answer__does_not_hold_up_the_others(bank, payment, host, offered, trouble):
    second = factories.paying(host, offered, starts_at=TEN + timedelta(hours=1))
    bank.pay(payment.reference)
    bank.pay(second.reference)
    bank.will("ask", trouble)

    assert run(OVERDUE) == 2
    assert list(Payment.objects.order_by("pk").values_list("status", flat=True)) == ["OPEN", "SUCCEEDED"]

    assert run(OVERDUE + timedelta(minutes=10)) == 1
    assert found() == [("MISSED_SUCCESS", "REPAIRED")] * 2


def test_silent_bank__holds_up_no_other_provider(bank, host, offered, settings, monkeypatch):
    monkeypatch.setattr(reconcile, "BATCH", 2)
    mute = [factories.paying(host, offered, starts_at=TEN + timedelta(hours=hour)) for hour in range(5)]
    settings.PAYMENT_PROVIDER = "sandbox"
    other = factories.paying(host, offered, starts_at=TEN + timedelta(hours=5))
    sandbox.settle_checkout(reference=other.reference, status=SandboxCheckout.Status.SUCCESS, now=NOW)
    bank.will("ask", *[Fault.TIMEOUT_BEFORE] * 20)

    run(OVERDUE)

    other.refresh_from_db()
    assert other.status == Payment.Status.SUCCEEDED
    assert bank.called("ask") == reconcile.TRIES
    assert Payment.objects.filter(pk__in=[row.pk for row in mute], checked_at=None).count() == 2


def test_silence__of_hours_about_time_that_is_held_is_told_once_and_ends(bank, payment):
    bank.will("ask", *[Fault.TIMEOUT_BEFORE] * 3)
    long_after = payment.expires_at + reconcile.SILENT_TOO_LONG

    run(OVERDUE)
    assert found() == []
    run(long_after)
    run(long_after + timedelta(minutes=10))
    assert found() == [("NO_ANSWER", "OPEN")]
    assert len(staff_mails(payment)) == 1

    run(long_after + timedelta(minutes=20))
    assert found() == [("NO_ANSWER", "REPAIRED"), ("MISSED_END", "REPAIRED")]


def test_silence__for_good_ends_on_a_persons_word_and_late_money_still_goes_back(bank, payment, offered):
    staff = factories.staff_of(offered.business)
    bank.will("ask", *[Fault.TIMEOUT_BEFORE] * 20)
    bank.will("close", *[Fault.TIMEOUT_BEFORE] * 20)
    long_after = payment.expires_at + reconcile.SILENT_TOO_LONG
    run(long_after)
    (difference,) = Difference.objects.all()
    services.expire_due(now=long_after)
    stuck = {"booking_id": payment.booking_id, "viewer": staff, "now": long_after}
    assert refusal(services.cancel_as, **stuck).code == ErrorCode.PAYMENT_PROVIDER_ERROR

    services.resolve_difference(difference_id=difference.pk, viewer=staff, now=long_after)
    services.expire_due(now=long_after)

    payment.refresh_from_db()
    assert (payment.status, payment.booking.status) == (Payment.Status.CLOSED, Status.EXPIRED)
    assert payment.booking.slot is None
    check_invariants()

    bank.plan.clear()
    assert bank.pay(payment.reference, late=True)
    services.settle(payment_id=payment.pk, now=long_after)
    assert Refund.objects.get().reason == Refund.Reason.LATE


def test_second_worker__leaves_what_the_first_looks_at(bank, payment):
    bank.pay(payment.reference)
    others = []
    bank.will("ask", lambda: others.append(run(OVERDUE)))

    assert run(OVERDUE) == 1

    assert others == [0]
    assert found() == [("MISSED_SUCCESS", "REPAIRED")]


def test_run__is_bounded_and_the_next_goes_on(bank, host, offered, monkeypatch):
    monkeypatch.setattr(reconcile, "AT_ONCE", 2)
    for hour in range(3):
        factories.paying(host, offered, starts_at=TEN + timedelta(hours=hour))

    assert [run(OVERDUE), run(OVERDUE), run(OVERDUE)] == [2, 1, 0]


def test_on_site__money_is_never_asked_about(bank, host, offered):
    booking = factories.approved(host, offered)
    staff = factories.staff_of(offered.business)
    services.confirm_unpaid(booking_id=booking.pk, viewer=staff, now=NOW)
    services.record_on_site_payment(booking_id=booking.pk, viewer=staff, method="CASH", now=NOW)

    assert run() == 0
    assert list(services.reconcile_since(since=NOW, now=SOON)) == []
    assert bank.calls == []


def test_since__tells_of_those_that_a_silent_bank_was_not_asked_about(bank, host, offered):
    for hour in range(reconcile.TRIES + 2):
        factories.paying(host, offered, starts_at=TEN + timedelta(hours=hour))
    bank.will("ask", *[Fault.TIMEOUT_BEFORE] * 9)

    looks = list(services.reconcile_since(since=NOW, now=OVERDUE))

    assert [look.answered for look in looks] == [False] * 5
    assert bank.called("ask") == reconcile.TRIES


def test_since__looks_at_everything_that_ended_whenever_it_was_looked_at(bank, paid):
    bank.give_back(paid.reference, 2000)
    Payment.objects.update(checked_at=SOON)

    looks = list(services.reconcile_since(since=NOW, now=SOON))

    assert [(look.payment, look.answered) for look in looks] == [(paid, True)]
    assert [row.kind for row in looks[0].differences] == ["FOREIGN_REFUND"]
    assert list(services.reconcile_since(since=SOON, now=SOON)) == []
