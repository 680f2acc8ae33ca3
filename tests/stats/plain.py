"""The same figures, slowly: every row is looked at in plain Python, every minute by the wall clock."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from bookings.booking.models import Booking
from bookings.businesses.models import Business
from bookings.consultants.models import Consultant
from bookings.payments.models import Payment, Refund
from bookings.schedules.models import Schedule

MINUTE = timedelta(minutes=1)


class Plain:
    """Figures of a practice, or of one of its consultants."""

    def __init__(self, place: Business, person: Consultant | None, first: date, last: date) -> None:
        self.place, self.person, self.first, self.last = place, person, first, last
        self.zone = ZoneInfo(place.timezone)
        self.bookings = [row for row in Booking.objects.all() if self._counts(row)]

    def _mine(self, booking: Booking) -> bool:
        if booking.business_id != self.place.pk:
            return False
        return self.person is None or booking.consultant_id == self.person.pk

    def _counts(self, booking: Booking) -> bool:
        if (
            not self._mine(booking)
            or booking.status == "DRAFT"
            or not self.first <= self.day(booking) <= self.last
        ):
            return False
        ends = [event.to_status for event in booking.events.all() if event.from_status == "DRAFT"]
        return not {"EXPIRED", "CANCELLED"} & set(ends)

    def day(self, booking: Booking) -> date:
        if booking.starts_at is None:
            assert booking.preferred_date is not None
            return booking.preferred_date
        return booking.starts_at.astimezone(self.zone).date()

    def in_days(self, moment: datetime | None) -> bool:
        return moment is not None and self.first <= moment.astimezone(self.zone).date() <= self.last

    def by_status(self) -> Counter[str]:
        return Counter(booking.status for booking in self.bookings)

    def by_day(self) -> dict[date, Counter[str]]:
        days = {
            self.first + timedelta(days=n): Counter[str]() for n in range((self.last - self.first).days + 1)
        }
        for booking in self.bookings:
            days[self.day(booking)][booking.status] += 1
        return days

    def by(self, column: str) -> dict[int, Counter[str]]:
        found: dict[int, Counter[str]] = {}
        for booking in self.bookings:
            key = getattr(booking, column)
            if key is not None:
                found.setdefault(key, Counter())[booking.status] += 1
        return found

    def booked_minutes(self) -> int:
        held = {"PENDING", "APPROVED", "PAYMENT_PENDING", "CONFIRMED", "COMPLETED", "NO_SHOW"}
        lengths = [
            booking.ends_at - booking.starts_at
            for booking in self.bookings
            if booking.status in held and booking.starts_at and booking.ends_at
        ]
        return sum(lengths, timedelta(0)) // MINUTE

    def lead(self) -> timedelta | None:
        leads = [booking.starts_at - booking.created_at for booking in self.bookings if booking.starts_at]
        return sum(leads, timedelta(0)) / len(leads) if leads else None

    def cancelled_by(self) -> Counter[str]:
        return Counter(
            event.actor_kind
            for booking in self.bookings
            for event in booking.events.all()
            if event.move == "CANCEL"
        )

    def upcoming(self, now: datetime) -> int:
        active = {"PENDING", "APPROVED", "PAYMENT_PENDING", "CONFIRMED"}
        rows = [row for row in Booking.objects.all() if self._mine(row) and row.status in active]
        return sum(row.starts_at is None or row.starts_at >= now for row in rows)

    def money(self) -> dict[str, Decimal]:
        """Of the one currency that there is."""
        came = [
            row
            for row in Payment.objects.select_related("booking")
            if row.status == "SUCCEEDED" and self._mine(row.booking) and self.in_days(row.paid_at)
        ]
        went = [
            row.amount
            for row in Refund.objects.select_related("payment__booking")
            if row.status == "SUCCEEDED" and self._mine(row.payment.booking) and self.in_days(row.done_at)
        ]
        fees = sum((row.fee_amount or Decimal(0) for row in came), Decimal(0))
        received = sum((row.paid_amount or Decimal(0) for row in came), Decimal(0))
        refunded = sum(went, Decimal(0))
        return {"received": received, "refunded": refunded, "net": received - refunded - fees}

    def use_of(self, schedule: Schedule) -> tuple[int, int]:
        """Open and booked minutes of one calendar, minute by minute."""
        sessions = [
            (row.slot.starts_at, row.slot.ends_at) for row in schedule.occupations.select_related("slot")
        ]
        minute = datetime(self.first.year, self.first.month, self.first.day, tzinfo=UTC) - timedelta(days=1)
        end = minute + timedelta(days=(self.last - self.first).days + 3)
        facts = _Hours(schedule)
        opened = booked = 0
        while minute < end:
            if self.in_days(minute):
                taken = any(start <= minute < until for start, until in sessions)
                booked += taken
                opened += taken or facts.open_at(minute)
            minute += MINUTE
        return opened, booked


class _Hours:
    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.zone, self.there = ZoneInfo(schedule.timezone), ZoneInfo(schedule.business.timezone)
        self.week: Any = list(schedule.weekly_hours.all())
        self.practice: Any = list(schedule.business.opening_hours.all())
        self.off: Any = list(schedule.time_off.all())
        self.closed = set(schedule.business.closed_days.values_list("date", flat=True))

    def open_at(self, minute: datetime) -> bool:
        here, there = minute.astimezone(self.zone), minute.astimezone(self.there)
        follows = self.schedule.follows_business and not self.week
        return (
            (follows or _holds(self.week, here))
            and (not self.practice or _holds(self.practice, there))
            and there.date() not in self.closed
            and not any(row.starts_at <= minute < row.ends_at for row in self.off)
        )


def _holds(intervals: Any, wall: datetime) -> bool:
    number = wall.hour * 60 + wall.minute
    return any(row.weekday == wall.weekday() and row.opens <= number < row.closes for row in intervals)
