"""A world that is made once for several tests: what each of them changes is undone, and at last the world."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction


@contextmanager
def undone() -> Iterator[None]:
    """A block whose rows are as they were afterwards; what commits within may."""
    block = transaction.atomic()
    block._from_testcase = True  # as pytest-django's own: durable blocks may stand within  # type: ignore[attr-defined]
    with block:
        yield
        transaction.set_rollback(True)
