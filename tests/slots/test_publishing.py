"""Publishing and withdrawing, with what the database holds: who may, what stands against it, and what never changes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bookings.accounts.viewer import Viewer
from bookings.availability import selectors as availability
from bookings.availability.hosts import hosts_of
from bookings.booking import services as booking_services
from bookings.booking.models import Booking
from bookings.businesses.models import ClosedDay, StaffMember
from bookings.catalogue.models import Service
from bookings.common.idempotency import AlreadyDone, Once
from bookings.payments.models import Payment
from bookings.resources.models import Resource
from bookings.schedules import policies
from bookings.schedules.models import DateOverride, Schedule, TimeOff, WeeklyHours
from bookings.slots import publishing, selectors
from bookings.slots import services as slots
from bookings.slots.models import Occupation, Slot
from bookings.slots.planning import Times
from bookings.slots.publishing import Offer
from tests import factories
from tests.factories import NOW, TEN
from tests.invariants import check_invariants
from tests.lifecycle import confirmed
from tests.witness import everything, refusal

pytestmark = pytest.mark.django_db


HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = TEN.date()
EVENING = TEN + 10 * HOUR
"""Far outside the default practice's hours."""


@pytest.fixture
def offered(db):
    return factories.service(seats=4)


@pytest.fixture
def host(offered):
    return factories.consultant(offered)


@pytest.fixture
def staff(offered):
    return factories.staff_of(offered.business, StaffMember.Role.STAFF)


def resource(offered, **fields):
    schedule = Schedule.objects.create(business=offered.business, timezone="UTC", follows_business=True)
    given = {"business": offered.business, "schedule": schedule, "name": "Room", "capacity": 2} | fields
    room = Resource.objects.create(**given)
    room.services.add(offered)
    return room


def offer_of(service, *starts, **fields):
    given = {"times": Times(instants=starts), "service_id": service.pk if service else None} | fields
    return Offer(**given)


def publish(host, service, viewer, *starts, skip=False, once=None, now=NOW, **fields):
    offer = offer_of(service, *starts, **fields)
    return publishing.publish(host=host, offer=offer, viewer=viewer, skip=skip, once=once, now=now)


def reasons(published):
    return [(clash.reason, clash.starts_at) for clash in published.clashes]


def refusal_of(act, *given, **arguments):
    """The error with which the act was refused; fails where it was not."""
    return refusal(lambda: act(*given, **arguments))


def refused(host, service, viewer, *starts, **fields):
    """The clashes with which all of it was refused, where nothing was written."""
    before = everything()
    error = refusal_of(publish, host, service, viewer, *starts, **fields)
    assert error.code == "SLOT_UNAVAILABLE"
    assert everything() == before
    return [(clash.reason, clash.starts_at) for clash in error.details["clashes"]]


def hold(schedule, service, start=TEN, *, busy=HOUR, seats=1):
    with transaction.atomic():
        return slots.take(
            slots.Wanted(
                schedule=schedule, service_id=service.pk, starts_at=start, ends_at=start + HOUR,
                busy_from=start, busy_until=start + busy, capacity=service.seats, seats=seats,
            )
        )  # fmt: skip


def open_times(service, host, since=NOW, until=NOW + DAY):
    found = availability.openings(
        terms=availability.terms_of(service),
        hosts=hosts_of(service, consultant_id=host.pk),
        since=since,
        until=until,
        now=NOW,
    )
    return {availability.moment(opening.start): opening.seats_left for opening in found}


# ── publishing ──────────────────────────────────────────────────────────────────────────────────


def test_publish__slots_are_as_the_service_says_and_can_be_booked_outside_hours(host, offered, staff):
    published = publish(host, offered, staff, EVENING, EVENING + HOUR)

    assert published.clashes == []
    assert published.slots == list(Slot.objects.order_by("starts_at"))
    for slot, start in zip(published.slots, (EVENING, EVENING + HOUR), strict=True):
        assert (slot.starts_at, slot.ends_at, slot.schedule_id) == (start, start + HOUR, host.schedule_id)
        assert (slot.service_id, slot.published_service_id) == (offered.pk, offered.pk)
        assert (slot.is_published, slot.capacity, slot.seats_taken, slot.holders) == (True, 4, 0, 0)
    booking = factories.pending(host, offered, starts_at=EVENING)
    assert booking.slot == published.slots[0]
    check_invariants()


def test_publish__without_a_service_any_that_fits_may_take_it(host, offered, staff):
    (slot,) = publish(host, None, staff, EVENING, minutes=60, seats=3).slots

    assert (slot.service_id, slot.published_service_id, slot.capacity) == (None, None, 3)
    assert factories.pending(host, offered, starts_at=EVENING).slot == slot


def test_publish__without_a_service_there_is_one_seat(host, staff):
    (slot,) = publish(host, None, staff, EVENING, minutes=90).slots

    assert (slot.capacity, slot.ends_at) == (1, EVENING + timedelta(minutes=90))


def test_publish__dates_and_times_are_of_the_schedules_clock(offered, staff):
    host = factories.consultant(offered, zone="Europe/Warsaw")
    times = Times(first=date(2030, 3, 30), last=date(2030, 3, 31), clock=[9 * 60])

    found = publish(host, offered, staff, times=times)

    assert [slot.starts_at for slot in found.slots] == [
        datetime(2030, 3, 30, 8, tzinfo=UTC), datetime(2030, 3, 31, 7, tzinfo=UTC),
    ]  # fmt: skip


def test_publish__time_in_the_spring_gap_is_refused_and_named(offered, staff):
    host = factories.consultant(offered, zone="Europe/Warsaw")
    times = Times(dates=[date(2030, 3, 31)], clock=[150, 240])

    assert refused(host, offered, staff, times=times) == [("NONEXISTENT_TIME", None)]
    assert len(publish(host, offered, staff, times=times, skip=True).slots) == 1


def test_publish__first_hour_of_the_autumn_night_and_the_second_are_two_slots(offered, staff):
    host = factories.consultant(offered, zone="Europe/Warsaw")
    first = datetime(2030, 10, 27, 0, 30, tzinfo=UTC)
    times = Times(dates=[date(2030, 10, 27)], clock=[150])

    assert refused(host, offered, staff, times=times) == [("AMBIGUOUS_TIME", None)]
    found = publish(host, offered, staff, first, first + HOUR)
    assert [slot.starts_at for slot in found.slots] == [first, first + HOUR]


def test_publish__one_clash_refuses_all_and_skip_publishes_the_others(host, offered, staff):
    publish(host, offered, staff, EVENING)
    half_past = EVENING + HOUR / 2

    clashes = refused(host, offered, staff, EVENING, half_past, EVENING + HOUR)
    assert clashes == [("SAME_START", EVENING), ("OVERLAPS_PUBLISHED", half_past)]

    found = publish(host, offered, staff, EVENING, half_past, EVENING + HOUR, skip=True)
    assert ([slot.starts_at for slot in found.slots], reasons(found)) == ([EVENING + HOUR], clashes)
    assert Slot.objects.count() == 2


def test_publish__all_of_it_skipped_publishes_nothing_and_names_each(host, offered, staff):
    publish(host, offered, staff, EVENING)
    before = everything()

    found = publish(host, offered, staff, EVENING, skip=True)

    assert (found.slots, reasons(found)) == ([], [("SAME_START", EVENING)])
    assert everything() == before


def test_publish__booked_time_stands_against_it_with_the_buffers_of_both(host, offered, staff):
    hold(host.schedule, offered, EVENING, busy=2 * HOUR)

    assert refused(host, offered, staff, EVENING + HOUR) == [("OVERLAPS_BOOKED", EVENING + HOUR)]
    Service.objects.filter(pk=offered.pk).update(buffer_before=1)
    assert refused(host, offered, staff, EVENING + 2 * HOUR) == [("OVERLAPS_BOOKED", EVENING + 2 * HOUR)]
    Service.objects.filter(pk=offered.pk).update(buffer_before=0)
    assert len(publish(host, offered, staff, EVENING + 2 * HOUR).slots) == 1


def test_publish__start_of_a_computed_slot_that_is_booked_is_a_clash(host, offered, staff):
    factories.pending(host, offered)

    assert refused(host, offered, staff, TEN) == [("OVERLAPS_BOOKED", TEN)]


def test_publish__row_of_a_start_that_is_free_again_is_used_again(host, offered, staff):
    other = factories.service(offered.business, duration=30, seats=9)
    host.services.add(other)
    slot = hold(host.schedule, offered, EVENING)
    with transaction.atomic():
        slots.give_back(slot_id=slot.pk, seats=1)

    (again,) = publish(host, other, staff, EVENING).slots

    assert again.pk == slot.pk
    assert (again.service_id, again.published_service_id) == (other.pk, other.pk)
    assert (again.ends_at, again.capacity, again.is_published) == (EVENING + HOUR / 2, 9, True)
    assert Slot.objects.count() == 1


def test_publish__time_off_and_closed_days_stand_against_it(offered, staff):
    host = factories.consultant(offered, zone="Asia/Tokyo")
    TimeOff.objects.create(schedule=host.schedule, starts_at=TEN, ends_at=TEN + HOUR)
    ClosedDay.objects.create(
        business=offered.business, date=MONDAY + DAY
    )  # of the practice, which lives in UTC
    midnight = datetime(2030, 1, 8, tzinfo=UTC)

    clashes = refused(
        host, offered, staff,
        TEN - HOUR, TEN, TEN + HOUR, midnight - HOUR, midnight - HOUR / 2 + HOUR, midnight + 23 * HOUR, midnight + DAY,
    )  # fmt: skip

    assert clashes == [
        ("TIME_OFF", TEN), ("CLOSED_DAY", midnight + HOUR / 2), ("CLOSED_DAY", midnight + 23 * HOUR),
    ]  # fmt: skip


def test_publish__another_calendar_stands_against_nothing(host, offered, staff):
    other = factories.consultant(offered)
    publish(other, offered, staff, EVENING)
    hold(other.schedule, offered, EVENING + 2 * HOUR)
    TimeOff.objects.create(schedule=other.schedule, starts_at=TEN, ends_at=TEN + DAY)
    ClosedDay.objects.create(business=factories.business(), date=MONDAY)

    assert len(publish(host, offered, staff, TEN, EVENING, EVENING + 2 * HOUR).slots) == 3


def test_publish__what_began_long_ago_and_lasts_still_stands_against_it(offered, staff):
    Service.objects.filter(pk=offered.pk).update(holds=Service.Holds.RESOURCE, max_duration=7 * 24 * 60)
    room = resource(offered, capacity=4)
    publish(room, offered, staff, TEN, minutes=7 * 24 * 60)

    late = TEN + 7 * DAY - HOUR

    assert refused(room, offered, staff, late) == [("OVERLAPS_PUBLISHED", late)]
    assert len(publish(room, offered, staff, TEN + 7 * DAY).slots) == 1


def test_publish__hours_and_overrides_do_not_matter(host, offered, staff):
    WeeklyHours.objects.all().delete()
    DateOverride.objects.create(schedule=host.schedule, date=MONDAY)

    assert len(publish(host, offered, staff, TEN, EVENING).slots) == 2


# ── what may be published ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"minutes": 59}, "durationMinutes"),
        ({"minutes": 61}, "durationMinutes"),
        ({"seats": 0}, "seats"),
        ({"seats": -1}, "seats"),
        ({"seats": 1001}, "seats"),
        ({"service_id": None}, "durationMinutes"),
        ({"service_id": None, "minutes": 0}, "durationMinutes"),
        ({"service_id": None, "minutes": 7 * 24 * 60 + 1}, "durationMinutes"),
    ],
)
def test_publish__what_the_service_does_not_allow_is_refused(host, offered, staff, fields, field):
    error = refusal_of(publish, host, offered, staff, EVENING, **fields)

    assert (error.code, error.field) == ("VALIDATION_FAILED", [field])


def test_publish__service_of_free_length_takes_any_within_its_bounds(offered, staff):
    Service.objects.filter(pk=offered.pk).update(max_duration=120)
    host = factories.consultant(offered)

    found = [publish(host, offered, staff, TEN + DAY * n, minutes=n).slots[0] for n in (60, 90, 120)]

    assert [(slot.ends_at - slot.starts_at) for slot in found] == [HOUR, 1.5 * HOUR, 2 * HOUR]
    assert publish(host, offered, staff, EVENING).slots[0].ends_at == EVENING + HOUR
    for minutes in (59, 121):
        assert refusal_of(publish, host, offered, staff, TEN, minutes=minutes).field == ["durationMinutes"]


def test_publish__service_that_is_not_offered_there_or_not_any_more_is_not_found(host, offered, staff):
    elsewhere = factories.service(offered.business)
    assert refusal_of(publish, host, elsewhere, staff, EVENING).code == "NOT_FOUND"

    Service.objects.filter(pk=offered.pk).update(is_active=False)
    assert refusal_of(publish, host, offered, staff, EVENING).code == "NOT_FOUND"


def test_publish__calendar_that_is_out_of_use_is_not_found(host, offered, staff):
    host.is_active = False
    host.save()

    assert refusal_of(publish, host, offered, staff, EVENING).code == "NOT_FOUND"


def test_publish__resource_sells_its_own_time_for_as_many_as_it_has_room_for(offered, staff):
    Service.objects.filter(pk=offered.pk).update(holds=Service.Holds.RESOURCE)
    room = resource(offered)

    assert refusal_of(publish, room, offered, staff, TEN).field == [
        "seats"
    ]  # the service has four, the room two
    assert publish(room, offered, staff, TEN, seats=2).slots[0].capacity == 2


def test_publish__service_that_takes_other_time_is_refused_there(host, offered, staff):
    room = resource(offered, capacity=4)
    assert refusal_of(publish, room, offered, staff, TEN).field == ["serviceId"]

    Service.objects.filter(pk=offered.pk).update(holds=Service.Holds.BOTH)
    assert refusal_of(publish, room, offered, staff, TEN).field == ["serviceId"]
    assert refusal_of(publish, host, offered, staff, TEN, seats=5).field == ["seats"]
    assert len(publish(host, offered, staff, TEN).slots) == 1

    Service.objects.filter(pk=offered.pk).update(holds=Service.Holds.RESOURCE)
    assert refusal_of(publish, host, offered, staff, EVENING).field == ["serviceId"]


# ── who may ─────────────────────────────────────────────────────────────────────────────────────


def people(host, offered):
    """Everybody, and whether they may run the host's calendar."""
    place = offered.business
    host.user = factories.user()
    host.save()
    colleague = factories.consultant(offered, user=factories.user())
    return {
        "owner": (Viewer(user=place.owner), None),
        "manager": (factories.staff_of(place), None),
        "staff": (factories.staff_of(place, StaffMember.Role.STAFF), None),
        "host": (Viewer(user=host.user), None),
        "admin": (Viewer(user=factories.user(is_superuser=True)), None),
        "colleague": (Viewer(user=colleague.user), "FORBIDDEN"),
        "other practice": (factories.staff_of(factories.business()), "FORBIDDEN"),
        "somebody": (Viewer(user=factories.user()), "FORBIDDEN"),
        "nobody": (Viewer(), "UNAUTHENTICATED"),
    }


def test_rights__those_who_may_change_the_calendar_publish_and_withdraw_and_nobody_else(host, offered, staff):
    (kept,) = publish(host, offered, staff, TEN).slots
    for place, (name, (viewer, code)) in enumerate(people(host, offered).items()):
        start = EVENING + place * DAY
        offer = offer_of(offered, start)
        if code is None:
            (slot,) = publish(host, offered, viewer, start).slots
            assert publishing.preview(host=host, offer=offer, viewer=viewer, now=NOW).clashes, name
            found = publishing.withdraw(slots=[(slot.schedule_id, start)], viewer=viewer)
            assert found.count == 1, name
            publish(host, offered, viewer, start)
            between = {"since": start, "until": start + HOUR, "viewer": viewer}
            assert publishing.withdraw_between(host=host, **between).count == 1, name
            continue
        before = everything()
        assert refusal_of(publish, host, offered, viewer, start).code == code, name
        assert refusal_of(publishing.preview, host=host, offer=offer, viewer=viewer, now=NOW).code == code, (
            name
        )
        hidden = "NOT_FOUND" if code == "FORBIDDEN" else code
        named = [(kept.schedule_id, kept.starts_at)]
        assert refusal_of(publishing.withdraw, slots=named, viewer=viewer).code == hidden, name
        between = {"since": TEN, "until": TEN + HOUR, "viewer": viewer}
        assert refusal_of(publishing.withdraw_between, host=host, **between).code == code, name
        assert everything() == before


def test_changeable__is_what_the_policy_says_of_each_schedule(host, offered):
    factories.consultant(factories.service())
    resource(offered)
    for name, (viewer, _) in people(host, offered).items():
        every = Schedule.objects.all()
        allowed = {row.pk for row in every if viewer.user and policies.may_change(viewer, row)}

        assert {row.pk for row in selectors.changeable(viewer)} == allowed, name


# ── previews, keys, cost ────────────────────────────────────────────────────────────────────────


def test_preview__tells_what_publishing_would_do_and_writes_nothing(host, offered, staff):
    publish(host, offered, staff, EVENING)
    times = (EVENING, EVENING + HOUR)
    before = everything()

    told = publishing.preview(host=host, offer=offer_of(offered, *times), viewer=staff, now=NOW)

    assert everything() == before
    assert [slot.pk for slot in told.slots] == [None]
    done = publish(host, offered, staff, *times, skip=True)
    assert done.clashes == told.clashes
    facts = ("starts_at", "ends_at", "capacity", "service_id", "published_service_id", "schedule_id")
    assert [[getattr(slot, fact) for fact in facts] for slot in told.slots] == [
        [getattr(slot, fact) for fact in facts] for slot in done.slots
    ]


def test_publish__same_key_publishes_once_and_a_refusal_is_judged_anew(host, offered, staff):
    once = Once.of(scope="user:1", mutation="publishSlots", key="k", given={"at": EVENING})
    blocking = TimeOff.objects.create(schedule=host.schedule, starts_at=EVENING, ends_at=EVENING + HOUR)
    assert refused(host, offered, staff, EVENING, once=once) == [("TIME_OFF", EVENING)]
    blocking.delete()

    first = publish(host, offered, staff, EVENING, once=once)
    before = everything()
    with pytest.raises(AlreadyDone):
        publish(host, offered, staff, EVENING, once=once)

    assert everything() == before
    again = publishing.published_before(host=host, offer=offer_of(offered, EVENING))
    assert again.slots == first.slots


def test_publish__a_thousand_take_as_many_statements_as_one(host, offered, staff):
    def statements(days, clock):
        times = Times(first=MONDAY + days[0] * DAY, last=MONDAY + days[1] * DAY, clock=clock)
        with CaptureQueriesContext(connection) as captured:
            found = publish(host, offered, staff, times=times)
        sql = [query["sql"] for query in captured.captured_queries]
        inserts = [text for text in sql if text.startswith('INSERT INTO "bookings_slot"')]
        return len(found.slots), len(sql) - len(inserts), len(inserts)

    assert policies.may_change(staff, host.schedule)  # the viewer's roles are read once
    one = statements((0, 0), [600])
    many = statements((1, 125), range(0, 480, 60))

    assert one[0] == 1
    assert many[0] == 1000
    assert many[1] == one[1] <= 14
    a_statement = connection.ops.bulk_batch_size(
        [field for field in Slot._meta.concrete_fields if not field.primary_key], [Slot()] * 1000
    )
    assert many[2] == -(-1000 // a_statement)


# ── withdrawing ─────────────────────────────────────────────────────────────────────────────────


def refs(*found):
    return [(slot.schedule_id, slot.starts_at) for slot in found]


def test_withdraw__slots_are_offered_no_more_and_their_rows_serve_again(host, offered, staff):
    rows = publish(host, offered, staff, EVENING, EVENING + HOUR).slots
    assert set(open_times(offered, host)) >= {EVENING, EVENING + HOUR}

    found = publishing.withdraw(slots=refs(rows[0]), viewer=staff)

    assert (found.count, found.held) == (1, [])
    assert EVENING not in open_times(offered, host)
    assert EVENING + HOUR in open_times(offered, host)
    gone = Slot.objects.get(pk=rows[0].pk)
    assert (gone.is_published, gone.published_service_id, gone.service_id) == (False, None, None)
    assert publish(host, offered, staff, EVENING).slots == [gone]


def test_withdraw__twice_is_the_same_as_once(host, offered, staff):
    found = publish(host, offered, staff, EVENING).slots
    publishing.withdraw(slots=refs(*found), viewer=staff)
    before = everything()

    assert publishing.withdraw(slots=refs(*found), viewer=staff).count == 0
    assert everything() == before


def test_withdraw__held_slot_keeps_booking_payment_seats_and_time(host, offered, staff):
    (slot,) = publish(host, offered, staff, EVENING).slots
    booking = confirmed(host, offered, starts_at=EVENING)
    slot.refresh_from_db()
    changing = frozenset({"Slot"})
    before, taken = (
        everything(without=changing),
        (slot.seats_taken, slot.holders, slot.service_id, slot.ends_at),
    )

    found = publishing.withdraw(slots=refs(slot), viewer=staff)

    assert (found.count, found.held) == (1, [slot.pk])
    assert everything(without=changing) == before
    slot.refresh_from_db()
    assert (slot.is_published, slot.published_service_id) == (False, None)
    assert (slot.seats_taken, slot.holders, slot.service_id, slot.ends_at) == taken
    assert Booking.objects.get(pk=booking.pk).status == "CONFIRMED"
    check_invariants()


def test_withdraw__seats_left_are_offered_no_more_within_hours_or_outside(host, offered, staff):
    inside, outside = publish(host, offered, staff, TEN, EVENING).slots
    for start in (TEN, EVENING):
        factories.pending(host, offered, starts_at=start)
    assert [open_times(offered, host)[start] for start in (TEN, EVENING)] == [3, 3]

    publishing.withdraw(slots=refs(inside, outside), viewer=staff)

    times = open_times(offered, host)
    assert (times.get(TEN), times.get(EVENING)) == (None, None)
    assert refusal_of(factories.draft, host, offered, starts_at=TEN).code == "SLOT_UNAVAILABLE"
    assert refusal_of(factories.draft, host, offered, starts_at=EVENING).code == "SLOT_UNAVAILABLE"


def test_withdraw__seat_that_comes_back_later_leaves_nothing_published(host, offered, staff):
    (slot,) = publish(host, offered, staff, EVENING).slots
    booking = factories.pending(host, offered, starts_at=EVENING)
    publishing.withdraw(slots=refs(slot), viewer=staff)

    booking_services.cancel_as(booking_id=booking.pk, viewer=staff, now=NOW)

    slot.refresh_from_db()
    assert (slot.seats_taken, slot.is_published, slot.service_id) == (0, False, None)
    assert EVENING not in open_times(offered, host)
    check_invariants()


def test_withdraw_between__takes_starts_from_and_before_and_no_other_calendar(host, offered, staff):
    other = factories.consultant(offered)
    publish(other, offered, staff, EVENING)
    publish(host, offered, staff, EVENING - HOUR, EVENING, EVENING + HOUR)
    held = factories.pending(host, offered, starts_at=EVENING)

    found = publishing.withdraw_between(host=host, since=EVENING, until=EVENING + HOUR, viewer=staff)

    assert (found.count, found.held) == (1, [held.slot_id])
    left = Slot.objects.filter(is_published=True).values_list("schedule_id", "starts_at")
    mine = host.schedule_id
    assert set(left) == {
        (mine, EVENING - HOUR), (mine, EVENING + HOUR), (other.schedule_id, EVENING),
    }  # fmt: skip


def test_withdraw__one_unknown_slot_refuses_all(host, offered, staff):
    found = publish(host, offered, staff, EVENING).slots
    before = everything()
    unknown = (host.schedule_id, EVENING + HOUR)

    error = refusal_of(publishing.withdraw, slots=[*refs(*found), unknown], viewer=staff)

    assert (error.code, error.field) == ("NOT_FOUND", ["slotIds"])
    assert everything() == before


@pytest.mark.parametrize("count", [0, 1001])
def test_withdraw__none_and_more_than_a_thousand_are_refused(host, staff, count):
    named = [(host.schedule_id, TEN + HOUR * place) for place in range(count)]

    assert refusal_of(publishing.withdraw, slots=named, viewer=staff).code == "VALIDATION_FAILED"


@pytest.mark.parametrize("length", [timedelta(0), -HOUR, timedelta(days=733)])
def test_withdraw_between__turned_and_endless_ranges_are_refused(host, staff, length):
    error = refusal_of(publishing.withdraw_between, host=host, since=TEN, until=TEN + length, viewer=staff)

    assert (error.code, error.field) == ("VALIDATION_FAILED", ["until"])


def test_deleting__hours_overrides_and_time_off_leaves_slots_bookings_and_payments(host, offered, staff):
    publish(host, offered, staff, EVENING)
    DateOverride.objects.create(schedule=host.schedule, date=MONDAY, opens=540, closes=1020)
    TimeOff.objects.create(schedule=host.schedule, starts_at=TEN + DAY, ends_at=TEN + 2 * DAY)
    factories.paying(host, offered, starts_at=EVENING)
    kept = (Slot, Booking, Payment, Occupation)
    before = [list(model.objects.order_by("pk").values()) for model in kept]
    assert all(before)

    for model in (WeeklyHours, DateOverride, TimeOff):
        assert model.objects.all().delete()[1].keys() == {f"bookings.{model.__name__}"}

    assert [list(model.objects.order_by("pk").values()) for model in kept] == before
