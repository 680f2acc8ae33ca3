"""Which payments are looked at and when again, and what a comparison finds, without anybody being asked."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bookings.common.money import Money
from bookings.payments import services
from bookings.payments.comparing import Finding, Repair, compare
from bookings.payments.models import Difference, Payment, Refund
from bookings.payments.providers.base import (
    PaymentState,
    ProviderPayment,
    ProviderRefund,
    RefundState,
)
from tests.factories import NOW

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
Kind = Difference.Kind


def is_due(payment, **columns):
    Payment.objects.filter(pk=payment.pk).update(**columns)
    return [due.payment for due in services.due_payments(now=NOW, number=9)] == [payment]


# ── when ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("status", "began", "ends", "looked", "due"),
    [
        ("OPEN", -HOUR, 5 * MINUTE, None, False),
        ("OPEN", -HOUR, -4 * MINUTE, None, False),
        ("OPEN", -HOUR, -5 * MINUTE, None, True),
        ("OPEN", -HOUR, -5 * MINUTE, -9 * MINUTE, False),
        ("OPEN", -HOUR, -9 * DAY, -10 * MINUTE, True),
        ("CREATING", -4 * MINUTE, HOUR, None, False),
        ("CREATING", -5 * MINUTE, HOUR, None, True),
        ("CREATING", -5 * MINUTE, HOUR, -9 * MINUTE, False),
        ("CREATING", -5 * MINUTE, HOUR, -10 * MINUTE, True),
    ],
)
def test_open__is_due_when_it_is_open_too_long(attempt, status, began, ends, looked, due):
    columns = {"status": status, "created_at": NOW + began, "expires_at": NOW + ends}

    assert is_due(attempt, checked_at=looked and NOW + looked, **columns) == due


@pytest.mark.parametrize("status", ["FAILED", "CLOSED"])
@pytest.mark.parametrize(
    ("ended", "looked", "due"),
    [
        (-4 * MINUTE, None, False),
        (-5 * MINUTE, None, True),
        (-59 * MINUTE, -9 * MINUTE, False),
        (-59 * MINUTE, -10 * MINUTE, True),
        (-HOUR, -10 * MINUTE, False),
        (-DAY + MINUTE, -59 * MINUTE, False),
        (-DAY + MINUTE, -HOUR, True),
        (-DAY, -HOUR, False),
        (-DAY, -12 * HOUR, True),
        (-7 * DAY + MINUTE, -11 * HOUR, False),
        (-7 * DAY + MINUTE, -12 * HOUR, True),
        (-7 * DAY, -2 * DAY, False),
        (-7 * DAY, None, False),
    ],
)
def test_ended__is_due_at_growing_intervals_for_a_week(attempt, status, ended, looked, due):
    assert is_due(attempt, status=status, closed_at=NOW + ended, checked_at=looked and NOW + looked) == due


@pytest.mark.parametrize(
    ("paid", "looked", "due"),
    [
        (-4 * MINUTE, None, False),
        (-5 * MINUTE, None, True),
        (-9 * DAY, -DAY + MINUTE, False),
        (-9 * DAY, -DAY, True),
        (-30 * DAY + MINUTE, -2 * DAY, True),
        (-30 * DAY, -2 * DAY, False),
    ],
)
def test_paid__is_due_once_a_day_for_a_month(attempt, paid, looked, due):
    columns = {"status": "SUCCEEDED", "paid_amount": 60, "paid_currency": "EUR", "closed_at": NOW + paid}

    assert is_due(attempt, checked_at=looked and NOW + looked, **columns) == due
    assert not is_due(attempt, provider=Payment.ON_SITE, purpose=Payment.Purpose.ON_SITE)


@pytest.mark.parametrize(
    ("refunded", "looked", "due"),
    [
        (-30 * DAY + MINUTE, -DAY, True),
        (-30 * DAY + MINUTE, -DAY + MINUTE, False),
        (-30 * DAY, -9 * DAY, False),
    ],
)
def test_paid_earlier__is_due_for_a_month_after_each_refund(attempt, refunded, looked, due):
    Refund.objects.create(
        payment=attempt, amount=1, reason="STAFF", key="k", status="FAILED", created_at=NOW + refunded
    )
    columns = {"status": "SUCCEEDED", "paid_amount": 60, "paid_currency": "EUR", "closed_at": NOW - 90 * DAY}

    assert is_due(attempt, checked_at=NOW + looked, **columns) == due
    since = services.payments_since(since=NOW - 30 * DAY, now=NOW)
    assert bool(since) == (refunded > -30 * DAY)


def test_due__gives_who_waited_longest_and_leaves_out_who_is_silent(attempt):
    columns = {"status": "CLOSED", "closed_at": NOW - 2 * DAY}
    Payment.objects.update(**columns, checked_at=NOW - DAY)
    rows = [
        Payment.objects.create(
            booking=attempt.booking, provider=name, reference=f"SW-{number}", amount=1, currency="EUR",
            live=False, expires_at=NOW, checked_at=looked, **columns,
        )
        for number, (name, looked) in enumerate([("sandbox", None), ("bank", NOW - 2 * DAY)])
    ]  # fmt: skip

    def given(**arguments):
        return [due.payment for due in services.due_payments(now=NOW, **arguments)]

    assert given(number=9) == [rows[0], rows[1], attempt]
    assert given(number=2) == [rows[0], rows[1]]
    assert given(number=9, without=[("bank", None)]) == [rows[0], attempt]


def test_look__is_taken_once(attempt):
    Payment.objects.update(expires_at=NOW - HOUR)
    first, second = (services.due_payments(now=NOW, number=1)[0].payment for _ in range(2))

    assert services.claim_look(payment=first, now=NOW)
    assert not services.claim_look(payment=second, now=NOW + MINUTE)
    attempt.refresh_from_db()
    assert attempt.checked_at == NOW


def test_look__is_not_taken_at_what_moved_on(attempt):
    stale = Payment.objects.get()
    services.attempt_closed(payment=attempt, now=NOW)

    assert not services.claim_look(payment=stale, now=NOW)


# ── what ────────────────────────────────────────────────────────────────────────────────────────


def eur(amount):
    return Money(Decimal(amount), "EUR")


@pytest.fixture
def paid(attempt):
    told = ProviderPayment(attempt.reference, PaymentState.PAID, live=False, amount=attempt.asked)
    services.record_success(payment=attempt, told=told, now=NOW)
    return attempt


def refund(paid, status, amount=60, **columns):
    """A refund of ours that stands so, with its amount reserved."""
    made = Refund(payment=paid, amount=Decimal(amount), reason="STAFF", key=f"k{amount}", status=status)
    for name, value in columns.items():
        setattr(made, name, value)
    made.save()
    if status != "FAILED":
        paid.refunded_amount += made.amount
        paid.save()
    return made


def there(state="SUCCEEDED", amount=60, number="re_1", key=""):
    money = eur(amount) if amount is not None else None
    return ProviderRefund(RefundState(state), number, amount=money, key=key)


def found(paid, *given, ours=()) -> list[Finding]:
    told = ProviderPayment(paid.reference, PaymentState.PAID, live=False, amount=paid.paid)
    return compare(payment=paid, refunds=list(ours), told=told, there=list(given), now=NOW + DAY)


def repairs(*arguments, **keywords):
    return [finding.repair for finding in found(*arguments, **keywords)]


@pytest.mark.parametrize(
    ("ours", "state", "repair"),
    [
        ("REQUESTED", "SUCCEEDED", Repair.ACCEPT),
        ("REQUESTED", "PENDING", Repair.ACCEPT),
        ("REQUESTED", "STUCK", Repair.ACCEPT),
        ("REQUESTED", "FAILED", None),
        ("PENDING", "SUCCEEDED", Repair.HASTEN),
        ("PENDING", "FAILED", Repair.HASTEN),
        ("PENDING", "PENDING", None),
        ("PENDING", "STUCK", None),
        ("SUCCEEDED", "FAILED", Repair.FAIL),
        ("SUCCEEDED", "SUCCEEDED", None),
        ("SUCCEEDED", "PENDING", None),
        ("FAILED", "SUCCEEDED", Repair.SUCCEED),
        ("FAILED", "FAILED", None),
        ("FAILED", "PENDING", None),
    ],
)
@pytest.mark.parametrize("by", ["its name there", "our key"])
def test_compare__refund_of_ours_that_both_know(paid, ours, state, repair, by):
    row = refund(paid, ours, provider_refund_id="re_1" if by == "its name there" else "")

    findings = found(paid, there(state, key="" if row.provider_refund_id else row.key), ours=[row])

    assert [(finding.kind, finding.repair) for finding in findings] == (
        [(Kind.OTHER_REFUND, repair)] if repair else []
    )


def test_compare__refund_that_is_being_asked_for_is_left_alone(paid):
    row = refund(paid, "REQUESTED", 20, next_attempt_at=NOW)

    assert repairs(paid, there(amount=20, key=row.key), ours=[row]) == []
    assert repairs(paid, there(amount=20), ours=[row]) == []
    assert repairs(paid, there(amount=20, key="another's"), ours=[row]) == [Repair.RECORD]


def test_compare__refund_made_by_hand_is_the_one_left_to_a_person_only_to_the_same_amount(paid):
    row = refund(paid, "REQUESTED", 20)

    assert repairs(paid, there(amount=20), ours=[row]) == [Repair.ADOPT]
    assert repairs(paid, there(amount=30), ours=[row]) == [Repair.RECORD]
    assert repairs(paid, there("PENDING", amount=20), ours=[row]) == []
    assert repairs(paid, there(amount=41), ours=[row]) == [None]


def test_compare__one_refund_of_theirs_stands_for_one_of_ours(paid):
    rows = [refund(paid, "REQUESTED", 20, key=name) for name in ("a", "b")]

    assert repairs(paid, there(amount=20), ours=rows) == [Repair.ADOPT]
    assert repairs(paid, there(amount=20), there(amount=20, number="re_2"), ours=rows) == [Repair.ADOPT] * 2


def test_compare__key_that_was_used_twice_there_is_two_refunds(paid):
    row = refund(paid, "SUCCEEDED", 20, provider_refund_id="re_1")
    twice = [there(amount=20, key=row.key), there(amount=20, number="re_2", key=row.key)]

    assert repairs(paid, *twice, ours=[row]) == [Repair.RECORD]


def test_compare__repeat_of_a_try_that_failed_counts(paid):
    row = refund(paid, "FAILED", 20)
    tries = [there("FAILED", 20, key=row.key), there(amount=20, number="re_2", key=row.key)]

    assert repairs(paid, *tries, ours=[row]) == [Repair.SUCCEED]


def test_compare__what_came_back_is_left_for_what_is_done(paid):
    came_back = refund(paid, "SUCCEEDED", 60, provider_refund_id="re_1")
    by_hand = there(amount=60, number="re_2")

    assert repairs(paid, there("FAILED"), by_hand, ours=[came_back]) == [Repair.FAIL, Repair.RECORD]


@pytest.mark.parametrize(
    "told",
    [there(amount=61), there(amount=None), there(number=""), ProviderRefund(
        RefundState.SUCCEEDED, "re_1", amount=Money(Decimal(1), "USD")
    )],
    ids=["more than came in", "no amount", "no name", "other currency"],
)  # fmt: skip
def test_compare__refund_that_cannot_be_entered_waits_for_a_person(paid, told):
    findings = found(paid, told)

    assert [(finding.kind, finding.repair) for finding in findings] == [(Kind.FOREIGN_REFUND, None)]


@pytest.mark.parametrize("state", ["PENDING", "FAILED", "STUCK"])
def test_compare__foreign_refund_that_is_not_done_is_none_yet(paid, state):
    assert found(paid, there(state)) == []


def test_compare__refund_of_another_amount_waits_for_a_person(paid):
    row = refund(paid, "SUCCEEDED", 20, provider_refund_id="re_1")

    assert repairs(paid, there(amount=21), ours=[row]) == [None]
    assert repairs(paid, there(amount=None), ours=[row]) == []


def test_compare__money_that_went_back_without_a_refund_waits_for_a_person(paid):
    told = ProviderPayment(paid.reference, PaymentState.PAID, live=False, amount=paid.paid, returned=True)

    def judged(*given, ours=()):
        findings = compare(payment=paid, refunds=list(ours), told=told, there=list(given), now=NOW)
        return [(finding.kind, finding.repair) for finding in findings]

    assert judged() == [(Kind.FOREIGN_REFUND, None)]
    assert judged(there()) == [(Kind.FOREIGN_REFUND, Repair.RECORD)]
    row = refund(paid, "SUCCEEDED", provider_refund_id="re_1")
    assert judged(there(), ours=[row]) == []


def test_compare__answer_about_another_reference_is_no_proof(paid):
    told = ProviderPayment("SW-other", PaymentState.PAID, live=False, amount=paid.paid)

    (finding,) = compare(payment=paid, refunds=[], told=told, there=[there()], now=NOW)

    assert (finding.kind, finding.data["theirs"]) == (Kind.NOT_PAID_THERE, "SW-other")


# ── repairing ───────────────────────────────────────────────────────────────────────────────────


def test_repair__of_what_moved_on_changes_nothing(paid):
    row = refund(paid, "SUCCEEDED", 20, provider_refund_id="re_1")
    (finding,) = found(paid, there("FAILED", 20), ours=[row])
    Refund.objects.update(attempts=7)

    assert services.repair_refund(payment=paid, finding=finding, now=NOW) is None
    paid.refresh_from_db()
    assert (paid.refunded_amount, Refund.objects.get().status) == (20, "SUCCEEDED")


def test_repair__enters_one_foreign_refund_once(paid):
    (finding,) = found(paid, there(amount=20, number="r" * 255))

    rows = [services.repair_refund(payment=paid, finding=finding, now=NOW) for _ in range(2)]

    assert rows[0] == rows[1]
    assert rows[0].provider_refund_id == "r" * 255
    assert len(rows[0].key) == len(f"external:{paid.pk}:sha256:") + 64
    assert paid.refunded_amount == 20


def test_repair__of_what_waits_for_a_person_is_none(paid):
    (finding,) = found(paid, there(amount=61))

    with pytest.raises(ValueError, match="nothing to repair"):
        services.repair_refund(payment=paid, finding=finding, now=NOW)
