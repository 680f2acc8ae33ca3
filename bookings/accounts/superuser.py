"""The platform's first admin, as the environment names one."""

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, models, transaction

from bookings.accounts.addresses import read_email
from bookings.accounts.models import User
from bookings.accounts.passwords import judge, renew
from bookings.common.errors import invalid


class Outcome(models.TextChoices):
    """What had to be done."""

    MADE = "MADE", "made"
    PROMOTED = "PROMOTED", "made an admin"
    RESET = "RESET", "given the password that was named"
    UNTOUCHED = "UNTOUCHED", "left as it is"


def ensure_superuser(
    *, email: str, password: str, now: datetime, reset_password: bool = False, weak_is_fine: bool = False
) -> Outcome:
    """Have an admin of the platform with this address; safe to repeat, by several processes at once.

    An account that is there keeps its password, which may have been changed since, unless reset_password: then
    its sessions end and its owner is told. One whose address nobody has proven gets the password in any case: whoever
    made it may be somebody else. Raises VALIDATION_FAILED for what is no address, for a password that is easily
    guessed (but with weak_is_fine), for none where one is needed, and for an account that was closed.
    """
    address = read_email(email)
    if password and not weak_is_fine:
        judge(password, email=address)
    if not User.objects.filter(email=address).exists():
        _demand(password)
        try:
            with transaction.atomic():
                User.objects.create_superuser(address, password, email_verified_at=now)
        except IntegrityError:  # another process was faster
            return Outcome.UNTOUCHED
        return Outcome.MADE
    return _see_to(address, password, reset_password, now)


def _see_to(address: str, password: str, reset_password: bool, now: datetime) -> Outcome:
    """Do what an account that is there still lacks."""
    unproven = User.objects.filter(email=address, email_verified_at=None).exists()
    sets = reset_password or unproven
    if sets:
        _demand(password)
    hashed = make_password(password) if sets else ""
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(email=address)
        if not user.is_active:
            raise invalid("email", "This account is closed. Open it in the admin, or name another address.")
        promoted = not (user.is_staff and user.is_superuser and user.email_verified_at)
        if promoted:
            user.is_staff = user.is_superuser = True
            user.email_verified_at = user.email_verified_at or now
            user.save(update_fields=["is_staff", "is_superuser", "email_verified_at"])
        if sets:
            renew(user, hashed, keep=None, now=now)
    if promoted:
        return Outcome.PROMOTED
    return Outcome.RESET if sets else Outcome.UNTOUCHED


def _demand(password: str) -> None:
    if not password:
        raise invalid("password", "A password is needed for it.")
