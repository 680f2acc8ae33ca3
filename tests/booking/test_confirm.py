"""Confirming by asking the provider, and confirming without money."""

import pytest

from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.booking.services.confirm_payment import confirm_payment
from bookings.booking.states import Status
from bookings.common.errors import ErrorCode
from bookings.payments import sandbox
from bookings.payments.models import SandboxCheckout
from bookings.payments.providers.base import ProviderUnavailable
from bookings.payments.providers.sandbox import SandboxProvider
from tests import factories
from tests.factories import NOW, TEN
from tests.invariants import check_invariants
from tests.witness import everything, refusal, told


@pytest.fixture
def staff(offered):
    return factories.staff_of(offered.business)


def pays(payment):
    assert sandbox.settle_checkout(
        reference=payment.reference, status=SandboxCheckout.Status.SUCCESS, now=NOW
    )


def status_of(booking):
    return Booking.objects.get(pk=booking.pk).status


def test_confirm_payment__caller_is_not_believed(host, offered):
    payment = factories.paying(host, offered)
    before = everything()

    confirm_payment(booking_id=payment.booking_id, viewer=factories.client_of(payment.booking), now=NOW)

    assert status_of(payment.booking) == Status.PAYMENT_PENDING
    assert everything() == before


def test_confirm_payment__asks_the_provider_and_confirms_what_was_paid(host, offered):
    payment = factories.paying(host, offered)
    pays(payment)
    viewer = factories.client_of(payment.booking)

    confirm_payment(booking_id=payment.booking_id, viewer=viewer, now=NOW)
    before = everything()
    again = confirm_payment(booking_id=payment.booking_id, viewer=viewer, now=NOW)

    assert status_of(payment.booking) == Status.CONFIRMED
    assert again.pk == payment.pk
    assert everything() == before
    check_invariants()


def test_confirm_payment__before_any_attempt_is_not_due(host, offered):
    booking = factories.approved(host, offered)

    error = refusal(confirm_payment, booking_id=booking.pk, viewer=factories.client_of(booking), now=NOW)

    assert error.code == ErrorCode.PAYMENT_NOT_DUE


def test_confirm_payment__of_a_booking_that_one_may_not_see_is_not_found(host, offered):
    payment = factories.paying(host, offered)
    pays(payment)

    error = refusal(confirm_payment, booking_id=payment.booking_id, viewer=Viewer(), now=NOW)

    assert error.code == ErrorCode.NOT_FOUND
    assert status_of(payment.booking) == Status.PAYMENT_PENDING


def test_confirm_payment__without_an_answer_nothing_changes(host, offered, monkeypatch):
    def silent(*_):
        raise ProviderUnavailable("no answer")

    payment = factories.paying(host, offered)
    pays(payment)
    viewer = factories.client_of(payment.booking)
    before = everything()
    monkeypatch.setattr(SandboxProvider, "ask", silent)

    error = refusal(confirm_payment, booking_id=payment.booking_id, viewer=viewer, now=NOW)

    assert error.code == ErrorCode.PAYMENT_PROVIDER_ERROR
    assert everything() == before


def test_confirm_unpaid__staff_agree_on_payment_on_site(host, offered, staff):
    booking = factories.approved(host, offered)
    before = len(told(booking))

    services.confirm_unpaid(booking_id=booking.pk, viewer=staff, now=NOW)

    booking.refresh_from_db()
    assert (booking.status, booking.payment_mode) == (Status.CONFIRMED, Booking.PaymentMode.ON_SITE)
    assert booking.deadline_at is None
    assert told(booking)[before:] == [("confirmed", booking.email)]
    check_invariants()


@pytest.mark.parametrize("who", ["client", "consultant"])
def test_confirm_unpaid__is_for_the_office_alone(host, offered, who):
    booking = factories.approved(host, offered)
    account = factories.user()
    type(host).objects.update(user=account)
    viewer = Viewer(user=account) if who == "consultant" else factories.client_of(booking)
    before = everything()

    error = refusal(services.confirm_unpaid, booking_id=booking.pk, viewer=viewer, now=NOW)

    assert error.code == ErrorCode.FORBIDDEN
    assert everything() == before


def test_confirm_unpaid__while_a_payment_is_under_way_is_refused(host, offered, staff):
    payment = factories.paying(host, offered)

    error = refusal(services.confirm_unpaid, booking_id=payment.booking_id, viewer=staff, now=NOW)

    assert error.code == ErrorCode.INVALID_TRANSITION


def test_confirm_unpaid__at_pay_by_the_booking_has_lapsed(host, offered, staff):
    booking = factories.approved(host, offered)

    error = refusal(services.confirm_unpaid, booking_id=booking.pk, viewer=staff, now=TEN)

    assert error.code == ErrorCode.INVALID_TRANSITION
    assert status_of(booking) == Status.EXPIRED
