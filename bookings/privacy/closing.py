"""Closing an account for good: the row stays, as others point at it, and names nobody."""

from datetime import datetime

from bookings.accounts.models import RefreshToken, RoleRequest, SecurityAnswer, ServiceKey, User
from bookings.businesses.models import StaffMember
from bookings.consultants.models import Consultant
from bookings.favourites.models import Favourite
from bookings.feeds.models import CalendarFeed
from bookings.pictures.models import PictureUpload


def close_account(user: User, *, now: datetime) -> str:
    """Empty a locked account's row inside the caller's transaction, and end all that it gave a right to.

    Gives the name of its picture, whose file goes once this is committed.
    """
    picture = str(user.picture or "")
    for model, owner in _GOES:
        model._default_manager.filter(**{owner: user}).delete()
    ServiceKey.objects.filter(owner=user, revoked_at__isnull=True).update(revoked_at=now)
    ServiceKey.objects.filter(owner=user).update(name="")
    Consultant.objects.filter(user=user).update(user=None)
    user.groups.clear()
    user.user_permissions.clear()
    for column, value in _EMPTY.items():
        setattr(user, column, value)
    user.email = f"deleted-{user.pk}@invalid"
    user.deleted_at = now
    user.set_unusable_password()
    user.save()  # raises token_version too: what the account was logged in with is worthless
    return picture


_GOES = (
    (RefreshToken, "user"),
    (SecurityAnswer, "user"),
    (RoleRequest, "user"),
    (Favourite, "user"),
    (StaffMember, "user"),
    (PictureUpload, "asked_by"),
    (CalendarFeed, "created_by"),
)
_EMPTY = {
    "full_name": "",
    "role": User.Role.CLIENT,
    "phone": "",
    "timezone": "",
    "locale": "en",
    "picture": "",
    "email_verified_at": None,
    "last_login": None,
    "is_active": False,
    "is_staff": False,
    "is_superuser": False,
}
