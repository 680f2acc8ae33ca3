"""Making, seeing and revoking calendar feeds; and the links that add one booking to a calendar."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client

from bookings.accounts.models import User
from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.booking.states import Status
from bookings.businesses.models import StaffMember
from bookings.feeds.models import CalendarFeed
from bookings.feeds.services import MOST_AT_ONCE, REVOKED_KEPT, create_feed, forget_revoked
from bookings.verification.services import grant_access
from tests import factories
from tests.factories import NOW, later
from tests.lifecycle import REACH, confirmed
from tests.schema.client import ask, code_of, gid, post
from tests.schema.test_statements import statements
from tests.strict_calendar import strict

pytestmark = pytest.mark.django_db(transaction=True)

ANA = "ana@example.org"
SECOND = timedelta(seconds=1)
CREATE = """
mutation C($input: CreateCalendarFeedInput!) {
  createCalendarFeed(input: $input) {
    url calendarFeed { id consultant { fullName } createdAt lastReadAt revokedAt } errors { code field }
  }
}
"""
REVOKE = """
mutation R($input: RevokeCalendarFeedInput!) {
  revokeCalendarFeed(input: $input) { calendarFeed { revokedAt } errors { code field } }
}
"""
LIST = """
{ calendarFeeds(first: 50) { totalCount edges { node { id consultant { fullName } lastReadAt revokedAt } } } }
"""
LINKS = "calendarLinks { google outlook office365 yahoo icsUrl }"
ONE = f"query B($id: ID!) {{ booking(by: {{id: $id}}) {{ status {LINKS} }} }}"
MANY = f"{{ bookings(first: 50) {{ edges {{ node {{ id {LINKS} service {{ name }} business {{ slug }} }} }} }} }}"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def make(user: User, **given: Any) -> dict[str, Any]:
    return dict(ask(CREATE, {"input": given}, user=user)["createCalendarFeed"])


def hosting() -> Any:
    """A consultant with an account."""
    return factories.consultant(factories.service(), user=factories.user(), full_name="Dr. Mira Novak")


def booked(**fields: Any) -> Booking:
    offered = factories.service(factories.business(name="Quiet Room"), name="First talk")
    return confirmed(factories.consultant(offered, user=factories.user()), offered, email=ANA, **fields)


def read(url: str) -> Any:
    return Client().get(urlsplit(url).path)


def test_create_calendar_feed__gives_the_address_once() -> None:
    ana = factories.user(ANA)

    made = make(ana)

    row = CalendarFeed.objects.get()
    assert made == {
        "url": made["url"],
        "calendarFeed": {
            "id": gid(row),
            "consultant": None,
            "createdAt": "2030-01-07T08:00:00Z",
            "lastReadAt": None,
            "revokedAt": None,
        },
        "errors": [],
    }
    assert (row.email, row.created_by) == (ANA, ana)
    assert strict(read(made["url"]).content).name == "My bookings"
    secret = made["url"].rpartition("/")[2].removesuffix(".ics")
    assert len(secret) == 43
    assert secret not in str(CalendarFeed.objects.values()) + str(ask(LIST, user=ana))


def test_create_calendar_feed__again_under_its_idempotency_key_shows_no_address() -> None:
    ana = factories.user(ANA)

    first, again = (make(ana, idempotencyKey="k1") for _ in range(2))

    assert (again["url"], again["calendarFeed"], again["errors"]) == (None, first["calendarFeed"], [])
    assert CalendarFeed.objects.count() == 1


def test_create_calendar_feed__of_a_consultant_is_the_consultants_alone() -> None:
    host = hosting()
    office = factories.staff_of(host.business).user
    asked = {"consultantId": gid(host)}

    assert make(host.user, **asked)["calendarFeed"]["consultant"] == {"fullName": "Dr. Mira Novak"}

    for other in (office, host.business.owner, factories.user(), factories.user(is_superuser=True)):
        assert make(other, **asked)["errors"] == [{"code": "NOT_FOUND", "field": ["consultantId"]}]
    assert CalendarFeed.objects.count() == 1


def test_create_calendar_feed__takes_a_proven_address() -> None:
    nobody = factories.user(email_verified_at=None)

    assert make(nobody)["errors"] == [{"code": "EMAIL_NOT_VERIFIED", "field": None}]


def test_create_calendar_feed__is_for_no_access_token_and_no_key() -> None:
    booking = booked()
    token, _ = grant_access(subject=booking.subject, email=ANA, purposes=["view"], now=NOW)
    key = factories.service_key("PRACTICE", place=booking.business, owner=booking.business.owner)

    by_token = post(CREATE, {"input": {}}, x_booking_token=token)
    by_key = post(CREATE, {"input": {}}, authorization=f"Api-Key {key.text}")

    assert (code_of(by_token), code_of(by_key)) == ("UNAUTHENTICATED", "FORBIDDEN")
    assert not CalendarFeed.objects.exists()


def test_create_calendar_feed__has_an_end_that_revoking_moves() -> None:
    ana = factories.user(ANA)
    made = [make(ana) for _ in range(MOST_AT_ONCE)]

    assert make(ana)["errors"] == [{"code": "VALIDATION_FAILED", "field": None}]

    ask(REVOKE, {"input": {"id": made[0]["calendarFeed"]["id"]}}, user=ana)
    assert make(ana)["errors"] == []


def test_revoke_calendar_feed__ends_it_for_good_and_is_for_its_maker() -> None:
    ana = factories.user(ANA)
    made = make(ana)
    feed = {"input": {"id": made["calendarFeed"]["id"]}}
    assert read(made["url"]).status_code == 200

    stranger = ask(REVOKE, feed, user=factories.user())["revokeCalendarFeed"]
    assert (stranger["calendarFeed"], stranger["errors"]) == (None, [{"code": "NOT_FOUND", "field": ["id"]}])
    assert read(made["url"]).status_code == 200

    for _ in range(2):
        gone = ask(REVOKE, feed, user=ana)["revokeCalendarFeed"]
        assert gone == {"calendarFeed": {"revokedAt": "2030-01-07T08:00:00Z"}, "errors": []}
    assert read(made["url"]).status_code == 404


def test_calendar_feeds__are_ones_own_and_say_when_they_were_read() -> None:
    host = hosting()
    as_client, as_host = make(host.user), make(host.user, consultantId=gid(host))
    make(factories.user(ANA))
    read(as_host["url"])

    rows = [edge["node"] for edge in ask(LIST, user=host.user)["calendarFeeds"]["edges"]]

    assert [(row["id"], row["lastReadAt"]) for row in rows] == [
        (as_host["calendarFeed"]["id"], "2030-01-07T08:00:00Z"),
        (as_client["calendarFeed"]["id"], None),
    ]
    assert code_of(post(LIST)) == "UNAUTHENTICATED"


def test_calendar_feeds__are_gone_with_the_role() -> None:
    host = hosting()
    make(host.user, consultantId=gid(host))
    person, host.user = host.user, None
    host.save()

    assert ask(LIST, user=person)["calendarFeeds"]["totalCount"] == 0


def test_calendar_feeds__take_as_many_statements() -> None:
    people = []
    for number in (1, 3):
        host = hosting()
        for _ in range(number):
            create_feed(viewer=Viewer(user=host.user), consultant_id=host.pk, now=NOW)
        people.append(host.user)

    one, three = ([*statements(lambda who=who: ask(LIST, user=who))] for who in people)

    assert len(one) == len(three)


def test_purge__forgets_what_was_revoked_a_month_ago() -> None:
    ana = factories.user(ANA)
    made = make(ana)
    ask(REVOKE, {"input": {"id": made["calendarFeed"]["id"]}}, user=ana)

    assert [forget_revoked(NOW + REVOKED_KEPT - SECOND), forget_revoked(NOW + REVOKED_KEPT)] == [0, 1]


def test_calendar_links__add_a_confirmed_session_to_the_usual_calendars() -> None:
    booking = booked()

    links = ask(ONE, {"id": gid(booking)}, user=factories.user(ANA))["booking"]["calendarLinks"]

    google = parse_qs(urlsplit(links["google"]).query)
    assert google["text"] == ["First talk · Quiet Room"]
    assert google["dates"] == ["20300107T100000Z/20300107T110000Z"]
    for name, host in (("outlook", "outlook.live.com"), ("office365", "outlook.office.com")):
        asked = parse_qs(urlsplit(links[name]).query)
        assert urlsplit(links[name]).hostname == host
        assert (asked["startdt"], asked["enddt"]) == (
            ["2030-01-07T10:00:00+00:00"],
            ["2030-01-07T11:00:00+00:00"],
        )
    yahoo = parse_qs(urlsplit(links["yahoo"]).query)
    assert (yahoo["st"], yahoo["et"]) == (["20300107T100000Z"], ["20300107T110000Z"])
    assert strict(read(links["icsUrl"]).content).events[0].uid.startswith(booking.acknowledgement_id)


def test_calendar_links__tell_other_companies_nothing_private() -> None:
    booking = booked(full_name="Ana Quokka", message="About my quokka.", mode=Booking.Mode.ONLINE)
    Booking.objects.filter(pk=booking.pk).update(meeting_url="https://meet.example.org/quokka")

    for user in (factories.user(ANA), booking.consultant.user, booking.business.owner):
        links = ask(ONE, {"id": gid(booking)}, user=user)["booking"]["calendarLinks"]
        assert "quokka" not in str(links).lower()
        assert "meet.example.org" not in str(links)
        assert ANA not in str(links)


@pytest.mark.parametrize("status", sorted(Status))
def test_calendar_links__are_there_while_it_is_confirmed(status: Status) -> None:
    offered = factories.service()
    booking = REACH[status](factories.consultant(offered), offered, email=ANA)

    found = ask(ONE, {"id": gid(booking)}, user=factories.user(ANA))["booking"]

    assert (found["calendarLinks"] is not None) == (status == Status.CONFIRMED)


def test_calendar_links__of_the_consultant_are_the_consultants_copy_and_end_with_the_session() -> None:
    booking = booked()
    url = ask(ONE, {"id": gid(booking)}, user=booking.consultant.user)["booking"]["calendarLinks"]["icsUrl"]
    assert strict(read(url).content).events[0].summary == f"First talk · {booking.acknowledgement_id}"
    other = factories.consultant(booking.service)

    services.reassign(
        booking_id=booking.pk, viewer=factories.staff_of(booking.business), consultant_id=other.pk, now=NOW
    )

    assert read(url).status_code == 404


def test_calendar_links__of_staff_and_admins_open_no_file_and_tell_no_meeting() -> None:
    booking = booked(mode=Booking.Mode.ONLINE)
    Booking.objects.filter(pk=booking.pk).update(meeting_url="https://meet.example.org/quokka")
    people = (
        factories.staff_of(booking.business).user,
        booking.business.owner,
        factories.user(is_superuser=True),
    )

    for user in people:
        links = ask(ONE, {"id": gid(booking)}, user=user)["booking"]["calendarLinks"]
        assert links.pop("icsUrl") is None
        text = parse_qs(urlsplit(links["google"]).query)["text"]
        assert text == [f"First talk · {booking.acknowledgement_id}"]
        assert "meet.example.org" not in str(links)
        assert "/calendar/booking/" not in str(links)


@pytest.mark.parametrize("who", ["consultant", "client"])
def test_calendar_links__of_staff_who_hold_the_session_too_are_those_of_what_they_are_in_it(who: str) -> None:
    booking = booked()
    person = booking.consultant.user if who == "consultant" else factories.user(ANA)
    own = ask(ONE, {"id": gid(booking)}, user=person)["booking"]["calendarLinks"]
    StaffMember.objects.create(business=booking.business, user=person, role=StaffMember.Role.MANAGER)

    assert ask(ONE, {"id": gid(booking)}, user=person)["booking"]["calendarLinks"] == own
    assert read(own["icsUrl"]).status_code == 200


def test_calendar_links__of_a_list_take_as_many_statements() -> None:
    counts = []
    for number in (1, 3):
        offered = factories.service(factories.business(max_active_bookings=5))
        for hour in range(number):
            confirmed(
                factories.consultant(offered),
                offered,
                starts_at=later(hours=2 + hour),
                email=f"c{number}@example.org",
            )
        person = factories.user(f"c{number}@example.org")
        counts.append(len(statements(lambda person=person: ask(MANY, user=person))))
        rows = [edge["node"] for edge in ask(MANY, user=person)["bookings"]["edges"]]
        assert [bool(row["calendarLinks"]) for row in rows] == [True] * number

    assert counts[0] == counts[1]
