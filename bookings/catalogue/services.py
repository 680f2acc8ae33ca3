"""Changing what a practice sells. What was drafted before keeps the terms that it was drafted under."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any

from django.utils.translation import gettext

from bookings.accounts.viewer import Viewer
from bookings.catalogue import selectors
from bookings.catalogue.models import MOST_SEATS, Service
from bookings.catalogue.prices import DEAREST, read_price
from bookings.catalogue.refund_tiers import read_tiers
from bookings.catalogue.reminders import read_reminders
from bookings.common.errors import invalid
from bookings.common.idempotency import Once, transaction_once
from bookings.common.rows import fill, replace_links

COLUMNS: Mapping[str, str] = {
    "name": "name",
    "description": "description",
    "is_active": "isActive",
    "duration": "durationMinutes",
    "max_duration": "maxDurationMinutes",
    "step": "stepMinutes",
    "buffer_before": "bufferBeforeMinutes",
    "buffer_after": "bufferAfterMinutes",
    "notice": "noticeMinutes",
    "horizon": "horizonDays",
    "max_per_day": "maxPerDay",
    "max_per_week": "maxPerWeek",
    "seats": "seats",
    "holds": "holds",
    "location_kind": "locationKind",
    "colour": "colour",
    "payment_policy": "paymentPolicy",
    "needs_approval": "needsApproval",
    "price": "price",
    "deposit_percent": "depositPercent",
    "tax_rate": "taxRate",
    "refund_tiers": "refundTiers",
    "reminders": "reminderMinutes",
}
"""What can be changed, and the name under which clients know it."""
LIFETIMES = (
    "draft_lifetime", "pending_lifetime", "approved_lifetime", "payment_lifetime", "cancellation_notice",
)  # fmt: skip
AT_DESK: Mapping[str, str] = {"currency": "currency", **{name: name for name in LIFETIMES}}
"""What can be changed beside those in the admin alone."""

LONGEST_NOTICE = 730 * 24 * 60
"""Minutes: with the longest horizon, still the last of its days."""
LONGEST_LIFETIME = timedelta(days=730)


def save_service(
    *,
    viewer: Viewer,
    changes: Mapping[str, Any],
    now: datetime,
    service_id: int | None = None,
    business_id: int | None = None,
    consultant_ids: Collection[int] | None = None,
    resource_ids: Collection[int] | None = None,
    once: Once | None = None,
) -> Service:
    """Add a service to a practice, or change one. Slots and bookings stay as they are.

    changes: values by column (COLUMNS, AT_DESK); what is not there stays. consultant_ids, resource_ids: who offers it
    and what it takes place in, instead of those before; None leaves them. A new one has the practice's currency unless
    said otherwise. What it holds is fixed once somebody asked for it.
    Raises UNAUTHENTICATED, FORBIDDEN, NOT_FOUND (also for links of another practice), VALIDATION_FAILED,
    IDEMPOTENCY_MISMATCH, AlreadyDone.
    """
    if service_id is None:
        place = selectors.place_to_add_to(viewer, business_id)
        service = Service(business=place, currency=place.currency)
    else:
        service = selectors.to_change(viewer, service_id)
        _check_place(service, business_id)
    with transaction_once(once, now=now) as outcome:
        selectors.lock_offer(service.business_id)
        if service_id is not None:
            service = selectors.locked(service_id)
        apply(service, changes)
        service.save()
        # What these two relations lead to stands above this topic and is not imported here.
        place_id = service.business_id
        replace_links(service.consultants, consultant_ids, field="consultantIds", business=place_id)
        replace_links(service.resources, resource_ids, field="resourceIds", business=place_id, is_active=True)
        outcome.made(service.pk)
    return service


def apply(service: Service, changes: Mapping[str, Any]) -> None:
    """Set what is to change of a service, held to all of its rules. It is not saved. Raises VALIDATION_FAILED."""
    held = service.holds
    fill(service, _plain(changes), called={**COLUMNS, **AT_DESK})
    for name in LIFETIMES:
        lasts = changes.get(name)
        if lasts is not None and not timedelta() <= lasts <= LONGEST_LIFETIME:
            raise invalid(
                name, gettext("This lasts from 0 to %(days)s days.") % {"days": LONGEST_LIFETIME.days}
            )
    if "price" in changes or "currency" in changes:
        service.price = read_price(changes.get("price", service.price), service.currency)
    _check_together(service)
    if service.holds != held and service.pk is not None and service.bookings.exists():
        raise invalid(
            "holds", gettext("What a service holds is fixed once it was asked for; add another service.")
        )


def _check_place(service: Service, business_id: int | None) -> None:
    if business_id not in {None, service.business_id}:
        raise invalid("businessId", gettext("A service stays with its practice."))


def _plain(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Give all changes but the price, which is read by its currency's rules; refund tiers as they are kept."""
    columns = (*COLUMNS, *AT_DESK)
    given = {column: changes[column] for column in columns if column in changes and column != "price"}
    if isinstance(given.get("colour"), str):
        given["colour"] = given["colour"].lower()
    if given.get("refund_tiers") is not None:
        given["refund_tiers"] = read_tiers(given["refund_tiers"])
    if given.get("reminders") is not None:
        given["reminders"] = read_reminders(given["reminders"])
    return given


def _check_together(service: Service) -> None:
    """Refuse what no column forbids by itself. Raises VALIDATION_FAILED."""
    longest = service.max_duration if service.max_duration is not None else service.duration
    if longest < service.duration:
        raise invalid("maxDurationMinutes", gettext("The longest session is not shorter than the shortest."))
    if service.seats > MOST_SEATS:
        raise invalid(
            "seats", gettext("A session has %(most_seats)s seats at most.") % {"most_seats": MOST_SEATS}
        )
    if service.notice > LONGEST_NOTICE:
        raise invalid(
            "noticeMinutes",
            gettext("At most %(longest_notice)s minutes of notice can be asked for.")
            % {"longest_notice": LONGEST_NOTICE},
        )
    if service.deposit_percent and service.payment_policy == Service.PaymentPolicy.ON_SITE:
        raise invalid("depositPercent", gettext("A deposit is paid online, and this is paid on site."))
    times = (Decimal(longest) / service.duration).to_integral_value(ROUND_CEILING)
    if service.price * service.seats * times >= DEAREST:
        raise invalid("price", gettext("All seats of the longest session together cost too much."))
