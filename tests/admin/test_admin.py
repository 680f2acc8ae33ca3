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
        "LimitWindow",
        "BookingNote",
        "ConsultantLanguage",
        "ConsultantListing",  # the worker's, with the practice's listing
        "ListingWord",  # shown on the listing's page
        "Favourite",  # whom a client keeps at hand is nobody's to look at
        "Discount",
        "StaffMember",
        "WeeklyHours",
        "OpeningHours",
        "ClosedDay",
        "DateOverride",
        "TimeOff",
        "WorkerHeartbeat",
        "SandboxRefund",
        "SecurityAnswer",
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


@pytest.mark.django_db
@pytest.mark.parametrize("year", ["99999", "99999999999", "-1", "soon"])
def test_lists__take_a_year_beyond_all_years_for_a_mistake(year: str) -> None:
    by_date = [page for page in admin.site._registry.values() if page.date_hierarchy]
    client = platform_admin()

    answers = {
        page.opts.label: client.get(
            reverse(f"admin:{page.opts.app_label}_{page.opts.model_name}_changelist"),
            {f"{page.date_hierarchy}__year": year},
        )
        for page in by_date
    }

    assert len(by_date) > 8
    assert {
        name: answer.headers.get("location", "")[-4:] for name, answer in answers.items()
    } == dict.fromkeys(answers, "?e=1")
