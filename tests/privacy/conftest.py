"""What the tests of personal data share: pictures in a folder of their own, and counts that begin at nothing."""

from pathlib import Path
from typing import Any

import pytest

from bookings.limits.services import forget_everything


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """Where this test's pictures are kept."""
    place = tmp_path / "pictures"
    entry = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(place)}}
    settings.STORAGES = {**settings.STORAGES, "pictures": entry}
    forget_everything()
    return place
