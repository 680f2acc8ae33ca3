"""An installation where all is well."""

from types import SimpleNamespace

import pytest

from bookings.accounts.models import User
from bookings.common import clock
from bookings.management.doctor import files
from bookings.worker.models import WorkerHeartbeat
from core.storage import in_folder
from tests import factories
from tests.management.illnesses import PRODUCTION, collect


@pytest.fixture
def well(db, settings, tmp_path, monkeypatch) -> SimpleNamespace:
    """Settings, files and rows as a deployment has them; what changes them is beside: settings, patch, folder."""
    for name, value in PRODUCTION.items():
        setattr(settings, name, value)
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = settings.STORAGES | {"pictures": in_folder(tmp_path / "pictures")}
    monkeypatch.setattr(files, "get_finders", lambda: [SimpleNamespace(list=lambda _: [("a.css", None)])])
    monkeypatch.setattr(files, "_free", lambda _: (0.5, 50_000))
    place = SimpleNamespace(settings=settings, patch=monkeypatch, folder=tmp_path)
    collect("a.css")(place)
    WorkerHeartbeat.objects.create(name="w", beaten_at=clock.now())
    User.objects.create_superuser("root@example.org", factories.PASSWORD)
    return place
