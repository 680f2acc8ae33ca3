"""The statements that fill the world, in order. They write what the product's own services would have left behind."""

from collections.abc import Mapping
from contextlib import closing
from typing import Any

import psycopg2

from tests.servers import postgres

AHEAD = 75
"""Slots of everybody who publishes, within the next 30 days: 50 open, 25 published and taken."""

PEOPLE = """
WITH owners AS (
  INSERT INTO bookings_user (password, is_superuser, email, full_name, role, phone, timezone, locale, picture,
                             email_verified_at, is_active, is_staff, token_version, created_at)
  SELECT '!', false, 'owner' || number || '@example.org', 'Owner ' || number, 'USER', '', 'UTC', 'en', '',
         now(), true, false, 0, now()
  FROM generate_series(1, %(practices)s) AS number RETURNING id, email),
category AS (INSERT INTO bookings_category (slug, name) VALUES ('counselling', 'Counselling') RETURNING id)
INSERT INTO bookings_business (rating_count, rating_sum, owner_id, category_id, slug, name, description, email, phone,
  address, postal_code, city, country, website, timezone, currency, tax_number, tax_rate, picture, is_active, version,
  created_at, max_active_bookings)
SELECT 0, 0, owners.id, category.id, 'practice-' || owners.id, 'Practice ' || owners.id, '', '', '', '', '', '', '',
       '', zone, 'EUR', '', 0, '', true, 1, now(), 1
FROM owners, category,
     LATERAL (SELECT (ARRAY['Europe/Berlin', 'Europe/Warsaw', 'America/New_York', 'Asia/Kolkata', 'Australia/Sydney'])
       [1 + owners.id %% 5] AS zone) AS place
"""

SERVICES = """
INSERT INTO bookings_service (business_id, name, description, is_active, colour, duration, holds, step, buffer_before,
  buffer_after, notice, horizon, seats, price, currency, location_kind, payment_policy, needs_approval)
SELECT id, 'Talk in ' || name, '', true, '', 60, 'CONSULTANT', 30, 0, 15, 30, 60, 1, 60, 'EUR', 'EITHER', 'ONLINE', true
FROM bookings_business ORDER BY id
"""

CONSULTANTS = """
WITH places AS (
  SELECT number, business.id AS business, business.timezone AS zone FROM generate_series(1, %(consultants)s) AS number
  JOIN (SELECT id, timezone, row_number() OVER (ORDER BY id) AS place FROM bookings_business) AS business
    ON business.place = 1 + number %% %(practices)s),
calendars AS (
  INSERT INTO bookings_schedule (business_id, timezone, follows_business)
  SELECT business, zone, false FROM places ORDER BY number RETURNING id, business_id),
people AS (
  INSERT INTO bookings_consultant (rating_count, rating_sum, business_id, schedule_id, slug, full_name, specialisation,
                                   bio, picture, is_active)
  SELECT 0, 0, business_id, id, 'consultant-' || id, 'Consultant ' || id, '', '', '', true FROM calendars ORDER BY id
  RETURNING id, business_id)
INSERT INTO bookings_consultant_services (consultant_id, service_id)
SELECT people.id, service.id FROM people JOIN bookings_service AS service USING (business_id) ORDER BY people.id
"""

HOSTS = """
CREATE TEMPORARY TABLE host AS
SELECT c.id AS consultant, c.schedule_id AS schedule, s.service_id AS service, c.business_id AS business,
       b.timezone AS zone, row_number() OVER (ORDER BY c.id) AS ordinal,
       row_number() OVER (ORDER BY c.id) * 2 <= %(consultants)s AS publishes
FROM bookings_consultant AS c JOIN bookings_consultant_services AS s ON s.consultant_id = c.id
JOIN bookings_business AS b ON b.id = c.business_id
"""

HOURS = """
INSERT INTO bookings_weeklyhours (schedule_id, weekday, opens, closes)
SELECT schedule, weekday, opens, closes FROM host, generate_series(0, 4) AS weekday,
  (VALUES (540, 720), (780, 1020)) AS hours (opens, closes) WHERE NOT publishes
"""

PAST = """
INSERT INTO bookings_slot (schedule_id, service_id, published_service_id, starts_at, ends_at, capacity,
                           seats_taken, holders, is_published, created_at)
SELECT schedule, CASE WHEN kind < 17 THEN service END, CASE WHEN kind BETWEEN 14 AND 16 THEN service END,
       start, start + interval '60 min', 1, taken, taken, kind BETWEEN 14 AND 16, start - interval '7 days'
FROM host, generate_series(0, %(past)s - 1) AS number,
     LATERAL (SELECT (number * 7 + schedule) %% 20 AS kind,
                     %(today)s::timestamptz - (1 + number / 8) * interval '1 day' + interval '7 hours'
                       + (number %% 8) * interval '75 min' AS start) AS place,
     LATERAL (SELECT CASE WHEN kind < 14 THEN 1 ELSE 0 END AS taken) AS seats
"""
"""Eight a day, day before day: seven in ten taken, three in twenty published and never taken, the rest given back."""

OPEN_AHEAD = """
INSERT INTO bookings_slot (schedule_id, service_id, published_service_id, starts_at, ends_at, capacity,
                           seats_taken, holders, is_published, created_at)
SELECT schedule, service, service, start, start + interval '60 min', 1, 0, 0, true, now()
FROM host, generate_series(0, 49) AS number,
     LATERAL (SELECT %(today)s::timestamptz + (1 + number / 2) * interval '1 day'
                       + (9 + number %% 2 * 5) * interval '1 hour' AS start) AS place
WHERE publishes
"""

TAKEN_AHEAD = """
INSERT INTO bookings_slot (schedule_id, service_id, published_service_id, starts_at, ends_at, capacity,
                           seats_taken, holders, is_published, created_at)
SELECT schedule, service, CASE WHEN publishes THEN service END, start, start + interval '60 min', 1, 1, 1, publishes,
       now()
FROM host, generate_series(0, CASE WHEN publishes THEN 25 ELSE 75 END - 1) AS number,
     LATERAL (SELECT %(today)s::timestamptz + (1 + number %% 30) * interval '1 day'
                       + CASE WHEN publishes THEN 11 ELSE 7 + 3 * (number / 30) END * interval '1 hour' AS start)
       AS place
"""

OCCUPATIONS = """
INSERT INTO bookings_occupation (slot_id, schedule_id, busy_from, busy_until)
SELECT id, schedule_id, starts_at, ends_at + interval '15 min' FROM bookings_slot WHERE seats_taken > 0
"""

WANTED = """
CREATE TEMPORARY TABLE wanted AS
WITH taken AS (
  SELECT slot.id AS slot, slot.starts_at AS start, host.*,
         CASE WHEN slot.starts_at < %(today)s THEN 'COMPLETED' ELSE 'CONFIRMED' END AS status
  FROM bookings_slot AS slot JOIN host ON host.schedule = slot.schedule_id WHERE slot.seats_taken = 1),
others AS (
  SELECT NULL::bigint AS slot,
         %(today)s::timestamptz + (number * 37 %% 90 - 60) * interval '1 day' + interval '13 hours' AS start, host.*,
         (ARRAY['CANCELLED', 'EXPIRED', 'REJECTED', 'EXPIRED'])[1 + number %% 4] AS status
  FROM generate_series(1, %(bookings)s - (SELECT count(*)::int FROM taken)) AS number
  JOIN host ON host.ordinal = 1 + number %% %(consultants)s)
SELECT (row_number() OVER ())::int AS place, 'client' || row_number() OVER () || '@example.org' AS email, every.*
FROM (SELECT * FROM taken UNION ALL SELECT * FROM others) AS every
"""

CLAIMS = """
INSERT INTO bookings_claim (business_id, email, place)
SELECT business, email, 1 FROM wanted WHERE status = 'CONFIRMED'
"""

COLUMNS = """acknowledgement_id, business_id, service_id, consultant_id, slot_id, claim_id, status, email, full_name,
  phone, client_timezone, locale, mode, meeting_platform, payment_mode, message, intake, city_digest, consent_version,
  consented_at, starts_at, ends_at, timezone, preferred_period, seats, duration, step, buffer_before, buffer_after,
  price, deposit, discount, tax_rate, currency, refund_tiers, reminders, needs_approval, pending_lifetime,
  approved_lifetime, payment_lifetime, cancellation_notice, meeting_url, calendar_sequence, deadline_at, created_at,
  updated_at"""

BOOKINGS = f"""
INSERT INTO bookings_booking ({COLUMNS})
SELECT 'MS-' || (SELECT string_agg(substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', 1 + ((mixed >> shift) & 31)::int, 1), '')
                 FROM generate_series(25, 0, -5) AS shift),
       wanted.business, wanted.service, wanted.consultant, wanted.slot, claim.id, status, wanted.email,
       'Carla Client ' || wanted.place, '', 'UTC', 'en', 'ONLINE', '', 'ONLINE', '', '', '', '1', made, start,
       start + interval '60 min', zone, '', 1, 60, 30, 0, 15, 60, 0, 0, 0, 'EUR', '[[1440, 100], [720, 50]]',
       '[1440, 60]', true, interval '48 hours', interval '24 hours', interval '30 min', interval '24 hours', '', 0,
       NULL, made, made
FROM wanted LEFT JOIN bookings_claim AS claim ON claim.email = wanted.email,
     LATERAL (SELECT start - interval '9 days' AS made, (wanted.place::bigint * 611953 + 12345) & 1073741823 AS mixed)
       AS numbers
ORDER BY wanted.place
"""
"""The factor is odd, so that no two of 2**30 numbers give the same acknowledgement id."""

EVENTS = """
INSERT INTO bookings_bookingevent (booking_id, sequence, move, from_status, to_status, actor_kind, actor_id, data, at)
SELECT id, sequence, move, before, after, 'SYSTEM', '', '{}', created_at
FROM bookings_booking, LATERAL (VALUES (1, 'draft', '', 'DRAFT'),
  (2, CASE status WHEN 'COMPLETED' THEN 'complete' WHEN 'CONFIRMED' THEN 'confirm_payment' WHEN 'EXPIRED' THEN 'expire'
          WHEN 'REJECTED' THEN 'reject' ELSE 'cancel' END, 'DRAFT', status)) AS moves (sequence, move, before, after)
"""

STEPS = (
    PEOPLE,
    SERVICES,
    CONSULTANTS,
    HOSTS,
    HOURS,
    PAST,
    OPEN_AHEAD,
    TAKEN_AHEAD,
    OCCUPATIONS,
    WANTED,
    "ANALYZE wanted",
    CLAIMS,
    "ANALYZE bookings_claim",
    BOOKINGS,
    EVENTS,
    "VACUUM ANALYZE",
)


def write(url: str, values: Mapping[str, Any]) -> None:
    """Carry out the statements, each committed by itself."""
    with closing(psycopg2.connect(**postgres(url))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SET TIME ZONE 'UTC'")
            for statement in STEPS:
                cursor.execute(statement, values)
