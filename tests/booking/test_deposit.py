"""A part of the price is paid online, the rest on site: from drafting to the last coin."""

from decimal import Decimal

import pytest

from bookings.booking import services
from bookings.booking.amounts import balance, kept
from bookings.booking.policies import due_online
from bookings.booking.states import Status
from bookings.common.errors import ErrorCode
from bookings.notifications.models import OutboxMessage
from bookings.notifications.rendering import render
from bookings.payments import sandbox
from bookings.payments.models import Payment, SandboxCheckout
from tests import factories
from tests.factories import NOW, later
from tests.invariants import check_invariants
from tests.witness import refusal


@pytest.fixture
def offered(db):
    return factories.service(deposit_percent=30)


def pay(booking):
    """Let the client pay what is asked; gives the attempt."""
    payment = services.start_payment(booking_id=booking.pk, viewer=factories.client_of(booking), now=NOW)
    sandbox.settle_checkout(reference=payment.reference, status=SandboxCheckout.Status.SUCCESS, now=NOW)
    payment = services.settle(payment_id=payment.pk, now=NOW)
    booking.refresh_from_db()
    return payment


def mail(booking, template):
    return render(OutboxMessage.objects.filter(booking=booking, template=template).latest("pk")).text


@pytest.mark.parametrize(
    ("currency", "price", "percent", "deposit", "rest"),
    [
        ("EUR", "60", 30, "18.00 EUR", "42.00 EUR"),
        ("EUR", "0.05", 50, "0.03 EUR", "0.02 EUR"),
        ("JPY", "1001", 50, "501 JPY", "500 JPY"),
        ("KWD", "10.001", 25, "2.500 KWD", "7.501 KWD"),
    ],
)
def test_deposit__story(db, currency, price, percent, deposit, rest):
    offered = factories.service(currency=currency, price=Decimal(price), deposit_percent=percent)
    booking = factories.approved(factories.consultant(offered), offered)
    whole = f"{booking.price} {currency}"
    assert f"Please pay a deposit of {deposit} now; {rest} is paid on site." in mail(
        booking, "approved_pay_by"
    )
    assert balance(booking).amount == Decimal(price), whole

    payment = pay(booking)

    assert (booking.status, payment.purpose, str(payment.paid)) == (Status.CONFIRMED, "DEPOSIT", deposit)
    assert (str(kept(booking)), str(balance(booking))) == (deposit, rest)
    assert f"Your deposit of {deposit} is paid; {rest} is paid on site." in mail(booking, "confirmed")
    check_invariants()
    staff = factories.staff_of(offered.business)
    on_site = services.record_on_site_payment(booking_id=booking.pk, viewer=staff, method="CARD", now=NOW)
    assert (str(on_site.paid), balance(booking).amount) == (rest, 0)
    check_invariants()


def test_story__free_confirms_and_asks_nothing(db):
    offered = factories.service(price=Decimal(0), deposit_percent=30)
    booking = factories.approved(factories.consultant(offered), offered)

    assert (booking.status, booking.deposit, balance(booking).amount) == (Status.CONFIRMED, 0, 0)
    assert "paid on site" not in mail(booking, "confirmed")
    check_invariants()


@pytest.mark.parametrize("policy", ["ON_SITE", "EITHER"])
def test_story__on_site_asks_all_of_it_there(db, policy):
    offered = factories.service(payment_policy=policy, deposit_percent=30)
    chosen = {"payment_mode": "ON_SITE"} if policy == "EITHER" else {}
    booking = factories.approved(factories.consultant(offered), offered, **chosen)

    assert (booking.status, booking.deposit, str(balance(booking))) == (Status.CONFIRMED, 0, "60.00 EUR")
    assert "60.00 EUR is paid on site." in mail(booking, "confirmed")
    check_invariants()


def test_story__online_asks_all_of_it_at_once(db):
    offered = factories.service(payment_policy="EITHER")
    booking = factories.approved(factories.consultant(offered), offered)
    assert "Please pay 60.00 EUR." in mail(booking, "approved_pay_by")

    payment = pay(booking)

    assert (payment.purpose, balance(booking).amount) == ("PRICE", 0)
    assert "paid on site" not in mail(booking, "confirmed")


@pytest.mark.parametrize(
    ("price", "deposit", "due"),
    [("50", "15", "15.00 EUR"), ("120", "36", "36.00 EUR"), ("0.01", "0", "0.01 EUR")],
)
def test_approve__deposit_is_the_same_share_of_another_price(host, offered, price, deposit, due):
    booking = factories.pending(host, offered)

    services.approve(
        booking_id=booking.pk, viewer=factories.staff_of(offered.business), price=Decimal(price), now=NOW
    )

    booking.refresh_from_db()
    assert (booking.deposit, str(due_online(booking))) == (Decimal(deposit), due)
    assert str(pay(booking).paid) == due
    check_invariants()


def test_approve__price_of_nothing_asks_no_deposit(host, offered):
    booking = factories.pending(host, offered)

    services.approve(
        booking_id=booking.pk, viewer=factories.staff_of(offered.business), price=Decimal(0), now=NOW
    )

    booking.refresh_from_db()
    assert (booking.status, booking.deposit) == (Status.CONFIRMED, 0)
    check_invariants()


def test_approve__price_of_what_was_free_needs_somebody_who_takes_it(settings, db):
    settings.PAYMENT_PROVIDER = "none"
    offered = factories.service(price=Decimal(0))
    booking = factories.pending(factories.consultant(offered), offered)
    staff = factories.staff_of(offered.business)

    error = refusal(services.approve, booking_id=booking.pk, viewer=staff, price=Decimal(5), now=NOW)

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, ["price"])


def test_create__by_staff_asks_the_deposit(host, offered):
    booking = services.create(
        request=factories.request_for(host, offered),
        how=services.Creation(),
        viewer=factories.staff_of(offered.business),
        now=NOW,
    )

    assert (booking.status, booking.price, booking.deposit) == (Status.APPROVED, 60, 18)


def test_reschedule__moves_no_amount(host, offered):
    booking = factories.approved(host, offered)
    type(offered).objects.filter(pk=offered.pk).update(price=Decimal(90), deposit_percent=50)

    services.reschedule(
        booking_id=booking.pk, viewer=factories.client_of(booking), starts_at=later(hours=4), now=NOW
    )

    booking.refresh_from_db()
    assert (booking.price, booking.deposit) == (60, 18)


def test_give_discount__before_payment_the_deposit_is_the_same_share(host, offered):
    booking = factories.approved(host, offered)
    staff = factories.staff_of(offered.business)

    services.give_discount(booking_id=booking.pk, viewer=staff, percent=50, reason="So.", now=NOW)

    booking.refresh_from_db()
    assert (booking.price, booking.deposit) == (30, 9)
    text = mail(booking, "price_lowered")
    assert "Please pay a deposit of 9.00 EUR now; 21.00 EUR is paid on site." in text
    assert str(pay(booking).paid) == "9.00 EUR"
    check_invariants()


def test_give_discount__after_the_deposit_comes_off_the_rest(host, offered):
    booking = factories.approved(host, offered)
    staff = factories.staff_of(offered.business)
    pay(booking)

    error = refusal(
        services.give_discount,
        booking_id=booking.pk, viewer=staff, amount=Decimal("42.01"), reason="So.", now=NOW,
    )  # fmt: skip
    assert error.code == ErrorCode.VALIDATION_FAILED
    services.give_discount(booking_id=booking.pk, viewer=staff, amount=Decimal(42), reason="So.", now=NOW)

    booking.refresh_from_db()
    assert (booking.price, booking.deposit, balance(booking).amount) == (18, 18, 0)
    check_invariants()


def test_confirm_unpaid__asks_all_of_it_on_site(host, offered):
    booking = factories.approved(host, offered)

    services.confirm_unpaid(booking_id=booking.pk, viewer=factories.staff_of(offered.business), now=NOW)

    booking.refresh_from_db()
    assert (booking.status, booking.deposit, balance(booking).amount) == (Status.CONFIRMED, 0, 60)
    assert "60.00 EUR is paid on site." in mail(booking, "confirmed")
    check_invariants()


def test_settle__more_than_the_deposit_goes_back_in_full(host, offered):
    booking = factories.approved(host, offered)
    payment = services.start_payment(booking_id=booking.pk, viewer=factories.client_of(booking), now=NOW)
    SandboxCheckout.objects.filter(reference=payment.reference).update(
        status="SUCCESS", amount_minor=6000, paid_at=NOW
    )

    services.settle(payment_id=payment.pk, now=NOW)

    booking.refresh_from_db()
    payment.refresh_from_db()
    assert (booking.status, payment.refunded_amount) == (Status.APPROVED, 60)
    assert balance(booking).amount == 60
    check_invariants()


def test_cancel__of_a_deposit_leaves_nothing_to_pay(host, offered):
    booking = factories.approved(host, offered)
    pay(booking)

    services.cancel_as(booking_id=booking.pk, viewer=factories.staff_of(offered.business), now=NOW)

    booking.refresh_from_db()
    assert (balance(booking).amount, Payment.objects.get().refunded_amount) == (0, 18)
    check_invariants()


def test_confirmed__consultants_read_no_amounts(host, offered):
    host.user = factories.user()
    host.save(update_fields=["user"])
    booking = factories.approved(host, offered)
    pay(booking)

    told = OutboxMessage.objects.get(booking=booking, template="consultant_confirmed").context

    assert [told[name] for name in ("amount", "deposit", "on_site")] == ["", "", ""]
    assert "EUR" not in mail(booking, "consultant_confirmed")
