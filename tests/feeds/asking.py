"""Asks for a calendar as a program would that subscribes to it."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.test import Client

ANA = "ana@example.org"
HOUR = timedelta(hours=1)
PRIVATE = {"full_name": "Ana Quokka", "message": "About my quokka.", "phone": "+48600700800"}


def get(path: str, *, method: str = "get", **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return getattr(Client(), method)(path, headers=named)


def path_of(url: str) -> str:
    """The path of one of our addresses."""
    return url.removeprefix(settings.PUBLIC_URL)
