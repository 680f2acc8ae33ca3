"""A mail provider's report of a bounce is seen by staff."""

import base64

import pytest
from django.test import Client
from django.urls import clear_url_caches, include, path, reverse

from bookings.notifications.models import OutboxMessage
from core.urls import reports_of
from core.urls import urlpatterns as product
from tests import factories

SECRET = "slotwell:report-secret"
urlpatterns = [*product, path("anymail/", include(reports_of("postmark")))]


@pytest.fixture
def reported(db, settings):
    """A message that the provider took, and the address where it reports."""
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    settings.ROOT_URLCONF = __name__
    clear_url_caches()
    service = factories.service()
    booking = factories.pending(factories.consultant(service), service)
    message = OutboxMessage.objects.get(booking=booking, template="request_received")
    OutboxMessage.objects.filter(pk=message.pk).update(
        status=OutboxMessage.Status.SENT, provider_message_id="pm-1"
    )
    yield message
    clear_url_caches()


def report(kind: str, message_id: str = "pm-1", secret: str = SECRET):
    body = {"RecordType": kind, "MessageID": message_id, "Type": "HardBounce", "Email": "carla@example.org"}
    return Client().post(
        "/anymail/postmark/tracking/",
        body,
        content_type="application/json",
        headers={"authorization": "Basic " + base64.b64encode(secret.encode()).decode()},
    )


def test_bounce__marks_its_message_once(reported):
    assert report("Bounce").status_code == 200
    reported.refresh_from_db()
    first = reported.bounced_at
    assert (first is not None, reported.last_error) == (True, "bounced")
    assert report("Bounce").status_code == 200
    reported.refresh_from_db()
    assert reported.bounced_at == first


@pytest.mark.parametrize(("kind", "message_id"), [("Delivery", "pm-1"), ("Bounce", "pm-2")])
def test_report__of_another_kind_or_mail_marks_nothing(reported, kind, message_id):
    assert report(kind, message_id).status_code == 200
    assert not OutboxMessage.objects.filter(bounced_at__isnull=False).exists()


def test_report__without_the_secret_is_refused(reported):
    assert report("Bounce", secret="slotwell:guess").status_code == 400
    assert not OutboxMessage.objects.filter(bounced_at__isnull=False).exists()


@pytest.mark.parametrize("other", ["postmark/inbound", "mailgun/tracking", "resend/tracking"])
def test_report__is_taken_from_the_provider_in_use_alone(reported, other):
    assert Client().post(f"/anymail/{other}/").status_code == 404


def test_report__has_no_address_without_a_secret():
    assert Client().post("/anymail/postmark/tracking/").status_code == 404


def test_bounce__stands_out_on_the_bookings_page(reported, client):
    report("Bounce")
    client.force_login(factories.user(is_superuser=True, is_staff=True))
    page = client.get(reverse("admin:bookings_booking_change", args=[reported.booking_id])).content.decode()
    assert "bounced" in page
