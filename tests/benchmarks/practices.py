"""What the benchmarks run on: practices with many consultants, and slots that SQL writes by the million."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import connection

from bookings.accounts.models import User
from bookings.businesses.models import Business, Category, OpeningHours
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.schedules.models import Schedule, WeeklyHours

PRACTICES = 20
CONSULTANTS = 200
LARGEST = 50
"""Consultants of the practice that is asked; the others share the rest."""
AHEAD = 40
"""Slots of every consultant within the next 30 days: one taken a day, and a published evening every third day."""

ZONES = ("Europe/Berlin", "Europe/Warsaw", "America/New_York", "Asia/Kolkata", "Australia/Sydney")

PAST = """
INSERT INTO bookings_slot (schedule_id, service_id, published_service_id, starts_at, ends_at, capacity,
                           seats_taken, holders, is_published, created_at)
SELECT host.schedule, CASE WHEN kind < 17 THEN host.service END,
       CASE WHEN kind BETWEEN 14 AND 16 THEN host.service END,
       start, start + interval '60 min', 1, taken, taken, kind BETWEEN 14 AND 16, start - interval '7 days'
FROM unnest(%(schedules)s, %(services)s) AS host (schedule, service), generate_series(0, %(past)s - 1) AS number,
     LATERAL (SELECT (number * 7 + host.schedule) %% 20 AS kind,
                     %(today)s::timestamptz - (1 + number / 8) * interval '1 day' + interval '7 hours'
                       + (number %% 8) * interval '75 min' AS start) AS place,
     LATERAL (SELECT CASE WHEN kind < 14 THEN 1 ELSE 0 END AS taken) AS seats
"""
"""Eight a day, day before day: seven in ten taken, three in twenty published and never taken, the rest given back."""

TAKEN_AHEAD = """
INSERT INTO bookings_slot (schedule_id, service_id, starts_at, ends_at, capacity, seats_taken, holders,
                           is_published, created_at)
SELECT host.schedule, host.service, start, start + interval '60 min', 1, 1, 1, false, now()
FROM unnest(%(schedules)s, %(services)s) AS host (schedule, service), generate_series(1, 30) AS day,
     LATERAL (SELECT %(today)s::timestamptz + day * interval '1 day'
                       + (8 + (day + host.schedule) %% 5) * interval '1 hour' AS start) AS place
"""

PUBLISHED_AHEAD = """
INSERT INTO bookings_slot (schedule_id, service_id, published_service_id, starts_at, ends_at, capacity,
                           seats_taken, holders, is_published, created_at)
SELECT host.schedule, host.service, host.service, start, start + interval '60 min', 1, 0, 0, true, now()
FROM unnest(%(schedules)s, %(services)s) AS host (schedule, service), generate_series(3, 30, 3) AS day,
     LATERAL (SELECT %(today)s::timestamptz + day * interval '1 day' + interval '18 hours' AS start) AS place
"""

OCCUPATIONS = """
INSERT INTO bookings_occupation (slot_id, schedule_id, busy_from, busy_until)
SELECT id, schedule_id, starts_at, ends_at + interval '15 min' FROM bookings_slot WHERE seats_taken > 0
"""


@dataclass(frozen=True)
class Stage:
    """What is asked: any consultant of a service, or one of them."""

    service: int
    consultant: int


def fill(rows: int, today: datetime.datetime) -> Stage:
    """Make the practices and so many slots, the same ahead of `today` however many lie behind it."""
    per_consultant = rows // CONSULTANTS
    if per_consultant < AHEAD:
        raise SystemExit(f"At least {AHEAD * CONSULTANTS} rows are needed.")
    hosts = [host for number in range(PRACTICES) for host in _practice(number)]
    values: dict[str, Any] = {
        "schedules": [consultant.schedule_id for consultant, _ in hosts],
        "services": [service.pk for _, service in hosts],
        "past": per_consultant - AHEAD,
        "today": today,
    }
    with connection.cursor() as cursor:
        for statement in (PAST, TAKEN_AHEAD, PUBLISHED_AHEAD):
            cursor.execute(statement, values)
        cursor.execute(OCCUPATIONS)
        cursor.execute("VACUUM ANALYZE")
    consultant, service = hosts[LARGEST // 2]
    return Stage(service=service.pk, consultant=consultant.pk)


def stored() -> tuple[int, int]:
    """Count the slots and occupations."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM bookings_slot), (SELECT count(*) FROM bookings_occupation)"
        )
        slots, occupations = cursor.fetchone()
    return slots, occupations


def _practice(number: int) -> list[tuple[Consultant, Service]]:
    """Make one practice, open from Monday to Saturday, with one service and its consultants, who work till Friday."""
    category, _ = Category.objects.get_or_create(slug="counselling", defaults={"name": "Counselling"})
    zone = ZONES[number % len(ZONES)]
    business = Business.objects.create(
        owner=User.objects.create_user(f"owner{number}@example.org", None),
        category=category,
        slug=f"practice-{number}",
        name=f"Practice {number}",
        timezone=zone,
    )
    OpeningHours.objects.bulk_create(
        OpeningHours(business=business, weekday=weekday, opens=8 * 60, closes=19 * 60) for weekday in range(6)
    )
    service = Service.objects.create(
        business=business, name="Talk", duration=60, step=30, buffer_after=15, price=60
    )
    many = LARGEST if number == 0 else len(range(number - 1, CONSULTANTS - LARGEST, PRACTICES - 1))
    return [(_consultant(f"{number}-{place}", service, zone), service) for place in range(many)]


def _consultant(slug: str, service: Service, zone: str) -> Consultant:
    """Make somebody who works from 9 to 12 and from 13 to 17."""
    schedule = Schedule.objects.create(business_id=service.business_id, timezone=zone)
    WeeklyHours.objects.bulk_create(
        WeeklyHours(schedule=schedule, weekday=weekday, opens=opens * 60, closes=closes * 60)
        for weekday in range(5)
        for opens, closes in ((9, 12), (13, 17))
    )
    consultant = Consultant.objects.create(
        business_id=service.business_id,
        schedule=schedule,
        slug=f"consultant-{slug}",
        full_name=f"Consultant {slug}",
    )
    consultant.services.add(service)
    return consultant
