"""The page of what is kept of people knows every table that there is, and names settings that exist."""

import re

from django.apps import apps
from django.conf import settings
from django.core.management import call_command

from bookings.common.secrecy import EncryptedTextField
from bookings.privacy import inventory
from bookings.retention.services import KINDS

NAMING = {"email", "recipient", "phone", "full_name", "user_agent"}


def test_inventory__has_every_table_once() -> None:
    models = {model.__name__ for model in apps.get_models(include_auto_created=True)}

    assert set(inventory.KEPT) | inventory.OF_NOBODY == models
    assert set(inventory.KEPT) & inventory.OF_NOBODY == set()


def test_inventory__knows_every_column_for_an_address_and_every_encrypted_one() -> None:
    told = {
        model.__name__
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedTextField) or field.name in NAMING
    }

    assert told <= set(inventory.KEPT)
    for name in told:
        assert inventory.KEPT[name].erased != "–", name


def test_inventory__names_settings_that_exist() -> None:
    named = set(re.findall(r"`([A-Z_]+)`", inventory.page()))

    assert named == {name for name in dir(settings) if name.endswith("_RETENTION_DAYS")}


def test_page__is_what_the_code_gives() -> None:
    call_command("personal_data", "--check")


def test_retention__forgets_each_kind_that_the_page_gives_an_end() -> None:
    assert {
        "stale drafts", "challenges", "access tokens", "refresh tokens", "registrations", "idempotency keys",
        "sent messages", "bodies of provider events", "limit windows", "clients of old bookings", "invitations",
        "answers and messages of old bookings", "recipients of messages given up", "messages to erased people",
        "decided role requests", "browser sessions",
    } <= set(KINDS)  # fmt: skip
