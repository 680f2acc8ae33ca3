"""The outbox: what a committed change still has to tell somebody."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.common import clock
from bookings.common.secrecy import EncryptedJSONField


class OutboxMessage(models.Model):
    """One message that is sent at least once, and again only after a crash, under the same key.

    It is written in the transaction of the change that it tells of. `next_attempt_at` doubles as the
    lease: who claims the row moves it ahead, so that a deliverer that dies is followed by another.
    """

    class Channel(models.TextChoices):
        """How it travels."""

        EMAIL = "EMAIL", "E-mail"
        WEBHOOK = "WEBHOOK", "Webhook"

    class Status(models.TextChoices):
        """How far it came."""

        QUEUED = "QUEUED", "Queued"
        SENT = "SENT", "Sent"
        FAILED = "FAILED", "Given up"
        DROPPED = "DROPPED", "Not sent, as nobody needs it"

    class BounceReason(models.TextChoices):
        """Why a mail did not arrive, as far as the mail provider says."""

        INVALID = "INVALID", "there is no such address"
        NO_MAILBOX = "NO_MAILBOX", "the mailbox takes no mail"
        TIMED_OUT = "TIMED_OUT", "its server did not answer for days"
        BLOCKED = "BLOCKED", "its server or the mail provider blocked it"
        SPAM = "SPAM", "it was taken for spam"
        UNSUBSCRIBED = "UNSUBSCRIBED", "its recipient unsubscribed with the mail provider"
        OTHER = "OTHER", "no reason was given"

    key = models.CharField(max_length=200, unique=True, help_text="What makes this message once-only.")
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.EMAIL)
    template = models.CharField(max_length=64, help_text="Name of the message, or the webhook's event.")
    recipient = models.CharField(max_length=2000, help_text="E-mail address or URL.")
    locale = models.CharField(max_length=35, default="en")
    timezone = models.CharField(max_length=64, default="UTC", help_text="In which the recipient reads times.")
    context = models.JSONField(default=dict, blank=True, help_text="Codes, ids and plain values.")
    secrets = EncryptedJSONField(default=dict, blank=True, help_text="Wiped on sending.")
    booking = models.ForeignKey(
        "bookings.Booking", models.SET_NULL, null=True, blank=True, related_name="messages"
    )
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    message_id = models.CharField(max_length=300, help_text="The same at every attempt.")
    provider = models.CharField(max_length=20, blank=True, help_text="Which mail provider took it.")
    provider_message_id = models.CharField(max_length=300, blank=True)
    expires_at = models.DateTimeField(
        null=True, blank=True, help_text="From when on it is of no use any more, and not sent."
    )
    last_error = models.CharField(max_length=200, blank=True, help_text="Kind of failure; nothing private.")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(
        null=True, blank=True, help_text="When the recipient's mail server took it."
    )
    bounced_at = models.DateTimeField(
        null=True, blank=True, help_text="When the mail provider reported that it was not delivered."
    )
    bounce_reason = models.CharField(max_length=12, blank=True, choices=BounceReason.choices)
    complained_at = models.DateTimeField(
        null=True, blank=True, help_text="When its recipient called it unwanted."
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["provider_message_id"],
                name="outbox_by_provider_id",
                condition=~Q(provider_message_id=""),
            ),
            models.Index(fields=["next_attempt_at"], name="outbox_due", condition=Q(status="QUEUED")),
        ]

    def __str__(self) -> str:
        return f"{self.template} ({self.get_status_display()})"


class MailRefusal(models.Model):
    """A kind of mail that whoever reads a mailbox wants no more; the switches of an account show and set these rows."""

    class Kind(models.TextChoices):
        """What can be done without."""

        REMINDERS = "REMINDERS", _("Reminders of sessions")
        REVIEW_REQUESTS = "REVIEW_REQUESTS", _("Requests for a review")

    class Cause(models.TextChoices):
        """How it was learned; docs/adr/0042."""

        PERSON = "PERSON", "They said so"
        COMPLAINT = "COMPLAINT", "They called one unwanted"
        BOUNCE = "BOUNCE", "One did not arrive"

    address_digest = models.CharField(max_length=64, help_text="A keyed digest of the normalised address.")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    cause = models.CharField(max_length=9, choices=Cause.choices, default=Cause.PERSON)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["address_digest", "kind"], name="mail_refusal_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
