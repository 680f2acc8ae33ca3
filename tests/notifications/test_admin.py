import pytest
from django.contrib.admin import site
from django.contrib.auth import get_user_model
from django.test import RequestFactory

from bookings.admin.notifications import OutboxMessageAdmin
from bookings.admin.verification import AccessTokenAdmin, ChallengeAdmin
from bookings.notifications.models import OutboxMessage
from bookings.verification.models import AccessToken, Challenge


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

    shown = {name for name in admin.get_fields(request) if isinstance(name, str)} - set(admin.exclude)
    assert not hidden & (shown | set(admin.list_display))
    assert not admin.has_change_permission(request)
    assert not admin.has_add_permission(request)
    assert not admin.has_delete_permission(request)
