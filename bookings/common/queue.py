"""A nudge to the worker. The row that a task works on is the truth; the nudge may be lost or come twice."""

import logging

from django.db import transaction
from django_q.tasks import async_task

log = logging.getLogger(__name__)


def nudge_on_commit(task: str, pk: int) -> None:
    """Ask the worker, once this transaction commits, to run `bookings.tasks.<task>(pk)`.

    A queue that is out of reach is logged and forgotten: the worker's sweep finds the row.
    """
    transaction.on_commit(lambda: _nudge(task, pk), robust=True)


def _nudge(task: str, pk: int) -> None:
    try:
        async_task(f"bookings.tasks.{task}", pk)
    except Exception:  # the caller's work is committed; a lost nudge must not look like a failure
        log.exception("could not queue %s(%s); the sweep will find it", task, pk)
