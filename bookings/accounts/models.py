"""People who have an account. Booking needs none."""

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from bookings.common import clock
from bookings.common.addresses import normalise_email
from bookings.common.zones import validate_zone


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

    class Role(models.TextChoices):
        """What somebody is here for. CLIENT is for the asking; the others wait for an admin's word."""

        CLIENT = "CLIENT", _("Client")
        CONSULTANT = "CONSULTANT", _("Consultant")
        BUSINESS_OWNER = "BUSINESS_OWNER", _("Business owner")

    email = models.EmailField(max_length=254, help_text="The log-in name; stored normalised.")
    full_name = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.CLIENT)
    phone = models.CharField(max_length=16, blank=True, help_text="In E.164, such as +48221234567.")
    timezone = models.CharField(
        max_length=64, blank=True, validators=[validate_zone], help_text="In which the person reads times."
    )
    locale = models.CharField(
        max_length=16, default="en", help_text="The person's language, such as en or pl."
    )
    picture = models.CharField(
        max_length=100, blank=True, editable=False, help_text="Its name in the storage `pictures`."
    )
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
    deleted_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="When the person had the account deleted; it names nobody.",
    )

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_case_blind"),
        ]
        indexes = [
            # Every log-in looks here for a normalised address; an index on lower(email) serves other questions.
            models.Index(fields=["email"], name="user_by_email"),
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
            # Django keeps the new password here until it is saved; its stubs do not know the attribute.
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


class Registration(models.Model):
    """Somebody who asks for an account and has not proven the mailbox yet; many may name one address.

    Each stands by itself: nobody's proof makes an account with somebody else's password. The database holds the
    hash of the handle that whoever registered got back.
    """

    handle_hash = models.CharField(max_length=64, unique=True)
    email = models.EmailField(max_length=254, help_text="Normalised.")
    full_name = models.CharField(max_length=200, blank=True)
    password = models.CharField(max_length=128, help_text="Its hash.")
    role = models.CharField(max_length=16, choices=User.Role.choices, default=User.Role.CLIENT)
    locale = models.CharField(max_length=16, default="en")
    timezone = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"registration {self.pk}"


class RoleRequest(models.Model):
    """Somebody who asks to be a consultant or a business owner, and what an admin said."""

    class Status(models.TextChoices):
        """How far it came."""

        WAITING = "WAITING", "Waiting"
        GRANTED = "GRANTED", "Granted"
        DECLINED = "DECLINED", "Declined"

    user = models.ForeignKey(User, models.CASCADE, related_name="role_requests")
    role = models.CharField(max_length=16, choices=User.Role.choices)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True, help_text="Why, as the person is told.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(status="WAITING"), name="role_request_one_waiting_per_user"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} ({self.get_status_display()})"


class SecurityAnswer(models.Model):
    """One account's answer to one of three questions, normalised and hashed like a password."""

    class Question(models.TextChoices):
        """Which one may be chosen."""

        FIRST_PET = "FIRST_PET", _("What was the name of your first pet?")
        FIRST_SCHOOL = "FIRST_SCHOOL", _("What was the name of your first school?")
        BIRTH_TOWN = "BIRTH_TOWN", _("In which town were you born?")

    user = models.OneToOneField(User, models.CASCADE, related_name="security_answer")
    question = models.CharField(max_length=16, choices=Question.choices)
    answer_hash = models.CharField(max_length=128)
    set_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.get_question_display()


class ServiceKey(models.Model):
    """What a chatbot or another program calls the API with. The database holds its hash alone.

    It may what its scopes say, with its practice's bookings never more than its owner may there.
    """

    class Scope(models.TextChoices):
        """What a key is for."""

        CATALOGUE = "CATALOGUE", "Read the offer and open times"
        BOOKING = "BOOKING", "Draft bookings, and follow them with their proofs"
        PRACTICE = "PRACTICE", "What its owner may as staff of its practice"

    name = models.CharField(max_length=100, help_text="What it is for, such as: chatbot of the website.")
    owner = models.ForeignKey(User, models.CASCADE, related_name="service_keys")
    business = models.ForeignKey(
        "bookings.Business",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="service_keys",
        help_text="Whose bookings it works on; needed for PRACTICE, which reaches no other.",
    )
    scopes = models.JSONField(default=list, help_text="Names of scopes.")
    prefix = models.CharField(max_length=16, editable=False, help_text="How the key begins, to tell it by.")
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="To a minute or so.")

    CALLED = "key:"
    """What stands before a key's own where callers are told apart."""

    owner_role: str = ""
    """What its owner is in its practice now, as `keys.read_key` found; read otherwise, a key gives no rights there."""

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def called(self) -> str:
        """How events and idempotency name it as a caller: `key:12`."""
        return f"{self.CALLED}{self.pk}"

    @property
    def roles(self) -> Mapping[int, str]:
        """What it makes of whom it stands for: its owner's role in its practice, where it has the scope PRACTICE."""
        if self.business_id is None or not self.owner_role or not self.allows(self.Scope.PRACTICE):
            return {}
        return {self.business_id: self.owner_role}

    def allows(self, *scopes: "ServiceKey.Scope") -> bool:
        """Tell whether it has one of the scopes."""
        return any(scope.value in self.scopes for scope in scopes)
