"""Signs of life of the workers."""

from django.db import models

from bookings.common import clock


class WorkerHeartbeat(models.Model):
    """One running worker, and when a task last went through its cluster. Gone when it stops in order."""

    name = models.CharField(max_length=200, unique=True, help_text="Host, process and a random part.")
    started_at = models.DateTimeField(default=clock.now)
    beaten_at = models.DateTimeField(
        null=True, blank=True, help_text="When its cluster last ran a heartbeat."
    )

    def __str__(self) -> str:
        return self.name
