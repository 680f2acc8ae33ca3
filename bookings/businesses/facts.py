"""What a practice says of itself, held to its rules: GraphQL and the admin change it by the same ones."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from math import isfinite
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from bookings.accounts.addresses import read_email
from bookings.businesses.models import Business, Category
from bookings.businesses.refund_tiers import read_tiers
from bookings.common.countries import read_country
from bookings.common.errors import DomainError, ErrorCode, invalid
from bookings.common.rows import fill

LIFETIMES: Mapping[str, str] = {
    "draft_lifetime": "draftLifetimeMinutes",
    "pending_lifetime": "pendingLifetimeMinutes",
    "approved_lifetime": "approvedLifetimeMinutes",
    "payment_lifetime": "paymentLifetimeMinutes",
    "cancellation_notice": "cancellationNoticeMinutes",
}
"""What lasts some minutes, or as long as usual where it is null; and what clients call it."""
COLUMNS: Mapping[str, str] = {
    "name": "name",
    "slug": "slug",
    "description": "description",
    "category_id": "categoryId",
    "email": "email",
    "phone": "phone",
    "website": "website",
    "address": "address",
    "postal_code": "postalCode",
    "city": "city",
    "country": "country",
    "latitude": "latitude",
    "longitude": "longitude",
    "timezone": "timezone",
    "currency": "currency",
    "tax_number": "taxNumber",
    "tax_rate": "taxRate",
    "refund_tiers": "refundTiers",
    **LIFETIMES,
    "max_active_bookings": "maxActiveBookings",
    "is_active": "isActive",
}
"""What can be changed, and the name under which clients know it."""

LONGEST = timedelta(days=730)
SHORTEST = timedelta(minutes=1)
"""Of what lapses; a notice may be none at all."""
MOST_ACTIVE = 100
"""Places that one client may be given."""
_RANGES = {"latitude": 90, "longitude": 180}


def apply(business: Business, changes: Mapping[str, Any], *, unchecked: Collection[str] = ()) -> None:
    """Set what is to change of a practice, held to all of its rules. It is not saved.

    changes: values by column (COLUMNS). unchecked: columns that nobody sent and that the caller answers for.
    Raises VALIDATION_FAILED, and NOT_FOUND for a category that is not there.
    """
    given = {column: changes[column] for column in COLUMNS if column in changes}
    for column, read in _READERS.items():
        if given.get(column) is not None:
            given[column] = read(given[column])
    if "category_id" in given:
        business.category = _category(given.pop("category_id"))
    for column in LIFETIMES:
        _check_lasts(column, given.get(column))
    for column, most in _RANGES.items():
        _check_degrees(column, given.get(column), most)
    fill(business, given, called=COLUMNS, unchecked=unchecked)
    if (business.latitude is None) != (business.longitude is None):
        missing = "latitude" if business.latitude is None else "longitude"
        raise invalid(missing, _("A place has both, latitude and longitude, or neither."))
    if not 1 <= business.max_active_bookings <= MOST_ACTIVE:
        raise invalid(
            COLUMNS["max_active_bookings"],
            _("A client may hold from 1 to %(most)s active bookings.") % {"most": MOST_ACTIVE},
        )


def _category(pk: int | None) -> Category:
    if pk is None:
        raise invalid(COLUMNS["category_id"], _("This cannot be null."))
    found = Category.objects.filter(pk=pk).first()
    if found is None:
        raise DomainError(ErrorCode.NOT_FOUND, field=[COLUMNS["category_id"]])
    return found


def _check_lasts(column: str, lasts: timedelta | None) -> None:
    least = timedelta() if column == "cancellation_notice" else SHORTEST
    if lasts is not None and not least <= lasts <= LONGEST:
        minutes = {"least": least // SHORTEST, "most": LONGEST // SHORTEST}
        raise invalid(COLUMNS[column], _("This lasts from %(least)s to %(most)s minutes.") % minutes)


def _check_degrees(column: str, degrees: float | None, most: int) -> None:
    """Refuse what is no place, infinities and what is no number among it."""
    if degrees is not None and not (isfinite(degrees) and -most <= degrees <= most):
        raise invalid(column, _("This is a number of degrees from -%(most)s to %(most)s.") % {"most": most})


def _read_website(text: str) -> str:
    """Give a web address, empty for none. Other schemes than the web's run programs, or lead nowhere."""
    address = text.strip()
    try:
        parts = urlsplit(address)
    except ValueError:  # brackets that hold no IPv6 address, say
        parts = urlsplit("")
    if address and (parts.scheme not in {"http", "https"} or parts.username or parts.password):
        raise invalid("website", _("A website begins with https:// or http://."))
    return address


def _read_email(text: str) -> str:
    return read_email(text) if text.strip() else ""


_READERS: Mapping[str, Any] = {
    "slug": lambda text: text.strip().lower(),
    "email": _read_email,
    "website": _read_website,
    "country": read_country,
    "currency": lambda text: text.strip().upper(),
    "refund_tiers": read_tiers,
}
"""How what people write is read, before the column's own rules."""
