"""Money: what is confirmed is paid, what confirms nothing goes back, and the sums are right."""

from decimal import Decimal

from django.db.models import Count, DecimalField, Exists, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Abs, Coalesce

from bookings.audit.scope import Scope, ids_of
from bookings.booking.models import Booking, BookingEvent
from bookings.booking.states import Move, Status
from bookings.payments.models import Payment, Refund

KEPT = (Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW)
"""Reached through a confirmation only."""
BY_ITSELF = (Refund.Reason.LATE, Refund.Reason.DUPLICATE, Refund.Reason.MISMATCH)
"""Why money that confirms nothing goes back."""
_SUM = DecimalField(max_digits=24, decimal_places=6)
_LESS_THAN_ANY_COIN = Value(Decimal("0.0005"), output_field=_SUM)
"""SQLite adds in binary fractions."""


def confirmed_without_money(scope: Scope) -> list[int]:
    """Invariant 5: CONFIRMED, and what comes after it, means paid in full, or free, or to be paid on site."""
    paid = Payment.objects.filter(
        booking=OuterRef("pk"),
        confirms_booking=True,
        status=Payment.Status.SUCCEEDED,
        paid_amount=OuterRef("price"),
        paid_currency=OuterRef("currency"),
    )
    owing = Booking.objects.using(scope.using).filter(status__in=KEPT, price__gt=0)
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
    """Invariant 8: a success that confirms nothing is refunded in full by itself.

    A refund that its provider refused counts: a person was told and deals with it.
    """
    returned = Refund.objects.filter(
        payment=OuterRef("pk"), reason__in=BY_ITSELF, amount=OuterRef("paid_amount")
    )
    useless = Payment.objects.using(scope.using).filter(
        status=Payment.Status.SUCCEEDED, confirms_booking=False
    )
    return ids_of(useless.filter(~Exists(returned)))


def payments_of_another_price(scope: Scope) -> list[int]:
    """Invariant 10, as far as rows can tell: each attempt asked for the price that stands on its booking.

    The other copied terms leave no second trace to compare with: services may change afterwards.
    """
    other = ~Q(amount=F("booking__price")) | ~Q(currency=F("booking__currency"))
    return ids_of(Payment.objects.using(scope.using).filter(other))
