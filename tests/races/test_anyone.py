"""Many at once want anyone, or the last seat: on PostgreSQL, with a connection each."""

import json

import pytest

from bookings.booking import services
from bookings.booking.models import Booking
from bookings.booking.states import Status
from bookings.common import clock
from bookings.slots.models import Occupation, Slot
from tests import factories
from tests.factories import NOW
from tests.invariants import check_invariants
from tests.races.threads import race
from tests.schema.client import post

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.django_db(transaction=True)]

VERIFY = """
    mutation ($token: String!) { verifyBooking(input: {proof: {token: $token}}) {
      errors { code } booking { status } } }
"""


def anyones(offered, host, count):
    """Drafts for whoever is free, each with somebody who has passed its challenge and now verifies."""
    drafts = [factories.draft(host, offered, consultant_id=None) for _ in range(count)]
    proofs = [factories.passed(draft) for draft in drafts]
    return [
        lambda proof=proof: services.verify(passed=proof, now=NOW).booking.consultant_id for proof in proofs
    ]


def test_anyone__two_at_once_get_two_consultants(offered):
    hosts = [factories.consultant(offered) for _ in range(2)]

    for round_ in range(5):
        Booking.objects.filter(status=Status.DRAFT).update(deadline_at=NOW)
        start = factories.TEN + round_ * factories.timedelta(hours=1)
        drafts = [factories.draft(hosts[0], offered, consultant_id=None, starts_at=start) for _ in range(2)]
        proofs = [factories.passed(draft) for draft in drafts]

        run = race(
            [lambda p=proof: services.verify(passed=p, now=NOW).booking.consultant_id for proof in proofs]
        )

        assert run.accidents == []
        assert sorted(run.results) == [host.pk for host in hosts]
    check_invariants()


def test_anyone__fifty_at_once_for_three_consultants_leave_three_holders(offered):
    hosts = [factories.consultant(offered) for _ in range(3)]

    run = race(anyones(offered, hosts[0], 50))

    assert run.accidents == []
    assert sorted(run.results) == [host.pk for host in hosts]
    assert run.refusals == ["SLOT_UNAVAILABLE"] * 47
    assert Occupation.objects.count() == 3
    assert Booking.objects.filter(status=Status.PENDING).count() == 3
    check_invariants()


def test_anyone__fifty_clients_of_the_api_are_all_answered(offered, settings):
    settings.TRUSTED_PROXIES = 1  # each comes from an address of their own, which limits count apart
    hosts = [factories.consultant(offered) for _ in range(3)]
    now = clock.now()
    start = (now + factories.timedelta(days=7)).replace(hour=10, minute=0, second=0, microsecond=0)
    drafts = [
        factories.draft(hosts[0], offered, consultant_id=None, starts_at=start, now=now) for _ in range(50)
    ]
    tokens = [factories.secrets_of(draft)["link"].partition("#token=")[2] for draft in drafts]

    run = race(
        [
            lambda token=token, number=number: post(
                VERIFY, {"token": token}, x_forwarded_for=f"198.51.100.{number}"
            )
            for number, token in enumerate(tokens)
        ]
    )

    assert run.accidents == []
    answers = [body["data"]["verifyBooking"] for body in run.results]
    assert all("errors" not in body for body in run.results), json.dumps(run.results)[:2000]
    codes = [error["code"] for answer in answers for error in answer["errors"]]
    assert sorted(codes) == ["SLOT_UNAVAILABLE"] * 47
    assert Slot.objects.filter(seats_taken=1).count() == 3
    check_invariants()


def test_group__last_seat_goes_to_one_of_twenty(offered):
    type(offered).objects.update(seats=3)
    offered.refresh_from_db()
    host = factories.consultant(offered)
    for _ in range(2):
        factories.pending(host, offered)
    proofs = [factories.passed(factories.draft(host, offered)) for _ in range(20)]

    run = race([lambda proof=proof: services.verify(passed=proof, now=NOW).booking.pk for proof in proofs])

    assert run.accidents == []
    assert len(run.results) == 1
    assert run.refusals == ["SLOT_UNAVAILABLE"] * 19
    slot = Slot.objects.get()
    assert (slot.seats_taken, slot.holders, slot.capacity) == (3, 3, 3)
    check_invariants()


def test_cap_of_the_service__fifty_at_once_with_several_consultants_keep_to_it(offered):
    type(offered).objects.update(max_per_day=2)
    offered.refresh_from_db()
    hosts = [factories.consultant(offered) for _ in range(4)]
    proofs = [
        factories.passed(
            factories.draft(
                hosts[place % 4], offered, starts_at=factories.TEN + factories.timedelta(hours=place % 5)
            )
        )
        for place in range(20)
    ]

    run = race([lambda proof=proof: services.verify(passed=proof, now=NOW).booking.pk for proof in proofs])

    assert run.accidents == []
    assert len(run.results) == 2
    assert set(run.refusals) == {"SLOT_UNAVAILABLE"}
    check_invariants()
