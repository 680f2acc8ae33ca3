"""Days and times in words, in the language that is active; how a language orders them stands in its catalogue."""

from datetime import date, datetime

from babel.dates import format_date, format_datetime
from django.conf import settings
from django.utils import translation
from django.utils.translation import pgettext


def day(value: date) -> str:
    """Give e.g. "Saturday 21 November 2026"."""
    return format_date(value, pgettext("a day, as Babel formats it", "EEEE d MMMM y"), locale=_locale())


def plain_day(value: date) -> str:
    """Give e.g. "21 November 2026"."""
    return format_date(
        value, pgettext("a day without its weekday, as Babel formats it", "d MMMM y"), locale=_locale()
    )


def moment(value: datetime) -> str:
    """Give e.g. "Saturday 21 November 2026, 10:00", on the clock that the value has."""
    naive = value.replace(tzinfo=None)
    pattern = pgettext("a day and a time, as Babel formats it", "EEEE d MMMM y, HH:mm")
    return format_datetime(naive, pattern, locale=_locale())


def _locale() -> str:
    return translation.to_locale(translation.get_language() or settings.LANGUAGE_CODE)
