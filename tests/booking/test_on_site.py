"""Money that was taken at the practice is recorded: part by part, never more than is left to pay, moving nothing."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bookings.booking import services
from bookings.booking.amounts import balance
from bookings.booking.states import Status
from bookings.common.errors import ErrorCode
from bookings.common.idempotency import AlreadyDone, Once
from bookings.payments.models import Payment
from tests import factories, lifecycle
from tests.factories import NOW, TEN, later
from tests.invariants import check_invariants
from tests.witness import everything, refusal


@pytest.fixture
def offered(db):
    return factories.service(payment_policy="ON_SITE", tax_rate=Decimal(23))


@pytest.fixture
def booking(host, offered):
    return factories.approved(host, offered)


@pytest.fixture
def staff(offered):
    return factories.staff_of(offered.business, "STAFF")


def record(booking, staff, *, method="CASH", now=NOW, **given):
    return services.record_on_site_payment(
        booking_id=booking.pk, viewer=staff, method=method, now=now, **given
    )


def refused(booking, staff, **given):
    """The refusal of an entry, which changed nothing."""
    before = everything()
    error = refusal(record, booking=booking, staff=staff, **given)
    assert everything() == before
    return error


def test_record__all_that_is_left(booking, staff):
    payment = record(booking, staff)

    payment.refresh_from_db()
    assert (payment.provider, payment.purpose, payment.status) == ("on_site", "ON_SITE", "SUCCEEDED")
    assert (str(payment.paid), str(payment.asked), str(payment.net)) == (
        "60.00 EUR",
        "60.00 EUR",
        "60.00 EUR",
    )
    assert (payment.method, payment.recorded_by, payment.paid_at) == ("CASH", staff.user, NOW)
    assert (payment.tax_rate, payment.live, payment.confirms_booking) == (23, True, False)
    assert balance(booking).amount == 0
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED
    check_invariants()


def test_record__in_parts_and_by_different_means(booking, staff):
    record(booking, staff, amount=Decimal("20.50"))
    record(booking, staff, method="CARD", amount=Decimal("9.50"), paid_at=NOW - timedelta(days=1))

    assert str(balance(booking)) == "30.00 EUR"
    assert refused(booking, staff, amount=Decimal("30.01")).field == ["amount"]
    record(booking, staff, method="BANK_TRANSFER")
    assert refused(booking, staff).code == ErrorCode.ALREADY_PAID
    assert refused(booking, staff, amount=Decimal("0.01")).code == ErrorCode.ALREADY_PAID
    references = Payment.objects.values_list("reference", flat=True)
    assert len(set(references)) == 3
    check_invariants()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"amount": Decimal(0)}, "amount"),
        ({"amount": Decimal("-5")}, "amount"),
        ({"amount": Decimal("0.001")}, "amount"),
        ({"amount": Decimal("60.01")}, "amount"),
        ({"method": "SHELLS"}, "method"),
        ({"paid_at": NOW + timedelta(seconds=1)}, "paidAt"),
        ({"paid_at": NOW - timedelta(days=367)}, "paidAt"),
    ],
)
def test_record__refuses_what_cannot_be(booking, staff, given, field):
    error = refused(booking, staff, **given)

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, [field])


@pytest.mark.parametrize("verb", [services.complete, services.mark_no_show])
def test_record__after_the_session(booking, staff, verb):
    verb(booking_id=booking.pk, viewer=staff, now=TEN)

    payment = record(booking, staff, now=TEN)

    assert payment.paid_amount == 60
    check_invariants()


@pytest.mark.parametrize(
    "status",
    sorted(set(lifecycle.REACH) - {Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW}),
)
def test_record__of_what_was_never_confirmed_is_refused(db, status):
    online = factories.service()
    booking = lifecycle.REACH[status](factories.consultant(online), online)
    booking.refresh_from_db()

    error = refused(booking, factories.staff_of(online.business))

    assert (error.code, error.details["status"]) == (ErrorCode.INVALID_TRANSITION, status)


def test_record__of_what_was_paid_online_is_refused(db):
    online = factories.service()
    booking = lifecycle.confirmed(factories.consultant(online), online)

    assert refused(booking, factories.staff_of(online.business)).code == ErrorCode.ALREADY_PAID


def test_record__same_key_counts_once(booking, staff):
    once = Once.of(scope="user:1", mutation="recordOnSitePayment", key="k", given={"amount": "5"})

    payment = record(booking, staff, amount=Decimal(5), once=once)
    with pytest.raises(AlreadyDone) as done:
        record(booking, staff, amount=Decimal(5), once=once)

    assert (done.value.object_id, Payment.objects.count()) == (payment.pk, 1)


def test_record__replay_of_the_last_part_is_told_as_one(booking, staff):
    once = Once.of(scope="user:1", mutation="recordOnSitePayment", key="k", given={})

    record(booking, staff, once=once)

    with pytest.raises(AlreadyDone):
        record(booking, staff, once=once)


def test_record__is_for_staff_alone(booking, host, staff):
    type(host).objects.filter(pk=host.pk).update(user=factories.user())
    host.refresh_from_db()
    people = {
        "client": (factories.client_of(booking), ErrorCode.FORBIDDEN),
        "consultant": (factories.Viewer(user=host.user), ErrorCode.FORBIDDEN),
        "another practice": (factories.staff_of(factories.business()), ErrorCode.NOT_FOUND),
        "nobody": (factories.Viewer(), ErrorCode.NOT_FOUND),
    }

    codes = {
        name: refusal(record, booking=booking, staff=viewer).code for name, (viewer, _) in people.items()
    }

    assert codes == {name: code for name, (_, code) in people.items()}


def test_refund__of_a_wrong_entry_makes_it_due_again(booking, staff, offered):
    wrong = record(booking, staff, amount=Decimal(60))
    lead = factories.staff_of(offered.business)

    services.refund_payment(
        payment_id=wrong.pk, viewer=lead, amount=Decimal(15), reason="Typed wrong.", now=NOW
    )

    assert str(balance(booking)) == "15.00 EUR"
    record(booking, staff)
    assert balance(booking).amount == 0
    check_invariants()


def test_confirm_payment__asks_nobody_about_money_that_was_taken_on_site(db):
    """The latest attempt with a provider is what is asked about."""
    online = factories.service(deposit_percent=50)
    booking = lifecycle.confirmed(factories.consultant(online), online)
    staff = factories.staff_of(online.business)
    record(booking, staff)

    payment = services.confirm_payment(booking_id=booking.pk, viewer=staff, now=later(minutes=1))

    assert (payment.provider, payment.purpose) == ("sandbox", "DEPOSIT")
    check_invariants()
