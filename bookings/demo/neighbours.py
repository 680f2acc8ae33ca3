"""Practices elsewhere, so that a search has something to choose from: other trades, cities, prices and hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bookings.accounts.models import User
from bookings.businesses.models import Business, Category, CorporateClient, OpeningHours, StaffMember
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant, ConsultantLanguage
from bookings.demo.people import DOMAIN
from bookings.schedules.models import Schedule, WeeklyHours

NINE, SEVEN = 9 * 60, 19 * 60


@dataclass(frozen=True)
class Person:
    """A consultant: name in addresses, name, what they are good at, since when, and languages."""

    slug: str
    name: str
    specialisation: str
    since: int
    languages: Sequence[str]


@dataclass(frozen=True)
class Place:
    """A practice: facts of its row, its trade, whom it employs, and what it sells."""

    slug: str
    category: tuple[str, str]
    facts: dict[str, object]
    people: Sequence[Person]
    services: Sequence[dict[str, object]]
    company: str = ""


IN_PERSON, ONLINE = Service.LocationKind.IN_PERSON, Service.LocationKind.ONLINE
ON_SITE, EITHER = Service.PaymentPolicy.ON_SITE, Service.PaymentPolicy.EITHER
PLACES = (
    Place(
        "birch-physiotherapy",
        ("physiotherapy", "Physiotherapy"),
        {
            "name": "Birch Physiotherapy",
            "description": "Backs, knees and runners. Two minutes from the river.",
            "address": "ul. Brzozowa 12",
            "postal_code": "00-286",
            "city": "Warszawa",
            "country": "PL",
            "latitude": 52.2484,
            "longitude": 21.0131,
            "timezone": "Europe/Warsaw",
            "currency": "EUR",
            "tax_rate": Decimal(8),
        },
        (
            Person("maria-sowa", "Maria Sowa", "Backs and necks", 2004, ("pl", "en")),
            Person("piotr-wilk", "Piotr Wilk", "Sports injuries", 2018, ("pl", "de")),
        ),
        (
            {
                "name": "Physiotherapy",
                "duration": 45,
                "price": Decimal(45),
                "colour": "#8ab17d",
                "location_kind": IN_PERSON,
            },
            {
                "name": "Back class",
                "duration": 60,
                "price": Decimal(12),
                "seats": 6,
                "payment_policy": ON_SITE,
            },
        ),
    ),
    Place(
        "linden-counselling",
        ("counselling", "Counselling"),
        {
            "name": "Linden Counselling",
            "description": "Couples, families and teams, in three languages.",
            "address": "Lindenstraße 20",
            "postal_code": "10969",
            "city": "Berlin",
            "country": "DE",
            "latitude": 52.5026,
            "longitude": 13.3963,
            "website": "https://linden.demo.example",
            "timezone": "Europe/Berlin",
            "currency": "EUR",
            "tax_rate": Decimal(19),
        },
        (
            Person("lena-vogt", "Lena Vogt", "Couples", 1998, ("de", "en", "fr")),
            Person("omar-haddad", "Omar Haddad", "Families and teams", 2015, ("de", "ar")),
        ),
        (
            {
                "name": "Couples session",
                "duration": 90,
                "price": Decimal(140),
                "deposit_percent": 30,
                "colour": "#f4a261",
            },
            {
                "name": "Team hour",
                "duration": 60,
                "price": Decimal(180),
                "reminders": [4320, 60],
                "location_kind": ONLINE,
            },
        ),
        company="Baltic Shipping",
    ),
    Place(
        "studio-north",
        ("hair", "Hair"),
        {
            "name": "Studio North",
            "description": "Cuts and colour, without an appointment that runs late.",
            "address": "12 Camden Row",
            "postal_code": "NW1 8AA",
            "city": "London",
            "country": "GB",
            "latitude": 51.5416,
            "longitude": -0.1433,
            "timezone": "Europe/London",
            "currency": "GBP",
            "tax_rate": Decimal(20),
        },
        (Person("ivy-brook", "Ivy Brook", "Curly hair", 2012, ("en",)),),
        (
            {
                "name": "Cut",
                "duration": 30,
                "price": Decimal(38),
                "needs_approval": False,
                "payment_policy": EITHER,
            },
            {"name": "Cut and colour", "duration": 120, "price": Decimal(110), "colour": "#e9c46a"},
        ),
    ),
)


def make(place: Place, *, owner: User, now: datetime) -> Business:
    """Make one: open from Monday to Saturday, with people who all do everything there."""
    slug, name = place.category
    category, _ = Category.objects.get_or_create(slug=slug, defaults={"name": name})
    business = Business.objects.create(
        owner=owner, category=category, slug=place.slug, created_at=now - timedelta(days=300), **place.facts
    )
    StaffMember.objects.create(business=business, user=owner, role=StaffMember.Role.OWNER)
    OpeningHours.objects.bulk_create(
        OpeningHours(business=business, weekday=day, opens=8 * 60, closes=20 * 60) for day in range(6)
    )
    services = [
        Service.objects.create(business=business, currency=business.currency, **sold)
        for sold in place.services
    ]
    for person in place.people:
        _hire(person, business, services)
    if place.company:
        CorporateClient.objects.create(
            business=business,
            company=place.company,
            contact_name="Greta Sommer",
            email=f"office{DOMAIN}",
            tax_number="DE000000000",
            address="Hafenkai 3, Rostock",
        )
    return business


def _hire(person: Person, business: Business, services: Sequence[Service]) -> None:
    schedule = Schedule.objects.create(business=business, timezone=business.timezone)
    WeeklyHours.objects.bulk_create(
        WeeklyHours(schedule=schedule, weekday=day, opens=NINE, closes=SEVEN) for day in range(6)
    )
    consultant = Consultant.objects.create(
        business=business,
        schedule=schedule,
        slug=person.slug,
        full_name=person.name,
        specialisation=person.specialisation,
        practising_since=person.since,
        bio=f"{person.name} has worked on {person.specialisation.lower()} since {person.since}.",
    )
    ConsultantLanguage.objects.bulk_create(
        ConsultantLanguage(consultant=consultant, code=code) for code in person.languages
    )
    consultant.services.set(services)
