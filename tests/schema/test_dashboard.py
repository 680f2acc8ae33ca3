"""A client's dashboard: bookings by status and time, listed and counted; after booking without an account too."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from bookings.accounts.models import User
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.booking.states import Status
from bookings.booking.wishes import Period, Wish
from bookings.businesses.models import Business
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from tests import factories
from tests.factories import NOW, TEN
from tests.lifecycle import EMAIL, REACH, cancelled, confirmed, ended
from tests.schema.client import ask, code_of, gid, post
from tests.schema.test_statements import statements

pytestmark = pytest.mark.django_db(transaction=True)

LIST = """
query ($filter: BookingFilter, $order: BookingOrder! = STARTS_FIRST, $first: Int = 50, $after: String) {
  bookings(filter: $filter, order: $order, first: $first, after: $after) {
    edges { node { acknowledgementId } } pageInfo { endCursor hasNextPage }
  }
}
"""
COUNTS = """
query ($filter: BookingFilter) {
  bookingCounts(filter: $filter) { total upcoming past byStatus { status statusLabel count } }
}
"""
STORY = """
{ bookings { edges { node { acknowledgementId timeline { toStatus } payments { status amount { amount } } } } } }
"""
UNTIL = TEN + timedelta(minutes=30)
"""When everything is asked: in the middle of the sessions of ten o'clock."""


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


@pytest.fixture
def place(transactional_db: None) -> Business:
    return factories.business(max_active_bookings=20, city="Kraków")


@pytest.fixture
def offered(place: Business) -> Service:
    return factories.service(place, seats=20)


@pytest.fixture
def host(offered: Service) -> Consultant:
    return factories.consultant(offered)


@pytest.fixture
def ana(transactional_db: None) -> User:
    return factories.user(EMAIL)


@pytest.fixture
def seven(host: Consultant, offered: Service, clock: Any) -> dict[str, Booking]:
    """Ana's bookings: in each time and way that there is, asked about while the sessions of ten o'clock go on."""
    later = {"email": EMAIL, "starts_at": TEN + timedelta(days=1)}
    made = {
        "done early": ended(services.complete)(host, offered, email=EMAIL),
        "going on": confirmed(host, offered, email=EMAIL),
        "tomorrow": confirmed(host, offered, **later),
        "asked for": factories.pending(host, offered, **later),
        "called off": cancelled(host, offered, **later),
        "wish": services.verify(
            passed=factories.passed(
                factories.draft(
                    host,
                    offered,
                    email=EMAIL,
                    starts_at=None,
                    wish=Wish((TEN + timedelta(days=2)).date(), Period.MORNING),
                )
            ),
            now=NOW,
        ).booking,
        "somebody else's": factories.pending(host, offered, starts_at=TEN + timedelta(days=1)),
    }
    clock.move_to(UNTIL)
    return made


def found(made: dict[str, Booking], who: User, **wanted: Any) -> set[str]:
    """The names of the bookings that a filter finds for somebody."""
    names = {booking.acknowledgement_id: name for name, booking in made.items()}
    edges = ask(LIST, {"filter": wanted}, user=who)["bookings"]["edges"]
    return {names[edge["node"]["acknowledgementId"]] for edge in edges}


def test_bookings__are_each_upcoming_or_past(seven: dict[str, Booking], ana: User) -> None:
    upcoming = found(seven, ana, when="UPCOMING")
    past = found(seven, ana, when="PAST")

    assert upcoming == {"going on", "tomorrow", "asked for", "wish"}
    assert past == {"done early", "called off"}
    assert found(seven, ana) == upcoming | past
    with time_machine.travel(TEN + timedelta(hours=1), tick=False):
        assert found(seven, ana, when="UPCOMING") == {"tomorrow", "asked for", "wish"}


def test_bookings__in_any_status_are_upcoming_or_past_and_not_both(
    host: Consultant, offered: Service, ana: User
) -> None:
    every = [
        "EXPIRED",
        *(status.value for status in REACH if status != "EXPIRED"),
    ]  # it lapses all drafts there are
    made = {status: REACH[Status(status)](host, offered, email=EMAIL) for status in every}

    upcoming, past = (found(made, ana, when=when, status=every) for when in ("UPCOMING", "PAST"))

    assert upcoming == {"DRAFT", "PENDING", "APPROVED", "PAYMENT_PENDING", "CONFIRMED"}
    assert (upcoming | past, upcoming & past) == (set(every), set())


def test_bookings__are_narrowed_by_each_thing_that_one_knows_of_them(
    seven: dict[str, Booking], ana: User
) -> None:
    other = factories.service(factories.business(city="Gdańsk"), location_kind="IN_PERSON")
    there = factories.consultant(other)
    seven["elsewhere"] = factories.pending(
        there, other, email=EMAIL, now=UNTIL, starts_at=TEN + timedelta(days=3)
    )
    here = set(seven) - {"elsewhere", "somebody else's"}
    booked = seven["tomorrow"]

    assert found(seven, ana, status=["PENDING"]) == {"asked for", "wish", "elsewhere"}
    assert found(seven, ana, businessId=gid(other.business)) == {"elsewhere"}
    assert found(seven, ana, serviceId=gid(other)) == {"elsewhere"}
    assert found(seven, ana, consultantId=gid(booked.consultant)) == here
    assert found(seven, ana, mode="IN_PERSON") == {"elsewhere"}
    assert found(seven, ana, city="gdańsk"[:3].upper() + "ńsk") == {"elsewhere"}
    assert found(seven, ana, city="Gda") == found(seven, ana, city="%") == set()
    assert found(seven, ana, preferredPeriod="MORNING") == found(seven, ana, isWish=True) == {"wish"}
    assert found(seven, ana, preferredPeriod="EVENING") == set()
    day = (TEN + timedelta(days=3)).replace(hour=0).isoformat()
    assert found(seven, ana, startsFrom=day) == {"elsewhere"}
    assert found(seven, ana, startsBefore=UNTIL.isoformat(), when="PAST") == {"done early"}


def test_bookings__of_ones_own_and_of_ones_practice_are_told_apart(seven: dict[str, Booking]) -> None:
    owner = seven["tomorrow"].business.owner
    owner.email_verified_at = NOW
    owner.save()
    own = factories.user(seven["somebody else's"].email)
    Business.objects.update(owner=own)

    assert found(seven, own, mine=True) == {"somebody else's"}
    assert found(seven, own, mine=False) == set(seven) - {"somebody else's"}
    own.email_verified_at = None
    own.save()
    assert found(seven, own, mine=True) == set()
    assert found(seven, own, mine=False) == set(seven)


def test_bookings__by_start_are_paged_while_others_come(seven: dict[str, Booking], ana: User) -> None:
    seen, after = [], None
    while True:
        page = ask(LIST, {"filter": {"mine": True}, "first": 2, "after": after}, user=ana)["bookings"]
        seen += [edge["node"]["acknowledgementId"] for edge in page["edges"]]
        if after is None:
            first = seven["going on"]
            factories.pending(
                first.consultant, first.service, email=EMAIL, now=NOW, starts_at=TEN - timedelta(hours=1)
            )
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    names = {booking.acknowledgement_id: name for name, booking in seven.items()}
    assert [names[each] for each in seen] == [
        "done early", "going on", "tomorrow", "asked for", "called off", "wish",
    ]  # fmt: skip


def test_booking_counts__agree_with_what_is_listed(seven: dict[str, Booking], ana: User) -> None:
    counts = ask(COUNTS, {"filter": {"mine": True}}, user=ana)["bookingCounts"]

    assert (counts["total"], counts["upcoming"], counts["past"]) == (6, 4, 2)
    assert [(line["status"], line["count"]) for line in counts["byStatus"]] == [
        ("PENDING", 2), ("CONFIRMED", 2), ("COMPLETED", 1), ("CANCELLED", 1),
    ]  # fmt: skip
    assert counts["byStatus"][1]["statusLabel"] == "Confirmed"
    narrowed = ask(COUNTS, {"filter": {"when": "PAST", "status": ["COMPLETED"]}}, user=ana)["bookingCounts"]
    assert (narrowed["total"], narrowed["upcoming"], narrowed["past"]) == (1, 0, 1)


def test_booking_counts__are_of_what_one_may_see(seven: dict[str, Booking], ana: User) -> None:
    owner = seven["tomorrow"].business.owner

    totals = [
        ask(COUNTS, user=who)["bookingCounts"]["total"]
        for who in (ana, owner, factories.user(), factories.user("eve@example.org", email_verified_at=None))
    ]

    assert totals == [6, 7, 0, 0]
    assert code_of(post(COUNTS)) == "UNAUTHENTICATED"


def test_dashboard__takes_as_many_statements_for_1_and_for_3(
    host: Consultant, offered: Service, ana: User
) -> None:
    counts = []
    for rows in (1, 2):
        for _ in range(rows):
            factories.pending(host, offered, email=EMAIL, starts_at=TEN + timedelta(days=1))
        counts.append(
            [
                len(statements(lambda document=document: ask(document, user=ana)))
                for document in (COUNTS, LIST)
            ]
        )

    assert counts[0] == counts[1]
    assert counts[0][0] <= 5


def test_dashboard__shows_what_was_booked_by_mailbox_alone_once_its_reader_registers(
    host: Consultant, offered: Service
) -> None:
    booking = confirmed(host, offered, email="carla@example.org")
    carla = factories.user("carla@example.org", email_verified_at=None)
    assert ask(STORY, user=carla)["bookings"]["edges"] == []

    carla.email_verified_at = NOW
    carla.save()

    assert ask(STORY, user=carla)["bookings"]["edges"] == [
        {
            "node": {
                "acknowledgementId": booking.acknowledgement_id,
                "timeline": [
                    {"toStatus": status}
                    for status in ("DRAFT", "PENDING", "APPROVED", "PAYMENT_PENDING", "CONFIRMED")
                ],
                "payments": [{"status": "SUCCEEDED", "amount": {"amount": "60.00"}}],
            }
        }
    ]
