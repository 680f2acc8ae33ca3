"""The demo practice, made of ordinary rows. For development: its passwords are known to everybody."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction

from bookings.accounts.models import User
from bookings.businesses.models import Business, Category, StaffMember
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.schedules.models import Schedule, Weekday, WeeklyHours
from bookings.slots.models import Slot

SLUG = "harbour-practice"
ZONE = "Europe/Warsaw"
STAFF_EMAIL = "staff@demo.example"
ADMIN_EMAIL = "admin@demo.example"
PASSWORD = "slotwell-demo"  # noqa: S105 - known on purpose; the command refuses to run outside DEBUG
NINE, FIVE, MIDNIGHT = 9 * 60, 17 * 60, 24 * 60


@dataclass(frozen=True)
class Demo:
    """What was made, or was there already."""

    business: Business
    created: bool


@transaction.atomic
def seed(*, now: datetime) -> Demo:
    """Make the demo practice where there is none: 3 consultants, 5 services, hours, published slots, two log-ins."""
    existing = Business.objects.filter(slug=SLUG).first()
    if existing is not None:
        return Demo(existing, created=False)
    staff = _account(STAFF_EMAIL, "Sam Staff", now, is_staff=True)
    _account(ADMIN_EMAIL, "Ada Admin", now, is_staff=True, is_superuser=True)
    category, _ = Category.objects.get_or_create(slug="counselling", defaults={"name": "Counselling"})
    business = Business.objects.create(
        owner=staff,
        category=category,
        slug=SLUG,
        name="Harbour Practice",
        description="A small practice by the water: talks, coaching and group evenings.",
        city="Gdańsk",
        country="PL",
        timezone=ZONE,
        currency="EUR",
    )
    StaffMember.objects.create(business=business, user=staff, role=StaffMember.Role.OWNER)
    services = _services(business)
    consultants = _consultants(business, services)
    _publish(consultants["jon-park"], services["evening"], now)
    return Demo(business, created=True)


def _account(email: str, name: str, now: datetime, **flags: bool) -> User:
    user = User.objects.filter(email=email).first()
    return user or User.objects.create_user(email, PASSWORD, full_name=name, email_verified_at=now, **flags)


def _services(business: Business) -> dict[str, Service]:
    """Make five services that show what differs: price, approval, seats, place, payment."""
    rows = {
        "talk": Service(name="First talk", duration=50, step=60, price=Decimal(60), buffer_after=10),
        "coaching": Service(
            name="Coaching",
            duration=90,
            step=30,
            price=Decimal(120),
            location_kind=Service.LocationKind.ONLINE,
        ),
        "intro": Service(
            name="Free introduction", duration=20, step=20, price=Decimal(0), needs_approval=False
        ),
        "evening": Service(
            name="Group evening",
            duration=90,
            price=Decimal(25),
            seats=8,
            location_kind=Service.LocationKind.IN_PERSON,
            payment_policy=Service.PaymentPolicy.ON_SITE,
        ),
        "minute": Service(
            name="One minute (demo)",
            description="Deadlines of seconds, to watch a booking lapse.",
            duration=1,
            step=1,
            notice=0,
            price=Decimal(1),
            payment_policy=Service.PaymentPolicy.EITHER,
            draft_lifetime=timedelta(seconds=20),
            pending_lifetime=timedelta(seconds=20),
            approved_lifetime=timedelta(seconds=20),
            payment_lifetime=timedelta(seconds=10),
        ),
    }
    for row in rows.values():
        row.business, row.currency = business, business.currency
        row.save()
    return rows


def _consultants(business: Business, services: dict[str, Service]) -> dict[str, Consultant]:
    """Make three people with a schedule each; the demo desk never closes."""
    people = {
        "anna-lis": ("Anna Lis", "Stress and sleep", ["talk", "coaching", "intro"], NINE, FIVE),
        "jon-park": ("Jon Park", "Work and change", ["talk", "evening", "intro"], NINE, FIVE),
        "demo-desk": ("Demo Desk", "Open around the clock", ["minute"], 0, MIDNIGHT),
    }
    made = {}
    for slug, (name, specialisation, offered, opens, closes) in people.items():
        schedule = Schedule.objects.create(business=business, timezone=ZONE)
        days = Weekday.values if closes == MIDNIGHT else Weekday.values[:5]
        WeeklyHours.objects.bulk_create(
            WeeklyHours(schedule=schedule, weekday=day, opens=opens, closes=closes) for day in days
        )
        user = None
        if slug == "anna-lis":
            user = _account("anna@demo.example", name, schedule.business.created_at)
        consultant = Consultant.objects.create(
            business=business,
            schedule=schedule,
            user=user,
            slug=slug,
            full_name=name,
            specialisation=specialisation,
        )
        consultant.services.set([services[key] for key in offered])
        made[slug] = consultant
    return made


def _publish(consultant: Consultant, service: Service, now: datetime) -> None:
    """Publish the next four Wednesday evenings, 18:00 on the practice's clock, outside the weekly hours."""
    today = now.astimezone(ZoneInfo(ZONE))
    first = today + timedelta(days=(Weekday.WEDNESDAY - today.weekday()) % 7 or 7)
    for week in range(4):
        start = (first + timedelta(weeks=week)).replace(hour=18, minute=0, second=0, microsecond=0)
        Slot.objects.create(
            schedule=consultant.schedule,
            service=service,
            published_service=service,
            is_published=True,
            starts_at=start,
            ends_at=start + timedelta(minutes=service.duration),
            capacity=service.seats,
        )
