"""The inbox in the admin: each practice sees its own events, without bodies, and has them processed again."""

from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from bookings.accounts.models import User
from bookings.businesses.models import Business, StaffMember
from bookings.payments import services
from bookings.payments.models import ProviderEvent
from bookings.payments.providers import provider
from tests import factories
from tests.admin.desk import logged_in, platform_admin, read
from tests.factories import NOW
from tests.payments import till
from tests.payments.till import KEY, OTHER, PLATFORM, account, written

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "admin:bookings_providerevent_changelist"
Role = StaffMember.Role


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def _till(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    till.install(monkeypatch)
    settings.PAYMENT_PROVIDER = "till"


def came(event_id: str, place: Business | None = None, key: str = KEY, **names: str) -> ProviderEvent:
    """An event, signed with the keys of a practice's own account where one is named."""
    owned = account(place, key) if place is not None else None
    raw, sender = written(event_id, **names), provider("till", owned)
    event = sender.read_event(raw, {till.SIGNATURE: till.sign(raw, key if owned else PLATFORM)})
    row = services.store_event(provider=sender, event=event, raw=raw, now=NOW, account=owned)
    assert row is not None
    return row


def staff_of(place: Business, role: Role = Role.MANAGER) -> Client:
    user = factories.staff_of(place, role).user
    assert isinstance(user, User)
    user.user_permissions.set(Permission.objects.filter(codename="view_providerevent"))
    return logged_in(user)


def process_again(client: Client, *rows: ProviderEvent) -> list[int]:
    given = {"action": "process_again", "_selected_action": [row.pk for row in rows]}
    client.post(reverse(LIST), given)
    return [ProviderEvent.objects.get(pk=row.pk).replays for row in rows]


def test_events__are_shown_to_those_whose_they_are() -> None:
    mine, other = factories.business(), factories.business()
    offered = factories.service(mine)
    payment = factories.paying(factories.consultant(offered), offered)
    rows = {
        "mine": came("evt_a", mine),
        "about mine": came("evt_b", reference=payment.reference),
        "forged about mine": came("evt_c", other, OTHER, reference=payment.reference),
        "nobody's": came("evt_d"),
    }

    def keys(client: Client) -> set[int]:
        page = read(client, reverse(LIST))
        return {row.pk for row in rows.values() if f"/providerevent/{row.pk}/change/" in page}

    assert keys(staff_of(mine)) == {rows["mine"].pk, rows["about mine"].pk}
    assert keys(staff_of(other)) == {rows["forged about mine"].pk}
    assert keys(platform_admin()) == {row.pk for row in rows.values()}


def test_events__show_no_body_on_their_page() -> None:
    row = came("evt_a", factories.business(), reference="SW-quokka")
    ProviderEvent.objects.update(body='{"name": "Walter Payer"}')

    page = read(platform_admin(), reverse("admin:bookings_providerevent_change", args=[row.pk]))

    assert "SW-quokka" in page
    assert "Walter" not in page


def test_filter__tells_what_waits_from_what_was_given_up() -> None:
    rows = {name: came(name) for name in ("evt_a", "evt_b", "evt_c")}
    ProviderEvent.objects.filter(pk=rows["evt_b"].pk).update(next_attempt_at=None)
    services.finish_event(event_id=rows["evt_c"].pk, outcome="settled", now=NOW)
    admin = platform_admin()

    def found(stands: str) -> set[str]:
        shown = admin.get(reverse(LIST), {"stands": stands}).context["cl"].result_list
        return {row.event_id for row in shown}

    assert found("open") == {"evt_a"}
    assert found("given_up") == {"evt_b"}
    assert found("done") == {"evt_c"}
    assert found("") == {"evt_a", "evt_b", "evt_c"}


def test_process_again__queues_what_is_at_rest() -> None:
    row, waiting = came("evt_a"), came("evt_b")
    services.finish_event(event_id=row.pk, outcome="settled", now=NOW)

    assert process_again(platform_admin(), row, waiting) == [1, 0]
    row.refresh_from_db()
    assert (row.processed_at, row.outcome) == (None, "settled")


@pytest.mark.parametrize(("role", "replays"), [(Role.OWNER, 1), (Role.MANAGER, 1), (Role.STAFF, 0)])
def test_process_again__is_for_those_who_may_try_refunds_again(role: Role, replays: int) -> None:
    place = factories.business()
    row = came("evt_a", place)
    services.finish_event(event_id=row.pk, outcome="settled", now=NOW)

    assert process_again(staff_of(place, role), row) == [replays]


def test_process_again__reaches_nobody_else_s_events() -> None:
    row = came("evt_a", factories.business())
    services.finish_event(event_id=row.pk, outcome="settled", now=NOW)

    assert process_again(staff_of(factories.business()), row) == [0]
