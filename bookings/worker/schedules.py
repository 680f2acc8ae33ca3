"""What runs once a day, as rows of django-q2's schedule."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django_q.models import Schedule

AT = timedelta(hours=3)
"""When a day's tasks run, from midnight UTC on; most practices sleep."""


def ensure_schedules(daily: Mapping[str, str], *, now: datetime) -> None:
    """Have each of these tasks, by the schedule's name, run once a day. Safe to repeat, by several workers.

    The next run of one that is there stays as it is. Nothing makes a schedule's name unique, so two workers
    that start at once may make two rows; the next start takes the second away.
    """
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    first_run = midnight + AT if now < midnight + AT else midnight + AT + timedelta(days=1)
    with transaction.atomic():
        for name, task in daily.items():
            same = list(Schedule.objects.select_for_update().filter(name=name).order_by("pk"))
            Schedule.objects.filter(pk__in=[row.pk for row in same[1:]]).delete()
            Schedule.objects.update_or_create(
                name=name,
                defaults={"func": task, "schedule_type": Schedule.DAILY, "repeats": -1},
                create_defaults={
                    "func": task,
                    "schedule_type": Schedule.DAILY,
                    "repeats": -1,
                    "next_run": first_run,
                },
            )
