"""The practice by the water that the README's first booking is made at: people, a room, and deadlines of seconds."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bookings.accounts.models import User
from bookings.businesses.hours import Weekday
from bookings.businesses.models import Business, Category, StaffMember
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant, ConsultantLanguage
from bookings.demo.people import account
from bookings.resources.models import Resource
from bookings.schedules.models import Schedule, WeeklyHours
from bookings.slots.models import Slot

SLUG = "harbour-practice"
ZONE = "Europe/Warsaw"
NINE, FIVE, MIDNIGHT = 9 * 60, 17 * 60, 24 * 60


def make(*, owner: User, now: datetime) -> Business:
    """Make it: three consultants, a room, six services, and published evenings. It is open always."""
    category, _ = Category.objects.get_or_create(slug="counselling", defaults={"name": "Counselling"})
    business = Business.objects.create(
        owner=owner,
        category=category,
        slug=SLUG,
        name="Harbour Practice",
        description="A small practice by the water: talks, coaching and group evenings.",
        address="ul. Nadbrzeżna 1",
        postal_code="80-001",
        city="Gdańsk",
        country="PL",
        latitude=54.3502,
        longitude=18.6572,
        website="https://harbour.demo.example",
        tax_number="PL0000000000",
        tax_rate=Decimal(23),
        timezone=ZONE,
        currency="EUR",
        created_at=now - timedelta(days=365),
    )
    StaffMember.objects.create(business=business, user=owner, role=StaffMember.Role.OWNER)
    services = _services(business)
    consultants = _consultants(business, services, now)
    _room(business, services["room"])
    _publish(consultants["jon-park"], services["evening"], now)
    return business


def _services(business: Business) -> dict[str, Service]:
    """Make six services that show what differs: price, approval, seats, place, payment, length, what they hold."""
    rows = _with_people() | _with_things_and_seconds()
    for row in rows.values():
        row.business, row.currency = business, business.currency
        row.save()
    return rows


def _with_people() -> dict[str, Service]:
    return {
        "talk": Service(
            name="First talk",
            duration=50,
            step=60,
            price=Decimal(60),
            buffer_after=10,
            colour="#2a9d8f",
        ),
        "coaching": Service(
            name="Coaching",
            duration=90,
            step=30,
            price=Decimal(120),
            deposit_percent=25,
            colour="#e76f51",
            reminders=[2880, 120],
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
            colour="#264653",
            location_kind=Service.LocationKind.IN_PERSON,
            payment_policy=Service.PaymentPolicy.ON_SITE,
        ),
    }


def _with_things_and_seconds() -> dict[str, Service]:
    return {
        "room": Service(
            name="Seminar room",
            description="The blue room by the half hour, for up to a day.",
            duration=30,
            max_duration=MIDNIGHT,
            step=30,
            price=Decimal("12.50"),
            holds=Service.Holds.RESOURCE,
            location_kind=Service.LocationKind.IN_PERSON,
        ),
        "minute": Service(
            name="One minute (demo)",
            reminders=[],
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


def _consultants(business: Business, services: dict[str, Service], now: datetime) -> dict[str, Consultant]:
    """Make three people with a schedule each; the demo desk never closes."""
    people = {
        "anna-lis": ("Anna Lis", "Stress and sleep", ["talk", "coaching", "intro"], NINE, FIVE, ["pl", "en"]),
        "jon-park": ("Jon Park", "Work and change", ["talk", "evening", "intro"], NINE, FIVE, ["en", "ko"]),
        "demo-desk": ("Demo Desk", "Open around the clock", ["minute"], 0, MIDNIGHT, ["en"]),
    }
    made = {}
    for slug, (name, specialisation, offered, opens, closes, languages) in people.items():
        schedule = Schedule.objects.create(business=business, timezone=ZONE)
        days = Weekday.values if closes == MIDNIGHT else Weekday.values[:5]
        WeeklyHours.objects.bulk_create(
            WeeklyHours(schedule=schedule, weekday=day, opens=opens, closes=closes) for day in days
        )
        consultant = Consultant.objects.create(
            business=business,
            schedule=schedule,
            user=account("anna@demo.example", name, now) if slug == "anna-lis" else None,
            slug=slug,
            full_name=name,
            specialisation=specialisation,
            practising_since=None if slug == "demo-desk" else 2011,
        )
        ConsultantLanguage.objects.bulk_create(
            ConsultantLanguage(consultant=consultant, code=code) for code in languages
        )
        consultant.services.set([services[key] for key in offered])
        made[slug] = consultant
    return made


def _room(business: Business, service: Service) -> None:
    """Make a room; without weekly hours it is open whenever the practice is, which here is always."""
    schedule = Schedule.objects.create(business=business, timezone=ZONE, follows_business=True)
    room = Resource.objects.create(
        business=business, schedule=schedule, name="Blue room", description="By the water.", capacity=12
    )
    room.services.add(service)


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
