from datetime import timedelta

from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.models import Booking, Claim
from bookings.booking.services import pass_challenge, verify_as
from bookings.booking.states import Status
from bookings.common.errors import ErrorCode
from bookings.slots.models import Occupation, Slot
from bookings.verification.models import Challenge
from bookings.verification.services import read_access
from tests import factories
from tests.factories import NOW, TEN, later
from tests.invariants import check_invariants
from tests.witness import everything, history, refusal, told

HOUR = timedelta(hours=1)
OUTSIDE = frozenset({"AccessToken", "Challenge"})
"""What a refused verification still changes: the proof is used up, and opens the booking."""


def verified(booking, *, now=NOW):
    return services.verify(passed=factories.passed(booking, now=now), now=now)


def test_verify__holds_the_time_and_claims_the_place(host, offered):
    booking = verified(factories.draft(host, offered)).booking

    booking.refresh_from_db()
    assert booking.status == Status.PENDING
    assert (booking.slot.seats_taken, booking.slot.starts_at) == (1, TEN)
    assert (booking.claim.email, booking.claim.place) == (booking.email, 1)
    assert Occupation.objects.get().slot_id == booking.slot_id
    assert booking.deadline_at == TEN
    check_invariants()


def test_verify__request_lapses_after_48_hours(host, offered):
    booking = verified(factories.draft(host, offered, starts_at=TEN + timedelta(days=7))).booking

    assert booking.deadline_at == later(hours=48)


def test_verify__tells_client_and_practice(host, offered):
    booking = verified(factories.draft(host, offered)).booking

    assert told(booking)[1:] == [
        ("request_received", booking.email),
        ("staff_request_waits", offered.business.owner.email),
    ]


def test_verify__by_code_is_as_good_as_by_link(host, offered):
    booking = factories.draft(host, offered)
    code = factories.secrets_of(booking)["code"]

    passed = pass_challenge(
        purpose=Challenge.Purpose.VERIFY_BOOKING, code=code, booking_id=booking.pk, now=NOW
    )

    assert services.verify(passed=passed, now=NOW).booking.status == Status.PENDING


def test_verify__gives_an_access_token_for_this_booking(host, offered):
    done = verified(factories.draft(host, offered))

    access = read_access(done.access_token, now=NOW)
    assert (access.subject, access.purposes) == (done.booking.subject, ["pay", "review", "view"])


def test_verify__by_the_account_that_proved_this_address(host, offered):
    account = factories.user("ana@example.org")
    booking = factories.draft(host, offered, email="Ana@example.org")

    done = verify_as(booking_id=booking.pk, viewer=Viewer(user=account), now=NOW)

    assert (done.booking.status, done.access_token) == (Status.PENDING, None)
    event = booking.events.get(move="VERIFY")
    assert (event.actor_kind, event.actor_id) == ("CLIENT", str(account.pk))


def test_verify__by_an_account_that_did_not_prove_the_address_is_refused(host, offered):
    account = factories.user("ana@example.org", email_verified_at=None)
    booking = factories.draft(host, offered, email="ana@example.org")
    before = everything()

    for booking_id in (booking.pk, booking.pk + 1000):  # and learns nothing of which bookings there are
        error = refusal(verify_as, booking_id=booking_id, viewer=Viewer(user=account), now=NOW)
        assert error.code == ErrorCode.EMAIL_NOT_VERIFIED
    assert everything() == before


def test_verify__an_access_token_is_no_proof_of_the_mailbox(host, offered):
    booking = factories.draft(host, offered)
    viewer = factories.client_of(booking)

    assert refusal(verify_as, booking_id=booking.pk, viewer=viewer, now=NOW).code == ErrorCode.NOT_FOUND


def test_verify__by_staff_needs_no_proof(host, offered):
    staff = factories.staff_of(offered.business)

    done = verify_as(booking_id=factories.draft(host, offered).pk, viewer=staff, now=NOW)

    assert done.booking.status == Status.PENDING
    assert done.booking.events.get(move="VERIFY").actor_kind == "STAFF"


def test_verify__time_gone_leaves_the_draft_and_gives_the_access_token(host, offered):
    winner, loser = factories.draft(host, offered), factories.draft(host, offered)
    verified(winner)
    passed = factories.passed(loser)
    before = everything(without=OUTSIDE)

    error = refusal(services.verify, passed=passed, now=NOW)

    assert error.code == ErrorCode.SLOT_UNAVAILABLE
    assert read_access(error.details["access_token"], now=NOW).subject == loser.subject
    assert everything(without=OUTSIDE) == before
    assert Booking.objects.get(pk=loser.pk).status == Status.DRAFT
    assert refusal(factories.passed, booking=loser).code == ErrorCode.CHALLENGE_ALREADY_USED
    check_invariants()


def test_verify__hours_that_closed_meanwhile_are_refused(host, offered):
    booking = factories.draft(host, offered)
    host.schedule.weekly_hours.all().delete()

    assert refusal(verified, booking=booking).code == ErrorCode.SLOT_UNAVAILABLE
    assert not Slot.objects.exists()


def test_verify__notice_and_horizon_were_judged_when_drafting(host, offered):
    draft = factories.draft(host, offered, now=TEN - timedelta(minutes=30))

    assert verified(draft, now=TEN - timedelta(minutes=1)).booking.status == Status.PENDING


def test_verify__holds_the_terms_that_were_drafted(host, offered):
    offered.buffer_before = offered.buffer_after = 60
    offered.save()
    booking = factories.draft(host, offered, starts_at=TEN + 2 * HOUR)
    offered.duration, offered.buffer_before, offered.buffer_after = 45, 0, 0
    offered.save()

    verified(booking)

    occupation = Occupation.objects.get()
    assert (occupation.busy_from, occupation.busy_until) == (TEN + HOUR, TEN + 4 * HOUR)


def test_verify__second_active_booking_is_refused_and_leaves_the_draft(host, offered):
    factories.pending(host, offered, email="ana@example.org")
    second = factories.draft(host, offered, email="ana@example.org", starts_at=TEN + HOUR)
    passed = factories.passed(second)
    before = everything(without=OUTSIDE)

    error = refusal(services.verify, passed=passed, now=NOW)

    assert error.code == ErrorCode.ACTIVE_BOOKING_EXISTS
    assert read_access(error.details["access_token"], now=NOW).subject == second.subject
    assert everything(without=OUTSIDE) == before
    check_invariants()


def test_verify__another_business_has_its_own_places(host, offered):
    factories.pending(host, offered, email="ana@example.org")
    elsewhere = factories.service()

    other = factories.pending(factories.consultant(elsewhere), elsewhere, email="ana@example.org")

    assert other.status == Status.PENDING
    assert Claim.objects.count() == 2


def test_verify__business_with_two_places_admits_two_and_no_third(host, offered):
    type(offered.business).objects.update(max_active_bookings=2)
    first, second, third = (
        factories.draft(host, offered, email="ana@example.org", starts_at=TEN + hours * HOUR)
        for hours in range(3)
    )

    verified(first)
    verified(second)

    assert refusal(verified, booking=third).code == ErrorCode.ACTIVE_BOOKING_EXISTS
    assert sorted(Claim.objects.values_list("place", flat=True)) == [1, 2]
    staff = factories.staff_of(offered.business)
    services.reject(booking_id=first.pk, viewer=staff, reason="Full.", now=NOW)
    assert verified_again(third, staff).status == Status.PENDING
    assert sorted(Claim.objects.values_list("place", flat=True)) == [1, 2]
    check_invariants()


def verified_again(booking, staff):
    """The proof is used up; staff take the draft further."""
    return verify_as(booking_id=booking.pk, viewer=staff, now=NOW).booking


def test_verify__service_that_needs_no_approval_goes_on_by_itself(host, offered):
    type(offered).objects.update(needs_approval=False)

    booking = verified(factories.draft(host, offered)).booking

    assert history(booking) == ["DRAFT", "PENDING", "APPROVED"]
    assert booking.events.get(move="APPROVE").actor_kind == "SYSTEM"
    assert [template for template, _ in told(booking)] == ["verify_booking", "approved_pay_by"]


def test_verify__free_service_that_needs_no_approval_is_confirmed_at_once(host, offered):
    type(offered).objects.update(needs_approval=False, price=0)

    booking = verified(factories.draft(host, offered)).booking

    assert history(booking) == ["DRAFT", "PENDING", "APPROVED", "CONFIRMED"]
    assert [template for template, _ in told(booking)] == ["verify_booking", "confirmed"]
    check_invariants()


def test_verify__at_the_deadline_the_draft_has_lapsed(host, offered):
    booking = factories.draft(host, offered)
    passed = factories.passed(booking)

    error = refusal(services.verify, passed=passed, now=later(minutes=30))

    assert error.code == ErrorCode.INVALID_TRANSITION
    assert error.details["status"] == Status.EXPIRED
    assert history(booking) == ["DRAFT", "EXPIRED"]
    assert not Slot.objects.exists()


def test_verify__just_before_the_deadline_is_in_time(host, offered):
    booking = factories.draft(host, offered)

    assert (
        verified(booking, now=later(minutes=30) - timedelta(microseconds=1)).booking.status == Status.PENDING
    )


def test_verify__of_what_was_verified_is_refused_and_says_what_is_possible(host, offered):
    booking = factories.pending(host, offered)
    staff = factories.staff_of(offered.business)
    before = everything()

    error = refusal(verify_as, booking_id=booking.pk, viewer=staff, now=NOW)

    assert (error.code, error.details) == (ErrorCode.INVALID_TRANSITION, {"status": "PENDING"})
    assert "PENDING" in error.message
    assert "APPROVE, REJECT, CANCEL" in error.message
    assert everything() == before


def test_verify__group_slot_fills_up_and_frees_again(db):
    group = factories.service(seats=3)
    host = factories.consultant(group)
    other = factories.service(group.business)
    host.services.add(other)
    first = factories.pending(host, group, seats=2)
    factories.pending(host, group)

    assert Slot.objects.get().seats_taken == 3
    assert Occupation.objects.count() == 1
    check_invariants()
    services.reject(booking_id=first.pk, viewer=factories.staff_of(group.business), reason="No.", now=NOW)
    assert Slot.objects.get().seats_taken == 1
    request = factories.request_for(host, other)
    assert refusal(services.draft, request=request, now=NOW).code == ErrorCode.SLOT_UNAVAILABLE
    check_invariants()
