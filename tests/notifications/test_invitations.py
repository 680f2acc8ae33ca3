"""Mails that bring a calendar file, read back from a real mail server: the tree, the file, a booking's whole story."""

import base64
import json
from datetime import timedelta
from email.message import EmailMessage

import pytest
from django.core import mail

from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.common.calendar_file import uid
from bookings.common.calendar_links import CLIENT, link_to_file
from bookings.notifications.delivery import deliver
from bookings.notifications.invitations import METHODS
from bookings.notifications.messages import MESSAGES
from bookings.notifications.models import OutboxMessage
from bookings.notifications.rendering import render
from tests import factories
from tests.factories import NOW, TEN
from tests.lifecycle import confirmed
from tests.strict_calendar import Calendar, strict

ANA, HOST, OTHER = "ana@example.org", "host@example.org", "other@example.org"
HOUR = timedelta(hours=1)
MEETING = "https://meet.example.org/room?pwd=1"


@pytest.fixture
def offered(db):
    """A talk whose practice has an address, and lets clients move it until the end."""
    place = factories.business(
        name="Quiet Room",
        address="Elm Street 1",
        postal_code="00-001",
        city="Warsaw",
        cancellation_notice=timedelta(0),
    )
    return factories.service(place, name="First talk")


@pytest.fixture
def host(offered):
    return factories.consultant(offered, user=factories.user(HOST), full_name="Dr. Mira Novak")


def brings(template: str) -> OutboxMessage:
    return OutboxMessage.objects.filter(template=template).latest("pk")


def send_all() -> None:
    """Send what waits in the order in which it was queued."""
    for pk in (
        OutboxMessage.objects.filter(status="QUEUED", channel="EMAIL")
        .order_by("pk")
        .values_list("pk", flat=True)
    ):
        assert deliver(pk, now=NOW + HOUR)


def file_of(sent: EmailMessage) -> Calendar | None:
    """The calendar that a mail brings, both of its copies, in a tree that every program takes."""
    assert [part.defects for part in sent.walk()] == [[]] * len(list(sent.walk()))
    if "text/calendar" not in {part.get_content_type() for part in sent.walk()}:
        assert [part.get_content_type() for part in sent.walk()] == [
            "multipart/alternative",
            "text/plain",
            "text/html",
        ]
        return None
    assert [part.get_content_type() for part in sent.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "application/ics",
    ]  # fmt: skip
    shown, attached = (
        next(part for part in sent.walk() if part.get_content_subtype() == kind)
        for kind in ("calendar", "ics")
    )
    content = attached.get_payload(decode=True)
    assert shown.get_payload(decode=True).replace(b"\r\n", b"\n") == content.replace(b"\r\n", b"\n")
    assert (attached.get_filename(), attached.get_content_disposition()) == ("invite.ics", "attachment")
    read = strict(content)
    assert shown["content-type"].params["method"] == read.method
    assert shown["content-type"].params["charset"] == "utf-8"
    assert shown.get_content_disposition() is None
    assert read.events[0].attendees == [f"mailto:{sent['to']}"]
    return read


def told_to(smtp, address: str) -> list[tuple[str, int, str]]:
    """Method, SEQUENCE and start of what one calendar took over, in order."""
    files = [file_of(sent) for sent in smtp.accepted if sent["to"] == address]
    return [
        (read.method, read.events[0].sequence, f"{read.events[0].starts_at:%H:%M}")
        for read in files
        if read is not None
    ]


def story(booking: Booking, *, to: int) -> None:
    """Move, move back, give to somebody else, cancel."""
    office = factories.staff_of(booking.business)
    do = {"booking_id": booking.pk, "viewer": office, "now": NOW}
    services.reschedule(starts_at=TEN + 3 * HOUR, **do)
    services.reschedule(starts_at=TEN, **do)
    services.reassign(consultant_id=to, **do)
    services.cancel_as(reason="Ill.", **do)


def test_story__is_one_event_in_every_calendar_with_each_change_above_the_last(smtp, host, offered):
    other = factories.consultant(offered, user=factories.user(OTHER))
    booking = confirmed(host, offered, email=ANA, full_name="Ana Horvat", message="About my fear.")

    story(booking, to=other.pk)
    send_all()

    assert told_to(smtp, ANA) == [
        ("REQUEST", 0, "10:00"), ("REQUEST", 1, "13:00"), ("REQUEST", 2, "10:00"), ("REQUEST", 3, "10:00"),
        ("CANCEL", 4, "10:00"),
    ]  # fmt: skip
    assert told_to(smtp, HOST) == [
        ("REQUEST", 0, "10:00"), ("REQUEST", 1, "13:00"), ("REQUEST", 2, "10:00"), ("CANCEL", 3, "10:00"),
    ]  # fmt: skip
    assert told_to(smtp, OTHER) == [("REQUEST", 3, "10:00"), ("CANCEL", 4, "10:00")]
    events = [read.events[0] for sent in smtp.accepted if (read := file_of(sent)) is not None]
    assert {event.uid for event in events} == {uid(booking.acknowledgement_id)}
    assert {(event.status, event.summary.partition(" · ")[0]) for event in events} == {
        ("CONFIRMED", "First talk"), ("CANCELLED", "First talk"),
    }  # fmt: skip
    everything = "".join(event.raw.to_ical().decode() for event in events)
    for private in ("Ana", "Horvat", "fear", "Ill."):
        assert private not in everything.replace(f"mailto:{ANA}", "")


def test_mail__given_back_to_its_first_consultant_comes_above_what_took_it_away(smtp, host, offered):
    other = factories.consultant(offered, user=factories.user(OTHER))
    booking = confirmed(host, offered, email=ANA)
    office = factories.staff_of(booking.business)

    for consultant in (other, host):
        services.reassign(booking_id=booking.pk, viewer=office, consultant_id=consultant.pk, now=NOW)
    send_all()

    assert told_to(smtp, HOST) == [("REQUEST", 0, "10:00"), ("CANCEL", 1, "10:00"), ("REQUEST", 2, "10:00")]
    assert told_to(smtp, OTHER) == [("REQUEST", 1, "10:00"), ("CANCEL", 2, "10:00")]


def test_mail__sent_again_brings_the_same_file(smtp, host, offered):
    booking = confirmed(host, offered, email=ANA)
    row = brings("confirmed")
    smtp.answers.extend(["refuse", "vanish"])

    for attempt in range(3):
        deliver(row.pk, now=NOW + attempt * timedelta(days=1))
    Booking.objects.filter(pk=booking.pk).update(calendar_sequence=7)

    files = [
        part.get_payload(decode=True) for sent in smtp.seen for part in sent.walk() if part.get_filename()
    ]
    assert len(files) == 3
    assert len(set(files)) == 1
    assert strict(files[0]).events[0].stamp == row.created_at


@pytest.mark.parametrize("reach", [factories.pending, factories.approved])
def test_mail__about_what_was_never_confirmed_brings_no_file(smtp, host, offered, reach):
    booking = reach(host, offered, email=ANA)
    office = {"booking_id": booking.pk, "viewer": factories.staff_of(booking.business), "now": NOW}

    services.reschedule(starts_at=TEN + 3 * HOUR, **office)
    services.cancel_as(**office)
    send_all()

    assert {"rescheduled", "cancelled"} <= set(OutboxMessage.objects.values_list("template", flat=True))
    assert [file_of(sent) for sent in smtp.accepted] == [None] * len(smtp.accepted)


def test_mail__tells_the_place_or_the_link_where_it_may(smtp, host, offered):
    here = confirmed(host, offered, email=ANA, mode=Booking.Mode.IN_PERSON)
    there = confirmed(host, offered, email="ben@example.org", mode=Booking.Mode.ONLINE, starts_at=TEN + HOUR)
    services.set_meeting_link(booking_id=there.pk, viewer=Viewer(user=host.user), url=MEETING, now=NOW)
    services.reschedule(
        booking_id=there.pk, viewer=factories.staff_of(here.business), starts_at=TEN + 2 * HOUR, now=NOW
    )
    assert MEETING not in json.dumps([row.context for row in OutboxMessage.objects.all()])
    send_all()

    def places(address: str) -> list[str]:
        files = [file_of(sent) for sent in smtp.accepted if sent["to"] == address]
        return [read.events[0].location for read in files if read is not None]

    assert places(ANA) == ["Elm Street 1, 00-001 Warsaw"]
    assert places("ben@example.org") == ["Online", MEETING, MEETING]
    assert [row.secrets for row in OutboxMessage.objects.filter(booking=there)] == [
        {}
    ] * there.messages.count()


def test_mail__offers_the_usual_calendars_and_the_file(smtp, host, offered):
    booking = confirmed(host, offered, email=ANA)
    send_all()

    sent = next(mail for mail in smtp.accepted if mail["to"] == ANA and file_of(mail) is not None)
    text, html = (sent.get_body((kind,)).get_content() for kind in ("plain", "html"))
    for site in ("calendar.google.com", "outlook.live.com", "outlook.office.com", "calendar.yahoo.com"):
        assert f"https://{site}/" in text
        assert f'href="https://{site}/' in html
    assert link_to_file(booking.pk, CLIENT) in text


def test_mail__that_takes_a_session_away_offers_no_calendar(smtp, host, offered):
    booking = confirmed(host, offered, email=ANA)
    services.cancel_as(booking_id=booking.pk, viewer=factories.staff_of(booking.business), now=NOW)

    assert "calendar.google.com" not in render(brings("cancelled")).text


@pytest.mark.parametrize("typed", ["Talk\r\nATTENDEE:mailto:evil@example.org", "😀é" * 60, 'x;y,z\\n"q"'])
def test_mail__names_from_people_break_neither_mail_nor_file(smtp, host, offered, typed):
    offered.name = offered.business.name = typed[:200]
    offered.save()
    offered.business.save()
    booking = confirmed(host, offered, email="ana+talk@example.org")
    send_all()

    read = [file_of(sent) for sent in smtp.accepted if sent["to"] == booking.email]
    assert [one.events[0].attendees for one in read if one is not None] == [["mailto:ana+talk@example.org"]]


def test_mail__through_a_providers_api_has_the_file_attached_with_its_method(web, settings, host, offered):
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "token", "POSTMARK_API_URL": web.url.removesuffix("hook")}
    confirmed(host, offered, email=ANA)

    deliver(brings("confirmed").pk, now=NOW)

    posted = json.loads(web.posts[0].body)
    sent = posted[0] if isinstance(posted, list) else posted
    (attached,) = sent["Attachments"]
    assert attached["Name"] == "invite.ics"
    assert attached["ContentType"].replace('"', "") == "text/calendar; method=REQUEST; charset=utf-8"
    assert strict(base64.b64decode(attached["Content"])).events[0].attendees == [f"mailto:{ANA}"]


def test_mail__of_every_kind_but_these_brings_none(host, offered, mailoutbox):
    assert set(METHODS) <= set(MESSAGES)
    booking = confirmed(host, offered, email=ANA)
    services.complete(booking_id=booking.pk, viewer=factories.staff_of(booking.business), now=TEN + HOUR)

    for row in OutboxMessage.objects.exclude(channel="WEBHOOK").order_by("pk"):
        assert (render(row).invitation is not None) == (row.template in METHODS), row.template
    assert mail.outbox == mailoutbox
