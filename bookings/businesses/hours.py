"""Intervals of the wall clock that come back every week: opening hours of a practice, weekly hours of a calendar."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

MINUTES_OF_A_DAY = 24 * 60


class Weekday(models.IntegerChoices):
    """Days of the week, Monday first, numbered as Python's `date.weekday()` does."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


def in_order() -> Q:
    """Give the condition that an interval begins on its day and lasts a day at most."""
    return Q(opens__lt=MINUTES_OF_A_DAY, closes__gt=F("opens"), closes__lte=F("opens") + MINUTES_OF_A_DAY)


class WeekdayInterval(models.Model):
    """One open interval of every such weekday, in minutes of a wall clock.

    `closes` may reach past midnight (1440 is 24:00, 1500 is 01:00 of the next day), `opens` may not.
    """

    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
    opens = models.PositiveSmallIntegerField(help_text="Minutes after midnight.")
    closes = models.PositiveSmallIntegerField(
        validators=[MaxValueValidator(2 * MINUTES_OF_A_DAY)], help_text="Minutes after the same midnight."
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {wall(self.opens)}–{wall(self.closes)}"


def wall(minutes: int) -> str:
    """Give minutes after midnight as the clock shows them: 90 is 01:30, 1440 is 24:00, 1530 is 25:30."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
