"""Changing what is offered while it is being booked: each waits for the other where they must, and for no other."""

from datetime import timedelta

import pytest

from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.catalogue.models import Service
from bookings.catalogue.services import save_service
from bookings.consultants.services import save_consultant
from bookings.resources.models import Resource
from bookings.resources.services import delete_resource, save_resource
from bookings.slots import publishing
from bookings.slots.planning import Times
from tests import factories
from tests.booking import shapes
from tests.factories import NOW, TEN
from tests.races.steps import queue_up
from tests.races.threads import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("postgresql")]


def test_changes__of_one_offer_and_bookings_of_it_meet_without_accidents() -> None:
    place = factories.business()
    service = factories.service(place, holds=Service.Holds.BOTH, max_per_day=50)
    hosts = [factories.consultant(service) for _ in range(2)]
    room = shapes.room(place, service)
    owner = Viewer(user=place.owner)
    drafts = [
        shapes.draft(service, starts_at=TEN + timedelta(hours=number), consultant_id=hosts[number % 2].pk)
        for number in range(6)
    ]
    proofs = [factories.passed(draft) for draft in drafts]

    def verify(proof):
        return lambda: services.verify(passed=proof, now=NOW)

    def save_person(host):
        return lambda: save_consultant(
            viewer=owner,
            consultant_id=host.pk,
            changes={"max_per_day": 40, "timezone": "UTC", "bio": "New."},
            service_ids=[service.pk],
            now=NOW,
        )

    result = race(
        [
            *[verify(proof) for proof in proofs],
            *[save_person(host) for host in hosts],
            lambda: save_service(
                viewer=owner,
                service_id=service.pk,
                changes={"name": "New"},
                consultant_ids=[host.pk for host in hosts],
                resource_ids=[room.pk],
                now=NOW,
            ),
            lambda: save_resource(
                viewer=owner,
                resource_id=room.pk,
                changes={"timezone": "UTC", "capacity": 4},
                service_ids=[service.pk],
                now=NOW,
            ),
        ]
    )

    assert (result.accidents, result.refusals) == ([], [])
    assert Booking.objects.filter(status="PENDING", resource=room).count() == 6
    assert sorted(service.consultants.values_list("pk", flat=True)) == sorted(host.pk for host in hosts)


def test_save_resource__made_smaller_waits_for_whoever_is_just_publishing_there(monkeypatch) -> None:
    service = factories.service(holds=Service.Holds.RESOURCE, seats=5)
    room = shapes.room(service.business, service, capacity=5)
    owner = Viewer(user=service.business.owner)
    offer = publishing.Offer(Times(instants=(TEN,)), service_id=service.pk)

    run = queue_up(
        monkeypatch,
        slow=lambda: publishing.publish(host=room, offer=offer, viewer=owner, now=NOW),
        at="bookings.slots.publishing._write",
        behind=[lambda: save_resource(viewer=owner, resource_id=room.pk, changes={"capacity": 4}, now=NOW)],
    )

    assert (run.accidents, run.refusals) == ([], ["VALIDATION_FAILED"])
    assert Resource.objects.get().capacity == 5


def test_delete_resource__while_it_is_booked_keeps_what_was_held() -> None:
    for _ in range(5):
        service = factories.service(holds=Service.Holds.RESOURCE)
        room = shapes.room(service.business, service)
        proof = factories.passed(shapes.draft(service, starts_at=TEN, resource_id=room.pk))
        owner = Viewer(user=service.business.owner)

        result = race(
            [
                lambda proof=proof: services.verify(passed=proof, now=NOW),
                lambda owner=owner, pk=room.pk: delete_resource(viewer=owner, resource_id=pk),
            ]
        )

        assert result.accidents == []
        # The draft names the room, so that it is hidden and never gone, whoever came first.
        assert Resource.objects.get(pk=room.pk).is_active is False
        booking = Booking.objects.get(service=service)
        assert (booking.status == "PENDING") == (booking.slot_id is not None)
        assert room.schedule.occupations.count() == (booking.status == "PENDING")


def test_save_consultant__same_name_at_once_gives_each_their_own_in_addresses() -> None:
    places = [factories.business() for _ in range(4)]

    result = race(
        [
            lambda place=place: save_consultant(
                viewer=Viewer(user=place.owner), business_id=place.pk, changes={"full_name": "Mira"}, now=NOW
            )
            for place in places
        ]
    )

    assert (result.accidents, result.refusals) == ([], [])
    assert sorted(person.slug for person in result.results) == ["mira", "mira-2", "mira-3", "mira-4"]
