"""The admin: every list opens and can be searched."""

from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from tests import factories
from tests.admin.desk import platform_admin
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)

OURS = sorted(
    (model for model in admin.site._registry if model._meta.app_label == "bookings"), key=lambda m: m.__name__
)


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def test_every_model__is_registered() -> None:
    hidden = {
        "IdempotencyRecord",
        "BookingNote",
        "StaffMember",
        "WeeklyHours",
        "WorkerHeartbeat",
        "SandboxRefund",
    }
    missing = {model.__name__ for model in apps.get_app_config("bookings").get_models()} - {
        m.__name__ for m in OURS
    }
    assert missing <= hidden


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_lists__open_and_can_be_searched(model: Any) -> None:
    service = factories.service()
    factories.paying(factories.consultant(service), service)
    address = reverse(f"admin:bookings_{model._meta.model_name}_changelist")
    client = platform_admin()
    assert client.get(address).status_code == 200
    found = client.get(address, {"q": "carla"})
    assert found.status_code == 200
    assert admin.site._registry[model].search_fields
