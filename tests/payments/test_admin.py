"""The admin shows ledgers, and lets nobody rewrite them."""

import pytest
from django.urls import reverse

from bookings.accounts.models import User
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
