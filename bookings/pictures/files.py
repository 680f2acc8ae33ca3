"""Pictures in Django's storage `pictures`. Everything here talks to a disk or a network: never inside a transaction."""

import logging
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages

log = logging.getLogger(__name__)

NAME = "[0-9a-f]{32}\\.webp"
"""Every name that a picture of ours has; nothing else is looked for, written or deleted."""
_NAME = re.compile(NAME, re.ASCII)


class Unreachable(Exception):
    """The storage did not do what it was asked for; the log says why."""


def keep(content: bytes) -> str:
    """Write a picture under a fresh random name, and give it. Raises Unreachable."""
    with _reached("written"):
        return _storage().save(f"{secrets.token_hex(16)}.webp", ContentFile(content))


def read(name: str) -> bytes | None:
    """Give a picture's bytes, or None where there is none of this name. Raises Unreachable."""
    if not _NAME.fullmatch(name):
        return None
    with _reached("read"):
        try:
            with _storage().open(name) as file:
                content: bytes = file.read()
                return content
        except FileNotFoundError:
            return None


def drop(name: str) -> None:
    """Delete a picture. One that cannot be deleted now is logged and left to the nightly sweep."""
    try:
        with _reached("deleted"):
            _storage().delete(name)
    except Unreachable:
        return


def names() -> list[str]:
    """Give the names of all pictures in the storage; other files there are not ours. Raises Unreachable."""
    with _reached("listed"):
        try:
            _, found = _storage().listdir("")
        except FileNotFoundError:  # a folder in which nothing was ever kept
            return []
    return [name for name in found if _NAME.fullmatch(name)]


def written_at(name: str) -> datetime | None:
    """Give when a picture was written, or None where it is gone. Raises Unreachable."""
    with _reached("looked at"):
        try:
            return _storage().get_modified_time(name)
        except FileNotFoundError:
            return None


def _storage() -> Storage:
    return storages["pictures"]


@contextmanager
def _reached(act: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # each backend, and the network below it, has exceptions of its own
        log.exception("pictures cannot be %s", act)
        raise Unreachable(act) from error
