"""What is always true of the data, whatever happened: looked at over all rows."""

from collections import defaultdict

from django.db.models import Sum

from bookings.booking.models import Booking, BookingEvent, Claim
from bookings.booking.states import ACTIVE, SEATED, Status
from bookings.payments.models import Payment
from bookings.slots.models import Occupation, Slot


def check_invariants() -> None:
    """Fail with everything that is wrong."""
    wrong = [
        *overlaps(),
        *miscounted_seats(),
        *misplaced_occupations(),
        *misplaced_claims(),
        *wrong_last_events(),
        *confirmed_for_nothing(),
        *refunded_too_much(),
    ]
    assert not wrong, "\n".join(wrong)


def overlaps() -> list[str]:
    """Busy ranges of one schedule never overlap."""
    by_schedule = defaultdict(list)
    for row in Occupation.objects.order_by("busy_from"):
        by_schedule[row.schedule_id].append(row)
    return [
        f"occupations {left.pk} and {right.pk} overlap"
        for rows in by_schedule.values()
        for place, left in enumerate(rows)
        for right in rows[place + 1 :]
        if right.busy_from < left.busy_until
    ]


def miscounted_seats() -> list[str]:
    """A slot's seats are those of the bookings that keep theirs, and never more than it has."""
    seated = Booking.objects.filter(status__in=SEATED, slot__isnull=False)
    held = dict(seated.values_list("slot").annotate(seats=Sum("seats")))
    return [
        f"slot {slot.pk} counts {slot.seats_taken} of {slot.capacity} seats, bookings hold {held.get(slot.pk, 0)}"
        for slot in Slot.objects.all()
        if slot.seats_taken != held.get(slot.pk, 0) or not 0 <= slot.seats_taken <= slot.capacity
    ]


def misplaced_occupations() -> list[str]:
    """A slot occupies its schedule while seats are taken, and only then."""
    occupying = set(Occupation.objects.values_list("slot_id", flat=True))
    taken = set(Slot.objects.filter(seats_taken__gt=0).values_list("pk", flat=True))
    return [f"slot {pk} is taken or occupies, but not both" for pk in occupying ^ taken]


def misplaced_claims() -> list[str]:
    """An active booking holds time and a claim of its client; no claim stands without one, or past the limit."""
    wrong = []
    for booking in Booking.objects.select_related("claim"):
        active = booking.status in ACTIVE
        if active != (booking.claim_id is not None) or active != (booking.slot_id is not None):
            wrong.append(
                f"{booking} is {booking.status} with claim {booking.claim_id} and slot {booking.slot_id}"
            )
        elif active and (booking.claim.email, booking.claim.business_id) != (
            booking.email,
            booking.business_id,
        ):
            wrong.append(f"{booking} stands on somebody else's claim")
    for claim in Claim.objects.select_related("business"):
        if not claim.bookings.exists() or claim.place > claim.business.max_active_bookings:
            wrong.append(f"claim {claim.pk} is nobody's, or beyond the limit")
    return wrong


def wrong_last_events() -> list[str]:
    """Events count up without a gap, each begins where the last ended, and the last one's end is the status."""
    events = defaultdict(list)
    for event in BookingEvent.objects.order_by("booking", "sequence"):
        events[event.booking_id].append(event)
    wrong = []
    for booking in Booking.objects.all():
        own = events[booking.pk]
        path = ["", *(event.to_status for event in own)]
        if (
            path[-1] != booking.status
            or [event.sequence for event in own] != [*range(1, len(own) + 1)]
            or [event.from_status for event in own] != path[:-1]
        ):
            wrong.append(f"{booking} is {booking.status}, its events say {path[1:]}")
    return wrong


def confirmed_for_nothing() -> list[str]:
    """CONFIRMED means paid, or free, or on site."""
    paid = set(Payment.objects.filter(confirms_booking=True).values_list("booking_id", flat=True))
    unpaid = Booking.objects.filter(status=Status.CONFIRMED, price__gt=0).exclude(
        payment_mode=Booking.PaymentMode.ON_SITE
    )
    return [f"{booking} is confirmed and nobody paid" for booking in unpaid if booking.pk not in paid]


def refunded_too_much() -> list[str]:
    """Refunds never exceed what came in."""
    return [
        f"payment {payment.pk} gave back {payment.refunded_amount} of {payment.paid_amount}"
        for payment in Payment.objects.all()
        if not 0 <= payment.refunded_amount <= payment.paid_amount
    ]
