"""Registrations in the admin: they are looked at, and no hash of theirs is shown."""

import pytest
from django.test import Client
from django.urls import reverse

from bookings.accounts.models import Registration, User
from bookings.accounts.registration import Applicant, register
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_registrations__are_seen_without_their_hashes_and_changed_by_nobody() -> None:
    register(
        applicant=Applicant(
            email="ana@example.org", password="a kettle of green tea", full_name="Ana Horvat"
        ),
        now=NOW,
    )
    row = Registration.objects.get()
    admin = Client()
    admin.force_login(User.objects.create_superuser("admin@example.org", factories.PASSWORD))

    listed = admin.get(reverse("admin:bookings_registration_changelist")).content.decode()
    page = admin.get(reverse("admin:bookings_registration_change", args=[row.pk]))
    added = admin.get(reverse("admin:bookings_registration_add"))

    assert "ana@example.org" in listed
    assert "Ana Horvat" in page.content.decode()
    assert row.password not in page.content.decode()
    assert row.handle_hash not in page.content.decode()
    assert (b'name="_save"' in page.content, added.status_code) == (False, 403)
