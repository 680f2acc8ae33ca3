"""What mail providers report gets columns of its own; until now the kind of report stood where failed tries say why."""

from django.db import migrations, models
from django.db.models import F

REPORTS = ("bounced", "rejected", "failed", "complained")


def tell_reasons(apps, schema_editor):
    """A complaint is no bounce any more. Why a mail bounced was not kept."""
    rows = apps.get_model("bookings", "OutboxMessage").objects.filter(bounced_at__isnull=False)
    rows.filter(last_error="complained").update(complained_at=F("bounced_at"), bounced_at=None, last_error="")
    rows.update(bounce_reason="OTHER")
    rows.filter(last_error__in=REPORTS).update(last_error="")


def tell_as_before(apps, schema_editor):
    """The way back: one column for all reports."""
    rows = apps.get_model("bookings", "OutboxMessage").objects
    rows.filter(bounced_at__isnull=False).update(last_error="bounced")
    rows.filter(complained_at__isnull=False).update(bounced_at=F("complained_at"), last_error="complained")


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0012_practice_rows"),
    ]

    operations = [
        migrations.AddField(
            model_name="mailrefusal",
            name="cause",
            field=models.CharField(
                choices=[
                    ("PERSON", "They said so"),
                    ("COMPLAINT", "They called one unwanted"),
                    ("BOUNCE", "One did not arrive"),
                ],
                default="PERSON",
                max_length=9,
            ),
        ),
        migrations.AddField(
            model_name="outboxmessage",
            name="bounce_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("INVALID", "there is no such address"),
                    ("NO_MAILBOX", "the mailbox takes no mail"),
                    ("TIMED_OUT", "its server did not answer for days"),
                    ("BLOCKED", "its server or the mail provider blocked it"),
                    ("SPAM", "it was taken for spam"),
                    ("UNSUBSCRIBED", "its recipient unsubscribed with the mail provider"),
                    ("OTHER", "no reason was given"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="outboxmessage",
            name="complained_at",
            field=models.DateTimeField(
                blank=True, help_text="When its recipient called it unwanted.", null=True
            ),
        ),
        migrations.AddField(
            model_name="outboxmessage",
            name="delivered_at",
            field=models.DateTimeField(
                blank=True, help_text="When the recipient's mail server took it.", null=True
            ),
        ),
        migrations.AddField(
            model_name="outboxmessage",
            name="provider",
            field=models.CharField(blank=True, help_text="Which mail provider took it.", max_length=20),
        ),
        migrations.RunPython(tell_reasons, tell_as_before),
    ]
