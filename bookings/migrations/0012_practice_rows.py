"""What rows say that were there before 0011: apart from it, as PostgreSQL makes no index behind changed rows.

Nor are tables locked while every booking is read.
"""

from datetime import timedelta

from django.db import migrations

from bookings.booking.intake import city_digest, city_of
from bookings.common import clock
from bookings.common.addresses import address_digest

SWITCHES = {'REMINDERS': 'wants_reminders', 'REVIEW_REQUESTS': 'wants_review_requests'}


def take_switches_to_mailboxes(apps, schema_editor):
    """What an account of a proven address said is what its mailbox says from now on (docs/adr/0038)."""
    refusals = apps.get_model('bookings', 'MailRefusal').objects
    for kind, column in SWITCHES.items():
        proven = apps.get_model('bookings', 'User').objects.filter(email_verified_at__isnull=False, deleted_at__isnull=True)
        for email in proven.filter(**{column: False}).values_list('email', flat=True).iterator():
            refusals.get_or_create(address_digest=address_digest(email), kind=kind)


def give_switches_back(apps, schema_editor):
    """The way back: accounts say again what their mailboxes said."""
    said = set(apps.get_model('bookings', 'MailRefusal').objects.values_list('address_digest', 'kind'))
    users = apps.get_model('bookings', 'User').objects
    for pk, email in users.values_list('pk', 'email').iterator():
        off = {column: False for kind, column in SWITCHES.items() if (address_digest(email), kind) in said}
        if off:
            users.filter(pk=pk).update(**off)


def remind_of_what_is_booked(apps, schema_editor):
    """What is confirmed already is reminded of at the usual times, as far as they are still to come."""
    now = clock.now()
    coming = apps.get_model('bookings', 'Booking').objects.filter(status='CONFIRMED', starts_at__gt=now)
    for pk, start, minutes in coming.values_list('pk', 'starts_at', 'reminders').iterator():
        instants = [start - timedelta(minutes=each) for each in minutes]
        coming.filter(pk=pk).update(remind_at=min((at for at in instants if at > now), default=None))


def find_cities(apps, schema_editor):
    """The cities of bookings there are; each answer is decrypted once, a batch at a time."""
    rows = apps.get_model('bookings', 'Booking').objects
    for pk, intake in rows.exclude(intake='').values_list('pk', 'intake').iterator(500):
        digest = city_digest(city_of(intake or {}))
        if digest:
            rows.filter(pk=pk).update(city_digest=digest)


class Migration(migrations.Migration):

    dependencies = [
        ('bookings', '0011_practice'),
    ]

    operations = [
        migrations.RunPython(find_cities, migrations.RunPython.noop),
        migrations.RunPython(remind_of_what_is_booked, migrations.RunPython.noop),
        migrations.RunPython(take_switches_to_mailboxes, give_switches_back),
        migrations.RemoveField(model_name='user', name='wants_reminders'),
        migrations.RemoveField(model_name='user', name='wants_review_requests'),
    ]
