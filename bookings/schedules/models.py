"""Calendars that cannot be double-booked, and what opens and closes them."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from bookings.businesses.hours import MINUTES_OF_A_DAY, WeekdayInterval, in_order, wall
from bookings.businesses.models import Business
from bookings.common.zones import validate_zone


class Schedule(models.Model):
    """The one calendar of a consultant or a resource. Whoever takes time in it locks this row first."""

    business = models.ForeignKey(Business, models.CASCADE, related_name="schedules")
    timezone = models.CharField(
        max_length=64, validators=[validate_zone], help_text="Wall-clock hours mean this zone."
    )
    follows_business = models.BooleanField(
        default=False, help_text="Without weekly hours: open whenever the business is, rather than never."
    )
    max_per_day = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="How many bookings a day takes at most; empty: any number.",
    )
    max_per_week = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="How many bookings a week, Monday to Sunday, takes at most; empty: any number.",
    )

    def __str__(self) -> str:
        return f"Schedule {self.pk} ({self.timezone})"


class WeeklyHours(WeekdayInterval):
    """One open interval of a weekday, on the schedule's wall clock, for good or for a season.

    Rows that begin to be valid on the same date are one week, and end together. Of several weeks that are valid on a
    date the one that began last counts, alone; a week without a beginning comes last.
    """

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="weekly_hours")
    valid_from = models.DateField(null=True, blank=True, help_text="The first date; empty: always was.")
    valid_until = models.DateField(
        null=True, blank=True, help_text="The last date, itself included; empty: for good."
    )

    class Meta:
        verbose_name_plural = "weekly hours"
        constraints = [
            models.CheckConstraint(condition=in_order(), name="weekly_hours_in_order"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="weekly_hours_weekday"),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True, valid_until__isnull=True)
                | Q(valid_from__isnull=False)
                & (Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from"))),
                name="weekly_hours_season_in_order",
            ),
            models.UniqueConstraint(
                fields=["schedule", "weekday", "opens"],
                condition=Q(valid_from__isnull=True),
                name="weekly_hours_once",
            ),
            models.UniqueConstraint(
                fields=["schedule", "valid_from", "weekday", "opens"], name="weekly_hours_once_a_season"
            ),
        ]


class DateOverride(models.Model):
    """One open interval of one date, or that the date is closed (no `opens`, no `closes`).

    All of a date's rows together replace the weekly hours and the business's opening hours for that date.
    """

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="date_overrides")
    date = models.DateField(help_text="On the schedule's calendar.")
    opens = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Minutes after midnight; empty: closed all day."
    )
    closes = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(2 * MINUTES_OF_A_DAY)],
        help_text="Minutes after the same midnight; past 1440 it runs into the next day.",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True)
                | Q(opens__isnull=False, closes__isnull=False) & in_order(),
                name="date_override_in_order",
            ),
            models.UniqueConstraint(fields=["schedule", "date", "opens"], name="date_override_once"),
            models.UniqueConstraint(
                fields=["schedule", "date"], condition=Q(opens__isnull=True), name="date_override_closed_once"
            ),
        ]

    def __str__(self) -> str:
        if self.opens is None or self.closes is None:
            return f"{self.date} closed"
        return f"{self.date} {wall(self.opens)}–{wall(self.closes)}"


class TimeOff(models.Model):
    """A time in which nothing can be booked, whatever the hours say: [starts_at, ends_at)."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="time_off")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = models.CharField(
        max_length=200, blank=True, help_text="For consultant and staff; never shown to clients."
    )

    class Meta:
        verbose_name_plural = "time off"
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="time_off_in_order"),
            models.UniqueConstraint(fields=["schedule", "starts_at", "ends_at"], name="time_off_once"),
        ]
        indexes = [models.Index(fields=["schedule", "ends_at"], name="time_off_by_end")]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}–{self.ends_at:%Y-%m-%d %H:%M} UTC"
