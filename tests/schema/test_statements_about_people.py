"""Lists of people, and of what is theirs, take as many statements for three rows as for one."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from bookings.accounts.models import RoleRequest, ServiceKey, User
from bookings.accounts.sessions import start_session
from bookings.businesses.models import BlockedSender, Business, StaffInvitation
from tests import factories
from tests.factories import NOW
from tests.schema.client import ask
from tests.schema.test_statements import statements

pytestmark = pytest.mark.django_db(transaction=True)

PLACE = """
query ($slug: String!) {
  business(slug: $slug) {
    staff { accountId fullName email role }
    invitations { id email role expiresAt }
    blockedSenders { id kind value note }
  }
}
"""
SESSIONS = "{ me { sessions { id userAgent createdAt usedAt current } } }"
KEYS = """
{ serviceKeys(first: 50) { totalCount edges { node { id name scopes ownerName business { name } } } } }
"""
REQUESTS = """
{ roleRequests(first: 50, status: null) { totalCount edges { node { id role status email fullName } } } }
"""


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def practice(rows: int, **fields: Any) -> Business:
    """A practice with so many people, invitations and blocked senders."""
    place = factories.business(**fields)
    for number in range(rows):
        factories.staff_of(place)
        StaffInvitation.objects.create(
            business=place, email=f"guest{number}@example.org", expires_at=factories.later(hours=9)
        )
        BlockedSender.objects.create(business=place, value=f"pest{number}@example.org")
    return place


def busy_person(rows: int) -> User:
    """Somebody with so many practices, sessions and service keys."""
    person = factories.user()
    for _ in range(rows):
        place = practice(1, owner=person)
        start_session(user=person, now=NOW)
        factories.service_key(ServiceKey.Scope.BOOKING, owner=person, place=place)
    return person


def counts(document: str, people: list[User], **variables: Any) -> list[int]:
    return [len(statements(lambda who=who: ask(document, variables, user=who))) for who in people]


def test_business__lists_its_people_in_as_many_statements() -> None:
    small, large = practice(1), practice(3)
    found = ask(PLACE, {"slug": large.slug}, user=large.owner)["business"]
    assert [len(found[name]) for name in ("staff", "invitations", "blockedSenders")] == [4, 3, 3]

    one = counts(PLACE, [small.owner], slug=small.slug)
    three = counts(PLACE, [large.owner], slug=large.slug)

    assert one == three


def test_sessions__take_as_many_statements() -> None:
    small, large = busy_person(1), busy_person(3)
    assert len(ask(SESSIONS, user=large)["me"]["sessions"]) == 4

    one, three = counts(SESSIONS, [small, large])

    assert one == three


def test_service_keys__take_as_many_statements() -> None:
    small, large = busy_person(1), busy_person(3)
    assert ask(KEYS, user=large)["serviceKeys"]["totalCount"] == 3

    one, three = counts(KEYS, [small, large])

    assert one == three


def test_role_requests__take_as_many_statements() -> None:
    admin = factories.user(is_superuser=True)
    RoleRequest.objects.create(user=factories.user(), role=User.Role.CONSULTANT)
    one = counts(REQUESTS, [admin])
    for _ in range(2):
        RoleRequest.objects.create(user=factories.user(), role=User.Role.CONSULTANT)
    assert ask(REQUESTS, user=admin)["roleRequests"]["totalCount"] == 3

    assert counts(REQUESTS, [admin]) == one
