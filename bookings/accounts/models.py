"""People who have an account. Booking needs none."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from bookings.accounts.addresses import normalise_email
from bookings.common import clock


class UserManager(BaseUserManager["User"]):
    """Finds and makes users by their e-mail address, blind to its case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Give the user of this address. Raise User.DoesNotExist."""
        return self.get(email=normalise_email(username or ""))

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a user; without a password nobody can log in as them."""
        user = self.model(email=normalise_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a platform admin with a proven address."""
        fields = {"email_verified_at": clock.now(), **fields, "is_staff": True, "is_superuser": True}
        return self.create_user(email, password, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """An account. `is_superuser` is the platform's admin; what else somebody may do comes from the businesses."""

    email = models.EmailField(max_length=254, help_text="The log-in name; stored normalised.")
    full_name = models.CharField(max_length=200, blank=True)
    email_verified_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="When the person proved to read this mailbox; nothing is theirs before.",
    )
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text="May open the admin pages.")
    token_version = models.PositiveIntegerField(
        default=0,
        editable=False,
        help_text="Raised to make every token of this account worthless at once, by a new password too.",
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_case_blind"),
        ]

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        """Normalise the address as every other way in does."""
        super().clean()
        self.email = normalise_email(self.email)

    def get_session_auth_hash(self) -> str:
        """Tie the cookie sessions of the admin and GraphiQL to `token_version` as well as to the password."""
        seal = f"{super().get_session_auth_hash()}:{self.token_version}"
        return salted_hmac("bookings.accounts.session", seal, algorithm="sha256").hexdigest()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; with a new password or none, raise `token_version` too, whichever page or command set it.

        Django keeps the plain password until here for a change alone, not where a log-in only brings
        the hash of the same password up to date.
        """
        fields = kwargs.get("update_fields")
        renewed = (
            not self._state.adding
            and (fields is None or "password" in fields)
            and (self._password is not None or not self.has_usable_password())  # type: ignore[attr-defined]
        )
        with transaction.atomic():
            super().save(*args, **kwargs)
            if renewed:
                User.objects.filter(pk=self.pk).update(token_version=F("token_version") + 1)
                self.refresh_from_db(fields=["token_version"])


class RefreshToken(models.Model):
    """A token that is exchanged once for the next of its family. The database holds its hash alone.

    A family is one log-in on one device; access tokens name it. It lives as long as its newest token is
    not revoked: of one family at most one row is neither rotated nor revoked.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="refresh_tokens")
    family = models.UUIDField(default=uuid.uuid4, help_text="The session that it prolongs.")
    token_hash = models.CharField(max_length=64, unique=True)
    token_version = models.PositiveIntegerField(
        help_text="The account's at log-in; once that is raised, this token is worthless."
    )
    user_agent = models.CharField(
        max_length=200, blank=True, help_text="What asked for it, as it calls itself; cut."
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField(db_index=True)
    rotated_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was exchanged; whoever sends it later holds a copy."
    )
    replaced_by = models.OneToOneField(
        "self", models.SET_NULL, null=True, blank=True, related_name="replaces"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["family"],
                condition=Q(rotated_at__isnull=True, revoked_at__isnull=True),
                name="refresh_token_one_live_per_family",
            ),
        ]

    def __str__(self) -> str:
        return f"refresh token {self.pk}"
