"""Rules change while somebody waits for the locks under which they are judged."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import transaction

from bookings.accounts.viewer import Viewer
from bookings.availability import services as time
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.booking.wishes import Wish
from bookings.catalogue.models import Service
from bookings.consultants.models import Consultant
from bookings.consultants.services import save_consultant
from bookings.resources.models import Resource
from bookings.resources.services import delete_resource, save_resource
from bookings.schedules.models import Schedule
from bookings.slots import publishing, selectors
from bookings.slots.models import Occupation
from bookings.slots.planning import Times
from bookings.slots.publishing import Offer
from tests import factories
from tests.booking import shapes
from tests.factories import NOW, TEN
from tests.invariants import check_invariants
from tests.races.steps import Side, overtake, wait_until_waiting
from tests.races.threads import race

pytestmark = pytest.mark.django_db(transaction=True)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def verifier(draft):
    proof = factories.passed(draft)
    return lambda: services.verify(passed=proof, now=NOW).booking


def test_publish__and_booking_of_a_capped_service_do_not_wait_for_each_other(offered, host, staff):
    Service.objects.update(max_per_day=50)
    offered.refresh_from_db()
    calendar = selectors.host(consultant_id=host.pk, resource_id=None)
    for day in range(1, 11):
        start = TEN + day * DAY
        later = [start + (100 + day) * DAY + hour * HOUR for hour in range(8)]
        offer = Offer(Times(instants=later), service_id=offered.pk)

        run = race(
            [
                verifier(factories.draft(host, offered, starts_at=start)),
                lambda offer=offer: publishing.publish(host=calendar, offer=offer, viewer=staff, now=NOW),
            ]
        )

        assert run.accidents == []
        assert len(run.results) == 2
    check_invariants()


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize(
    "change",
    [
        lambda host, offered: Schedule.objects.filter(pk=host.schedule_id).update(max_per_day=1),
        lambda host, offered: Service.objects.filter(pk=offered.pk).update(max_per_day=1),
        lambda host, offered: Consultant.objects.filter(pk=host.pk).update(is_active=False),
    ],
    ids=["consultant capped", "service capped", "consultant gone"],
)
@pytest.mark.parametrize("anyone", [False, True])
def test_verify__judges_by_what_stands_once_it_has_the_locks(offered, host, change, anyone):
    """Whoever changes the rule holds the schedule; the verification gets as far as that lock, and waits."""
    factories.pending(host, offered)
    draft = factories.draft(None if anyone else host, offered, starts_at=TEN + 2 * HOUR)
    side = Side(verifier(draft))
    with transaction.atomic():
        Schedule.objects.select_for_update(no_key=True).get(pk=host.schedule_id)
        change(host, offered)
        side.start()
        wait_until_waiting(1)

    assert isinstance(side.ended(), time.TimeTaken), side.end
    assert Booking.objects.get(pk=draft.pk).status == "DRAFT"


CHANGES = {
    "room deleted": lambda at: delete_resource(viewer=at.owner, resource_id=at.room.pk),
    "room out of use": lambda at: save_resource(
        viewer=at.owner, resource_id=at.room.pk, changes={"is_available": False}, now=NOW
    ),
    # The service refuses it while sessions for more people stand there; what it says counts all the same.
    "room too small": lambda at: Resource.objects.filter(pk=at.room.pk).update(capacity=1),
    "consultant full": lambda at: save_consultant(
        viewer=at.owner, consultant_id=at.host.pk, changes={"max_per_day": 1}, now=NOW
    ),
}


def verify(at):
    return verifier(factories.draft(at.host, at.service))


def create(at):
    request = factories.request_for(at.host, at.service)
    return lambda: services.create(request=request, how=services.Creation(), viewer=at.owner, now=NOW)


def reschedule(at):
    booking = factories.pending(at.host, at.service, starts_at=TEN + DAY)
    client = factories.client_of(booking)
    return lambda: services.reschedule(booking_id=booking.pk, viewer=client, starts_at=TEN, now=NOW)


def approve(at):
    wish = shapes.pending(at.service, wish=shapes.MORNING)
    return lambda: services.approve(booking_id=wish.pk, viewer=at.owner, starts_at=TEN, now=NOW)


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("act", [verify, create, reschedule, approve])
@pytest.mark.parametrize(
    ("holds", "change"),
    [*((Service.Holds.BOTH, name) for name in CHANGES), (Service.Holds.RESOURCE, "room deleted")],
)
def test_moves__take_nothing_that_was_taken_away_while_they_waited(monkeypatch, holds, change, act):
    service = factories.service(holds=holds, seats=2)
    host = factories.consultant(service) if holds == Service.Holds.BOTH else None
    room = factories.resource(service)
    at = SimpleNamespace(service=service, host=host, room=room, owner=Viewer(user=service.business.owner))
    factories.pending(host, service, starts_at=TEN + 2 * HOUR)
    waiting = act(at)
    before = list(Occupation.objects.order_by("pk").values())

    run = overtake(
        monkeypatch, slow=waiting, at="bookings.availability.services.lock", quick=lambda: CHANGES[change](at)
    )

    assert (run.accidents, run.refusals) == ([], ["SLOT_UNAVAILABLE"])
    assert list(Occupation.objects.order_by("pk").values()) == before
    check_invariants()


@pytest.mark.only_on("postgresql")
def test_verify__of_a_wish_that_gets_a_time_meanwhile_takes_the_time(offered, host, monkeypatch):
    wish = Wish(TEN.date(), Booking.Period.MORNING)
    draft = factories.draft(host, offered, starts_at=None, wish=wish)

    run = overtake(
        monkeypatch,
        slow=verifier(draft),
        at="bookings.booking.services.verify.lock_booking",
        quick=lambda: services.reschedule(
            booking_id=draft.pk, viewer=factories.client_of(draft), starts_at=TEN, now=NOW
        ),
    )

    assert run.accidents == []
    draft.refresh_from_db()
    assert (draft.status, draft.starts_at, draft.slot.starts_at) == ("PENDING", TEN, TEN)
    check_invariants()
