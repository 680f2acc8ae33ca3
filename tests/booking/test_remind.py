"""Clients are reminded of what is confirmed: when it was agreed at drafting, each once, and of nothing that is over.

The clock is always given. `on(...)` reads as "on day, hour, minute" of the January of tests.factories.NOW.
"""

from datetime import UTC, datetime, timedelta

import pytest

from bookings.booking import services
from bookings.booking.models import Booking
from bookings.catalogue.models import Service
from bookings.notifications import delivery, refusals
from bookings.notifications.models import OutboxMessage
from bookings.notifications.rendering import render
from bookings.verification.models import Challenge
from tests import factories, lifecycle
from tests.factories import NOW
from tests.invariants import check_invariants

ANA = "ana@example.org"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def on(day: int, hour: int = 10, minute: int = 0) -> datetime:
    return datetime(2030, 1, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def offered(db: None) -> Service:
    """An hour that is paid on site, so that approval confirms it."""
    return factories.service(payment_policy=Service.PaymentPolicy.ON_SITE)


def confirmed(host, offered, starts_at=None, *, now=NOW, **fields) -> Booking:
    fields = {"email": ANA, "starts_at": starts_at or on(9), **fields}
    booking = factories.approved(host, offered, now=now, **fields)
    assert booking.status == "CONFIRMED"
    return booking


def reminders() -> list[OutboxMessage]:
    return list(OutboxMessage.objects.filter(template="reminder").order_by("pk"))


def waking(*moments: datetime) -> list[int]:
    return [services.remind_due(now=moment) for moment in moments]


def test_confirm__notes_the_first_reminder(host, offered):
    booking = confirmed(host, offered)

    assert booking.reminders == [1440, 60]
    booking.refresh_from_db()
    assert booking.remind_at == on(8)


def test_confirm_payment__notes_the_first_reminder(host):
    paid = factories.service(host.business)
    host.services.add(paid)

    booking = lifecycle.confirmed(host, paid, starts_at=on(9))

    booking.refresh_from_db()
    assert booking.remind_at == on(8)


@pytest.mark.parametrize("status", sorted(set(lifecycle.REACH) - {"CONFIRMED"}))
def test_move__nobody_is_reminded_of_what_is_not_confirmed(status, host):
    paid = factories.service(host.business)
    host.services.add(paid)

    booking = lifecycle.REACH[status](host, paid)

    booking.refresh_from_db()
    assert (booking.status, booking.remind_at) == (status, None)


def test_remind__a_day_and_an_hour_before_and_no_more(host, offered):
    confirmed(host, offered)

    moments = [
        on(8, 9, 59),
        on(8),
        on(8),
        on(8, 11),
        on(9, 8, 59),
        on(9, 9),
        on(9, 9, 1),
        on(9, 10),
        on(9, 11),
    ]
    assert waking(*moments) == [0, 1, 0, 0, 0, 1, 0, 0, 0]

    assert [row.key.split(":")[-3] for row in reminders()] == ["1440", "60"]
    assert {row.recipient for row in reminders()} == {ANA}
    assert Booking.objects.get().remind_at is None
    check_invariants()


def test_remind__as_the_service_says_and_as_it_said_at_drafting(host, offered):
    Service.objects.filter(pk=offered.pk).update(reminders=[2880, 30])
    confirmed(host, offered, on(10))
    Service.objects.filter(pk=offered.pk).update(reminders=[])
    never = confirmed(host, offered, on(11), email="ben@example.org")

    assert never.remind_at is None
    assert waking(on(8), on(9), on(10, 9), on(10, 9, 30), on(11, 9)) == [1, 0, 0, 1, 0]


def test_remind__what_had_passed_when_it_was_confirmed_is_not_made_up_for(host, offered):
    booking = confirmed(host, offered, on(7, 11))  # three hours ahead

    assert booking.remind_at == on(7, 10)
    assert waking(NOW, on(7, 10)) == [0, 1]
    assert [row.key.split(":")[-3] for row in reminders()] == ["60"]


def test_remind__booked_exactly_a_day_ahead_is_told_of_the_hour_alone(host, offered):
    booking = confirmed(host, offered, on(9), now=on(8))

    assert booking.remind_at == on(9, 9)


def test_remind__after_an_outage_the_nearest_alone_and_none_of_what_began(host, offered):
    confirmed(host, offered, on(9))
    confirmed(host, offered, on(9, 12), email="ben@example.org")
    confirmed(host, offered, on(9, 16), email="eve@example.org")

    assert waking(on(9, 11, 30)) == [2]  # the worker was down since the day before

    told = {row.recipient: row.key.split(":")[-3] for row in reminders()}
    assert told == {"ben@example.org": "60", "eve@example.org": "1440"}
    left = dict(Booking.objects.values_list("email", "remind_at"))
    assert left == {ANA: None, "ben@example.org": None, "eve@example.org": on(9, 15)}


def test_remind__session_that_begins_this_moment_is_not_reminded_of(host, offered):
    confirmed(host, offered)

    assert waking(on(9, 10)) == [0]
    assert reminders() == []


def test_remind__a_day_is_24_hours_when_clocks_change(offered):
    """Berlin goes from UTC+1 to UTC+2 in the night to 31 March 2030: ten o'clock is 08:00 UTC from then on."""
    host = factories.consultant(offered, zone="Europe/Berlin")
    start = datetime(2030, 3, 31, 8, tzinfo=UTC)
    booked = datetime(2030, 3, 20, 8, tzinfo=UTC)

    booking = confirmed(host, offered, start, now=booked, timezone="Europe/Berlin")

    assert booking.remind_at == start - timedelta(hours=24)
    assert waking(booking.remind_at) == [1]
    # On the wall it is nine o'clock of the day before, and the mail says ten, as it will be.
    assert "Sunday 31 March 2030, 10:00 - 11:00 (Europe/Berlin, UTC+02:00)" in render(reminders()[0]).text


def test_cancel__takes_back_what_waits_and_what_is_due(host, offered, mailoutbox):
    booking = confirmed(host, offered)
    services.remind_due(now=on(8))
    staff = factories.staff_of(offered.business)

    services.cancel_as(booking_id=booking.pk, viewer=staff, now=on(8))

    row = reminders()[0]
    assert (row.status, row.last_error, row.secrets) == ("DROPPED", "Overtaken", {})
    assert delivery.deliver(row.pk, now=on(8)) is False
    booking.refresh_from_db()
    assert booking.remind_at is None
    assert waking(on(9, 9)) == [0]


@pytest.mark.parametrize("start", [on(10), on(9, 12)], ids=["another day", "two hours later"])
def test_reschedule__reminds_of_the_new_time_alone(host, offered, start):
    booking = confirmed(host, offered)
    services.remind_due(now=on(8))
    staff = factories.staff_of(offered.business)

    services.reschedule(booking_id=booking.pk, viewer=staff, starts_at=start, now=on(8, 10, 1))

    assert [row.status for row in reminders()] == ["DROPPED"]
    assert waking(on(9, 9), start - 24 * HOUR, start - HOUR).count(1) == 2
    assert {row.context["starts_at"] for row in reminders()[1:]} == {start.isoformat()}


def test_reschedule__to_a_time_whose_day_before_has_passed_leaves_the_hour(host, offered):
    booking = confirmed(host, offered, on(11))
    staff = factories.staff_of(offered.business)

    services.reschedule(booking_id=booking.pk, viewer=staff, starts_at=on(7, 15), now=on(7, 9))

    booking.refresh_from_db()
    assert booking.remind_at == on(7, 14)


@pytest.mark.parametrize("late", [-1, 60], ids=["by a clock that lags", "a minute later"])
def test_reschedule__away_and_back_reminds_of_what_comes_once(host, offered, late):
    """What was dropped under the same start does not stand in the way of the reminder that is due again."""
    booking = confirmed(host, offered)
    services.remind_due(now=on(8))
    staff = factories.staff_of(offered.business)
    at = on(8) + timedelta(seconds=late)

    for start in (on(10), on(9)):
        services.reschedule(booking_id=booking.pk, viewer=staff, starts_at=start, now=at)
    waking(on(8), on(8, 10, 1), on(9, 9), on(9, 9, 1))

    told = [row.key.split(":")[-3] for row in reminders() if row.status == "QUEUED"]
    assert told == (["1440", "60"] if late < 0 else ["60"])
    check_invariants()


def test_reassign__names_the_new_consultant(host, offered):
    booking = confirmed(host, offered)
    services.remind_due(now=on(8))
    other = factories.consultant(offered, full_name="Dr. Other")

    services.reassign(
        booking_id=booking.pk,
        viewer=factories.staff_of(offered.business),
        consultant_id=other.pk,
        now=on(8, 10, 1),
    )

    assert [row.status for row in reminders()] == ["DROPPED"]  # the mail about the move says it all
    assert waking(on(8, 11), on(9, 9)) == [0, 1]
    assert reminders()[1].context["consultant_name"] == "Dr. Other"


def test_reminder__that_the_mail_server_kept_waiting_does_not_leave_after_the_start(
    host, offered, mailoutbox
):
    confirmed(host, offered)
    services.remind_due(now=on(9, 9))
    row = reminders()[0]

    assert delivery.deliver(row.pk, now=on(9, 10)) is False

    row.refresh_from_db()
    assert (row.status, row.last_error) == ("DROPPED", "Too late")


def test_reminder__who_refused_gets_none_and_the_sweep_goes_on(host, offered):
    Service.objects.filter(pk=offered.pk).update(cancellation_notice=HOUR)
    refusals.refuse(email=ANA, kind=refusals.Kind.REMINDERS, now=NOW)
    confirmed(host, offered)
    confirmed(host, offered, on(9, 11), email="ben@example.org")

    waking(on(8, 12))

    assert [row.recipient for row in reminders()] == ["ben@example.org"]
    assert not Challenge.objects.filter(email=ANA, purpose=Challenge.Purpose.CANCEL_BOOKING).exists()


def test_reminder__tells_when_where_and_how_to_cancel_in_the_clients_zone(host, offered):
    Service.objects.filter(pk=offered.pk).update(cancellation_notice=HOUR, reminders=[1440, 60])
    booking = confirmed(host, offered, timezone="Asia/Kolkata", full_name="Ana <b>x</b>")
    Booking.objects.filter(pk=booking.pk).update(meeting_url="https://meet.example/room")

    waking(on(8), on(9, 9))

    early, late = [render(row) for row in reminders()]
    for part in (early.text, early.html.replace("&nbsp;", " ")):
        assert "Wednesday 9 January 2030, 15:30 - 16:30 (Asia/Kolkata, UTC+05:30)" in part
        assert "https://meet.example/room" in part
        assert "/bookings/cancel#token=" in part
        assert "/mail/stop/reminders-" in part
    assert "<b>" not in early.html
    assert early.subject == f"Reminder: {booking.acknowledgement_id}"
    assert "/bookings/cancel" not in late.text  # the notice for cancelling is over by then
    assert all("meet.example" not in str(row.context) for row in reminders())


def test_reminder__in_person_names_no_meeting_link(host, offered):
    Service.objects.filter(pk=offered.pk).update(location_kind=Service.LocationKind.IN_PERSON)
    booking = confirmed(host, offered)
    Booking.objects.filter(pk=booking.pk).update(meeting_url="https://meet.example/room")

    waking(on(8))

    assert "meet.example" not in render(reminders()[0]).text


@pytest.mark.parametrize("by", ["code", "link"])
def test_reminder__ends_no_proof_that_the_client_asked_for(host, offered, by):
    Service.objects.filter(pk=offered.pk).update(cancellation_notice=HOUR)
    booking = confirmed(host, offered)
    services.request_cancellation(acknowledgement_id=booking.acknowledgement_id, now=on(8) - 2 * MINUTE)
    mailed = OutboxMessage.objects.get(template="confirm_cancellation").secrets

    waking(on(8))

    reminder = render(reminders()[0])
    for part in (reminder.text, reminder.html):
        assert "/bookings/cancel" not in part
        assert "cancel with the link or code that we mailed you before" in part
        assert "/bookings/status" in part
    token = mailed["link"].partition("#token=")[2]
    proof = {"token": token} if by == "link" else {"code": mailed["code"], "booking_id": booking.pk}
    after = on(8) + MINUTE
    passed = services.pass_challenge(purpose=Challenge.Purpose.CANCEL_BOOKING, now=after, **proof)
    services.cancel(passed=passed, reason="", now=after)
    booking.refresh_from_db()
    assert booking.status == "CANCELLED"


def test_reminder__brings_a_link_again_once_the_proof_before_it_is_over(host, offered):
    Service.objects.filter(pk=offered.pk).update(cancellation_notice=HOUR)
    booking = confirmed(host, offered, on(10))
    services.request_cancellation(acknowledgement_id=booking.acknowledgement_id, now=on(8))

    waking(on(9))  # the link was good for a day

    assert "/bookings/cancel#token=" in render(reminders()[0]).text


def test_reminder__link_cancels(host, offered):
    Service.objects.filter(pk=offered.pk).update(cancellation_notice=HOUR)
    booking = confirmed(host, offered)
    waking(on(8))
    token = reminders()[0].secrets["cancel_link"].partition("#token=")[2]

    passed = services.pass_challenge(purpose=Challenge.Purpose.CANCEL_BOOKING, token=token, now=on(8, 11))
    services.cancel(passed=passed, reason="", now=on(8, 11))

    booking.refresh_from_db()
    assert booking.status == "CANCELLED"


def test_remind__person_without_a_mailbox_is_passed_over(host, offered):
    request = factories.request_for(host, offered, email="", full_name="Walk In", starts_at=on(9))
    staff = factories.staff_of(offered.business)
    services.create(request=request, how=services.Creation(), viewer=staff, now=NOW)

    waking(on(8))

    assert reminders() == []
    assert Booking.objects.get().remind_at == on(9, 9)


def test_remind__one_that_fails_holds_up_no_other(host, offered, caplog):
    broken, whole = (confirmed(host, offered, on(9, hour), email=f"c{hour}@example.org") for hour in (10, 11))
    Booking.objects.filter(pk=broken.pk).update(reminders=["a day"])

    assert waking(on(8, 11)) == [1]

    assert [row.booking_id for row in reminders()] == [whole.pk]
    assert f"booking {broken.pk} could not be reminded of" in caplog.text


def test_remind__statements_do_not_grow_with_what_is_not_due(host, offered, django_assert_num_queries):
    for hour in (10, 11, 12):
        confirmed(host, offered, on(9, hour), email=f"c{hour}@example.org")

    with django_assert_num_queries(1):
        services.remind_due(now=NOW)
