"""When clients are reminded, as receptionists write it."""

import pytest
from django.core.exceptions import ValidationError

from bookings.admin.reminder_times import RemindersField, text_of


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("24 h, 1 h", [1440, 60]),
        ("1h,2 days", [2880, 60]),
        ("90 min; 3d", [4320, 90]),
        ("never", []),
        ("Never", []),
        ("  ", None),
        ("", None),
    ],
)
def test_clean__reads_times(text, minutes):
    assert RemindersField().clean(text) == minutes


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tomorrow", '"tomorrow" is not understood'),
        ("1 h, 60 min", "Each reminder stands once."),
        ("31 d", "A reminder comes 1 to 43200 minutes before the start."),
        ("0 min", "A reminder comes 1 to 43200 minutes before the start."),
        ("1 h, 2 h, 3 h, 4 h, 5 h, 6 h", "Give a list of 5 reminders at most."),
        ("1 h,", '"" is not understood'),
    ],
)
def test_clean__refuses_what_nobody_means(text, words):
    with pytest.raises(ValidationError, match=words):
        RemindersField().clean(text)


@pytest.mark.parametrize(
    ("minutes", "text"), [([1440, 60], "24 h, 1 h"), ([4320, 90], "3 d, 90 min"), ([], "never")]
)
def test_text__reads_back_as_the_same(minutes, text):
    assert text_of(minutes) == text
    assert RemindersField().clean(text) == minutes
    assert not RemindersField().has_changed(minutes, text)
