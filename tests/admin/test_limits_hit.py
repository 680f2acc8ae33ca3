"""Limits hit: shown to those whose they are, naming nobody more than needed, and lifted by the platform alone."""

from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.accounts.models import ServiceKey, User
from bookings.businesses import limits_hit
from bookings.businesses.models import StaffMember
from bookings.common.errors import DomainError, ErrorCode
from bookings.limits.models import LimitRefusal
from bookings.limits.policies import Limit
from bookings.limits.services import wait_of
from bookings.payments.models import PaymentAccount
from tests import factories
from tests.admin.desk import logged_in, platform_admin, read
from tests.factories import NOW, later

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "admin:bookings_limitrefusal_changelist"
LOGIN = {"address": "ana@example.org", "ip": "192.0.2.77"}


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def refused(limit: Limit = Limit.LOGIN, by: dict[str, str] = LOGIN) -> LimitRefusal:
    """Somebody who came too often: what is left over is refused."""
    while not wait_of(limit, by, now=NOW):
        pass
    return LimitRefusal.objects.latest("pk")


def let_again(client: Client, *rows: LimitRefusal) -> str:
    given = {"action": "let_again", "_selected_action": [str(row.pk) for row in rows]}
    return client.post(reverse(LIST), given, follow=True).content.decode()


def test_list__says_which_limit_refused_whom_how_often_and_until_when() -> None:
    row = refused()

    page = read(platform_admin(), reverse(LIST))

    assert "A try to log in" in page
    assert f"mailbox #{row.mailbox[:8]}, network 192.0.2.0/24" in page
    assert "Kept out until" in page
    assert "192.0.2.77" not in page
    assert "ana@example.org" not in page


@pytest.mark.parametrize(
    ("term", "number"),
    [
        ("ana@example.org", 1),
        (" Ana@Example.org ", 1),
        ("192.0.2.5", 1),
        ("eve@example.org", 0),
        ("198.51.100.1", 0),
    ],
)
def test_search__finds_by_the_whole_address_and_by_the_network(term: str, number: int) -> None:
    refused()

    found = platform_admin().get(reverse(LIST), {"q": term}).context["cl"].result_list

    assert len(found) == number


def test_filters__tell_who_is_still_kept_out() -> None:
    held, over = refused(), refused(Limit.PASSWORD, {"user": str(factories.user().pk)})
    LimitRefusal.objects.filter(pk=over.pk).update(until=NOW)
    client = platform_admin()

    def found(**query: str) -> list[int]:
        return [row.pk for row in client.get(reverse(LIST), query).context["cl"].result_list]

    assert found(now="held") == [held.pk]
    assert found(now="over") == [over.pk]
    assert found(now="lifted") == []
    assert found(limit="password") == [over.pk]


def test_let_again__is_done_at_once_and_kept_with_who_did_it() -> None:
    row, client = refused(), platform_admin()

    page = let_again(client, row)

    assert "1 may try again now." in page
    assert wait_of(Limit.LOGIN, LOGIN, now=NOW) == 0
    row.refresh_from_db()
    assert (row.lifted_at, str(row.lifted_by)) == (NOW, "admin@example.org")
    assert LogEntry.objects.get().object_id == str(row.pk)
    assert "Let again by admin@example.org" in page


def test_let_again__stands_beside_a_later_refusal() -> None:
    row, client = refused(), platform_admin()
    let_again(client, row)

    while not wait_of(Limit.LOGIN, LOGIN, now=later(minutes=1)):
        pass

    assert LimitRefusal.objects.count() == 2
    assert LimitRefusal.objects.get(lifted_at__isnull=True).first_at == later(minutes=1)


def test_let_again__of_what_each_process_counts_is_refused_in_words() -> None:
    row = refused(Limit.ANONYMOUS, {"ip": "192.0.2.77"})

    page = let_again(platform_admin(), row)

    assert "Each process counts this for itself" in page
    row.refresh_from_db()
    assert row.lifted_at is None


def test_button__lets_one_try_again_from_its_page() -> None:
    row, client = refused(), platform_admin()
    page = reverse("admin:bookings_limitrefusal_change", args=[row.pk])
    button = reverse("admin:bookings_limitrefusal_onward", args=[row.pk, "let_again"])

    assert button in read(client, page)
    assert client.get(button).status_code == 403
    assert "1 may try again now." in client.post(button, follow=True).content.decode()
    assert button not in read(client, page)


def practice_rows() -> dict[str, LimitRefusal]:
    """Refusals of a practice's key, of its payment account, of one of its people, and of nobody it knows."""
    place = factories.business()
    key = factories.service_key(ServiceKey.Scope.BOOKING, place=place).row
    PaymentAccount.objects.create(
        business=place, public_id="acct", provider="stripe", currency="EUR", secret_key="sk", live=False
    )
    member = factories.staff_of(place, StaffMember.Role.STAFF).user
    assert member is not None
    wait_of(Limit.PROVIDER_EVENT, {"account": "acct"}, amount=9000, now=NOW)
    payment = LimitRefusal.objects.latest("pk")
    return {
        "key": refused(Limit.INVITE, {"ip": "192.0.2.1", "key": str(key.pk)}),
        "payment": payment,
        "own": refused(Limit.PASSWORD, {"user": str(member.pk)}),
        "unknown": refused(),
    }


def shown_to(user: User, rows: dict[str, LimitRefusal]) -> set[str]:
    page = read(logged_in(user), reverse(LIST))
    return {name for name, row in rows.items() if f"/limitrefusal/{row.pk}/change/" in page}


def test_rows__are_shown_to_those_whose_keys_accounts_and_selves_they_are() -> None:
    rows = practice_rows()
    key = rows["key"].service_key
    own = rows["own"].user
    assert key is not None
    assert key.business is not None
    assert own is not None

    assert shown_to(key.business.owner, rows) == {"key", "payment"}
    assert shown_to(own, rows) == {"own"}
    assert shown_to(factories.business().owner, rows) == set()
    stranger = logged_in(factories.business().owner)
    page = reverse("admin:bookings_limitrefusal_change", args=[rows["key"].pk])
    assert stranger.get(page).status_code == 302


def test_lift__is_for_the_platforms_admin_alone() -> None:
    rows = practice_rows()
    key = rows["key"].service_key
    assert key is not None
    assert key.business is not None
    owner = factories.Viewer(user=key.business.owner)

    let_again(logged_in(key.business.owner), *rows.values())
    with pytest.raises(DomainError) as refusal:
        limits_hit.lift(refusal_id=rows["key"].pk, viewer=owner, now=NOW)

    assert refusal.value.code is ErrorCode.FORBIDDEN
    assert not LimitRefusal.objects.filter(lifted_at__isnull=False).exists()


def test_list__has_as_many_statements_for_three_rows_as_for_one() -> None:
    client, counts = platform_admin(), []
    read(client, reverse(LIST))
    for more in (refused, practice_rows):
        more()
        with CaptureQueriesContext(connection) as statements:
            read(client, reverse(LIST))
        counts.append(len(statements))

    assert LimitRefusal.objects.count() >= 4
    assert counts[0] == counts[1]
