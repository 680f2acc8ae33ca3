"""Calendars that other programs read: what stands in them, for whom they open, and what they tell nobody."""

import logging
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.accounts.models import User
from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.booking.states import Status
from bookings.common.ids import new_token
from bookings.feeds.models import CalendarFeed
from bookings.feeds.selectors import MOST
from bookings.feeds.services import create_feed, revoke_feed
from tests import factories
from tests.booking import shapes
from tests.factories import NOW, TEN, later
from tests.feeds.asking import ANA, HOUR, PRIVATE, get, path_of
from tests.lifecycle import REACH, confirmed
from tests.strict_calendar import strict


@pytest.fixture
def ana(db):
    return factories.user(ANA)


def feed_of(user: User, **given) -> str:
    """The path of a new feed's address."""
    return path_of(create_feed(viewer=Viewer(user=user), now=NOW, **given).url)


def events(path: str):
    answer = get(path)
    assert answer.status_code == 200
    return strict(answer.content).events


def test_feed__shows_a_client_all_that_stands_everywhere(ana, host, offered):
    settled = confirmed(host, offered, email=ANA, **PRIVATE)
    elsewhere = factories.service(factories.business(name="Other Room"), name="Massage")
    waiting = factories.pending(
        factories.consultant(elsewhere), elsewhere, email=ANA, starts_at=TEN + 2 * HOUR, **PRIVATE
    )
    confirmed(host, offered, email="ben@example.org", starts_at=TEN + HOUR)
    path = feed_of(ana)

    read = strict(get(path).content)

    assert (read.method, read.name) == ("PUBLISH", "My bookings")
    assert [(event.uid.partition("@")[0], event.status, event.summary) for event in read.events] == [
        (settled.acknowledgement_id, "CONFIRMED", "First talk · Quiet Room"),
        (waiting.acknowledgement_id, "TENTATIVE", "Massage · Other Room"),
    ]


@pytest.mark.parametrize("status", sorted(Status))
def test_feed__shows_what_stands_and_nothing_else(status, ana, host, offered):
    booking = REACH[status](host, offered, email=ANA)
    path = feed_of(ana)

    shown = {event.uid.partition("@")[0]: event.status for event in events(path)}

    expected = {
        Status.PENDING: "TENTATIVE", Status.APPROVED: "TENTATIVE", Status.PAYMENT_PENDING: "TENTATIVE",
        Status.CONFIRMED: "CONFIRMED", Status.COMPLETED: "CONFIRMED", Status.NO_SHOW: "CONFIRMED",
    }.get(status)  # fmt: skip
    assert shown == ({booking.acknowledgement_id: expected} if expected else {})


def test_feed__shows_a_consultant_their_own_sessions_without_a_word_about_the_client(host, offered):
    booking = confirmed(host, offered, email=ANA, **PRIVATE)
    confirmed(factories.consultant(offered), offered, email="ben@example.org")
    path = feed_of(host.user, consultant_id=host.pk)

    answer = get(path)

    (event,) = strict(answer.content).events
    assert event.summary == f"First talk · {booking.acknowledgement_id}"
    for word in ("Quokka", "quokka", ANA, "+48600700800"):
        assert word not in answer.content.decode()


def test_feed__wish_without_a_time_is_in_no_calendar(ana, host, offered):
    shapes.pending(offered, wish=shapes.MORNING, email=ANA)

    assert events(feed_of(ana)) == []


def test_feed__moved_session_is_the_same_event_raised(ana, host, offered):
    booking = confirmed(host, offered, email=ANA)
    path = feed_of(ana)
    (before,) = events(path)

    services.reschedule(
        booking_id=booking.pk,
        viewer=factories.staff_of(booking.business),
        starts_at=TEN + 3 * HOUR,
        now=later(minutes=1),
    )

    (after,) = events(path)
    assert (after.uid, after.starts_at) == (before.uid, TEN + 3 * HOUR)
    assert after.sequence > before.sequence
    assert after.stamp > before.stamp


def test_feed__reaches_from_three_months_back_to_a_year_ahead(ana, host, offered):
    booking = confirmed(host, offered, email=ANA)
    path = feed_of(ana)

    for days, shown in ((-91, 0), (-90, 1), (0, 1), (365, 1), (367, 0)):
        start = NOW.replace(hour=0) + timedelta(days=days)
        Booking.objects.filter(pk=booking.pk).update(starts_at=start, ends_at=start + HOUR)
        assert len(events(path)) == shown, days


def test_feed__of_five_hundred_sessions_takes_as_many_statements_as_of_one(ana, host, offered):
    booking = confirmed(host, offered, email=ANA)
    path = feed_of(ana)
    get(path)

    with CaptureQueriesContext(
        connection,
    ) as one:
        assert len(events(path)) == 1
    copies(booking, 499)
    with CaptureQueriesContext(connection) as many:
        assert len(events(path)) == 500

    assert len(one) == len(many) <= 3


def test_feed__has_an_end(ana, host, offered, monkeypatch):
    booking = confirmed(host, offered, email=ANA)
    copies(booking, 4)
    monkeypatch.setattr("bookings.feeds.selectors.MOST", 3)

    read = events(feed_of(ana))

    starts = sorted(Booking.objects.values_list("starts_at", flat=True))
    assert [event.starts_at for event in read] == starts[-3:]
    assert MOST == 2000


def copies(booking: Booking, number: int) -> None:
    """More sessions of the same client, as rows: how they came about is not what the feed is about."""
    rows = []
    for day in range(1, number + 1):
        row = Booking.objects.get(pk=booking.pk)
        row.pk = None
        row.acknowledgement_id, row.claim, row.slot = f"MS-X{day:05}", None, None
        row.status = Status.COMPLETED
        row.starts_at += timedelta(hours=day)
        row.ends_at += timedelta(hours=day)
        rows.append(row)
    Booking.objects.bulk_create(rows)


def test_feed__says_how_it_may_be_kept_and_found(ana, host, offered):
    confirmed(host, offered, email=ANA)

    answer = get(feed_of(ana))

    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"].startswith("noindex")
    assert answer["Content-Disposition"] == 'inline; filename="bookings.ics"'
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


def test_feed__that_did_not_change_is_not_sent_again(ana, host, offered):
    booking = confirmed(host, offered, email=ANA)
    path = feed_of(ana)
    first = get(path)

    same = [
        get(path, if_none_match=first["ETag"]),
        get(path, if_modified_since=first["Last-Modified"]),
        get(path, method="head", if_none_match=first["ETag"]),
    ]
    assert [(answer.status_code, answer.content) for answer in same] == [(304, b"")] * 3
    assert {answer["Cache-Control"] for answer in same} == {"private, no-cache"}

    services.cancel_as(
        booking_id=booking.pk, viewer=factories.staff_of(booking.business), now=later(minutes=1)
    )
    changed = [get(path, if_none_match=first["ETag"]), get(path, if_modified_since=first["Last-Modified"])]
    assert [answer.status_code for answer in changed] == [200, 200]
    assert strict(changed[0].content).events == []


def test_feed__head_is_get_without_the_body(ana, host, offered):
    confirmed(host, offered, email=ANA)
    path = feed_of(ana)

    whole, head = get(path), get(path, method="head")

    assert (head.status_code, head.content) == (200, b"")
    assert (head["ETag"], head["Content-Length"]) == (whole["ETag"], str(len(whole.content)))


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_feed__takes_nothing_in(ana, method):
    answer = get(feed_of(ana), method=method)

    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    assert CalendarFeed.objects.get().revoked_at is None


def statements_of(path: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        answer = get(path)
    assert (answer.status_code, answer.content) == (404, b"")
    assert answer["X-Robots-Tag"].startswith("noindex")
    return len(seen)


def test_feed__unknown_revoked_and_malformed_are_the_same(ana):
    made = create_feed(viewer=Viewer(user=ana), now=NOW)
    revoke_feed(viewer=Viewer(user=ana), feed_id=made.row.pk, now=NOW)
    revoked = path_of(made.url)
    others = [new_token(), "x", "x" * 4000, "%00", "%F0%9F%98%80", "..", "a%0D%0Ab", "%ED%A0%80"]

    counts = {statements_of(path) for path in [revoked, *(f"/calendar/{each}.ics" for each in others)]}

    assert counts == {1}


def closed(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def unproven(user: User) -> None:
    User.objects.filter(pk=user.pk).update(email_verified_at=None)


def renamed(user: User) -> None:
    User.objects.filter(pk=user.pk).update(email="ana.new@example.org")


@pytest.mark.parametrize("end", [closed, unproven, renamed])
def test_feed__of_a_client_ends_with_what_it_rests_on(ana, end):
    path = feed_of(ana)
    assert get(path).status_code == 200

    end(ana)

    assert get(path).status_code == 404


def test_feed__of_a_consultant_ends_when_the_profile_is_somebody_elses(host):
    path = feed_of(host.user, consultant_id=host.pk)
    assert get(path).status_code == 200

    host.user = factories.user()
    host.save()

    assert get(path).status_code == 404


def test_feed__of_a_consultant_who_takes_no_more_bookings_shows_those_that_stand(host, offered):
    booking = confirmed(host, offered, email=ANA)
    path = feed_of(host.user, consultant_id=host.pk)

    host.is_active = False
    host.save()

    assert [event.uid.partition("@")[0] for event in events(path)] == [booking.acknowledgement_id]


def test_feed__last_reading_is_kept_to_an_hour(ana):
    path = feed_of(ana)

    def read_at(**passing):
        with time_machine.travel(later(**passing), tick=False):
            assert get(path).status_code == 200
        return CalendarFeed.objects.get().last_read_at

    assert [read_at(hours=1), read_at(hours=1, minutes=59), read_at(hours=2)] == [
        later(hours=1), later(hours=1), later(hours=2),
    ]  # fmt: skip


def test_feed__too_many_readings_wait(ana, settings):
    settings.RATE_LIMITS = {"calendar.ip": "2/minute"}
    path = feed_of(ana)

    answers = [get(path) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert get("/calendar/unknown.ics").status_code == 429


def test_feed__one_calendar_is_made_so_often(ana, settings):
    settings.RATE_LIMITS = {"calendar.subject": "2/minute"}
    path, other = feed_of(ana), feed_of(ana)

    assert [get(path).status_code for _ in range(3)] == [200, 200, 429]
    assert get(other).status_code == 200


def test_feed__its_address_is_in_no_log(ana, caplog, capfd):
    path = feed_of(ana)
    secret = path.removeprefix("/calendar/").removesuffix(".ics")
    caplog.set_level(logging.DEBUG)

    for method, at in (
        ("get", path),
        ("post", path),
        ("get", f"{path}/"),
        ("get", path.lower()),
        ("get", f"{path}?a=b"),
    ):
        get(at, method=method)
    CalendarFeed.objects.update(revoked_at=NOW)
    get(path)

    out = capfd.readouterr()
    for text in (out.out, out.err):
        assert secret not in text
        assert secret.lower() not in text
