"""The admin shows ledgers, and lets nobody rewrite them."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from bookings.accounts.models import User
from bookings.businesses.models import StaffMember
from bookings.common.money import Money
from bookings.payments import services
from bookings.payments.models import Payment, Refund
from bookings.payments.providers import provider
from bookings.payments.providers.base import Event, PaymentState, ProviderPayment
from tests.factories import NOW, PASSWORD

MODELS = ["payment", "refund", "providerevent", "sandboxcheckout", "sandboxrefund"]


@pytest.fixture
def admin(client, db):
    user = User.objects.create_superuser("root@example.org", PASSWORD)
    client.force_login(user)
    return client


@pytest.fixture
def refund(attempt):
    told = ProviderPayment(attempt.reference, PaymentState.PAID, live=False, amount=attempt.asked)
    services.record_success(payment=attempt, told=told, now=NOW)
    return services.request_refund(
        payment=attempt, amount=attempt.asked, reason=Refund.Reason.STAFF, key="k", now=NOW
    )


@pytest.mark.parametrize("model", MODELS)
def test_list__opens_and_offers_no_new_row(admin, model):
    assert admin.get(reverse(f"admin:bookings_{model}_changelist"), {"q": "x"}).status_code == 200
    assert admin.get(reverse(f"admin:bookings_{model}_add")).status_code == 403


def test_payment__is_shown_and_not_changed(admin, refund):
    address = reverse("admin:bookings_payment_change", args=[refund.payment_id])

    assert refund.payment.reference in admin.get(address).content.decode()
    assert admin.post(address, {"status": "FAILED", "amount": "1"}).status_code == 403
    assert Payment.objects.get().status == Payment.Status.SUCCEEDED
    assert admin.post(reverse("admin:bookings_payment_delete", args=[refund.payment_id])).status_code == 403


@pytest.mark.parametrize(
    ("currency", "shown"), [("EUR", "1650.00 EUR"), ("JPY", "1650 JPY"), ("KWD", "1650.000 KWD")]
)
def test_amounts__have_as_many_digits_as_their_currency(admin, refund, currency, shown):
    Payment.objects.update(amount=1650, currency=currency, paid_amount=1650, paid_currency=currency)
    Refund.objects.update(amount=1650)
    pages = [reverse("admin:bookings_payment_change", args=[refund.payment_id])]
    pages += [reverse(f"admin:bookings_{model}_changelist") for model in ("payment", "refund")]
    for page in pages:
        assert shown in admin.get(page).content.decode()


def test_event__is_shown_without_its_body(admin):
    row = services.store_event(
        provider=provider("sandbox"), event=Event("e", "k", "SW-a"), raw=b'{"name": "Carla"}', now=NOW
    )

    answer = admin.get(reverse("admin:bookings_providerevent_change", args=[row.pk]))

    assert answer.status_code == 200
    assert "Carla" not in answer.content.decode()


def test_refund__left_to_a_person_is_found_and_tried_again(admin, refund):
    Refund.objects.update(next_attempt_at=None, attempts=20)
    address = reverse("admin:bookings_refund_changelist")

    found = admin.get(address, {"left": "yes"}).context["cl"].result_count
    admin.post(address, {"action": "try_again", "_selected_action": [refund.pk]})

    refund.refresh_from_db()
    assert found == 1
    assert (refund.attempts, refund.next_attempt_at is not None) == (0, True)
    assert admin.get(address, {"left": "yes"}).context["cl"].result_count == 0


# Sums


@pytest.fixture
def paid(attempt):
    told = ProviderPayment(
        attempt.reference,
        PaymentState.PAID,
        live=False,
        amount=attempt.asked,
        method=Payment.Method.CARD,
        fee=Money(Decimal("1.50"), "EUR"),
    )
    services.record_success(payment=attempt, told=told, now=NOW)
    return attempt


def member(client, payment, role):
    """Somebody who works for the practice and may look at payments in the admin."""
    user = User.objects.create_user(f"{role.lower()}@example.org", PASSWORD, is_staff=True)
    StaffMember.objects.create(business=payment.booking.business, user=user, role=role)
    user.user_permissions.add(Permission.objects.get(codename="view_payment"))
    client.force_login(user)
    return client


def shown(client, **narrowed):
    answer = client.get(reverse("admin:bookings_payment_changelist"), narrowed)
    assert answer.status_code == 200
    return answer.content.decode()


def test_payments__are_summed_up_as_far_as_they_are_listed(admin, paid):
    page = shown(admin)

    assert (
        '<tr class="total"><th scope="row">All together (test mode)</th><td data-label="Payments">1</td>'
        '<td data-label="Came in">60.00 EUR</td>' in page
    )
    assert '">0.00 EUR</td><td data-label="Fees">1.50 EUR</td><td data-label="Net">58.50 EUR</td>' in page
    assert "All together" not in shown(admin, status__exact="FAILED")


def test_payments__tell_leads_what_is_left_and_other_staff_not(client, paid):
    assert "58.50" in shown(member(client, paid, "MANAGER"))

    page = shown(member(client, paid, "STAFF"))

    assert paid.reference in page
    assert "58.50" not in page
    assert "1.50" not in page


def test_payment__tells_leads_what_is_left_and_other_staff_not(client, paid):
    address = reverse("admin:bookings_payment_change", args=[paid.pk])

    assert "58.50" in member(client, paid, "MANAGER").get(address).content.decode()
    assert "58.50" not in member(client, paid, "STAFF").get(address).content.decode()
