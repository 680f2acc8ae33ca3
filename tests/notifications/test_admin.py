import pytest
from django.contrib.admin import site
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.auth import get_user_model
from django.test import RequestFactory
from django.urls import reverse

from bookings.admin.notifications import OutboxMessageAdmin
from bookings.admin.verification import AccessTokenAdmin, ChallengeAdmin
from bookings.notifications import refusals
from bookings.notifications.models import MailRefusal, OutboxMessage
from bookings.verification.models import AccessToken, Challenge
from tests.notifications.conftest import NOW


@pytest.mark.parametrize(
    ("page", "model", "hidden"),
    [
        (OutboxMessageAdmin, OutboxMessage, {"secrets", "context"}),
        (ChallengeAdmin, Challenge, {"token_hash", "code_digest"}),
        (AccessTokenAdmin, AccessToken, {"token_hash"}),
    ],
)
@pytest.mark.django_db
def test_admin__never_shows_or_changes_what_is_secret(page, model, hidden):
    request = RequestFactory().get("/")
    request.user = get_user_model()(is_superuser=True, is_active=True, is_staff=True)
    admin = page(model, site)

    shown = set(flatten_fieldsets(admin.get_fieldsets(request)))
    assert not hidden & (shown | set(admin.list_display))
    assert not admin.has_change_permission(request)
    assert not admin.has_add_permission(request)
    assert not admin.has_delete_permission(request)


def test_refusals__are_found_by_the_whole_address_and_name_nobody(admin_client):
    refusals.refuse(email="ana@example.org", kind=refusals.Kind.REMINDERS, now=NOW)
    page = reverse("admin:bookings_mailrefusal_changelist")

    found, other = (admin_client.get(page, {"q": q}) for q in ("Ana@Example.org", "ben@example.org"))

    assert [answer.context["cl"].result_count for answer in (found, other)] == [1, 0]
    assert "Reminders of sessions" in found.content.decode()
    assert MailRefusal.objects.get().address_digest not in found.content.decode()
    assert admin_client.post(reverse("admin:bookings_mailrefusal_add")).status_code == 403
