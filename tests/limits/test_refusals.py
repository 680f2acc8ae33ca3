"""Whom limits refused: written down within bounds, naming nobody who need not be, and never in the way."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.accounts.models import ServiceKey, User
from bookings.common.addresses import address_digest
from bookings.limits import refusals
from bookings.limits.models import LimitRefusal
from bookings.limits.policies import Limit
from bookings.limits.services import forget_everything, let_again, wait_of
from bookings.payments.models import PaymentAccount
from bookings.retention.services import purge
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

ANA = {"ip": "192.0.2.77", "address": "ana@example.org", "caller": "ip:192.0.2.77"}


@pytest.fixture(autouse=True)
def _fresh() -> None:
    forget_everything()


def tried(limit: Limit, by: dict[str, str], *, tries: int, every: float = 2.0) -> int:
    """Try so often, seconds apart, and give how often it was refused."""
    return sum(wait_of(limit, by, now=NOW + timedelta(seconds=every * place)) > 0 for place in range(tries))


def test_refusal__is_counted_with_its_window_and_until_when() -> None:
    assert tried(Limit.REGISTER, ANA, tries=8) == 3

    row = LimitRefusal.objects.get()
    assert (row.limit, row.row, row.times) == ("register", "ip", 3)
    assert (row.first_at, row.last_at) == (NOW + timedelta(seconds=10), NOW + timedelta(seconds=14))
    assert row.until == NOW + timedelta(hours=1)
    assert row.what == Limit.REGISTER.label


def test_refusal__says_no_more_of_whom_than_its_row_counts() -> None:
    tried(Limit.REGISTER, ANA, tries=6)
    tried(Limit.DRAFT, {**ANA, "caller": "ip:192.0.2.77"}, tries=6)
    tried(Limit.CALENDAR, {"ip": "2001:db8:1:2::/64", "subject": "/calendars/secret-of-ana.ics"}, tries=21)

    found = {row.limit: (row.network, row.mailbox) for row in LimitRefusal.objects.all()}
    assert found == {
        "register": ("192.0.2.0/24", ""),
        "draft": ("192.0.2.0/24", address_digest("ana@example.org")),
        "calendar": ("", ""),
    }
    kept = str(list(LimitRefusal.objects.values()))
    for word in ("ana@", "192.0.2.77", "secret-of-ana", "2001:db8:1:2"):
        assert word not in kept


def test_refusal__of_who_is_known_names_the_account_the_key_and_the_payment_account() -> None:
    user, place = factories.user(), factories.business()
    key = factories.service_key(ServiceKey.Scope.BOOKING, place=place).row
    account = PaymentAccount.objects.create(
        business=place, public_id="acct", provider="stripe", currency="EUR", secret_key="sk", live=False
    )
    tried(Limit.PASSWORD, {"user": str(user.pk)}, tries=11)
    tried(Limit.INVITE, {"ip": "192.0.2.1", "key": str(key.pk)}, tries=51)
    wait_of(Limit.PROVIDER_EVENT, {"account": "acct"}, amount=6001, now=NOW)
    tried(Limit.DRAFT, {"ip": "192.0.2.1", "address": "b@example.org", "caller": f"user:{user.pk}"}, tries=6)

    rows = {row.limit: row for row in LimitRefusal.objects.all()}
    assert rows["password"].user == rows["draft"].user == user
    assert rows["invite"].service_key == key
    assert rows["provider_event"].payment_account == account
    assert {row.network for row in rows.values()} == {""}


def test_refusal__of_a_flood_is_written_once_a_second_and_loses_no_count_for_long() -> None:
    tried(Limit.REGISTER, ANA, tries=5, every=0)

    with CaptureQueriesContext(connection) as statements:
        tried(Limit.ANONYMOUS, ANA, tries=320, every=0.01)
    written = [each["sql"] for each in statements if "limitrefusal" in each["sql"].lower()]
    wait_of(Limit.ANONYMOUS, ANA, now=NOW + timedelta(seconds=30))

    assert len([sql for sql in written if sql.startswith(("INSERT", "UPDATE"))]) <= 4
    assert LimitRefusal.objects.get().times == 201


def test_refusal__of_many_at_once_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "MOST", 10)
    lifted = {"first_at": NOW, "last_at": NOW - timedelta(days=1), "until": NOW, "lifted_at": NOW}
    LimitRefusal.objects.create(limit="draft", row="ip", key="k", **lifted)
    full = [{"ip": f"10.0.{place}.1"} for place in range(40)]
    for by in full:
        for _ in range(5):
            wait_of(Limit.REGISTER, by, now=NOW)

    for by in full:
        assert wait_of(Limit.REGISTER, by, now=NOW + timedelta(seconds=1)) > 0
    counted = LimitRefusal.objects.filter(lifted_at=None)
    at_once = counted.count()
    for place, by in enumerate(full):
        wait_of(Limit.REGISTER, by, now=NOW + timedelta(seconds=2 + place))

    assert at_once <= 10
    assert counted.count() <= 10
    assert LimitRefusal.objects.filter(key="k").exists()
    assert LimitRefusal.objects.filter(network="10.0.39.0/24").exists()


def test_refusal__that_cannot_be_written_down_is_a_refusal_still(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(LimitRefusal.objects, "filter", lambda **_: 1 / 0)

    assert tried(Limit.REGISTER, ANA, tries=6) == 1
    assert "a refusal by register was not written down: ZeroDivisionError" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_refusal__of_nobody_who_is_known_any_more_is_a_refusal_still() -> None:
    gone = factories.user()
    by = {"user": str(gone.pk)}
    tried(Limit.PASSWORD, by, tries=10)
    User.objects.filter(pk=gone.pk).delete()

    assert wait_of(Limit.PASSWORD, by, now=NOW + timedelta(seconds=30)) > 0
    assert not LimitRefusal.objects.exists()


@pytest.mark.parametrize(
    ("network", "shown"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("local", "local"),
        ("no network", "no network"),
    ],
)
def test_shortened__leaves_what_stands_for_many(network: str, shown: str) -> None:
    assert refusals.shortened(network) == shown


def test_let_again__forgets_the_window_that_refused() -> None:
    tried(Limit.REGISTER, ANA, tries=6)

    let_again(Limit.REGISTER, key=LimitRefusal.objects.get().key)

    assert wait_of(Limit.REGISTER, ANA, now=NOW + timedelta(seconds=30)) == 0


def test_purge__forgets_refusals_after_a_week_and_what_was_lifted_after_a_year() -> None:
    tried(Limit.REGISTER, ANA, tries=6)
    lifted: dict[str, Any] = {"key": "k", "lifted_at": NOW}
    LimitRefusal.objects.create(limit="draft", row="ip", first_at=NOW, last_at=NOW, until=NOW, **lifted)

    def kept(days: int) -> list[str]:
        purge(now=NOW + timedelta(days=days, seconds=20))
        return sorted(LimitRefusal.objects.values_list("limit", flat=True))

    assert kept(6) == ["draft", "register"]
    assert kept(7) == ["draft"]
    assert kept(365) == []
