"""Every model of every topic, for Django to find."""

from bookings.accounts.models import RefreshToken, User
from bookings.booking.models import Booking, BookingEvent, BookingNote, Claim
from bookings.businesses.models import Business, Category, StaffMember
from bookings.catalogue.models import Service
from bookings.common.models import IdempotencyRecord
from bookings.consultants.models import Consultant
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import Payment, ProviderEvent, Refund, SandboxCheckout, SandboxRefund
from bookings.schedules.models import Schedule, WeeklyHours
from bookings.slots.models import Occupation, Slot
from bookings.verification.models import AccessToken, Challenge
from bookings.worker.models import WorkerHeartbeat

__all__ = [
    "AccessToken",
    "Booking",
    "BookingEvent",
    "BookingNote",
    "Business",
    "Category",
    "Challenge",
    "Claim",
    "Consultant",
    "IdempotencyRecord",
    "Occupation",
    "OutboxMessage",
    "Payment",
    "ProviderEvent",
    "RefreshToken",
    "Refund",
    "SandboxCheckout",
    "SandboxRefund",
    "Schedule",
    "Service",
    "Slot",
    "StaffMember",
    "User",
    "WeeklyHours",
    "WorkerHeartbeat",
]
