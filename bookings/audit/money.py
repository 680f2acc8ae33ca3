"""Money: what is confirmed is paid, what confirms nothing goes back, and the sums are right."""

from datetime import timedelta
from decimal import Decimal

from django.db.models import Case, Count, DecimalField, Exists, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Abs, Coalesce

from bookings.audit.scope import Scope, ids_of
from bookings.booking.amounts import CONFIRMED_ONCE
from bookings.booking.models import Booking, BookingEvent, Discount
from bookings.booking.states import Move, Status
from bookings.payments.models import Payment, Refund
from bookings.payments.selectors import COUNTED

BY_ITSELF = (Refund.Reason.LATE, Refund.Reason.DUPLICATE, Refund.Reason.MISMATCH)
"""Why money that confirms nothing goes back."""
LONGEST_OPEN = timedelta(days=1)
"""How long past its end an attempt may still count as open, where its provider does not answer."""
_SUM = DecimalField(max_digits=24, decimal_places=6)
_LESS_THAN_ANY_COIN = Value(Decimal("0.0005"), output_field=_SUM)
"""SQLite adds in binary fractions."""


def confirmed_without_money(scope: Scope) -> list[int]:
    """Invariant 5: CONFIRMED, and what comes after it, means that what is due online is paid, all or the deposit.

    Or it is free, or paid on site.
    """
    paid = Payment.objects.filter(
        booking=OuterRef("pk"),
        confirms_booking=True,
        status=Payment.Status.SUCCEEDED,
        paid_amount=OuterRef("due"),
        paid_currency=OuterRef("currency"),
    )
    owing = Booking.objects.using(scope.using).filter(status__in=CONFIRMED_ONCE, price__gt=0)
    owing = owing.annotate(due=_due())
    return ids_of(owing.exclude(payment_mode=Booking.PaymentMode.ON_SITE).filter(~Exists(paid)))


def misreckoned_refunds(scope: Scope) -> list[int]:
    """Invariant 5: `refunded_amount` is the sum of the refunds under way and done, and within what was paid."""
    counted = Refund.objects.filter(
        payment=OuterRef("pk"), status__in=[*Refund.UNFINISHED, Refund.Status.SUCCEEDED]
    )
    total = Subquery(counted.order_by().values("payment").annotate(total=Sum("amount")).values("total"))
    payments = Payment.objects.using(scope.using).annotate(
        gap=Abs(
            Coalesce(total, Value(Decimal(0)), output_field=_SUM) - F("refunded_amount"), output_field=_SUM
        )
    )
    wrong = (
        Q(gap__gte=_LESS_THAN_ANY_COIN) | Q(refunded_amount__gt=F("paid_amount")) | Q(refunded_amount__lt=0)
    )
    return ids_of(payments.filter(wrong))


def payments_with_two_effects(scope: Scope) -> list[int]:
    """Invariant 7: one success has one effect: it confirms its booking, or goes back by itself, once.

    That a repeated event had no second effect is seen by what effects leave behind.
    """
    returned = Count("refunds", filter=Q(refunds__reason__in=BY_ITSELF))
    payments = Payment.objects.using(scope.using).annotate(returned=returned)
    return ids_of(payments.filter(Q(returned__gt=1) | Q(returned__gt=0, confirms_booking=True)))


def confirmations_without_their_move(scope: Scope) -> list[int]:
    """Invariants 7 and 8: money that confirms made the move CONFIRM_PAYMENT of its booking, exactly once."""
    moves = BookingEvent.objects.filter(booking=OuterRef("booking"), move=Move.CONFIRM_PAYMENT)
    counted = moves.order_by().values("booking").annotate(made=Count("pk")).values("made")
    confirming = Payment.objects.using(scope.using).filter(confirms_booking=True)
    return ids_of(confirming.annotate(made=Coalesce(Subquery(counted), Value(0))).exclude(made=1))


def money_kept_for_nothing(scope: Scope) -> list[int]:
    """Invariant 8: a success that confirms nothing is refunded in full by itself, save what was paid on site.

    A refund that its provider refused counts: a person was told and deals with it.
    """
    returned = Refund.objects.filter(
        payment=OuterRef("pk"), reason__in=BY_ITSELF, amount=OuterRef("paid_amount")
    )
    useless = (
        Payment.objects.using(scope.using)
        .filter(status=Payment.Status.SUCCEEDED, confirms_booking=False)
        .exclude(purpose=Payment.Purpose.ON_SITE)
    )
    return ids_of(useless.filter(~Exists(returned)))


def attempts_nobody_waits_for(scope: Scope) -> list[int]:
    """Invariant 8: an attempt that can be paid is of a booking that waits for it; every other way ends it first."""
    attempts = Payment.objects.using(scope.using).filter(status__in=Payment.OPEN_STATUSES)
    return ids_of(attempts.exclude(booking__status=Status.PAYMENT_PENDING))


def attempts_left_open(scope: Scope) -> list[int]:
    """Invariant 8: what became of an attempt is known a day after its end: the deadline or reconciliation ends it.

    One that is older holds a booking's time while its provider does not answer, or no worker runs.
    """
    attempts = Payment.objects.using(scope.using).filter(status__in=Payment.OPEN_STATUSES)
    return ids_of(attempts.filter(expires_at__lt=scope.now - LONGEST_OPEN))


def payments_of_another_price(scope: Scope) -> list[int]:
    """Invariant 10, as far as rows can tell: what confirmed a booking, or may yet, is what is due of its price online.

    An attempt that ended may have asked for more, as staff take off a price what they like until it is paid; none
    asked for more than all of it, or in another currency. What is paid on site is a part of the price. The other
    copied terms leave no second trace to compare with: services may change afterwards.
    """
    whole = F("booking__price") + F("booking__discount")
    counts = Q(confirms_booking=True) | Q(status__in=Payment.OPEN_STATUSES)
    asks_a_deposit = Q(purpose=Payment.Purpose.DEPOSIT)
    other = (
        ~Q(currency=F("booking__currency"))
        | Q(amount__gt=whole)
        | counts & (~Q(amount=_due("booking__")) | asks_a_deposit & Q(booking__deposit=0))
    )
    return ids_of(Payment.objects.using(scope.using).filter(other))


def miscounted_discounts(scope: Scope) -> list[int]:
    """Invariant 10: what was taken off a booking's price is the sum of its discounts, each with its reason."""
    given = Discount.objects.filter(booking=OuterRef("pk")).order_by().values("booking")
    total = Subquery(given.annotate(total=Sum("amount")).values("total"))
    gap = Abs(Coalesce(total, Value(Decimal(0)), output_field=_SUM) - F("discount"), output_field=_SUM)
    rows = Booking.objects.using(scope.using).annotate(gap=gap)
    return ids_of(rows.filter(gap__gte=_LESS_THAN_ANY_COIN))


def overpaid_bookings(scope: Scope) -> list[int]:
    """Invariant 5: what came in for a booking that is or was confirmed, and stays, is never more than its price.

    A refund that its provider refused leaves the money with the practice: a person was told and deals with it.
    """
    counted = Payment.objects.filter(COUNTED, booking=OuterRef("pk")).order_by().values("booking")
    total = Subquery(counted.annotate(total=Sum(F("paid_amount") - F("refunded_amount"))).values("total"))
    stuck = Refund.objects.filter(payment__booking=OuterRef("pk"), status=Refund.Status.FAILED)
    rows = Booking.objects.using(scope.using).filter(status__in=CONFIRMED_ONCE)
    over = Coalesce(total, Value(Decimal(0)), output_field=_SUM) - F("price")
    paid = rows.annotate(over=over).filter(over__gte=_LESS_THAN_ANY_COIN)
    return ids_of(paid.exclude(Exists(stuck)))


def _due(booking: str = "") -> Case:
    """Give what is to be paid online: the deposit where one was agreed, or else the price."""
    deposit = When(**{f"{booking}deposit__gt": 0}, then=F(f"{booking}deposit"))
    return Case(deposit, default=F(f"{booking}price"))
