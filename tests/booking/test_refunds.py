"""Refunds by staff: how much, by whom, told once, and what becomes of those that were left to a person."""

from decimal import Decimal

import pytest
from django.db import connection

from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.businesses.models import StaffMember
from bookings.common.errors import ErrorCode
from bookings.common.idempotency import AlreadyDone, Once
from bookings.notifications.models import OutboxMessage
from bookings.notifications.rendering import render
from bookings.payments import services as paying
from bookings.payments.models import Payment, Refund, SandboxCheckout
from tests import factories
from tests.factories import NOW, TEN, later
from tests.invariants import check_invariants
from tests.lifecycle import confirmed, ended
from tests.witness import everything, refusal

REASON = "The room was cold. 🥶"


@pytest.fixture
def manager(offered):
    return factories.staff_of(offered.business)


@pytest.fixture
def payment(host, offered):
    return Payment.objects.get(booking=confirmed(host, offered))


@pytest.fixture
def taken(host, manager):
    """60.00 EUR that somebody took at the practice."""
    offered = factories.service(host.business, payment_policy="ON_SITE")
    host.services.add(offered)
    booking = factories.approved(host, offered)
    return services.record_on_site_payment(booking_id=booking.pk, viewer=manager, method="CASH", now=NOW)


def refund(payment, viewer, amount=None, **given):
    amount = Decimal(amount) if amount is not None else None
    return services.refund_payment(
        **{
            "payment_id": payment.pk,
            "viewer": viewer,
            "amount": amount,
            "reason": REASON,
            "now": NOW,
            **given,
        }
    )


def refused(*given, **named):
    """The refusal of a refund."""
    return refusal(lambda: refund(*given, **named))


def mails():
    return list(OutboxMessage.objects.filter(template="refunded").order_by("pk"))


def under(key, **given):
    return Once.of(scope="user:1", mutation="refundPayment", key=key, given=given)


def test_refund__in_parts_and_then_all_that_is_left(payment, manager):
    parts = [refund(payment, manager, "10"), refund(payment, manager, "0.01"), refund(payment, manager)]

    assert [part.amount for part in parts] == [Decimal("10"), Decimal("0.01"), Decimal("49.99")]
    assert {part.reason for part in parts} == {"STAFF"}
    payment.refresh_from_db()
    assert payment.left.amount == 0
    assert paying.run_due_refunds(now=later(seconds=1)) == 3
    assert SandboxCheckout.objects.get().refunded_minor == 6000
    check_invariants()


def test_refund__keeps_who_and_why_where_no_one_reads_it(payment, manager):
    made = refund(payment, manager, "10", reason=f"  {REASON} ")

    made = Refund.objects.get(pk=made.pk)
    assert (made.note, made.requested_by) == (REASON, manager.user)
    with connection.cursor() as cursor:
        cursor.execute("SELECT note FROM bookings_refund")
        assert "cold" not in cursor.fetchone()[0]


def test_refund__tells_the_client_once_and_not_why(payment, manager):
    made = refund(payment, manager, "10")
    paying.run_due_refunds(now=later(seconds=1))
    services.retry_refund(refund_id=made.pk, viewer=manager, now=NOW)

    (mail,) = mails()
    assert (mail.recipient, mail.context["amount"]) == (payment.booking.email, "10.00 EUR")
    assert "We are sending 10.00 EUR back" in render(mail).text
    assert "cold" not in repr((mail.context, mail.secrets))


def test_refund__each_has_a_mail_of_its_own(payment, manager):
    refund(payment, manager, "10")
    refund(payment, manager, "10")

    assert len(mails()) == 2


@pytest.mark.parametrize(
    "reach",
    [confirmed, ended(services.complete), ended(services.mark_no_show)],
    ids=["confirmed", "completed", "missed"],
)
def test_refund__leaves_the_booking_as_it_is(host, offered, manager, reach):
    booking = reach(host, offered)
    before = booking.status, booking.events.count()

    refund(Payment.objects.get(), manager)

    booking.refresh_from_db()
    assert (booking.status, booking.events.count()) == before
    check_invariants()


def test_refund__of_a_cancelled_booking_gives_back_what_was_kept(payment, manager):
    services.cancel_as(booking_id=payment.booking_id, viewer=manager, refund_percent=50, now=NOW)

    assert refund(payment, manager).amount == 30
    check_invariants()


def test_refund__of_money_that_goes_back_by_itself_finds_nothing_left(host, offered, manager):
    late = factories.paying(host, offered)
    services.expire_due(now=TEN)
    SandboxCheckout.objects.update(status="SUCCESS", paid_at=TEN)
    services.settle(payment_id=late.pk, now=TEN)

    error = refused(late, manager, now=TEN)

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, ["amount"])
    assert Refund.objects.get().reason == "LATE"


@pytest.mark.parametrize(
    "amount", ["60.01", "0", "-1", "10.001", "1E-9", "1E+30", "NaN", "Infinity", "1E-999999"]
)
def test_refund__of_what_cannot_go_back_is_refused(payment, manager, amount):
    before = everything()

    error = refused(payment, manager, amount)

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, ["amount"])
    assert everything() == before


def test_refund__of_a_currency_without_digits_has_none(host, manager):
    offered = factories.service(host.business, currency="JPY", price=Decimal(5000))
    host.services.add(offered)
    payment = Payment.objects.get(booking=confirmed(host, offered))

    assert refused(payment, manager, "10.5").code == ErrorCode.VALIDATION_FAILED
    assert str(refund(payment, manager, "10").money) == "10 JPY"


@pytest.mark.parametrize("reason", ["", "  ", "x" * 2001, "nul \0", "\ud800"])
def test_refund__needs_a_reason_that_can_be_kept(payment, manager, reason):
    error = refused(payment, manager, reason=reason)

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, ["reason"])
    assert not Refund.objects.exists()


def test_refund__is_for_owner_managers_and_admin(payment, host, offered):
    host.user = factories.user()
    host.save()
    booking = payment.booking
    others = {
        "staff": factories.staff_of(offered.business, StaffMember.Role.STAFF),
        "client": Viewer(user=factories.user(booking.email)),
        "token": factories.client_of(booking),
        "consultant": Viewer(user=host.user),
        "other practice": factories.staff_of(factories.business(), StaffMember.Role.OWNER),
        "nobody": Viewer(),
    }
    codes = {who: str(refused(payment, viewer).code) for who, viewer in others.items()}

    assert codes == {
        "staff": "FORBIDDEN", "client": "FORBIDDEN", "token": "FORBIDDEN",
        "consultant": "NOT_FOUND", "other practice": "NOT_FOUND", "nobody": "NOT_FOUND",
    }  # fmt: skip
    assert not Refund.objects.exists()
    assert refund(payment, Viewer(user=offered.business.owner), "1")
    assert refund(payment, Viewer(user=factories.user(is_superuser=True)), "1")


def test_refund__under_one_key_is_one(payment, manager):
    made = refund(payment, manager, "10", once=under("k", amount="10"))

    with pytest.raises(AlreadyDone) as again:
        refund(payment, manager, "10", once=under("k", amount="10"))
    assert again.value.object_id == made.pk
    assert (Refund.objects.count(), len(mails())) == (1, 1)


def test_refund__under_the_key_of_another_is_refused(payment, manager):
    refund(payment, manager, "10", once=under("k", amount="10"))

    error = refused(payment, manager, "20", once=under("k", amount="20"))

    assert error.code == ErrorCode.IDEMPOTENCY_MISMATCH
    assert Refund.objects.get().amount == 10


def test_refund__that_was_refused_leaves_its_key(payment, manager):
    refused(payment, manager, "100", once=under("k", amount="100"))

    assert refund(payment, manager, "10", once=under("k", amount="10")).amount == 10


def test_refund__of_what_was_paid_on_site_is_done_at_once_and_no_provider_asked(taken, manager):
    made = refund(taken, manager, "20")

    assert (made.status, made.done_at, made.method, made.next_attempt_at) == ("SUCCEEDED", NOW, "CASH", None)
    assert paying.run_due_refunds(now=later(days=1)) == 0
    assert paying.run_refund(made.pk, now=NOW) is None
    (mail,) = mails()
    assert "The practice gave 20.00 EUR back to you" in render(mail).text
    assert "bank" not in render(mail).text
    check_invariants()


def test_refund__that_the_provider_refused_can_be_asked_for_anew(payment, manager):
    first = refund(payment, manager, "10")
    Refund.objects.filter(pk=first.pk).update(status="FAILED", next_attempt_at=None)
    Payment.objects.filter(pk=payment.pk).update(refunded_amount=0)

    error = refusal(services.retry_refund, refund_id=first.pk, viewer=manager, now=NOW)
    again = refund(payment, manager, "10")

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, ["refundId"])
    assert again.key != first.key
    check_invariants()


@pytest.mark.parametrize(
    "left", [{"next_attempt_at": None}, {"status": "PENDING", "needs_person": True}], ids=["silent", "stuck"]
)
def test_retry__takes_up_what_was_left_to_a_person(payment, manager, left):
    made = refund(payment, manager)
    Refund.objects.filter(pk=made.pk).update(attempts=20, **left)

    again = services.retry_refund(refund_id=made.pk, viewer=manager, now=NOW)

    assert (again.attempts, again.next_attempt_at, again.is_left_to_a_person) == (0, later(seconds=1), False)
    assert again.key == made.key


def test_retry__leaves_what_goes_on_or_is_done(payment, manager):
    made = refund(payment, manager)
    before = everything()
    services.retry_refund(refund_id=made.pk, viewer=manager, now=NOW)
    assert everything() == before

    paying.run_due_refunds(now=later(seconds=1))
    assert services.retry_refund(refund_id=made.pk, viewer=manager, now=NOW).status == "SUCCEEDED"


def test_retry__is_for_whom_a_refund_is(payment, manager, offered):
    made = refund(payment, manager)
    staff = factories.staff_of(offered.business, StaffMember.Role.STAFF)
    stranger = factories.staff_of(factories.business(), StaffMember.Role.OWNER)

    codes = [
        refusal(services.retry_refund, refund_id=pk, viewer=viewer, now=NOW).code
        for pk, viewer in ((made.pk, staff), (made.pk, stranger), (0, manager))
    ]

    assert codes == [ErrorCode.FORBIDDEN, ErrorCode.NOT_FOUND, ErrorCode.NOT_FOUND]


def test_erase__takes_the_words_about_a_refund(host, offered, manager):
    booking = ended(services.complete)(host, offered)
    refund(Payment.objects.get(), manager, "10")

    services.erase(booking_id=booking.pk, now=TEN)

    assert Refund.objects.get().note == ""


def test_refund__of_nothing_paid_is_refused(host, offered, manager):
    attempt = factories.paying(host, offered)

    assert refused(attempt, manager).code == ErrorCode.VALIDATION_FAILED
    assert refused(attempt, manager, "1").code == ErrorCode.VALIDATION_FAILED
