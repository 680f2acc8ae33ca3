"""What the roles of a business's staff may do: the table, and that every way in asks it."""

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from bookings.accounts.viewer import Viewer
from bookings.booking import selectors, services
from bookings.booking.policies import Actor
from bookings.booking.rights import OTHERS, RIGHTS, Operation
from bookings.booking.rights_table import render
from bookings.booking.states import TABLE, ActorKind
from bookings.businesses.models import StaffMember
from bookings.businesses.policies import Duty
from bookings.common.errors import ErrorCode
from bookings.notifications.models import OutboxMessage
from tests import factories
from tests.factories import NOW
from tests.witness import refusal

Role = StaffMember.Role


def test_table__names_every_move_of_staff_and_every_operation():
    moves = {move for move, row in TABLE.items() if ActorKind.STAFF in row.actors}
    assert set(RIGHTS) == moves | set(Operation)
    assert set(OTHERS) == set(Operation)
    assert all(Role.OWNER in roles for roles in RIGHTS.values() if roles)
    assert all(Role.MANAGER in roles for roles in RIGHTS.values() if Role.STAFF in roles)
    assert {what for what, roles in RIGHTS.items() if not roles} == {Operation.SET_MEETING_LINK}


def test_table__of_what_each_may_see():
    def seen_by(actor: Actor) -> str:
        seen = [what for what in Operation if what.value.startswith("SEE_") and actor.may(what)]
        return " ".join(what.removeprefix("SEE_").lower() for what in seen)

    assert {
        "owner": seen_by(Actor(ActorKind.STAFF, role=Role.OWNER)),
        "manager": seen_by(Actor(ActorKind.STAFF, role=Role.MANAGER)),
        "staff": seen_by(Actor(ActorKind.STAFF, role=Role.STAFF)),
        "consultant": seen_by(Actor(ActorKind.CONSULTANT)),
        "client": seen_by(Actor(ActorKind.CLIENT)),
        "admin": seen_by(Actor(ActorKind.ADMIN)),
        "provider": seen_by(Actor(ActorKind.PROVIDER)),
        "system": seen_by(Actor(ActorKind.SYSTEM)),
        "unknown role": seen_by(Actor(ActorKind.STAFF, role="INTERN")),
    } == {
        "owner": "client contact intake money takings discounts company notes",
        "manager": "client contact intake money takings discounts company notes",
        "staff": "client contact money discounts company notes",
        "consultant": "client contact intake notes",
        "client": "client contact intake money",
        "admin": "client contact intake money takings discounts company notes",
        "provider": "",
        "system": "",
        "unknown role": "",
    }


def test_visible_to__tells_the_same_of_rows_as_may_see_of_one(host, offered):
    host.user = factories.user()
    host.save()
    booking = factories.pending(host, offered)
    other = factories.pending(factories.consultant(offered), offered)
    viewers = [
        *(factories.staff_of(offered.business, role) for role in Role),
        Viewer(user=host.user),
        Viewer(user=factories.user(is_superuser=True)),
        Viewer(user=factories.user(booking.email)),
        Viewer(user=factories.business().owner),
        factories.client_of(booking),
        Viewer(),
    ]

    for viewer in viewers:
        for what in (None, *Operation):
            told = [row for row in (booking, other) if selectors.may_see(viewer, row, what)]
            assert list(selectors.visible_to(viewer, what=what).order_by("pk")) == told


def test_update__lets_nobody_write_over_a_message_that_they_may_not_read(host, offered):
    booking = factories.pending(host, offered, message="I sleep badly.")
    front_desk = factories.staff_of(offered.business, Role.STAFF)
    changes = services.Changes(message="Nothing.")

    error = refusal(services.update, booking_id=booking.pk, viewer=front_desk, changes=changes, now=NOW)

    booking.refresh_from_db()
    assert (error.code, booking.message) == (ErrorCode.FORBIDDEN, "I sleep badly.")
    services.update(
        booking_id=booking.pk, viewer=front_desk, changes=services.Changes(phone="+48 22"), now=NOW
    )
    booking.refresh_from_db()
    assert booking.phone == "+48 22"


def test_tell__names_no_amount_to_the_consultant(host, offered):
    host.user = factories.user()
    host.save()
    unpaid = factories.approved(host, offered)
    services.confirm_unpaid(
        booking_id=unpaid.pk, viewer=factories.staff_of(offered.business, Role.OWNER), now=NOW
    )

    amounts = {
        row.recipient: row.context["amount"]
        for row in OutboxMessage.objects.filter(template__in=["confirmed", "consultant_confirmed"])
    }

    assert amounts == {unpaid.email: "60.00 EUR", host.user.email: ""}


def test_page__names_every_right_with_those_who_have_it():
    page = render()
    lines = {line.split("`")[1]: line.split(" | ") for line in page.splitlines() if line.startswith("| `")}

    assert list(lines) == [
        *(move for move, row in TABLE.items() if row.mutation),
        *Operation.values,
        *Duty.values,
    ]
    assert lines["SEE_INTAKE"][2:] == ["yes", "yes", "–", "own", "own", "yes", "BOOKING, PRACTICE |"]
    assert lines["CONFIRM_UNPAID"][2:] == ["yes", "yes", "–", "–", "–", "yes", "PRACTICE |"]
    assert lines["LEADS"][2:] == ["yes", "–", "–", "–", "–", "yes", "– |"]


def test_rights_table__writes_the_page_and_checks_it(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()

    with pytest.raises(CommandError, match="Who may what"):
        call_command("rights_table", "--check")
    call_command("rights_table")
    call_command("rights_table", "--check")

    assert (tmp_path / "docs" / "rights.md").read_text(encoding="utf-8") == render()


@pytest.mark.parametrize("role", [Role.OWNER, Role.MANAGER, Role.STAFF])
def test_rights__of_each_role(role, host, offered):
    leads = role != Role.STAFF
    viewer = factories.staff_of(offered.business, role)

    unpaid = factories.approved(host, offered)
    priced = factories.pending(host, offered, starts_at=factories.later(hours=3))
    later = factories.later(hours=20)
    tries = [
        lambda: services.confirm_unpaid(booking_id=unpaid.pk, viewer=viewer, now=NOW),
        lambda: services.approve(booking_id=priced.pk, viewer=viewer, price=Decimal(5), now=NOW),
        lambda: services.reschedule(
            booking_id=priced.pk, viewer=viewer, starts_at=later, override=True, now=NOW
        ),
        lambda: services.create(
            request=factories.request_for(host, offered, starts_at=factories.later(hours=30)),
            how=services.Creation(override=True),
            viewer=viewer,
            now=NOW,
        ),
    ]

    for attempt in tries:
        if leads:
            attempt()
        else:
            assert refusal(attempt).code == ErrorCode.FORBIDDEN


def test_owner_without_a_staff_row__may_what_an_owner_may(host, offered):
    booking = factories.approved(host, offered)
    owner = Viewer(user=offered.business.owner)
    assert services.confirm_unpaid(booking_id=booking.pk, viewer=owner, now=NOW).status == "CONFIRMED"


def test_consultant__sets_no_price(host, offered):
    host.user = factories.user()
    host.save()
    booking = factories.pending(host, offered)
    viewer = Viewer(user=host.user)
    error = refusal(services.approve, booking_id=booking.pk, viewer=viewer, price=Decimal(1), now=NOW)
    assert error.code == ErrorCode.FORBIDDEN
    assert services.approve(booking_id=booking.pk, viewer=viewer, now=NOW).status == "APPROVED"
