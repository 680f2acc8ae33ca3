"""Reading and locking schedules."""

from collections.abc import Iterable

from bookings.schedules.models import Schedule


def lock(schedule_ids: Iterable[int]) -> list[Schedule]:
    """Lock these schedules for this transaction, by ascending key, so that no two callers wait in a circle.

    Rows that only name a schedule can be written meanwhile: their foreign key does not wait for this lock.
    """
    rows = Schedule.objects.select_for_update(no_key=True)
    return list(rows.filter(pk__in=set(schedule_ids)).order_by("pk"))


def of_business(business_id: int) -> list[int]:
    """Give the keys of all calendars of a practice."""
    return list(Schedule.objects.filter(business=business_id).order_by("pk").values_list("pk", flat=True))
