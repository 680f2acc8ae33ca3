"""Following up a session that took place: by whom, on whose rules, and what is taken over from then."""

from datetime import timedelta

import pytest

from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.models import Booking, Claim
from bookings.booking.services import FollowUp
from bookings.booking.wishes import Period, Wish
from bookings.businesses import blocking
from bookings.businesses.consents import publish
from bookings.businesses.models import CorporateClient, StaffMember
from bookings.catalogue.models import Service
from bookings.common.errors import ErrorCode
from bookings.common.idempotency import Once
from bookings.consultants.models import Consultant
from bookings.slots.models import Occupation
from bookings.verification.models import AccessToken, Challenge
from tests import factories
from tests.booking import shapes
from tests.factories import NOW, TEN
from tests.invariants import check_invariants
from tests.lifecycle import REACH, ended
from tests.witness import everything, history, refusal, told

pytestmark = pytest.mark.django_db

AFTER = TEN + timedelta(hours=1)
"""When the session is over, and the next one is asked for."""
NEXT = TEN + timedelta(days=1)
THEN = FollowUp(starts_at=NEXT)


@pytest.fixture
def before(host, offered):
    """A completed booking of a client who said much."""
    said = {
        "phone": "+48600700800", "timezone": "Asia/Tokyo", "locale": "pl", "message": "About grief.",
        "intake": {"age": 40}, "mode": "ONLINE", "meeting_platform": "ZOOM",
    }  # fmt: skip
    return ended(services.complete)(host, offered, **said)


def follow(booking, viewer=None, given=THEN, *, now=AFTER, once=None):
    who = viewer or factories.client_of(booking)
    return services.follow_up(booking_id=booking.pk, given=given, viewer=who, now=now, once=once)


def test_follow_up__by_the_client_takes_the_time_and_asks_the_practice_without_another_proof(before, host):
    challenges = Challenge.objects.count()

    booking = follow(before).booking

    assert (booking.follows, booking.starts_at, booking.consultant) == (before, NEXT, host)
    assert history(booking) == ["DRAFT", "PENDING"]
    assert {event.actor_kind for event in booking.events.all()} == {"CLIENT"}
    assert [template for template, _ in told(booking)] == ["request_received", "staff_request_waits"]
    assert Challenge.objects.count() == challenges
    assert Occupation.objects.filter(slot=booking.slot).count() == 1
    check_invariants()


def test_follow_up__takes_over_who_comes_and_how_and_nothing_that_they_told_in_confidence(before):
    booking = follow(before, given=FollowUp(starts_at=NEXT, message="Still here.")).booking

    kept = (
        "email",
        "full_name",
        "phone",
        "client_timezone",
        "locale",
        "mode",
        "meeting_platform",
        "seats",
        "price",
    )
    assert [getattr(booking, name) for name in kept] == [getattr(before, name) for name in kept]
    assert (booking.message, booking.intake) == ("Still here.", {})
    assert (booking.consent_version, booking.consented_at) == (before.consent_version, before.consented_at)


def test_follow_up__of_a_service_without_approval_goes_on_to_where_it_is_paid(host, offered, before):
    Service.objects.update(needs_approval=False)

    booking = follow(before).booking

    assert history(booking) == ["DRAFT", "PENDING", "APPROVED"]
    assert [event.actor_kind for event in booking.events.order_by("sequence")] == [
        "CLIENT",
        "CLIENT",
        "SYSTEM",
    ]
    check_invariants()


def test_follow_up__may_be_a_wish_of_the_client_and_none_of_the_practice(before, host):
    wish = FollowUp(wish=Wish(NEXT.date(), Period.MORNING))

    booking = follow(before, given=wish).booking

    assert (booking.starts_at, booking.preferred_date, booking.needs_approval) == (None, NEXT.date(), True)
    assert history(booking) == ["DRAFT", "PENDING"]
    staff = factories.staff_of(before.business)
    assert refusal(follow, booking=before, viewer=staff, given=wish).field == ["startsAt"]
    check_invariants()


@pytest.mark.parametrize("role", StaffMember.Role)
def test_follow_up__by_staff_is_approved_at_once_and_counts_beyond_the_clients_number(before, role):
    first = follow(before).booking
    at_two = FollowUp(starts_at=NEXT + timedelta(hours=4))

    booking = follow(before, factories.staff_of(before.business, role), at_two).booking

    assert history(booking) == ["DRAFT", "PENDING", "APPROVED"]
    assert {event.actor_kind for event in booking.events.all()} == {"STAFF"}
    assert sorted(Claim.objects.values_list("place", flat=True)) == [1, 2]
    assert list(before.follow_ups.order_by("pk")) == [first, booking]
    check_invariants()


def test_follow_up__by_the_consultant_is_for_their_own_time_alone(offered):
    host = factories.consultant(offered, user=factories.user())
    before = ended(services.complete)(host, offered)
    colleague = factories.consultant(offered)
    own = Viewer(user=host.user)

    booking = follow(before, own).booking

    assert history(booking) == ["DRAFT", "PENDING", "APPROVED"]
    assert {event.actor_kind for event in booking.events.all()} == {"CONSULTANT"}
    for given in (
        FollowUp(starts_at=NEXT, consultant_id=colleague.pk, names_host=True),
        FollowUp(starts_at=NEXT, names_host=True),
    ):
        assert refusal(follow, booking=before, viewer=own, given=given).code == ErrorCode.FORBIDDEN
    check_invariants()


def test_follow_up__gives_consultants_no_way_to_verify_a_draft(offered):
    host = factories.consultant(offered, user=factories.user())
    draft = factories.draft(host, offered)

    error = refusal(services.verify_as, booking_id=draft.pk, viewer=Viewer(user=host.user), now=NOW)

    draft.refresh_from_db()
    assert (error.code, draft.status) == (ErrorCode.FORBIDDEN, "DRAFT")


def test_follow_up__with_another_service_and_consultant_of_the_practice(offered, before):
    other = factories.service(offered.business, price=90, location_kind="IN_PERSON")
    colleague = factories.consultant(other)
    given = FollowUp(service_id=other.pk, consultant_id=colleague.pk, names_host=True, starts_at=NEXT)

    booking = follow(before, given=given).booking

    assert (booking.service, booking.consultant, booking.price) == (other, colleague, 90)
    assert (booking.mode, booking.meeting_platform) == ("IN_PERSON", "")
    refused = refusal(follow, booking=before, given=FollowUp(service_id=other.pk, starts_at=NEXT))
    assert (refused.code, refused.field) == (ErrorCode.NOT_FOUND, ["consultantId"])


def test_follow_up__of_a_room_is_of_the_same_room():
    booking = shapes.of_a_room(shapes.pending, price=0)
    services.approve(booking_id=booking.pk, viewer=factories.staff_of(booking.business), now=NOW)
    services.complete(booking_id=booking.pk, viewer=factories.staff_of(booking.business), now=TEN)

    again = follow(booking).booking

    assert (again.resource, again.consultant) == (booking.resource, None)


@pytest.mark.parametrize("status", [status for status in REACH if status != "COMPLETED"])
def test_follow_up__takes_a_session_that_took_place(host, offered, status):
    booking = REACH[status](host, offered)
    booking.refresh_from_db()
    rows = everything()

    for viewer in (factories.client_of(booking), Viewer(user=offered.business.owner)):
        error = refusal(follow, booking=booking, viewer=viewer, now=NOW)
        assert error.code == ErrorCode.INVALID_TRANSITION
    assert everything() == rows


def test_follow_up__of_a_follow_up_follows_that_one(before):
    staff = factories.staff_of(before.business)
    first = follow(before, staff).booking
    assert refusal(follow, booking=first).code == ErrorCode.INVALID_TRANSITION
    services.confirm_unpaid(booking_id=first.pk, viewer=staff, now=AFTER)
    services.complete(booking_id=first.pk, viewer=staff, now=NEXT)

    second = follow(first, given=FollowUp(starts_at=NEXT + timedelta(days=1)), now=NEXT).booking

    assert (second.follows, first.follows) == (first, before)
    assert refusal(follow, booking=second, viewer=factories.client_of(first)).code == ErrorCode.NOT_FOUND
    check_invariants()


def test_follow_up__by_strangers_is_of_a_booking_that_is_not_there(before, host, offered):
    another = factories.pending(host, offered, starts_at=TEN + timedelta(hours=2))
    strangers = [
        Viewer(),
        factories.client_of(another),
        Viewer(user=factories.user()),
        Viewer(user=factories.user(before.email, email_verified_at=None)),
        factories.staff_of(factories.business()),
    ]
    rows = everything()

    assert {refusal(follow, booking=before, viewer=who).code for who in strangers} == {ErrorCode.NOT_FOUND}
    assert everything() == rows


def test_follow_up__holds_the_client_to_the_rules_of_a_draft_and_staff_to_overlap_alone(
    before, host, offered
):
    soon = FollowUp(starts_at=AFTER)  # no notice left
    far = FollowUp(starts_at=TEN + timedelta(days=61))
    staff = factories.staff_of(offered.business)

    for given in (soon, far):
        assert refusal(follow, booking=before, given=given).code == ErrorCode.SLOT_UNAVAILABLE
    assert follow(before, staff, far).booking.starts_at == far.starts_at
    factories.pending(host, offered, starts_at=NEXT, now=AFTER)
    for who in (None, staff):
        assert refusal(follow, booking=before, viewer=who).code == ErrorCode.SLOT_UNAVAILABLE
    check_invariants()


def test_follow_up__on_a_full_day_is_refused(before, host, offered):
    host.schedule.max_per_day = 1
    host.schedule.save()
    factories.pending(host, offered, starts_at=NEXT + timedelta(hours=3), now=AFTER)

    assert refusal(follow, booking=before).code == ErrorCode.SLOT_UNAVAILABLE


@pytest.mark.parametrize("gone", ["practice", "service", "consultant"])
def test_follow_up__of_what_is_out_of_use_is_not_found(before, host, offered, gone):
    row = {"practice": offered.business, "service": offered, "consultant": host}[gone]
    type(row).objects.filter(pk=row.pk).update(is_active=False)
    field = ["consultantId"] if gone == "consultant" else ["serviceId"]

    for who in (None, Viewer(user=offered.business.owner)):
        error = refusal(follow, booking=before, viewer=who)
        assert (error.code, error.field) == (ErrorCode.NOT_FOUND, field)


def test_follow_up__of_another_practices_service_is_not_found(before):
    foreign = factories.service()
    factories.consultant(foreign)

    error = refusal(follow, booking=before, given=FollowUp(service_id=foreign.pk, starts_at=NEXT))

    assert (error.code, error.field) == (ErrorCode.NOT_FOUND, ["serviceId"])


def test_follow_up__client_has_as_many_active_bookings_as_the_practice_allows(before):
    follow(before)
    rows = everything()

    again = FollowUp(starts_at=NEXT + timedelta(hours=2))
    assert refusal(follow, booking=before, given=again).code == ErrorCode.ACTIVE_BOOKING_EXISTS
    assert everything() == rows


def test_follow_up__of_a_blocked_client_is_refused_to_the_client_alone(before):
    owner = Viewer(user=before.business.owner)
    sender = blocking.address(before.email)
    blocking.block(business_id=before.business_id, sender=sender, note="", viewer=owner, now=AFTER)

    assert refusal(follow, booking=before).code == ErrorCode.SENDER_BLOCKED
    assert follow(before, owner).booking.follows == before


def test_follow_up__consent_is_asked_anew_once_the_text_is_another(before):
    owner = Viewer(user=before.business.owner)
    text = publish(business_id=before.business_id, text="Be kind.", viewer=owner, now=AFTER)

    for who in (None, owner):
        error = refusal(follow, booking=before, viewer=who)
        assert (error.code, error.field) == (ErrorCode.CONSENT_REQUIRED, ["consent"])
    agreed = FollowUp(starts_at=NEXT, consent=True, consent_version=text.version)
    booking = follow(before, given=agreed).booking
    assert (booking.consent_version, booking.consented_at) == (text.version, AFTER)


def test_follow_up__of_somebody_who_was_erased_is_refused(before):
    services.erase(booking_id=before.pk, now=AFTER)

    error = refusal(follow, booking=before, viewer=Viewer(user=before.business.owner))

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, ["bookingId"])
    assert (
        refusal(follow, booking=before, viewer=Viewer(user=factories.user(before.email))).code == "NOT_FOUND"
    )


def test_follow_up__company_that_paid_stays_with_what_staff_book_and_not_with_the_clients(before):
    company = CorporateClient.objects.create(
        business=before.business, company="Acme", contact_name="Al", email="al@acme.example"
    )
    Booking.objects.filter(pk=before.pk).update(corporate_client=company)
    owner = Viewer(user=before.business.owner)

    assert follow(before).booking.corporate_client is None
    later = FollowUp(starts_at=NEXT + timedelta(hours=1))
    assert follow(before, owner, later).booking.corporate_client == company
    guide = factories.user()
    Consultant.objects.filter(pk=before.consultant_id).update(user=guide)
    by_consultant = FollowUp(starts_at=NEXT + timedelta(hours=3))
    assert follow(before, Viewer(user=guide), by_consultant).booking.corporate_client is None
    CorporateClient.objects.update(is_active=False)
    latest = FollowUp(starts_at=NEXT + timedelta(hours=2))
    assert follow(before, owner, latest).booking.corporate_client is None


def test_follow_up__repeated_with_the_same_key_is_one_booking_with_other_input_a_mismatch(before):
    def once(**given):
        return Once.of(scope="booking:1", mutation="bookFollowUp", key="k1", given=given)

    first = follow(before, once=once(at=1)).booking
    again = follow(before, once=once(at=1)).booking
    error = refusal(follow, booking=before, once=once(at=2))

    assert (again, Booking.objects.count()) == (first, 2)
    assert error.code == ErrorCode.IDEMPOTENCY_MISMATCH


def test_follow_up__opens_itself_to_whoever_came_by_a_token_and_for_no_longer(before):
    until = AFTER + timedelta(minutes=7)
    bearer = Viewer(subjects={before.subject}, until={before.subject: until})

    made = follow(before, bearer)

    row = AccessToken.objects.latest("pk")
    assert (row.subject, row.email, row.expires_at) == (made.booking.subject, before.email, until)
    assert made.access_token
    signed_in = follow(
        before, Viewer(user=before.business.owner), FollowUp(starts_at=NEXT + timedelta(hours=1))
    )
    assert signed_in.access_token is None
