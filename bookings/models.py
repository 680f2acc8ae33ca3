"""Every model of every topic, for Django to find."""

from bookings.accounts.models import (
    RefreshToken,
    Registration,
    RoleRequest,
    SecurityAnswer,
    ServiceKey,
    User,
)
from bookings.booking.models import Booking, BookingEvent, BookingNote, Claim, Discount
from bookings.businesses.models import (
    BlockedSender,
    Business,
    Category,
    ClosedDay,
    ConsentText,
    CorporateClient,
    OpeningHours,
    StaffInvitation,
    StaffMember,
)
from bookings.catalogue.models import Service
from bookings.common.models import IdempotencyRecord
from bookings.consultants.models import Consultant, ConsultantLanguage
from bookings.directory.models import ConsultantListing, Listing, ListingWord
from bookings.favourites.models import Favourite
from bookings.feeds.models import CalendarFeed
from bookings.limits.models import LimitRefusal, LimitWindow
from bookings.notifications.models import MailRefusal, OutboxMessage
from bookings.payments.models import (
    Difference,
    Payment,
    PaymentAccount,
    ProviderEvent,
    Receipt,
    ReceiptCounter,
    Refund,
    SandboxCheckout,
    SandboxRefund,
)
from bookings.pictures.models import PictureUpload
from bookings.resources.models import Resource
from bookings.reviews.models import Review
from bookings.schedules.models import DateOverride, Schedule, TimeOff, WeeklyHours
from bookings.slots.models import Occupation, Slot
from bookings.verification.models import AccessToken, Challenge
from bookings.worker.models import WorkerHeartbeat

__all__ = [
    "AccessToken",
    "BlockedSender",
    "Booking",
    "BookingEvent",
    "BookingNote",
    "Business",
    "CalendarFeed",
    "Category",
    "Challenge",
    "Claim",
    "ClosedDay",
    "ConsentText",
    "Consultant",
    "ConsultantLanguage",
    "ConsultantListing",
    "CorporateClient",
    "DateOverride",
    "Difference",
    "Discount",
    "Favourite",
    "IdempotencyRecord",
    "LimitRefusal",
    "LimitWindow",
    "Listing",
    "ListingWord",
    "MailRefusal",
    "Occupation",
    "OpeningHours",
    "OutboxMessage",
    "Payment",
    "PaymentAccount",
    "PictureUpload",
    "ProviderEvent",
    "Receipt",
    "ReceiptCounter",
    "RefreshToken",
    "Refund",
    "Registration",
    "Resource",
    "Review",
    "RoleRequest",
    "SandboxCheckout",
    "SandboxRefund",
    "Schedule",
    "SecurityAnswer",
    "Service",
    "ServiceKey",
    "Slot",
    "StaffInvitation",
    "StaffMember",
    "TimeOff",
    "User",
    "WeeklyHours",
    "WorkerHeartbeat",
]
