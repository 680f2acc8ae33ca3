"""Figures through the API: who gets them, how they read, and that their number of statements is bounded."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from bookings.booking import services
from schema.common.inputs import write_id
from tests import factories
from tests.booking import shapes
from tests.factories import TEN
from tests.lifecycle import confirmed
from tests.reviews.sessions import over, practice, reviewed
from tests.schema.client import ask, code_of, gid, post
from tests.schema.test_statements import statements

pytestmark = pytest.mark.django_db(transaction=True)

COUNT = "{ total bookedMinutes noShowRate cancellationRate averageLeadMinutes byStatus { status count } }"
READ = f"""
query ($business: ID, $consultant: ID, $between: DateRange) {{
  statistics(businessId: $business, consultantId: $consultant, between: $between) {{
    firstDay lastDay timezone upcoming reviewCount reviewAverage
    bookings {COUNT}
    byDay {{ date bookings {{ total }} }}
    last30Days {{ date bookings {{ total }} }}
    byService {{ id name bookings {{ total }} }}
    byConsultant {{ id name bookings {{ total cancellationRate }} }}
    cancellations {{ by count }}
    revenue {{ currency isLive received {{ amount }} refunded {{ amount }} fees {{ amount }} net {{ amount }} }}
    utilisation {{ openMinutes bookedMinutes rate }}
    resourceUtilisation {{ openMinutes bookedMinutes rate }}
  }}
}}
"""
DAYS = {"from": "2030-01-07", "until": "2030-01-08"}


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(TEN + timedelta(hours=2), tick=False):
        yield


def read(host: Any, **more: Any) -> Any:
    who = more.pop("user", host.business.owner)
    given = {"business": gid(host.business), "between": DAYS, **more}
    return ask(READ, given, user=who)["statistics"]


def test_statistics__read_as_they_are() -> None:
    offered = factories.service(name="Talk", cancellation_notice=timedelta(0))
    host = factories.consultant(offered, full_name="Mira")
    staff = factories.staff_of(host.business)
    paid = confirmed(host, offered)
    services.complete(booking_id=paid.pk, viewer=staff, now=TEN)
    gone = factories.pending(host, offered, starts_at=TEN + timedelta(days=1))
    services.cancel_as(booking_id=gone.pk, viewer=staff, now=factories.NOW)

    found = read(host)

    statuses = {row["status"]: row["count"] for row in found["bookings"].pop("byStatus")}
    assert (statuses["COMPLETED"], statuses["CANCELLED"], statuses["PENDING"]) == (1, 1, 0)
    assert "DRAFT" not in statuses
    assert found["bookings"] == {
        "total": 2,
        "bookedMinutes": 60,
        "noShowRate": 0,
        "cancellationRate": 0.5,
        "averageLeadMinutes": 14 * 60,
    }
    assert found["byDay"] == [
        {"date": "2030-01-07", "bookings": {"total": 1}},
        {"date": "2030-01-08", "bookings": {"total": 1}},
    ]
    assert (len(found["last30Days"]), found["last30Days"][-1]) == (30, found["byDay"][0])
    assert found["byService"] == [{"id": gid(offered), "name": "Talk", "bookings": {"total": 2}}]
    assert found["byConsultant"][0]["name"] == "Mira"
    assert found["cancellations"] == [{"by": "STAFF", "count": 1}]
    assert found["revenue"] == [
        {
            "currency": "EUR",
            "isLive": False,
            "received": {"amount": "60.00"},
            "refunded": {"amount": "0.00"},
            "fees": {"amount": "0.00"},
            "net": {"amount": "60.00"},
        }
    ]
    assert found["utilisation"] == {"openMinutes": 960, "bookedMinutes": 60, "rate": 0.0625}
    assert found["resourceUtilisation"] == {"openMinutes": 0, "bookedMinutes": 0, "rate": None}
    assert (found["upcoming"], found["timezone"], found["reviewCount"]) == (0, "UTC", 0)


def test_statistics__of_a_consultant_are_their_own_without_money() -> None:
    host = practice()
    reviewed(host, 4)

    found = read(host, consultant=gid(host), user=host.user)

    assert (found["bookings"]["total"], found["revenue"], found["reviewAverage"]) == (1, None, 4)
    given = {"business": gid(host.business), "between": DAYS}
    assert code_of(post(READ, given, user=host.user)) == "FORBIDDEN"


def test_statistics__of_what_is_not_there_are_null_and_wrong_ranges_refused() -> None:
    host, other = practice(), practice()
    owner = host.business.owner
    place = {"business": gid(host.business)}

    assert read(host, consultant=gid(other)) is None
    assert read(host, consultant=write_id("Consultant", 10**9)) is None
    for between in (
        {"from": "2030-01-08", "until": "2030-01-07"},
        {"from": "2030-01-01", "until": "2031-01-02"},
    ):
        assert code_of(post(READ, {**place, "between": between}, user=owner)) == "BAD_USER_INPUT"
    assert code_of(post(READ, {"business": gid(other.business)}, user=owner)) == "FORBIDDEN"
    assert code_of(post(READ, {}, user=owner)) == "FORBIDDEN"


def test_statistics__take_as_many_statements_for_few_as_for_many() -> None:
    counts = []
    for number in (1, 4):
        offered = factories.service(payment_policy="ON_SITE", needs_approval=False, price=0)
        host = factories.consultant(offered)
        for day in range(number):
            more = factories.service(
                offered.business, payment_policy="ON_SITE", needs_approval=False, price=0
            )
            shapes.room(offered.business, more)
            each = factories.consultant(more)
            start = TEN + timedelta(days=day + 1)
            over(host, starts_at=TEN) if day == 0 else factories.pending(each, more, starts_at=start)
            factories.pending(host, offered, starts_at=start)
        owner = host.business.owner
        post("{ __typename }", user=owner)
        days = {"from": "2030-01-01", "until": "2030-12-31"}
        found = statements(lambda h=host, d=days: read(h, between=d))
        counts.append(len(found))
    assert counts[0] == counts[1] <= 25
