"""Bookings that staff enter: without a proof, perhaps without a mailbox, never over another's time."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.models import Booking, Claim
from bookings.booking.states import Status
from bookings.common.errors import ErrorCode
from bookings.common.idempotency import AlreadyDone, Once
from bookings.common.ids import read_acknowledgement_id
from bookings.notifications.models import OutboxMessage
from bookings.slots.models import Occupation
from bookings.verification.models import Challenge
from tests import factories
from tests.factories import NOW, TEN
from tests.invariants import check_invariants
from tests.witness import everything, history, refusal, told

AT_NIGHT = TEN.replace(hour=22, minute=7)


@pytest.fixture
def staff(offered):
    return factories.staff_of(offered.business)


def create(host, offered, viewer, *, approve=True, override=False, once=None, now=NOW, **fields):
    return services.create(
        request=factories.request_for(host, offered, **fields),
        how=services.Creation(approve=approve, override=override),
        viewer=viewer,
        once=once,
        now=now,
    )


def test_create__is_approved_at_once_without_a_proof(host, offered, staff):
    booking = create(host, offered, staff)

    assert history(booking) == ["DRAFT", "PENDING", "APPROVED"]
    assert {event.actor_kind for event in booking.events.all()} == {"STAFF"}
    assert read_acknowledgement_id(booking.acknowledgement_id) == booking.acknowledgement_id
    assert told(booking) == [("approved_pay_by", booking.email)]
    assert not Challenge.objects.filter(purpose="VERIFY_BOOKING").exists()
    assert Occupation.objects.count() == 1
    check_invariants()


def test_create__waits_for_approval_where_staff_want_that(host, offered, staff):
    booking = create(host, offered, staff, approve=False)

    assert history(booking) == ["DRAFT", "PENDING"]
    assert ("request_received", booking.email) in told(booking)
    check_invariants()


@pytest.mark.parametrize("fields", [{"price": Decimal(0)}, {"payment_policy": "ON_SITE"}])
def test_create__is_confirmed_where_nothing_is_to_be_paid_online(host, offered, staff, fields):
    type(offered).objects.update(**fields)

    booking = create(host, offered, staff)

    assert history(booking) == ["DRAFT", "PENDING", "APPROVED", "CONFIRMED"]
    assert [template for template, _ in told(booking)] == ["confirmed"]
    check_invariants()


def test_create__walk_in_without_a_mailbox_is_mailed_nothing_and_claims_no_place(host, offered, staff):
    first = create(host, offered, staff, email="", phone="+44 20 7946 0000")
    second = create(host, offered, staff, email="", starts_at=TEN + timedelta(hours=1))

    assert (first.status, second.status) == (Status.APPROVED, Status.APPROVED)
    assert not OutboxMessage.objects.filter(recipient="").exists()
    assert told(first) == []
    assert not Claim.objects.exists()
    for ask in (services.request_access, services.request_cancellation, services.resend_verification):
        ask(acknowledgement_id=first.acknowledgement_id, now=NOW)
    assert told(first) == []
    check_invariants()


def test_create__walk_in_goes_all_the_way(host, offered, staff):
    booking = create(host, offered, staff, email="")

    services.confirm_unpaid(booking_id=booking.pk, viewer=staff, now=NOW)
    services.reschedule(booking_id=booking.pk, viewer=staff, starts_at=TEN + timedelta(hours=1), now=NOW)
    services.complete(booking_id=booking.pk, viewer=staff, now=TEN + timedelta(hours=1))

    assert history(booking)[-1] == "COMPLETED"
    assert all(recipient for _, recipient in told(booking))
    check_invariants()


def test_create__account_without_a_proven_address_does_not_see_the_walk_in(host, offered, staff):
    booking = create(host, offered, staff, email="")

    nobody = Viewer(user=factories.user("someone@example.org", email_verified_at=None))

    error = refusal(services.cancel_as, booking_id=booking.pk, viewer=nobody, now=NOW)
    assert error.code == ErrorCode.NOT_FOUND


def test_create__staff_exceed_the_number_of_active_bookings_and_the_client_does_not(host, offered, staff):
    email = "ana@example.org"
    factories.pending(host, offered, email=email)

    extra = create(host, offered, staff, email=email, starts_at=TEN + timedelta(hours=1))

    assert extra.status == Status.APPROVED
    assert sorted(Claim.objects.values_list("place", flat=True)) == [1, 2]
    own = factories.draft(host, offered, email=email, starts_at=TEN + timedelta(hours=2))
    error = refusal(services.verify, passed=factories.passed(own), now=NOW)
    assert error.code == ErrorCode.ACTIVE_BOOKING_EXISTS
    check_invariants()


def test_create__place_that_staff_opened_still_counts_when_the_first_is_free(host, offered, staff):
    email = "ana@example.org"
    first = factories.pending(host, offered, email=email)
    create(host, offered, staff, email=email, starts_at=TEN + timedelta(hours=1))
    services.cancel_as(booking_id=first.pk, viewer=staff, now=NOW)

    own = factories.draft(host, offered, email=email)

    error = refusal(services.verify, passed=factories.passed(own), now=NOW)
    assert error.code == ErrorCode.ACTIVE_BOOKING_EXISTS


def test_create__override_takes_what_is_not_offered(host, offered, staff):
    assert refusal(create, host=host, offered=offered, viewer=staff, starts_at=AT_NIGHT).code == (
        ErrorCode.SLOT_UNAVAILABLE
    )

    assert create(host, offered, staff, starts_at=AT_NIGHT, override=True).starts_at == AT_NIGHT
    check_invariants()


@pytest.mark.parametrize("minutes", [-59, 0, 59])
def test_create__override_stops_at_overlap(host, offered, staff, minutes):
    factories.pending(host, offered)
    start = TEN + timedelta(minutes=minutes)
    before = everything()

    error = refusal(create, host=host, offered=offered, viewer=staff, starts_at=start, override=True)

    assert error.code == ErrorCode.SLOT_UNAVAILABLE
    assert everything() == before


def test_create__override_stops_at_the_seats(host, staff):
    group = factories.service(host.business, seats=2)
    host.services.add(group)
    create(host, group, staff)
    before = everything()

    error = refusal(create, host=host, offered=group, viewer=staff, seats=2, override=True)
    assert error.code == ErrorCode.SLOT_UNAVAILABLE
    assert everything() == before

    assert create(host, group, staff, override=True).status == Status.APPROVED
    check_invariants()


@pytest.mark.parametrize("who", ["nobody", "client", "consultant", "another practice"])
def test_create__is_for_staff_alone(host, offered, who):
    own = factories.user()
    type(host).objects.filter(pk=host.pk).update(user=own)
    viewer = {
        "nobody": Viewer(),
        "client": Viewer(user=factories.user()),
        "consultant": Viewer(user=own),
        "another practice": factories.staff_of(factories.business()),
    }[who]
    before = everything()

    error = refusal(create, host=host, offered=offered, viewer=viewer)

    assert error.code == (ErrorCode.UNAUTHENTICATED if who == "nobody" else ErrorCode.FORBIDDEN)
    assert everything() == before


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"email": "no address"}, ErrorCode.VALIDATION_FAILED),
        ({"full_name": " ", "email": ""}, ErrorCode.VALIDATION_FAILED),
        ({"consent": False}, ErrorCode.CONSENT_REQUIRED),
        ({"service_id": 0}, ErrorCode.NOT_FOUND),
    ],
)
def test_create__what_cannot_be_is_refused(host, offered, staff, fields, code):
    before = everything()

    assert refusal(create, host=host, offered=offered, viewer=staff, **fields).code == code
    assert everything() == before


def test_create__same_key_makes_one_booking(host, offered, staff):
    key = Once.of(scope="user:1:creation", mutation="createBooking", key="k", given={"a": 1})
    booking = create(host, offered, staff, once=key)

    with pytest.raises(AlreadyDone) as caught:
        create(host, offered, staff, once=key, starts_at=TEN + timedelta(hours=1))

    assert caught.value.object_id == booking.pk
    assert Booking.objects.count() == 1
