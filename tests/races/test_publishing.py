"""Slots are published while others publish, book or withdraw: published slots of one calendar never overlap."""

from datetime import timedelta
from itertools import pairwise

import pytest

from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.schedules.models import Schedule
from bookings.slots import publishing
from bookings.slots.models import Occupation, Slot
from bookings.slots.planning import Times
from bookings.slots.publishing import Offer
from tests import factories
from tests.factories import NOW, TEN
from tests.invariants import check_invariants
from tests.races.steps import overtake, queue_up
from tests.races.threads import race

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 10
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVENING = TEN + 10 * HOUR
PLAN = "bookings.slots.publishing._plan"


def publisher(host, offered, staff, *starts, skip=False):
    offer = Offer(Times(instants=starts), service_id=offered.pk)
    viewer = Viewer(user=staff.user)
    return lambda: publishing.publish(host=host, offer=offer, viewer=viewer, skip=skip, now=NOW)


def withdrawer(host, staff, start):
    viewer = Viewer(user=staff.user)
    return lambda: publishing.withdraw(slots=[(host.schedule_id, start)], viewer=viewer)


def verifier(draft):
    proof = factories.passed(draft)
    return lambda: services.verify(passed=proof, now=NOW)


def overlaps(host):
    rows = Slot.objects.filter(schedule=host.schedule, is_published=True).order_by("starts_at")
    times = list(rows.values_list("starts_at", "ends_at"))
    return [later for earlier, later in pairwise(times) if later[0] < earlier[1]]


def test_publish__of_many_at_once_publishes_no_two_that_overlap(host, offered, staff):
    for day in range(ROUNDS):
        start = EVENING + day * DAY

        run = race([publisher(host, offered, staff, start + HOUR / 4 * place) for place in range(4)])

        assert run.accidents == []
        assert (len(run.results), run.refusals) == (1, ["SLOT_UNAVAILABLE"] * 3)
        assert overlaps(host) == []
    assert Slot.objects.filter(is_published=True).count() == ROUNDS


def test_publish__same_start_by_many_at_once_has_one_row(host, offered, staff):
    for day in range(ROUNDS):
        start = EVENING + day * DAY

        run = race([publisher(host, offered, staff, start, skip=True) for _ in range(4)])

        assert run.accidents == []
        assert sorted(len(found.slots) for found in run.results) == [0, 0, 0, 1]
    assert Slot.objects.count() == ROUNDS


def test_publish_and_book__overlapping_times_at_once_have_one_winner(host, offered, staff):
    for day in range(ROUNDS):
        start = TEN + day * DAY
        draft = factories.draft(host, offered, starts_at=start)

        run = race([publisher(host, offered, staff, start + HOUR / 2), verifier(draft)])

        assert run.accidents == []
        assert (len(run.results), run.refusals) == (1, ["SLOT_UNAVAILABLE"])
    published = Slot.objects.filter(is_published=True).count()
    assert published + Occupation.objects.count() == ROUNDS
    check_invariants()


def test_withdraw_and_book__at_once_leave_the_booking_whole_or_refused(host, offered, staff):
    for day in range(ROUNDS):
        start = EVENING + day * DAY
        publisher(host, offered, staff, start)()
        draft = factories.draft(host, offered, starts_at=start)

        run = race([withdrawer(host, staff, start), verifier(draft)])

        assert run.accidents == []
        assert run.refusals in ([], ["SLOT_UNAVAILABLE"])
        slot = Slot.objects.get(starts_at=start)
        draft.refresh_from_db()
        assert not slot.is_published
        assert (draft.slot_id, draft.status) == (
            (slot.pk, "PENDING") if slot.seats_taken else (None, "DRAFT")
        )
        assert slot.seats_taken == 1 - len(run.refusals)
    check_invariants()


@pytest.mark.only_on("postgresql")
def test_withdraw__that_goes_first_refuses_the_booking(host, offered, staff, monkeypatch):
    publisher(host, offered, staff, EVENING)()
    draft = factories.draft(host, offered, starts_at=EVENING)

    run = overtake(
        monkeypatch,
        slow=verifier(draft),
        at="bookings.availability.services.lock",
        quick=withdrawer(host, staff, EVENING),
    )

    assert (run.accidents, run.refusals) == ([], ["SLOT_UNAVAILABLE"])
    assert not Occupation.objects.exists()
    check_invariants()


@pytest.mark.only_on("postgresql")
def test_book__that_waits_for_the_publisher_sees_what_was_published(host, offered, staff, monkeypatch):
    draft = factories.draft(host, offered)

    run = queue_up(
        monkeypatch,
        slow=publisher(host, offered, staff, TEN + HOUR / 2),
        at=PLAN,
        after=True,
        behind=[verifier(draft)],
    )

    assert (run.accidents, run.refusals) == ([], ["SLOT_UNAVAILABLE"])
    assert Slot.objects.get().starts_at == TEN + HOUR / 2
    check_invariants()


@pytest.mark.only_on("postgresql")
def test_publish__that_waits_for_another_sees_what_it_published(host, offered, staff, monkeypatch):
    run = queue_up(
        monkeypatch,
        slow=publisher(host, offered, staff, EVENING),
        at=PLAN,
        after=True,
        behind=[publisher(host, offered, staff, EVENING + HOUR / 2)],
    )

    assert (run.accidents, run.refusals) == ([], ["SLOT_UNAVAILABLE"])
    assert overlaps(host) == []


@pytest.mark.only_on("postgresql")
def test_negative_control__without_the_lock_two_publishers_overlap(host, offered, staff, monkeypatch):
    def look_only(schedule_ids):
        return list(Schedule.objects.filter(pk__in=set(schedule_ids)).order_by("pk"))

    monkeypatch.setattr("bookings.schedules.selectors.lock", look_only)
    # This one locks the practice.
    monkeypatch.setattr("bookings.slots.publishing.note_change", lambda business_id: None)

    run = overtake(
        monkeypatch,
        slow=publisher(host, offered, staff, EVENING),
        at=PLAN,
        after=True,
        quick=publisher(host, offered, staff, EVENING + HOUR / 2),
    )

    assert (run.accidents, run.refusals) == ([], [])
    assert len(overlaps(host)) == 1
