"""Drafts that wait for their proof, written by SQL with tokens that are known, for the race and the whole way."""

import secrets
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import count

import psycopg2
from psycopg2.extras import execute_values

from tests.benchmarks.web.filling import COLUMNS
from tests.benchmarks.web.world import Host, World
from tests.servers import postgres

_DRAFTS = f"""
WITH asked (acknowledgement_id, email, start, consultant, service) AS (
  SELECT a, e, s::timestamptz, c::bigint, v::bigint FROM (VALUES %s) AS given (a, e, s, c, v))
INSERT INTO bookings_booking ({COLUMNS})
SELECT acknowledgement_id, service.business_id, service.id, consultant, NULL, NULL, 'DRAFT', asked.email,
  'Carla Client', '', 'UTC', 'en', 'ONLINE', '', 'ONLINE', '', '', '', '1', now(), start,
  start + service.duration * interval '1 min', schedule.timezone, '', 1, service.duration, service.step,
  service.buffer_before, service.buffer_after, service.price, 0, 0, 0, service.currency,
  '[[1440, 100], [720, 50]]', '[1440, 60]', true, interval '48 hours', interval '24 hours', interval '30 min',
  interval '24 hours', '', 0, now() + interval '30 min', now(), now()
FROM asked JOIN bookings_service AS service ON service.id = asked.service
JOIN bookings_consultant AS person ON person.id = asked.consultant
JOIN bookings_schedule AS schedule ON schedule.id = person.schedule_id
RETURNING email, id
"""

_EVENTS = """
INSERT INTO bookings_bookingevent (booking_id, sequence, move, from_status, to_status, actor_kind, actor_id, data, at)
SELECT id, 1, 'draft', '', 'DRAFT', 'CLIENT', '', '{}', now() FROM unnest(%s) AS id
"""

_CHALLENGES = """
INSERT INTO bookings_challenge (purpose, subject, email, token_hash, code_digest, tries, created_at, code_expires_at,
                                link_expires_at)
SELECT 'VERIFY_BOOKING', 'booking:' || id, email, encode(sha256(token::bytea), 'hex'), '', 0, now(),
       now() + interval '10 min', now() + interval '30 min'
FROM (VALUES %s) AS given (id, email, token)
"""

_PUBLISH = """
INSERT INTO bookings_slot (schedule_id, service_id, published_service_id, starts_at, ends_at, capacity, seats_taken,
                           holders, is_published, created_at)
SELECT person.schedule_id, offers.service_id, offers.service_id, start, start + interval '60 min', 1, 0, 0, true, now()
FROM unnest(%s) AS wanted
JOIN bookings_consultant AS person ON person.schedule_id = wanted
JOIN bookings_consultant_services AS offers ON offers.consultant_id = person.id
CROSS JOIN generate_series(%s + interval '8 hours', %s + interval '25 days', interval '2 hours') AS start
WHERE NOT EXISTS (SELECT FROM bookings_slot AS known WHERE known.schedule_id = wanted AND known.starts_at = start)
ORDER BY random() LIMIT %s RETURNING schedule_id, starts_at
"""

_numbers = count(1)
_RUN = secrets.token_hex(4)


@dataclass(frozen=True)
class Draft:
    """One draft, and the token of the link that was mailed for it."""

    booking: int
    token: str


def prepare(world: World, wanted: list[tuple[Host, datetime]]) -> list[Draft]:
    """Write a draft for each host and start, every one of somebody else."""
    asked = [
        (
            f"BN-{_RUN}-{number}",
            f"racer-{_RUN}-{number}@example.org",
            start,
            host.consultant,
            host.service,
        )
        for number, (host, start) in zip(_numbers, wanted, strict=False)
    ]
    with (
        closing(psycopg2.connect(**postgres(world.database.url))) as connection,
        connection,
        connection.cursor() as cursor,
    ):
        made = dict(execute_values(cursor, _DRAFTS, asked, page_size=len(asked), fetch=True))
        cursor.execute(_EVENTS, [list(made.values())])
        drafts = [(email, Draft(made[email], secrets.token_urlsafe(32))) for _, email, *_ in asked]
        challenges = [(draft.booking, email, draft.token) for email, draft in drafts]
        execute_values(cursor, _CHALLENGES, challenges, page_size=len(challenges))
    return [draft for _, draft in drafts]


def free_times(world: World, how_many: int) -> list[tuple[Host, datetime]]:
    """Publish so many times that nobody had before, after those that the other questions list."""
    rows = world.database.sql(
        _PUBLISH, [host.schedule for host in world.publishing], world.until, world.until, how_many
    )
    hosts = {host.schedule: host for host in world.publishing}
    return [(hosts[schedule], start) for schedule, start in rows]
