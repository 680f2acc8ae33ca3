"""Calendars that cannot be double-booked, and when they are open."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from bookings.businesses.models import Business
from bookings.businesses.zones import validate_zone

MINUTES_OF_A_DAY = 24 * 60


class Schedule(models.Model):
    """The one calendar of a consultant or a resource. Whoever takes time in it locks this row first."""

    business = models.ForeignKey(Business, models.CASCADE, related_name="schedules")
    timezone = models.CharField(
        max_length=64, validators=[validate_zone], help_text="Wall-clock hours mean this zone."
    )

    def __str__(self) -> str:
        return f"Schedule {self.pk} ({self.timezone})"


class Weekday(models.IntegerChoices):
    """Days of the week, Monday first, numbered as Python's `date.weekday()` does."""

    MONDAY = 0, "Monday"
    TUESDAY = 1, "Tuesday"
    WEDNESDAY = 2, "Wednesday"
    THURSDAY = 3, "Thursday"
    FRIDAY = 4, "Friday"
    SATURDAY = 5, "Saturday"
    SUNDAY = 6, "Sunday"


class WeeklyHours(models.Model):
    """One open interval of every such weekday, in minutes of the schedule's wall clock.

    `closes` may reach past midnight (1440 is 24:00, 1500 is 01:00 of the next day), `opens` may not.
    """

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="weekly_hours")
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
    opens = models.PositiveSmallIntegerField(help_text="Minutes after midnight.")
    closes = models.PositiveSmallIntegerField(
        validators=[MaxValueValidator(2 * MINUTES_OF_A_DAY)], help_text="Minutes after the same midnight."
    )

    class Meta:
        verbose_name_plural = "weekly hours"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    opens__lt=MINUTES_OF_A_DAY,
                    closes__gt=F("opens"),
                    closes__lte=F("opens") + MINUTES_OF_A_DAY,
                ),
                name="weekly_hours_in_order",
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="weekly_hours_weekday"),
            models.UniqueConstraint(fields=["schedule", "weekday", "opens"], name="weekly_hours_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {_wall(self.opens)}–{_wall(self.closes)}"


def _wall(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
