"""Rows for tests. Bookings get into a state through the real services, never by setting a status."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from bookings.accounts.keys import NewKey, create_key
from bookings.accounts.models import ServiceKey, User
from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.businesses.models import Business, Category, StaffMember
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import Payment
from bookings.resources.models import Resource
from bookings.schedules.models import Schedule, WeeklyHours
from bookings.verification import services as verification

NOW = datetime(2030, 1, 7, 8, 0, tzinfo=UTC)
"""A Monday, before the practice opens."""
TEN = datetime(2030, 1, 7, 10, 0, tzinfo=UTC)
"""A start that the default practice offers."""
PASSWORD = "correct horse battery"

Host = Consultant | Resource | None
"""Who or what is named; None for anyone."""

_numbers = count(1)


def user(email: str = "", **fields: Any) -> User:
    number = next(_numbers)
    fields.setdefault("email_verified_at", NOW)
    return User.objects.create_user(email or f"user{number}@example.org", PASSWORD, **fields)


def business(**fields: Any) -> Business:
    number = next(_numbers)
    category, _ = Category.objects.get_or_create(slug="counselling", defaults={"name": "Counselling"})
    fields.setdefault("owner", None)
    fields["owner"] = fields["owner"] or user()
    return Business.objects.create(
        **{"category": category, "slug": f"practice-{number}", "name": f"Practice {number}", **fields}
    )


def service(of: Business | None = None, **fields: Any) -> Service:
    defaults = {
        "name": f"Talk {next(_numbers)}",
        "duration": 60,
        "step": 60,
        "notice": 30,
        "price": Decimal(60),
        "business": of or business(),
    }
    return Service.objects.create(**{**defaults, **fields})


def consultant(
    offered: Service, *, zone: str = "UTC", hours: tuple[int, int] = (9, 17), **fields: Any
) -> Consultant:
    """A consultant who offers the service on every day of the week, from and until these wall-clock hours."""
    number = next(_numbers)
    schedule = Schedule.objects.create(business=offered.business, timezone=zone)
    for weekday in range(7):
        WeeklyHours.objects.create(
            schedule=schedule, weekday=weekday, opens=hours[0] * 60, closes=hours[1] * 60
        )
    person = Consultant.objects.create(
        **{
            "business": offered.business,
            "schedule": schedule,
            "slug": f"consultant-{number}",
            "full_name": f"Consultant {number}",
            **fields,
        }
    )
    person.services.add(offered)
    return person


def resource(offered: Service, *, zone: str = "UTC", **fields: Any) -> Resource:
    """A room for the service, open whenever the practice is."""
    schedule = Schedule.objects.create(business=offered.business, timezone=zone, follows_business=True)
    room = Resource.objects.create(
        **{
            "business": offered.business,
            "schedule": schedule,
            "name": f"Room {next(_numbers)}",
            "capacity": offered.seats,
            **fields,
        }
    )
    room.services.add(offered)
    return room


def staff_of(place: Business, role: StaffMember.Role = StaffMember.Role.MANAGER) -> Viewer:
    member = user()
    StaffMember.objects.create(business=place, user=member, role=role)
    return Viewer(user=member)


def service_key(
    *scopes: ServiceKey.Scope, owner: User | None = None, place: Business | None = None, **fields: Any
) -> NewKey:
    """A key as it was made; without an owner, the practice's, or somebody's."""
    holder = owner or (place.owner if place is not None else user())
    fields = {"name": "chatbot", "business_id": place.pk if place is not None else None, "now": NOW, **fields}
    return create_key(owner=holder, scopes=scopes, **fields)


def request_for(host: Host, offered: Service, **fields: Any) -> services.DraftRequest:
    """A request for ten o'clock with a consultant, for a resource, or (None) with anyone."""
    defaults = {
        "email": f"client{next(_numbers)}@example.org",
        "full_name": "Carla Client",
        "service_id": offered.pk,
        "consultant_id": host.pk if isinstance(host, Consultant) else None,
        "resource_id": host.pk if isinstance(host, Resource) else None,
        "starts_at": TEN,
        "consent": True,
    }
    return services.DraftRequest(**{**defaults, **fields})


def draft(host: Host, offered: Service, *, now: datetime = NOW, **fields: Any) -> Booking:
    return services.draft(request=request_for(host, offered, **fields), now=now)


def secrets_of(booking: Booking, template: str = "verify_booking") -> dict[str, str]:
    """The secrets of the newest such message, as the outbox keeps them until they are sent."""
    message = OutboxMessage.objects.filter(booking=booking, template=template).latest("pk")
    return message.secrets


def passed(booking: Booking, *, now: datetime = NOW) -> verification.Passed:
    """The proof of a draft's mailbox."""
    token = secrets_of(booking)["link"].partition("#token=")[2]
    return verification.pass_by_token(purpose="VERIFY_BOOKING", token=token, now=now)


def pending(host: Host, offered: Service, *, now: datetime = NOW, **fields: Any) -> Booking:
    booking = draft(host, offered, now=now, **fields)
    return services.verify(passed=passed(booking, now=now), now=now).booking


def approved(host: Host, offered: Service, *, now: datetime = NOW, **fields: Any) -> Booking:
    booking = pending(host, offered, now=now, **fields)
    return services.approve(booking_id=booking.pk, viewer=staff_of(booking.business), now=now)


def paying(host: Host, offered: Service, *, now: datetime = NOW, **fields: Any) -> Payment:
    """An open attempt to pay for an approved booking, with the sandbox."""
    booking = approved(host, offered, now=now, **fields)
    return services.start_payment(booking_id=booking.pk, viewer=client_of(booking), now=now)


def client_of(booking: Booking) -> Viewer:
    """Somebody who passed a challenge of the booking."""
    return Viewer(subjects={booking.subject})


def later(**passing: float) -> datetime:
    return NOW + timedelta(**passing)
