"""The day before the month, 24 hours, and whose clock it is: that of UTC, where no practice's is named."""

DATE_FORMAT = "j M Y"
DATETIME_FORMAT = "j M Y, H:i e"
