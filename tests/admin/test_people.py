"""Invitations and the block list in the admin: for those whose duty they are, through the services."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from bookings.admin.desk import AtDesk
from bookings.businesses import blocking, invitations
from bookings.businesses.models import BlockedSender, Business, StaffInvitation, StaffMember
from bookings.notifications.models import OutboxMessage
from tests import factories
from tests.admin.desk import confirmed, host_of, logged_in, member_of, page_of, platform_admin, read
from tests.admin.pages import fields_of, rows_of
from tests.factories import NOW, later
from tests.witness import everything

pytestmark = pytest.mark.django_db(transaction=True)

Role = StaffMember.Role
INVITE = "admin:bookings_staffinvitation"
BLOCK = "admin:bookings_blockedsender"
ANA = "ana@example.org"
OURS = frozenset({"LogEntry", "Session", "User"})


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def place(db: None) -> Business:
    return factories.business(name="Quiet Room")


def at_desk(place: Business, role: StaffMember.Role = Role.MANAGER) -> Client:
    user = factories.staff_of(place, role).user
    assert user is not None
    return logged_in(user)


def add(client: Client, page: str, place: Business, **fields: Any) -> str:
    answer = client.post(reverse(f"{page}_add"), {"business": place.pk, **fields}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def act(client: Client, page: str, action: str, *rows: Any, **more: Any) -> str:
    given = {"action": action, "_selected_action": [str(row.pk) for row in rows], **more}
    answer = client.post(reverse(f"{page}_changelist"), given, follow=True)
    return answer.content.decode()


def test_invitation__is_sent_sent_again_and_withdrawn(place: Business) -> None:
    client = at_desk(place)

    add(client, INVITE, place, email=" Ana@example.org", role="STAFF")
    invitation = StaffInvitation.objects.get()
    assert (invitation.email, OutboxMessage.objects.count()) == (ANA, 1)

    with time_machine.travel(later(minutes=50), tick=False):
        assert "1 sent again." in act(client, INVITE, "send_again", invitation)
        assert OutboxMessage.objects.count() == 2
        assert "1 withdrawn." in act(client, INVITE, "withdraw", invitation)
    invitation.refresh_from_db()
    assert invitation.withdrawn_at == later(minutes=50)


def test_invitation__that_a_role_may_not_send_is_refused_in_words(place: Business) -> None:
    client = at_desk(place)
    assert "You may not do this." in add(client, INVITE, place, email=ANA, role="OWNER")
    by_owner = invitations.invite(
        business_id=place.pk, email="b@example.org", role=Role.OWNER, viewer=AtDesk(user=place.owner), now=NOW
    )
    assert "You may not do this." in act(client, INVITE, "withdraw", by_owner)
    assert "You may not do this." in act(client, INVITE, "send_again", by_owner)
    assert StaffInvitation.objects.get().withdrawn_at is None


def test_block__is_added_and_deleted(place: Business) -> None:
    client = at_desk(place)

    add(client, BLOCK, place, sender="@Spam.example", note="<script>alert(1)</script>")
    add(client, BLOCK, place, sender="ANA@example.org", note="")

    rows = list(BlockedSender.objects.order_by("pk").values_list("kind", "value"))
    assert rows == [("DOMAIN", "spam.example"), ("ADDRESS", ANA)]
    listed = read(client, reverse(f"{BLOCK}_changelist"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in listed
    assert "<script>alert(1)" not in listed
    assert "This is no domain" in add(client, BLOCK, place, sender="com", note="")
    first = BlockedSender.objects.order_by("pk")[0]
    client.post(reverse(f"{BLOCK}_delete", args=[first.pk]), {"post": "yes"})
    act(client, BLOCK, "delete_selected", BlockedSender.objects.get(), post="yes")
    assert not BlockedSender.objects.exists()


@pytest.mark.parametrize("role", ["STAFF", "elsewhere"])
def test_pages__are_shut_for_everybody_else(place: Business, role: str) -> None:
    viewer = AtDesk(user=place.owner)
    invitation = invitations.invite(business_id=place.pk, email=ANA, role=Role.STAFF, viewer=viewer, now=NOW)
    entry = blocking.block(
        business_id=place.pk, sender=blocking.address(ANA), note="secret", viewer=viewer, now=NOW
    )
    client = at_desk(place, Role.STAFF) if role == "STAFF" else at_desk(factories.business())
    rows = everything(without=OURS)

    for page, row in ((INVITE, invitation), (BLOCK, entry)):
        addresses = [reverse(f"{page}_changelist"), reverse(f"{page}_change", args=[row.pk])]
        for address in addresses:
            answer = client.get(address, follow=True)
            assert ANA not in answer.content.decode()
        client.post(reverse(f"{page}_add"), {"business": place.pk, "email": "x@example.org", "role": "STAFF"})
        client.post(reverse(f"{page}_add"), {"business": place.pk, "sender": "x.example", "note": ""})
    act(client, INVITE, "withdraw", invitation)
    act(client, BLOCK, "delete_selected", entry, post="yes")

    assert everything(without=OURS) == rows


def test_practice__shows_who_works_there_to_managers_and_lets_them_change_nobody(place: Business) -> None:
    client = at_desk(place)
    address = reverse("admin:bookings_business_change", args=[place.pk])
    member = StaffMember.objects.get()

    page = read(client, address)
    assert str(member) in page
    fields = fields_of(page)
    client.post(address, {**fields, "staff-0-role": "OWNER", "staff-0-DELETE": "on"})

    member.refresh_from_db()
    assert member.role == "MANAGER"
    assert [set(row) for row in rows_of(fields, "staff")] == [{"id", "business"}]
    assert str(member) not in read(at_desk(place, Role.STAFF), address)


# ── what a booking's page hides ─────────────────────────────────────────────────────────────────

HIDDEN = {"intake": "sleep", "message": "I cannot sleep.", "contact": "Ben, a brother", "money": "60.00 EUR"}


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("admin", {"intake", "message", "contact", "money"}),
        ("OWNER", {"intake", "message", "contact", "money"}),
        ("MANAGER", {"intake", "message", "contact", "money"}),
        ("STAFF", {"contact", "money"}),
        ("consultant", {"intake", "message", "contact"}),
    ],
)
def test_booking_page__shows_each_what_the_table_lets_them_see(db: None, who: str, seen: set[str]) -> None:
    booking = confirmed(
        message="I cannot sleep.", intake={"sleep": "badly", "emergencyContact": "Ben, a brother"}
    )
    if who == "admin":
        client = platform_admin()
    else:
        client = host_of(booking) if who == "consultant" else member_of(booking, Role(who))

    page = read(client, page_of(booking))

    assert {name for name, text in HIDDEN.items() if text in page} == seen
    assert ("There was no attempt to pay" in page) == ("money" in seen)
