"""What the roles of a business's staff may do: the table, and that every way in asks it."""

from decimal import Decimal

import pytest

from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.rights import RIGHTS, Operation
from bookings.booking.states import TABLE, ActorKind
from bookings.businesses.models import StaffMember
from bookings.common.errors import ErrorCode
from tests import factories
from tests.factories import NOW
from tests.witness import refusal

Role = StaffMember.Role


def test_table__names_every_move_of_staff_and_every_operation():
    moves = {move for move, row in TABLE.items() if ActorKind.STAFF in row.actors}
    assert set(RIGHTS) == moves | set(Operation)
    assert all(Role.OWNER in roles for roles in RIGHTS.values())
    assert all(Role.MANAGER in roles for roles in RIGHTS.values() if Role.STAFF in roles)


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
