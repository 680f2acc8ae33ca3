"""Files: what must be there, what must be writable, and how much room is left."""

import json
import os
import shutil
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.files.storage import FileSystemStorage, storages

from bookings.management.doctor.findings import Finding, broken, counted, fine, warning
from bookings.pictures import files as kept_pictures

LITTLE, NEXT_TO_NOTHING = 0.10, 0.02
"""Shares of a disk that are free."""
MEGABYTE = 1024 * 1024


def static_files(_now: datetime) -> Finding:
    """See that everything that pages need was collected."""
    if settings.DEBUG:
        return fine("static files", "found where they are, in DEBUG")
    todo = "run manage.py collectstatic --no-input, and start the web anew"
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if not manifest.exists():
        return broken("static files", "they were never collected: the admin's pages break", todo)
    collected = json.loads(manifest.read_text())["paths"]
    wanted = [path for finder in get_finders() for path, _ in finder.list([])]
    missing = [path for path in wanted if path.replace("\\", "/") not in collected]
    if missing:
        return broken(
            "static files", f"{counted(len(missing), 'file was', 'files were')} not collected", todo
        )
    return fine("static files", f"{len(collected)} collected")


def pictures(_now: datetime) -> Finding:
    """See that pictures can be kept: a folder that we may write to, or a bucket that takes a file and lets it go."""
    storage = storages["pictures"]
    if isinstance(storage, FileSystemStorage):
        # It is not written to: whoever runs this may be another user than the service, and own what it makes.
        folder = _nearest(Path(storage.location))
        if os.access(folder, os.W_OK | os.X_OK):
            return fine("pictures", "their folder can be written")
        return broken("pictures", "their folder cannot be written", "give PICTURES_DIR to the service's user")
    try:
        kept_pictures.drop(kept_pictures.keep(b"doctor"))
    except kept_pictures.Unreachable:
        return broken("pictures", "their bucket takes nothing", "see S3_… in the configuration table")
    return fine("pictures", "their bucket takes and gives back")


def disk(_now: datetime) -> Finding:
    """See how much room is left where we write."""
    least = min((_free(folder) for folder in _written()), key=lambda pair: pair[0])
    share, megabytes = least
    what = f"{share:.0%} free ({megabytes} MB) on the fullest disk that is written to"
    if share < NEXT_TO_NOTHING:
        return broken("disk", what, "make room now")
    if share < LITTLE:
        return warning("disk", what, "make room")
    return fine("disk", what)


def _written() -> list[Path]:
    """Give the folders that the service writes to."""
    folders = [Path(settings.VAR_DIR)]
    storage = storages["pictures"]
    if isinstance(storage, FileSystemStorage):
        folders.append(Path(storage.location))
    if log := settings.LOGGING["handlers"].get("file"):
        folders.append(Path(log["filename"]).resolve().parent)
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        folders.append(Path(database["NAME"]).resolve().parent)
    return [_nearest(folder) for folder in folders]


def _free(folder: Path) -> tuple[float, int]:
    """Give what is free of a disk: as a share, and in megabytes."""
    usage = shutil.disk_usage(folder)
    return usage.free / usage.total, usage.free // MEGABYTE


def _nearest(folder: Path) -> Path:
    """Give the folder, or the nearest one above it that is there."""
    return next(each for each in (folder, *folder.parents) if each.exists())
