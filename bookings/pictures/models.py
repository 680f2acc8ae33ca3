"""Leave to upload one picture, once."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from bookings.businesses.models import Business
from bookings.common import clock
from bookings.consultants.models import Consultant


class PictureUpload(models.Model):
    """A link that takes the bytes of one picture, for one account, consultant or practice, once and for minutes."""

    token_hash = models.CharField(max_length=64, unique=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="picture_uploads")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+"
    )
    consultant = models.ForeignKey(Consultant, models.CASCADE, null=True, blank=True, related_name="+")
    business = models.ForeignKey(Business, models.CASCADE, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, consultant__isnull=True, business__isnull=True)
                | Q(user__isnull=True, consultant__isnull=False, business__isnull=True)
                | Q(user__isnull=True, consultant__isnull=True, business__isnull=False),
                name="picture_upload_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"upload {self.pk}"
