"""A person as this service knows them: an address, and the account that has it, if there is one."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext, ngettext

from bookings.accounts.addresses import read_email
from bookings.accounts.models import User
from bookings.booking.models import Booking
from bookings.booking.policies import COMPLETED_AFTER, Actor, refuse_at_wrong_time
from bookings.booking.states import ACTIVE, TABLE, ActorKind, Move
from bookings.common.addresses import address_digest
from bookings.common.errors import DomainError, ErrorCode

_CANCELLABLE = TABLE[Move.CANCEL].sources


@dataclass(frozen=True)
class Person:
    """Somebody to read about or to forget. `email` is normalised; `user_id` is the account's.

    reaches_bookings: whether the address was proven, so that what was booked with it is theirs.
    """

    email: str = field(repr=False)
    user_id: int | None = None
    reaches_bookings: bool = True

    @classmethod
    def of_address(cls, email: str) -> "Person":
        """Give whoever reads a mailbox, with the account of that address. Raises VALIDATION_FAILED for none."""
        address = read_email(email)
        return cls(address, User.objects.filter(email=address).values_list("pk", flat=True).first())

    @classmethod
    def of_account(cls, user: User) -> "Person":
        """Give the person of an account; of an address that was never proven, the account alone."""
        return cls(user.email, user.pk, reaches_bookings=user.email_verified_at is not None)

    @property
    def digest(self) -> str:
        """What stands for the address where it must not be read."""
        return address_digest(self.email)

    @property
    def bookings(self) -> QuerySet[Booking]:
        """Give what was booked with the address."""
        if not self.email or not self.reaches_bookings:
            return Booking.objects.none()
        return Booking.objects.filter(email=self.email)

    @property
    def bookings_to_come(self) -> QuerySet[Booking]:
        """Give those that stand against forgetting who they are for."""
        return self.bookings.filter(status__in=ACTIVE)


def refuse_while_needed(person: Person, *, cancel_bookings: bool, now: datetime) -> None:
    """Refuse to forget somebody whom a practice or a session still needs. Raises ACCOUNT_IN_USE, and says why.

    cancel_bookings: bookings that the client may still cancel are no obstacle.
    """
    user = User.objects.filter(pk=person.user_id).first() if person.user_id else None
    if user is not None:
        refuse_account_in_use(user, now=now)
    standing = list(person.bookings_to_come.order_by("starts_at", "pk"))
    if standing and not cancel_bookings:
        raise DomainError(
            ErrorCode.ACCOUNT_IN_USE,
            ngettext(
                "%(count)s of your bookings is still active. Cancel it, or say that it shall be cancelled.",
                "%(count)s of your bookings are still active. Cancel them, or say that they shall be cancelled.",
                len(standing),
            )
            % {"count": len(standing)},
            field=["cancelBookings"],
        )
    kept = [booking for booking in standing if not _client_may_cancel(booking, now)]
    if kept:
        ends = max(booking.ends_at or now for booking in kept) + COMPLETED_AFTER
        wait = max(ends - now, timedelta(minutes=1))
        raise DomainError(
            ErrorCode.ACCOUNT_IN_USE,
            gettext(
                "%(acknowledgement_id)s is too near, or has begun, to be cancelled. Everything can be "
                "erased once it is over; or ask the practice to cancel it."
            )
            % {"acknowledgement_id": kept[0].acknowledgement_id},
            retry_after=int(wait.total_seconds()),
        )


def refuse_account_in_use(user: User, *, now: datetime) -> None:
    """Refuse to close an account that others rely on. Raises ACCOUNT_IN_USE."""
    if user.is_superuser:
        raise DomainError(
            ErrorCode.ACCOUNT_IN_USE,
            gettext("This is an admin's account. Another admin must take that right away first."),
        )
    if user.owned_businesses.exists():
        raise DomainError(
            ErrorCode.ACCOUNT_IN_USE, gettext("This account still owns a practice. Hand it over first.")
        )
    to_come = Q(ends_at__gt=now) | Q(ends_at__isnull=True)
    if Booking.objects.filter(to_come, status__in=ACTIVE, consultant__user=user).exists():
        raise DomainError(
            ErrorCode.ACCOUNT_IN_USE,
            gettext("This account still has sessions to give. Hand them over, or cancel them, first."),
        )


def _client_may_cancel(booking: Booking, now: datetime) -> bool:
    try:
        refuse_at_wrong_time(booking, TABLE[Move.CANCEL], Actor(ActorKind.CLIENT), now)
    except DomainError:
        return False
    return booking.status in _CANCELLABLE
