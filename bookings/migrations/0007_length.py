"""Bookings keep how long their session is, a wish too; a time off is there once."""

from datetime import timedelta
from typing import Any

from django.db import migrations, models


def fill_in(apps: Any, editor: Any) -> None:
    """Give each booking the length of its session, or that of its service where it has no time yet."""
    Booking = apps.get_model("bookings", "Booking")
    rows = Booking.objects.select_related("service").only("starts_at", "ends_at", "service__duration")
    batch = []
    for booking in rows.iterator(chunk_size=1000):
        timed = booking.starts_at is not None and booking.ends_at is not None
        minutes = (booking.ends_at - booking.starts_at) // timedelta(minutes=1) if timed else 0
        booking.duration = minutes or booking.service.duration
        batch.append(booking)
        if len(batch) == 1000:
            Booking.objects.bulk_update(batch, ["duration"])
            batch = []
    Booking.objects.bulk_update(batch, ["duration"])


class Migration(migrations.Migration):
    dependencies = [("bookings", "0006_seasons")]

    operations = [
        migrations.AddField(
            model_name="booking",
            name="duration",
            field=models.PositiveIntegerField(help_text="Minutes of the session.", default=1),
            preserve_default=False,
        ),
        migrations.RunPython(fill_in, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="booking",
            constraint=models.CheckConstraint(
                condition=models.Q(("duration__gte", 1)), name="booking_duration_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="timeoff",
            constraint=models.UniqueConstraint(
                fields=("schedule", "starts_at", "ends_at"), name="time_off_once"
            ),
        ),
    ]
