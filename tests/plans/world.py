"""A practice of fifty consultants with all that piles up around it, by the hundred thousand."""

from datetime import datetime

from django.db import connection

from bookings.accounts.models import User
from bookings.booking import services
from bookings.booking.models import Booking, BookingEvent, Claim
from bookings.common.idempotency import Once
from bookings.common.models import IdempotencyRecord
from bookings.limits.models import LimitWindow
from bookings.limits.policies import Limit
from bookings.limits.services import hit
from bookings.notifications.models import OutboxMessage
from bookings.payments.models import Payment, ProviderEvent, Refund
from bookings.slots.models import Occupation, Slot
from bookings.verification.models import AccessToken, Challenge
from tests import factories
from tests.factories import NOW
from tests.plans.acts import Scene
from tests.plans.filling import analyze, multiply

HOSTS, PLACES = 50, 10
AT = f"'{NOW:%Y-%m-%d %H:%M}+00'::timestamptz"
"""The present, as SQL."""
FAR = datetime.fromisoformat("2031-01-07T08:00:00+00:00")
FAR_END = datetime.fromisoformat("2031-01-07T09:00:00+00:00")
AHEAD = 20
"""One slot in so many lies ahead."""
LARGE = {
    model._meta.db_table
    for model in (
        AccessToken, Booking, BookingEvent, Challenge, Claim, IdempotencyRecord, LimitWindow, Occupation,
        OutboxMessage, Payment, ProviderEvent, Refund, Slot, User,
    )
}  # fmt: skip
"""Tables that no operation may read to their end."""


def fill(scene: Scene, rows: int) -> None:
    """Make so many slots, seven in ten of them taken, and as many bookings with what belongs to them."""
    hosts = [scene.host, scene.published]
    hosts += [factories.consultant(scene.talk) for _ in range(HOSTS - len(hosts))]
    booking = scene.confirmed()
    services.cancel_as(booking_id=booking.pk, viewer=factories.staff_of(booking.business), now=NOW)
    booking.refresh_from_db()
    schedules = "(ARRAY[{}])[1 + n % {}]".format(",".join(str(host.schedule_id) for host in hosts), HOSTS)
    consultants = "(ARRAY[{}])[1 + n % {}]".format(",".join(str(host.pk) for host in hosts), HOSTS)
    starts = f"{AT} + (1 + n / {HOSTS} - {rows * (AHEAD - 1) // AHEAD // HOSTS}) * interval '3 hours'"
    ends = f"{starts} + interval '1 hour'"
    before = f"{starts} - interval '20 days'"
    taken = "n % 10 < 7"
    with connection.cursor() as cursor:
        # What triggers hold to is held by the rows' making; a million look-ups of keys would take a minute.
        cursor.execute("SET LOCAL session_replication_role = replica")
    seats = f"CASE WHEN {taken} THEN 1 ELSE 0 END"
    slot = Slot.objects.create(
        schedule=scene.host.schedule, service=scene.talk, starts_at=FAR, ends_at=FAR_END
    )
    slots = multiply(
        slot, rows, schedule_id=schedules, starts_at=starts, ends_at=ends, seats_taken=seats, holders=seats,
        is_published=f"NOT ({taken})", published_service_id=f"CASE WHEN NOT ({taken}) THEN t.service_id END",
    )  # fmt: skip
    busy = Occupation.objects.create(
        slot=slot, schedule=scene.host.schedule, busy_from=FAR, busy_until=FAR_END
    )
    multiply(
        busy, rows, taken, slot_id=f"{slots} + n", schedule_id=schedules, busy_from=starts, busy_until=ends
    )
    ahead = f"n > {rows * (AHEAD - 1) // AHEAD} AND {taken}"
    claim = Claim.objects.create(business=scene.talk.business, email="someone@example.org", place=1)
    claims = multiply(claim, rows, ahead, email="'old' || n || '@example.org'")
    places = [scene.talk.business_id, *(factories.business().pk for _ in range(PLACES - 1))]
    over = "(ARRAY['COMPLETED', 'COMPLETED', 'COMPLETED', 'CANCELLED', 'EXPIRED', 'NO_SHOW'])[1 + n % 6]"
    bookings = multiply(
        booking, rows, acknowledgement_id="'OLD-' || n", email="'old' || n || '@example.org'",
        consultant_id=consultants, starts_at=starts, ends_at=ends,
        business_id=f"(ARRAY{places})[1 + n / {HOSTS} % {PLACES}]", created_at=before, updated_at=before,
        status=f"CASE WHEN {ahead} THEN 'CONFIRMED' ELSE {over} END",
        slot_id=f"CASE WHEN {taken} THEN {slots} + n END", claim_id=f"CASE WHEN {ahead} THEN {claims} + n END",
        remind_at=f"CASE WHEN {ahead} THEN greatest({starts} - interval '1 day', {AT} + interval '1 hour') END",
    )  # fmt: skip
    _belongings(booking, rows, bookings, before)
    _proofs(booking, rows, bookings)
    user = User.objects.get(pk=scene.client.pk)
    multiply(user, rows // 5, email="'old' || n || '@example.org'")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = origin")
    analyze()


def _belongings(booking: Booking, rows: int, bookings: int, starts: str) -> None:
    """Events, messages, and for every other booking the money."""
    for event in booking.events.order_by("sequence")[:2]:
        multiply(event, rows, booking_id=f"{bookings} + n", at=starts)
    message = OutboxMessage.objects.filter(booking=booking).latest("pk")
    OutboxMessage.objects.filter(pk=message.pk).update(status="SENT", sent_at=NOW)
    multiply(
        message, rows, booking_id=f"{bookings} + n", key="'old:' || n", message_id="'old' || n",
        next_attempt_at=starts,
    )  # fmt: skip
    payment = booking.payments.get()
    half = "n % 2 = 0"
    payments = multiply(
        payment, rows, half, booking_id=f"{bookings} + n", reference="'old-' || n", paid_at=starts, closed_at=starts,
        checked_at=f"{AT} - n % 1400 * interval '1 minute'", created_at=starts,
    )  # fmt: skip
    refund = Refund.objects.get(payment=payment)
    Refund.objects.filter(pk=refund.pk).update(status="SUCCEEDED", done_at=NOW, next_attempt_at=None)
    multiply(
        refund,
        rows,
        "n % 10 = 0",
        payment_id=f"{payments} + n",
        key="'old-' || n",
        done_at=starts,
        created_at=starts,
    )
    event = ProviderEvent.objects.create(
        provider="sandbox", event_id="old", kind="paid", body="{}", processed_at=NOW
    )
    multiply(event, rows, half, event_id="'old-' || n", received_at=starts, processed_at=starts)


def _proofs(booking: Booking, rows: int, bookings: int) -> None:
    """What limits, keys and proofs leave behind."""
    once = Once.of(scope="nobody", mutation="draftBooking", key="old", given={})
    record = IdempotencyRecord.objects.create(
        scope=once.scope, mutation=once.mutation, key=once.key, input_hash=once.input_hash, created_at=NOW
    )
    multiply(record, rows, key="'old-' || n", created_at=f"{AT} - n % 86000 * interval '1 second'")
    hit(Limit.REGISTER, {"ip": "192.0.2.1"}, now=NOW)
    multiply(LimitWindow.objects.latest("pk"), rows, key="md5(n::text)")
    challenge = Challenge.objects.filter(subject=booking.subject).earliest("pk")
    multiply(challenge, rows, subject=f"'booking:' || ({bookings} + n)", token_hash="md5(n::text)")
    token = AccessToken.objects.filter(subject=booking.subject).earliest("pk")
    multiply(token, rows, subject=f"'booking:' || ({bookings} + n)", token_hash="md5(n::text)")
