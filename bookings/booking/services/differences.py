"""Where our books and a provider's differ: noted and told in one transaction, and dealt with by a person."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from bookings.accounts.viewer import Viewer
from bookings.booking import messages, selectors
from bookings.booking.messages import Recipient
from bookings.booking.models import Booking
from bookings.booking.rights import Operation
from bookings.booking.services.settle import end_unanswered
from bookings.common.errors import DomainError, ErrorCode, Forbidden
from bookings.common.languages import source
from bookings.payments.models import Difference, Payment
from bookings.payments.services import note_difference

TEMPLATE = "staff_payment_differs"


def note_payment_difference(
    *,
    payment: Payment,
    kind: Difference.Kind,
    data: Mapping[str, str],
    now: datetime,
) -> Difference | None:
    """Keep a difference that waits for a person, and tell the practice: once, for as long as it waits.

    None for what a person dealt with before and that has not changed since.
    """
    with transaction.atomic():
        if _was_resolved(payment, kind, data):
            return None
        difference, is_new = note_difference(payment=payment, kind=kind, data=data, now=now)
        if is_new:
            _tell(difference, now)
    return difference


def resolve_difference(*, difference_id: int, viewer: Viewer, now: datetime) -> Difference:
    """Note that a person dealt with a difference; one that does not wait any more stays as it is.

    An attempt of which its provider says nothing ends by it: without its keys, say, nobody else could end it, and its
    booking would keep its time for ever.
    Raises UNAUTHENTICATED; FORBIDDEN for a service key and for a role that may not; NOT_FOUND.
    """
    user = viewer.require_account()
    seen = Difference.objects.filter(
        pk=difference_id, payment__booking__in=selectors.visible_to(viewer, what=Operation.SEE_MONEY)
    )
    if not seen.exists():
        raise DomainError(ErrorCode.NOT_FOUND)
    with transaction.atomic():
        mine = selectors.differences_visible_to(viewer).filter(pk=difference_id)
        if not mine.exists():
            raise Forbidden
        waiting = mine.filter(status=Difference.Status.OPEN).first()
        if waiting is not None and waiting.kind == Difference.Kind.NO_ANSWER:
            end_unanswered(payment_id=waiting.payment_id, now=now)
        Difference.objects.filter(pk=difference_id, status=Difference.Status.OPEN).update(
            status=Difference.Status.RESOLVED, ended_at=now, resolved_by=user
        )
        return mine.get()


def _was_resolved(payment: Payment, kind: Difference.Kind, data: Mapping[str, str]) -> bool:
    """Tell whether a person dealt with the very same: what is wrong at the provider may stay so for good."""
    before = Difference.objects.filter(payment=payment, kind=kind, status=Difference.Status.RESOLVED)
    return any(row.data == dict(data) for row in before)


def _tell(difference: Difference, now: datetime) -> None:
    booking = Booking.objects.select_related("business__owner", "service", "consultant", "resource").get(
        pk=difference.payment.booking_id
    )
    messages.tell(
        booking,
        Recipient.STAFF,
        TEMPLATE,
        key=f"difference:{difference.pk}",
        now=now,
        context={
            "what": source(Difference.Kind(difference.kind).label),
            "reference": difference.payment.reference,
            "facts": "; ".join(details_of(difference)),
        },
    )


def details_of(difference: Difference) -> list[str]:
    """Give what is known of a difference, a line each: amounts, codes and names of the provider's."""
    return [f"{name}: {value}" for name, value in sorted(difference.data.items())]
