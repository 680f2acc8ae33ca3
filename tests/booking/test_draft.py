import sys
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from bookings.booking import consent, services
from bookings.booking.models import Booking, BookingEvent
from bookings.booking.states import Status
from bookings.common.errors import ErrorCode
from bookings.common.idempotency import AlreadyDone, Once
from bookings.common.ids import ALPHABET
from bookings.notifications.models import OutboxMessage
from bookings.slots.models import Occupation, Slot
from bookings.verification import services as verification
from bookings.verification.models import AccessToken, Challenge
from tests import factories
from tests.factories import NOW, TEN, later
from tests.witness import refusal


def test_draft__records_what_was_asked_for(host, offered):
    booking = factories.draft(
        host,
        offered,
        email="  Ana.Kowalska@Example.ORG ",
        full_name="  Ana Kowalska ",
        phone=" +48 123 ",
        message="Ground floor, please.",
        intake={"age": 40},
        mode="IN_PERSON",
        locale="pl",
    )

    booking.refresh_from_db()
    assert booking.status == Status.DRAFT
    assert (booking.email, booking.full_name) == ("ana.kowalska@example.org", "Ana Kowalska")
    assert (booking.phone, booking.message, booking.intake) == (
        "+48 123",
        "Ground floor, please.",
        {"age": 40},
    )
    assert (booking.mode, booking.locale) == ("IN_PERSON", "pl")
    assert (booking.starts_at, booking.ends_at) == (TEN, TEN + timedelta(hours=1))
    assert (booking.consent_version, booking.consented_at) == (consent.VERSION, NOW)


def test_draft__holds_no_time_and_no_place(host, offered):
    booking = factories.draft(host, offered)

    assert (booking.slot_id, booking.claim_id) == (None, None)
    assert not Slot.objects.exists()
    assert not Occupation.objects.exists()
    factories.draft(host, offered)


def test_draft__message_and_intake_are_encrypted_at_rest(host, offered):
    factories.draft(host, offered, message="very private", intake={"note": "very private"})

    with connection.cursor() as cursor:
        cursor.execute("SELECT message, intake FROM bookings_booking")
        held = cursor.fetchone()

    assert all(held)
    assert "private" not in repr(held)


def test_draft__copies_the_terms_of_the_moment(host, offered):
    offered.buffer_before, offered.buffer_after = 10, 20
    offered.pending_lifetime = timedelta(hours=7)
    offered.save()
    offered.business.approved_lifetime = timedelta(hours=5)
    offered.business.save()
    booking = factories.draft(host, offered)

    offered.duration, offered.price, offered.currency = 30, Decimal(90), "USD"
    offered.buffer_before, offered.needs_approval = 0, False
    offered.save()

    booking.refresh_from_db()
    assert (booking.price, booking.currency, booking.needs_approval) == (Decimal(60), "EUR", True)
    assert (booking.buffer_before, booking.buffer_after) == (10, 20)
    assert booking.ends_at - booking.starts_at == timedelta(hours=1)
    assert booking.pending_lifetime == timedelta(hours=7)
    assert booking.approved_lifetime == timedelta(hours=5)
    assert booking.payment_lifetime == timedelta(minutes=30)


def test_draft__price_is_for_all_seats(db):
    group = factories.service(seats=4, price=Decimal("12.50"))

    assert factories.draft(factories.consultant(group), group, seats=3).price == Decimal("37.50")


def test_draft__lapses_after_30_minutes_and_never_past_the_start(host, offered):
    assert factories.draft(host, offered).deadline_at == later(minutes=30)

    offered.notice = 0
    offered.save()
    assert factories.draft(host, offered, now=TEN - timedelta(minutes=10)).deadline_at == TEN


def test_draft__lifetime_of_the_service_goes_before_the_businesss(host, offered):
    offered.business.draft_lifetime = timedelta(minutes=5)
    offered.business.save()
    assert factories.draft(host, offered).deadline_at == later(minutes=5)

    offered.draft_lifetime = timedelta(minutes=2)
    offered.save()
    assert factories.draft(host, offered).deadline_at == later(minutes=2)


def test_draft__zone_is_the_schedules_and_the_client_reads_in_their_own(offered):
    host = factories.consultant(offered, zone="Europe/Warsaw")

    booking = factories.draft(host, offered, timezone="America/New_York")

    assert (booking.timezone, booking.client_timezone) == ("Europe/Warsaw", "America/New_York")
    assert booking.starts_at == TEN
    message = OutboxMessage.objects.get(booking=booking)
    assert (message.timezone, message.context["starts_at"]) == ("America/New_York", TEN.isoformat())
    assert factories.draft(host, offered).client_timezone == "Europe/Warsaw"


def test_draft__gives_an_acknowledgement_id_that_can_be_read_aloud(host, offered, settings):
    settings.ACKNOWLEDGEMENT_LENGTH = 8
    settings.ACKNOWLEDGEMENT_PREFIX = "SW-"

    ids = {factories.draft(host, offered).acknowledgement_id for _ in range(5)}

    assert len(ids) == 5
    for text in ids:
        assert text.startswith("SW-")
        assert len(text) == 11
        assert set(text[3:]) <= set(ALPHABET)


def test_draft__acknowledgement_id_that_is_taken_is_drawn_again(host, offered, monkeypatch):
    first = factories.draft(host, offered).acknowledgement_id
    drawn = iter([first, first, "MS-000000"])
    monkeypatch.setattr(
        sys.modules["bookings.booking.services.asked"], "new_acknowledgement_id", lambda: next(drawn)
    )

    assert factories.draft(host, offered).acknowledgement_id == "MS-000000"


def test_draft__writes_its_first_event(host, offered):
    booking = factories.draft(host, offered)

    event = BookingEvent.objects.get()
    assert (event.booking_id, event.sequence, event.move) == (booking.pk, 1, "DRAFT")
    assert (event.from_status, event.to_status, event.at) == ("", "DRAFT", NOW)
    assert (event.actor_kind, event.actor_id, event.data) == ("CLIENT", "", {})


def test_draft__mails_code_and_link_and_gives_them_to_nobody_else(host, offered):
    booking = factories.draft(host, offered, email="ana@example.org")

    message = OutboxMessage.objects.get()
    secrets = message.secrets
    token = secrets["link"].partition("#token=")[2]
    assert (message.template, message.recipient) == ("verify_booking", "ana@example.org")
    assert (len(secrets["code"]), secrets["code"].isdecimal(), len(token) > 40) == (6, True, True)
    assert not any(secret in repr(message.context) for secret in (secrets["code"], token))
    assert not AccessToken.objects.exists()
    passed = verification.pass_by_token(purpose="VERIFY_BOOKING", token=token, now=NOW)
    assert (passed.subject, passed.email) == (booking.subject, "ana@example.org")


def test_draft__links_lead_to_the_front_end_where_there_is_one(host, offered, settings):
    settings.FRONTEND_URL, settings.PUBLIC_URL = "https://www.example.org", "https://api.example.org"
    assert factories.secrets_of(factories.draft(host, offered))["link"].startswith(
        "https://www.example.org/bookings/verify#token="
    )

    settings.FRONTEND_URL = ""
    assert factories.secrets_of(factories.draft(host, offered))["link"].startswith(
        "https://api.example.org/bookings/verify#token="
    )


def test_draft__proof_ends_with_the_draft(host, offered):
    factories.draft(host, offered)

    assert Challenge.objects.get().link_expires_at == later(minutes=30)


def test_draft__says_only_in_the_mail_that_the_address_has_an_active_booking(host, offered):
    factories.pending(host, offered, email="ana@example.org")

    again = factories.draft(host, offered, email="ANA@example.org", starts_at=TEN + timedelta(hours=2))

    assert OutboxMessage.objects.get(booking=again).context["has_active_booking"] is True
    other = factories.draft(host, offered, starts_at=TEN + timedelta(hours=2))
    assert OutboxMessage.objects.get(booking=other).context["has_active_booking"] is False


def test_draft__same_key_gives_the_same_booking_and_other_input_is_refused(host, offered):
    request = factories.request_for(host, offered)
    once = Once.of(scope=request.email, mutation="draftBooking", key="k", given={"name": "a"})
    booking = services.draft(request=request, now=NOW, once=once)

    with pytest.raises(AlreadyDone) as caught:
        services.draft(request=request, now=later(hours=1), once=once)
    other = Once.of(scope=request.email, mutation="draftBooking", key="k", given={"name": "b"})
    error = refusal(services.draft, request=replace(request, full_name="B"), now=NOW, once=other)

    assert caught.value.object_id == booking.pk
    assert error.code == ErrorCode.IDEMPOTENCY_MISMATCH
    assert Booking.objects.count() == 1


def test_draft__refusal_under_a_key_is_judged_anew(host, offered):
    request = factories.request_for(host, offered)
    once = Once.of(scope=request.email, mutation="draftBooking", key="k", given={})
    late = TEN - timedelta(minutes=29)
    assert refusal(services.draft, request=request, now=late, once=once).code == ErrorCode.SLOT_UNAVAILABLE

    assert services.draft(request=request, now=NOW, once=once).status == Status.DRAFT


@pytest.mark.parametrize("name", ["می\u200cخواهم", "👩\u200d👩\u200d👧", "Ana\u00a0Maria"])
def test_draft__name_may_hold_joiners_and_hard_spaces(host, offered, name):
    assert factories.draft(host, offered, full_name=name).full_name == name
