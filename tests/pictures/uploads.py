"""Asking for links, sending bytes to them, and looking at what is kept."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.test import Client

from bookings.accounts.models import User
from bookings.accounts.viewer import Viewer
from bookings.pictures import services
from tests.factories import NOW


def link(user: User, *, now: Any = NOW, **of: int) -> str:
    """The path of a fresh link."""
    return urlsplit(services.ask_for_upload(viewer=Viewer(user=user), now=now, **of).url).path


def send(
    path: str, raw: bytes, *, method: str = "PUT", content_type: str = "image/png", **more: Any
) -> HttpResponse:
    return Client(enforce_csrf_checks=True).generic(method, path, raw, content_type=content_type, **more)


def code_of(answer: HttpResponse) -> str:
    """The code of a refusal, which says nothing else than code and message."""
    told = answer.json()
    assert set(told) == {"errors"}
    (error,) = told["errors"]
    assert set(error) <= {"code", "message", "retryAfter"}
    return str(error["code"])


def name_of(answer: HttpResponse) -> str:
    """The name of the picture that an upload made."""
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert told["errors"] == []
    return str(told["pictureUrl"]).rpartition("/")[2]


def kept(folder: Path) -> list[str]:
    """The names of all files in the storage, whatever they are."""
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def fresh(row: Any) -> str:
    """The name of a row's picture as the database has it."""
    row.refresh_from_db(fields=["picture"])
    return str(row.picture)
