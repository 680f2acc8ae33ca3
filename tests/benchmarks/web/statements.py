"""What the floor asks: each question as one statement, as somebody writes it who has nothing else to do."""

OPEN_SLOTS = """
SELECT slot.id, slot.starts_at, slot.ends_at, slot.capacity - slot.seats_taken, person.id, person.full_name,
       service.id, service.name, service.duration
FROM bookings_consultant AS person
JOIN bookings_consultant_services AS offers ON offers.consultant_id = person.id
JOIN bookings_service AS service ON service.id = offers.service_id AND service.is_active
JOIN bookings_business AS business ON business.id = service.business_id AND business.is_active
JOIN bookings_slot AS slot ON slot.schedule_id = person.schedule_id
WHERE person.id = %(consultant)s AND service.id = %(service)s AND person.is_active
  AND slot.is_published AND slot.seats_taken < slot.capacity
  AND (slot.published_service_id = service.id OR slot.published_service_id IS NULL)
  AND slot.starts_at >= %(since)s AND slot.starts_at < %(until)s
  AND slot.starts_at >= now() + service.notice * interval '1 min'
  AND slot.starts_at < now() + service.horizon * interval '1 day'
  AND NOT EXISTS (SELECT FROM bookings_occupation AS busy WHERE busy.schedule_id = slot.schedule_id
                  AND busy.busy_from > slot.starts_at - interval '9 days'
                  AND busy.busy_from < slot.ends_at + service.buffer_after * interval '1 min'
                  AND busy.busy_until > slot.starts_at - service.buffer_before * interval '1 min')
  AND NOT EXISTS (SELECT FROM bookings_timeoff AS off WHERE off.schedule_id = slot.schedule_id
                  AND off.starts_at < slot.ends_at AND off.ends_at > slot.starts_at)
ORDER BY slot.starts_at LIMIT %(first)s::int
"""

COMPUTED = """
WITH asked AS MATERIALIZED (
  SELECT person.id AS person, person.full_name, person.schedule_id, calendar.timezone, service.*
  FROM bookings_consultant AS person
  JOIN bookings_consultant_services AS offers ON offers.consultant_id = person.id
  JOIN bookings_service AS service ON service.id = offers.service_id AND service.is_active
  JOIN bookings_business AS business ON business.id = service.business_id AND business.is_active
  JOIN bookings_schedule AS calendar ON calendar.id = person.schedule_id
  WHERE person.id = %(consultant)s AND service.id = %(service)s AND person.is_active),
closed AS MATERIALIZED (
  SELECT coalesce(range_agg(span), '{}') AS spans FROM (
    SELECT tstzrange(busy.busy_from - (asked.duration + asked.buffer_after) * interval '1 min',
                     busy.busy_until + asked.buffer_before * interval '1 min', '()') AS span
    FROM asked JOIN bookings_occupation AS busy USING (schedule_id)
    WHERE busy.busy_from > %(since)s::timestamptz - interval '9 days'
      AND busy.busy_from < %(until)s::timestamptz + interval '2 days'
      AND busy.busy_until > %(since)s::timestamptz - interval '1 day'
    UNION ALL
    SELECT tstzrange(off.starts_at - asked.duration * interval '1 min', off.ends_at, '()')
    FROM asked JOIN bookings_timeoff AS off USING (schedule_id)
    WHERE off.ends_at > %(since)s AND off.starts_at < %(until)s::timestamptz + interval '1 day') AS spans)
SELECT NULL, start, start + asked.duration * interval '1 min', asked.seats, asked.person, asked.full_name,
       asked.id, asked.name, asked.duration
FROM asked CROSS JOIN closed
CROSS JOIN generate_series(%(since)s::timestamptz::date - 1, %(until)s::timestamptz::date + 1, '1 day') AS day
JOIN bookings_weeklyhours AS hours ON hours.schedule_id = asked.schedule_id AND hours.valid_from IS NULL
  AND hours.weekday = extract(isodow FROM day)::int - 1
CROSS JOIN LATERAL generate_series(hours.opens, hours.closes - asked.duration, asked.step) AS minute
CROSS JOIN LATERAL (SELECT (day::timestamp + minute * interval '1 min') AT TIME ZONE asked.timezone AS start) AS at
WHERE start >= %(since)s AND start < %(until)s
  AND start >= now() + asked.notice * interval '1 min' AND start < now() + asked.horizon * interval '1 day'
  AND NOT closed.spans @> start
ORDER BY start LIMIT %(first)s::int
"""
"""A start is closed where it lies within a busy time that is made longer by what is asked; touching ends are open."""

STATUS = """
SELECT acknowledgement_id, status, deadline_at, updated_at FROM bookings_booking WHERE acknowledgement_id = %(id)s
"""

DRAFT = """
WITH wanted AS (
  SELECT service.*, person.id AS consultant, person.full_name AS person, calendar.timezone AS zone, now() AS now,
         business.name AS practice,
         least(now() + coalesce(service.draft_lifetime, business.draft_lifetime, interval '30 min'),
               %(startsAt)s::timestamptz) AS deadline
  FROM bookings_service AS service
  JOIN bookings_business AS business ON business.id = service.business_id AND business.is_active
  JOIN bookings_consultant_services AS offers ON offers.service_id = service.id
  JOIN bookings_consultant AS person ON person.id = offers.consultant_id AND person.is_active
  JOIN bookings_schedule AS calendar ON calendar.id = person.schedule_id
  JOIN bookings_slot AS slot ON slot.schedule_id = calendar.id AND slot.starts_at = %(startsAt)s
  WHERE service.id = %(service)s AND person.id = %(consultant)s AND service.is_active
    AND slot.is_published AND slot.seats_taken < slot.capacity
    AND (slot.published_service_id = service.id OR slot.published_service_id IS NULL)
    AND slot.starts_at >= now() + service.notice * interval '1 min'
    AND slot.starts_at < now() + service.horizon * interval '1 day'
    AND NOT EXISTS (SELECT FROM bookings_occupation AS busy WHERE busy.schedule_id = slot.schedule_id
                    AND busy.busy_from > slot.starts_at - interval '9 days'
                    AND busy.busy_from < slot.ends_at + service.buffer_after * interval '1 min'
                    AND busy.busy_until > slot.starts_at - service.buffer_before * interval '1 min')
    AND NOT EXISTS (SELECT FROM bookings_timeoff AS off WHERE off.schedule_id = slot.schedule_id
                    AND off.starts_at < slot.ends_at AND off.ends_at > slot.starts_at)),
booking AS (
  INSERT INTO bookings_booking (acknowledgement_id, business_id, service_id, consultant_id, status, email, full_name,
    phone, client_timezone, locale, mode, meeting_platform, payment_mode, message, intake, city_digest,
    consent_version, consented_at, starts_at, ends_at, timezone, preferred_period, seats, duration, step,
    buffer_before, buffer_after, price, deposit, discount, tax_rate, currency, refund_tiers, reminders,
    needs_approval, pending_lifetime, approved_lifetime, payment_lifetime, cancellation_notice, meeting_url,
    calendar_sequence, deadline_at, created_at, updated_at)
  SELECT %(acknowledgement_id)s, business_id, id, consultant, 'DRAFT', lower(%(email)s), %(fullName)s, '', zone, 'en',
    'ONLINE', '', 'ONLINE', '', '', '', '1', now, %(startsAt)s::timestamptz,
    %(startsAt)s::timestamptz + duration * interval '1 min', zone, '', 1, duration, step, buffer_before, buffer_after,
    price, 0, 0, coalesce(tax_rate, 0), currency, '[[1440, 100], [720, 50]]', '[1440, 60]', needs_approval,
    interval '48 hours', interval '24 hours', interval '30 min', interval '24 hours', '', 0, deadline, now, now
  FROM wanted RETURNING id, business_id, email, full_name, client_timezone, starts_at, ends_at, price, currency,
    deadline_at, created_at),
event AS (
  INSERT INTO bookings_bookingevent (booking_id, sequence, move, from_status, to_status, actor_kind, actor_id, data, at)
  SELECT id, 1, 'draft', '', 'DRAFT', 'CLIENT', '', '{}', created_at FROM booking RETURNING id),
challenge AS (
  INSERT INTO bookings_challenge (purpose, subject, email, token_hash, code_digest, tries, created_at, code_expires_at,
                                  link_expires_at)
  SELECT 'VERIFY_BOOKING', 'booking:' || id, email, %(token_hash)s, %(code_digest)s, 0, created_at,
         created_at + interval '10 min', deadline_at FROM booking),
message AS (
  INSERT INTO bookings_outboxmessage (key, channel, template, recipient, locale, timezone, context, secrets, booking_id,
    status, attempts, next_attempt_at, message_id, provider, provider_message_id, last_error, created_at,
    bounce_reason)
  SELECT 'event:' || event.id || ':client:verify_booking', 'EMAIL', 'verify_booking', booking.email, 'en',
    booking.client_timezone,
    jsonb_build_object('acknowledgement_id', %(acknowledgement_id)s::text, 'full_name', booking.full_name,
      'business_name', wanted.practice, 'service_name', wanted.name, 'consultant_name', wanted.person,
      'starts_at', booking.starts_at, 'ends_at', booking.ends_at, 'amount', booking.price || ' ' || booking.currency,
      'has_active_booking', EXISTS (SELECT FROM bookings_claim AS claim
        WHERE claim.business_id = booking.business_id AND claim.email = booking.email)),
    %(secrets)s, booking.id, 'QUEUED', 0, booking.created_at + interval '1 s',
    '<' || md5(booking.id::text) || '@booking.example.org>', '', '', '', booking.created_at, ''
  FROM booking, event, wanted),
task AS (INSERT INTO django_q_ormq (key, payload, lock) SELECT 'slotwell', %(task)s, created_at FROM booking)
SELECT deadline_at, created_at FROM booking
"""

PASS = """
WITH passed AS (
  UPDATE bookings_challenge SET consumed_at = now()
  WHERE token_hash = %(token_hash)s AND purpose = 'VERIFY_BOOKING' AND consumed_at IS NULL AND superseded_at IS NULL
    AND link_expires_at > now()
  RETURNING subject, email)
INSERT INTO bookings_accesstoken (subject, email, purposes, token_hash, created_at, expires_at)
SELECT subject, email, '["VIEW"]', %(access_hash)s, now(), now() + interval '30 min' FROM passed
RETURNING substr(subject, 9)::bigint
"""

TAKE = """
WITH wanted AS (
  SELECT booking.*, person.schedule_id FROM bookings_booking AS booking
  JOIN bookings_consultant AS person ON person.id = booking.consultant_id AND person.is_active
  JOIN bookings_service AS service ON service.id = booking.service_id AND service.is_active
  JOIN bookings_business AS business ON business.id = booking.business_id AND business.is_active
  WHERE booking.id = %(booking)s AND booking.status = 'DRAFT' AND booking.deadline_at > now()),
slot AS (
  UPDATE bookings_slot AS slot SET seats_taken = slot.seats_taken + wanted.seats, holders = slot.holders + 1,
                                   service_id = wanted.service_id
  FROM wanted WHERE slot.schedule_id = wanted.schedule_id AND slot.starts_at = wanted.starts_at
    AND slot.is_published AND slot.seats_taken + wanted.seats <= slot.capacity
  RETURNING slot.id),
occupation AS (
  INSERT INTO bookings_occupation (slot_id, schedule_id, busy_from, busy_until)
  SELECT slot.id, schedule_id, starts_at - buffer_before * interval '1 min', ends_at + buffer_after * interval '1 min'
  FROM slot, wanted),
"""

MOVE = """
claim AS (
  INSERT INTO bookings_claim (business_id, email, place) SELECT business_id, email, 1 FROM slot, wanted RETURNING id),
booking AS (
  UPDATE bookings_booking AS booking SET status = 'PENDING', slot_id = slot.id, claim_id = claim.id,
    deadline_at = least(now() + booking.pending_lifetime, booking.starts_at), updated_at = now()
  FROM slot, claim WHERE booking.id = %(booking)s RETURNING booking.*),
event AS (
  INSERT INTO bookings_bookingevent (booking_id, sequence, move, from_status, to_status, actor_kind, actor_id, data, at)
  SELECT id, 2, 'verify', 'DRAFT', 'PENDING', 'CLIENT', '', '{}', now() FROM booking RETURNING id),
message AS (
  INSERT INTO bookings_outboxmessage (key, channel, template, recipient, locale, timezone, context, secrets, booking_id,
    status, attempts, next_attempt_at, message_id, provider, provider_message_id, last_error, created_at,
    bounce_reason)
  SELECT 'event:' || event.id || ':' || template, 'EMAIL', template, booking.email, 'en', booking.client_timezone,
    jsonb_build_object('acknowledgement_id', acknowledgement_id, 'full_name', full_name, 'starts_at', starts_at),
    '', booking.id, 'QUEUED', 0, now() + interval '1 s', '<' || md5(template || event.id) || '@booking.example.org>',
    '', '', '', now(), ''
  FROM booking, event, unnest(ARRAY['request_received', 'staff_request_waits']) AS template),
task AS (
  INSERT INTO django_q_ormq (key, payload, lock) SELECT 'slotwell', %(task)s, now() FROM booking, generate_series(1, 2))
SELECT status FROM booking
"""
"""What follows where a seat was taken."""

LOOK = """
SELECT slot.id, slot.seats_taken, slot.capacity FROM bookings_slot AS slot
JOIN bookings_consultant AS person ON person.schedule_id = slot.schedule_id
JOIN bookings_booking AS booking ON booking.consultant_id = person.id AND booking.starts_at = slot.starts_at
WHERE booking.id = %(booking)s
"""

WRITE = """
WITH wanted AS (SELECT * FROM bookings_booking WHERE id = %(booking)s),
slot AS (UPDATE bookings_slot SET seats_taken = %(seats)s, holders = %(seats)s WHERE id = %(slot)s RETURNING id),
"""
"""As somebody takes a seat who thinks that what was read a moment ago still holds."""
