"""People who have an account. Booking needs none."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower

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
        help_text="Raised to make every access token of this account worthless at once.",
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
