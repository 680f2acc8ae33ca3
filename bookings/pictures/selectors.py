"""Reading what has a picture, and links that may bring one."""

from collections.abc import Collection

from django.conf import settings
from django.utils.translation import gettext

from bookings.accounts.models import User
from bookings.accounts.viewer import Viewer
from bookings.businesses.models import Business
from bookings.catalogue.policies import require_offer
from bookings.common.errors import DomainError, ErrorCode, invalid
from bookings.common.secrecy import token_hash
from bookings.consultants.models import Consultant
from bookings.pictures.models import PictureUpload
from bookings.pictures.policies import Pictured, require

KINDS: tuple[type[Pictured], ...] = (User, Consultant, Business)


def to_picture(viewer: Viewer, *, consultant_id: int | None, business_id: int | None) -> Pictured:
    """Give whom or what the ids name, the viewer's own account without any, to somebody who may set its picture.

    Raises UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, and VALIDATION_FAILED for both ids at once.
    """
    account = viewer.require_account()
    if consultant_id is not None and business_id is not None:
        raise invalid("businessId", gettext("Name a consultant or a practice, not both."))
    found: Pictured | None = account
    if consultant_id is not None:
        found = Consultant.objects.filter(pk=consultant_id).first()
    elif business_id is not None:
        found = Business.objects.filter(pk=business_id).first()
    if found is None:
        raise DomainError(
            ErrorCode.NOT_FOUND, field=["businessId" if consultant_id is None else "consultantId"]
        )
    if isinstance(found, Consultant) and found.user_id != account.pk:
        require_offer(viewer, found.business_id, field="consultantId")
    require(viewer, found)
    return found


def locked(pictured: Pictured) -> Pictured | None:
    """Lock the row for this transaction and give it as it is now; None where it is gone."""
    rows = type(pictured)._default_manager.select_for_update(no_key=True, of=("self",))
    return rows.filter(pk=pictured.pk).first()


def upload_of(token: str) -> PictureUpload | None:
    """Give the link of a token, with whom it is for and who asked for it."""
    rows = PictureUpload.objects.select_related("asked_by", "user", "consultant", "business")
    return rows.filter(token_hash=token_hash(token)).first()


def shown_somewhere(names: Collection[str]) -> set[str]:
    """Give those of these names that an account, a consultant or a practice has as its picture."""
    found: set[str] = set()
    for kind in KINDS:
        rows = kind._default_manager.filter(picture__in=names)
        found.update(rows.values_list("picture", flat=True))
    return found


def address_of(name: str) -> str | None:
    """Give where a picture is served, absolute, or None where there is no picture."""
    return f"{settings.PUBLIC_URL}/pictures/{name}" if name else None
