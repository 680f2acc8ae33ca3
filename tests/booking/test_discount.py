"""Staff take something off a price, and say why: before it is paid, and never what was paid."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bookings.booking import services
from bookings.booking.amounts import balance
from bookings.booking.models import Booking, Discount
from bookings.booking.policies import due_online
from bookings.booking.states import Status
from bookings.booking.wishes import Period, Wish
from bookings.businesses.models import StaffMember
from bookings.common.errors import ErrorCode
from bookings.common.idempotency import AlreadyDone, Once
from bookings.notifications.models import OutboxMessage
from bookings.notifications.rendering import render
from bookings.payments import sandbox
from bookings.payments.models import Payment, Refund, SandboxCheckout
from tests import factories, lifecycle
from tests.factories import NOW, TEN, later
from tests.invariants import check_invariants
from tests.witness import everything, history, refusal, told

WISH = Wish(TEN.date(), Period.MORNING)
PAID, FAILED = SandboxCheckout.Status.SUCCESS, SandboxCheckout.Status.FAILED


def discount(booking, *, viewer=None, now=NOW, **given):
    given.setdefault("reason", "A friend of the house.")
    viewer = viewer or factories.staff_of(booking.business)
    given = services.give_discount(booking_id=booking.pk, viewer=viewer, now=now, **given)
    booking.refresh_from_db()
    return given


def refused(booking, *, now=NOW, **given):
    """The refusal of a discount, which changed nothing."""
    staff = factories.staff_of(booking.business)
    before = everything()
    given = {"reason": "Because.", **given}
    error = refusal(services.give_discount, booking_id=booking.pk, viewer=staff, now=now, **given)
    assert everything() == before
    return error


def mail(booking, template):
    return render(OutboxMessage.objects.filter(booking=booking, template=template).latest("pk")).text


def test_give_discount__of_a_request_lowers_what_its_approval_asks(host, offered):
    booking = factories.pending(host, offered)
    staff = factories.staff_of(offered.business)

    discount(booking, viewer=staff, amount=Decimal("12.5"))

    assert (booking.status, booking.price, booking.discount) == (
        Status.PENDING,
        Decimal("47.5"),
        Decimal("12.5"),
    )
    row = Discount.objects.get(booking=booking)
    assert (row.amount, row.reason, row.given_by) == (Decimal("12.5"), "A friend of the house.", staff.user)
    assert told(booking)[-1] == ("price_lowered", booking.email)
    assert "12.50 EUR was taken off the price. Your booking costs 47.50 EUR now." in mail(
        booking, "price_lowered"
    )
    services.approve(booking_id=booking.pk, viewer=staff, now=NOW)
    payment = services.start_payment(booking_id=booking.pk, viewer=factories.client_of(booking), now=NOW)
    assert str(payment.asked) == "47.50 EUR"
    check_invariants()


def test_give_discount__of_an_approved_booking_brings_a_link_with_the_new_price(host, offered):
    booking = factories.approved(host, offered)

    discount(booking, percent=50, reason=" Half price week. ")

    assert (booking.status, booking.price) == (Status.APPROVED, Decimal(30))
    assert told(booking)[-2:] == [("approved_pay_by", booking.email), ("price_lowered", booking.email)]
    text = mail(booking, "price_lowered")
    assert "Please pay 30.00 EUR." in text
    assert "#token=" in text
    assert "Half price week" not in text
    check_invariants()


def test_give_discount__several_add_up(host, offered):
    booking = factories.approved(host, offered)

    for off in ("0.01", "20", "9.99"):
        discount(booking, amount=Decimal(off))

    assert (booking.price, booking.discount) == (Decimal(30), Decimal(30))
    assert told(booking).count(("price_lowered", booking.email)) == 3
    check_invariants()


def test_give_discount__of_all_of_it_confirms_by_itself_and_says_only_that(host, offered):
    booking = factories.approved(host, offered)

    discount(booking, percent=100)

    assert (booking.status, booking.price, booking.deadline_at) == (Status.CONFIRMED, 0, None)
    event = booking.events.latest("sequence")
    assert (event.move, event.actor_kind) == ("CONFIRM_UNPAID", "SYSTEM")
    assert [name for name, _ in told(booking)][-2:] == ["approved_pay_by", "confirmed"]
    check_invariants()


def test_give_discount__of_all_of_a_request_waits_for_the_practice_all_the_same(host, offered):
    booking = factories.pending(host, offered)

    discount(booking, percent=100)
    assert booking.status == Status.PENDING

    services.approve(booking_id=booking.pk, viewer=factories.staff_of(booking.business), now=NOW)
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED
    check_invariants()


@pytest.mark.parametrize(
    ("currency", "price", "percent", "expected"),
    [("JPY", "1001", 50, "500"), ("KWD", "9.999", 33, "6.699"), ("EUR", "0.05", 50, "0.02")],
)
def test_give_discount__percentage_is_of_the_currency_s_minor_units(db, currency, price, percent, expected):
    offered = factories.service(currency=currency, price=Decimal(price))
    booking = factories.approved(factories.consultant(offered), offered)

    discount(booking, percent=percent)

    assert booking.price == Decimal(expected)
    check_invariants()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"amount": Decimal("60.01")}, "off"),
        ({"amount": Decimal(0)}, "off"),
        ({"amount": Decimal("-1")}, "off"),
        ({"amount": Decimal("0.001")}, "off"),
        ({"amount": Decimal("NaN")}, "off"),
        ({"percent": 0}, "off"),
        ({"percent": 101}, "off"),
        ({}, "off"),
        ({"amount": Decimal(1), "percent": 1}, "off"),
        ({"percent": 10, "reason": "  "}, "reason"),
        ({"percent": 10, "reason": "x" * 2001}, "reason"),
        ({"percent": 10, "reason": "\x00"}, "reason"),
    ],
)
def test_give_discount__refuses_what_is_none(host, offered, given, field):
    error = refused(factories.approved(host, offered), **given)

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, [field])


def test_give_discount__of_less_than_a_minor_unit_is_none(db):
    offered = factories.service(currency="JPY", price=Decimal(4))
    booking = factories.approved(factories.consultant(offered), offered)

    assert refused(booking, percent=10).code == ErrorCode.VALIDATION_FAILED


def test_give_discount__while_the_client_pays_has_to_wait(host, offered):
    booking = factories.paying(host, offered).booking

    error = refused(booking, percent=10, now=later(minutes=10))

    assert (error.code, error.retry_after) == (ErrorCode.PAYMENT_UNDER_WAY, 20 * 60 + 1)


@pytest.mark.parametrize("status", [Status.DRAFT, Status.REJECTED, Status.EXPIRED, Status.CANCELLED])
def test_give_discount__of_what_is_not_asked_for_or_over_is_refused(host, offered, status):
    booking = lifecycle.REACH[status](host, offered)
    booking.refresh_from_db()

    assert refused(booking, percent=10).code == ErrorCode.INVALID_TRANSITION


def test_give_discount__of_what_was_paid_is_refused(host, offered):
    booking = lifecycle.confirmed(host, offered)

    assert refused(booking, percent=10).code == ErrorCode.ALREADY_PAID


def test_give_discount__of_what_is_free_is_refused(db):
    offered = factories.service(price=Decimal(0))
    booking = factories.approved(factories.consultant(offered), offered)

    assert refused(booking, percent=10).code == ErrorCode.ALREADY_PAID


def test_give_discount__after_the_time_to_pay_lapses_first(host, offered):
    booking = factories.approved(host, offered)
    staff = factories.staff_of(booking.business)

    error = refusal(
        services.give_discount,
        booking_id=booking.pk, viewer=staff, percent=10, reason="Late.", now=booking.pay_by,
    )  # fmt: skip

    booking.refresh_from_db()
    assert (error.code, booking.status, booking.price) == (
        ErrorCode.INVALID_TRANSITION,
        Status.EXPIRED,
        Decimal(60),
    )


def test_give_discount__on_site_lowers_what_is_left_to_pay_there(db):
    offered = factories.service(payment_policy="ON_SITE")
    booking = factories.approved(factories.consultant(offered), offered)
    staff = factories.staff_of(offered.business)
    services.record_on_site_payment(
        booking_id=booking.pk, viewer=staff, amount=Decimal(20), method="CASH", now=NOW
    )

    assert refused(booking, amount=Decimal("40.01")).code == ErrorCode.VALIDATION_FAILED
    discount(booking, amount=Decimal(15))

    assert (booking.status, booking.price, str(balance(booking))) == (Status.CONFIRMED, 45, "25.00 EUR")
    discount(booking, amount=Decimal(25))
    assert (booking.price, str(balance(booking))) == (20, "0.00 EUR")
    assert refused(booking, amount=Decimal(1)).code == ErrorCode.ALREADY_PAID
    check_invariants()


def test_give_discount__of_all_on_site_leaves_nothing_to_pay(db):
    offered = factories.service(payment_policy="ON_SITE")
    booking = factories.approved(factories.consultant(offered), offered)

    discount(booking, percent=100)

    assert (booking.status, booking.price) == (Status.CONFIRMED, 0)
    assert "Your booking costs nothing now." in mail(booking, "price_lowered")
    check_invariants()


@pytest.mark.parametrize("role", StaffMember.Role)
def test_give_discount__is_for_leads(host, offered, role):
    booking = factories.approved(host, offered)
    viewer = factories.staff_of(offered.business, role)

    if role == StaffMember.Role.STAFF:
        error = refusal(
            services.give_discount, booking_id=booking.pk, viewer=viewer, percent=10, reason="So.", now=NOW
        )
        assert error.code == ErrorCode.FORBIDDEN
    else:
        discount(booking, viewer=viewer, percent=10)
        assert booking.price == 54


def test_give_discount__same_key_takes_off_once(host, offered):
    booking = factories.approved(host, offered)
    once = Once.of(scope="user:1", mutation="discountBooking", key="k", given={"percent": 10})

    discount(booking, percent=10, once=once)
    with pytest.raises(AlreadyDone):
        discount(booking, percent=10, once=once)

    booking.refresh_from_db()
    assert (booking.price, Discount.objects.count()) == (54, 1)


def test_give_discount__hears_first_of_money_that_came_unheard(host, offered):
    """The bank took the money after it had told of a failure: it counts at the price at which it was asked for."""
    payment = factories.paying(host, offered)
    sandbox.settle_checkout(reference=payment.reference, status=FAILED, now=NOW)
    services.settle(payment_id=payment.pk, now=NOW)
    SandboxCheckout.objects.filter(reference=payment.reference).update(status=PAID, paid_at=NOW)
    booking = payment.booking
    staff = factories.staff_of(booking.business)

    error = refusal(
        services.give_discount, booking_id=booking.pk, viewer=staff, percent=10, reason="So.", now=NOW
    )

    booking.refresh_from_db()
    assert (error.code, booking.status) == (ErrorCode.ALREADY_PAID, Status.CONFIRMED)
    check_invariants()


def test_settle__money_of_the_price_before_a_discount_goes_back_in_full(host, offered):
    payment = factories.paying(host, offered)
    booking = payment.booking
    sandbox.settle_checkout(reference=payment.reference, status=FAILED, now=NOW)
    services.settle(payment_id=payment.pk, now=NOW)
    discount(booking, amount=Decimal(10))
    SandboxCheckout.objects.filter(reference=payment.reference).update(status=PAID, paid_at=NOW)

    services.settle(payment_id=payment.pk, now=later(minutes=5))

    booking.refresh_from_db()
    refund = Refund.objects.get(payment=payment)
    assert (booking.status, refund.reason, str(refund.money)) == (Status.APPROVED, "MISMATCH", "60.00 EUR")
    assert str(due_online(booking)) == "50.00 EUR"
    check_invariants()
    again = services.start_payment(
        booking_id=booking.pk, viewer=factories.client_of(booking), now=later(minutes=6)
    )
    sandbox.settle_checkout(reference=again.reference, status=PAID, now=later(minutes=7))
    services.settle(payment_id=again.pk, now=later(minutes=7))
    booking.refresh_from_db()
    assert (booking.status, history(booking).count(Status.CONFIRMED)) == (Status.CONFIRMED, 1)
    assert Payment.objects.get(confirms_booking=True).paid_amount == 50
    check_invariants()


def test_approve__price_after_a_discount_is_the_one_that_staff_fix(host, offered):
    booking = factories.pending(host, offered)
    discount(booking, amount=Decimal(10))

    services.approve(
        booking_id=booking.pk, viewer=factories.staff_of(offered.business), price=Decimal(40), now=NOW
    )

    booking.refresh_from_db()
    assert (booking.price, booking.discount) == (40, 10)
    check_invariants()


def test_approve__length_of_a_wish_leaves_the_amount_that_was_taken_off(db):
    offered = factories.service(max_duration=120)
    host = factories.consultant(offered)
    booking = factories.pending(host, offered, starts_at=None, wish=WISH)
    discount(booking, amount=Decimal(10))

    services.approve(
        booking_id=booking.pk,
        viewer=factories.staff_of(offered.business),
        starts_at=TEN,
        ends_at=TEN + timedelta(hours=2),
        now=NOW,
    )

    booking.refresh_from_db()
    assert (booking.price, booking.discount) == (110, 10)
    check_invariants()


def test_erase__empties_why_something_was_taken_off(host, offered):
    booking = factories.pending(host, offered)
    discount(booking, amount=Decimal(10), reason="She told me of her illness.")
    services.cancel_as(booking_id=booking.pk, viewer=factories.staff_of(booking.business), now=NOW)

    services.erase(booking_id=booking.pk, now=NOW)

    assert Discount.objects.get(booking=booking).reason == ""
    assert Booking.objects.get(pk=booking.pk).discount == 10
