"""The queue as one worker's cluster reads it: its own heartbeats first, then what all workers share."""

from datetime import timedelta
from time import sleep

from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.conf import Conf


def own_key(heartbeat_id: int) -> str:
    """Give the key of the queue that one worker alone reads."""
    return f"{Conf.PREFIX}:{heartbeat_id}"


class WorkerQueue(ORM):
    """django-q2's table of tasks, read oldest first, a worker's own queue before the shared one.

    A heartbeat in the shared queue could be run by another worker, and would wait behind a backlog: a
    cluster that is merely busy would then look like one that stalls.
    """

    def __init__(self, heartbeat_id: int) -> None:
        self.keys = [own_key(heartbeat_id), Conf.PREFIX]
        super().__init__(Conf.PREFIX)

    def dequeue(self) -> list[tuple[int, str]] | None:
        """Claim up to one bulk of tasks, as (id, payload); sleep for one poll where there is none."""
        now = timezone.now()
        rows = self.get_connection().filter(key__in=self.keys, lock__lt=now)
        # The own key is the shared one and more, hence the last in the alphabet.
        tasks = [task for task in rows.order_by("-key", "pk")[: Conf.BULK] if self._claim(task.pk, task.lock)]
        if not tasks:
            sleep(Conf.POLL)
            return None
        return [(task.pk, task.payload) for task in tasks]

    def _claim(self, pk: int, lock: object) -> bool:
        """Take one task by compare-and-set; False where another cluster was faster."""
        until = timezone.now() + timedelta(seconds=Conf.RETRY)
        return bool(self.get_connection().filter(pk=pk, lock=lock).update(lock=until))
