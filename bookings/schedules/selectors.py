"""Reading and locking schedules."""

from collections.abc import Iterable

from bookings.schedules.models import Schedule


def lock(schedule_ids: Iterable[int]) -> list[Schedule]:
    """Lock these schedules for this transaction, by ascending key, so that no two callers wait in a circle."""
    return list(Schedule.objects.select_for_update().filter(pk__in=set(schedule_ids)).order_by("pk"))
