from datetime import timedelta
from decimal import Decimal

import pytest

from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.booking.states import Status
from bookings.common.errors import ErrorCode
from tests import factories
from tests.booking import shapes
from tests.factories import NOW, TEN, later
from tests.invariants import check_invariants
from tests.witness import everything, history, refusal, told


@pytest.fixture
def staff(offered):
    return factories.staff_of(offered.business)


def test_approve__asks_for_payment_until_24_hours_later(host, offered, staff):
    booking = factories.pending(host, offered, starts_at=TEN + timedelta(days=7))

    booking = services.approve(booking_id=booking.pk, viewer=staff, now=later(hours=1))

    assert (booking.status, booking.pay_by, booking.deadline_at) == (
        Status.APPROVED,
        later(hours=25),
        later(hours=25),
    )
    check_invariants()


def test_approve__payment_is_due_before_the_start(host, offered, staff):
    booking = factories.pending(host, offered)

    assert services.approve(booking_id=booking.pk, viewer=staff, now=NOW).pay_by == TEN


def test_approve__tells_the_client_once_with_a_link_to_pay(host, offered, staff):
    booking = factories.pending(host, offered)
    before = len(told(booking))

    services.approve(booking_id=booking.pk, viewer=staff, now=NOW)

    assert told(booking)[before:] == [("approved_pay_by", booking.email)]
    link = factories.secrets_of(booking, "approved_pay_by")["link"]
    opened, access = services.grant_access(
        passed=services.pass_challenge(purpose="BOOKING_ACCESS", token=link.partition("#token=")[2], now=NOW),
        now=NOW,
    )
    viewer = Viewer()
    viewer.use_access_token(access, now=NOW)
    assert opened == booking
    assert viewer.subjects == {booking.subject}


@pytest.mark.parametrize("who", ["consultant", "owner", "admin"])
def test_approve__is_for_consultant_owner_and_admin_too(host, offered, who):
    account = {
        "consultant": factories.user,
        "owner": lambda: offered.business.owner,
        "admin": lambda: factories.user(is_superuser=True),
    }[who]()
    if who == "consultant":
        type(host).objects.update(user=account)
    booking = factories.pending(host, offered)

    services.approve(booking_id=booking.pk, viewer=Viewer(user=account), now=NOW)

    event = booking.events.get(move="APPROVE")
    kind = {"consultant": "CONSULTANT", "owner": "STAFF", "admin": "ADMIN"}[who]
    assert (event.actor_kind, event.actor_id) == (kind, str(account.pk))


def test_approve__price_that_staff_set_is_the_price(host, offered, staff):
    booking = factories.pending(host, offered)

    services.approve(booking_id=booking.pk, viewer=staff, price=Decimal("45.50"), now=NOW)
    payment = services.start_payment(booking_id=booking.pk, viewer=staff, now=NOW)

    booking.refresh_from_db()
    assert booking.price == Decimal("45.50")
    assert str(payment.asked) == "45.50 EUR"


@pytest.mark.parametrize(
    "price",
    ["-1", "0.001", "NaN", "sNaN", "Infinity", "-Infinity", "1e9", "1e999999", "-1e999999", "1e-999999"],
)
def test_approve__price_that_cannot_be_charged_is_refused(host, offered, staff, price):
    booking = factories.pending(host, offered)
    before = everything()

    error = refusal(services.approve, booking_id=booking.pk, viewer=staff, price=Decimal(price), now=NOW)

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, ["price"])
    assert everything() == before


@pytest.mark.parametrize("why", ["free", "made free", "on site"])
def test_approve__what_needs_no_payment_is_confirmed_at_once(host, offered, staff, why):
    if why == "free":
        type(offered).objects.update(price=0)
    if why == "on site":
        type(offered).objects.update(payment_policy="ON_SITE")
    booking = factories.pending(host, offered)
    before = len(told(booking))

    price = Decimal(0) if why == "made free" else None
    services.approve(booking_id=booking.pk, viewer=staff, price=price, now=NOW)

    booking.refresh_from_db()
    assert history(booking) == ["DRAFT", "PENDING", "APPROVED", "CONFIRMED"]
    assert booking.deadline_at is None
    assert booking.events.get(move="CONFIRM_UNPAID").actor_kind == "SYSTEM"
    assert told(booking)[before:] == [("confirmed", booking.email)]
    check_invariants()


def test_approve__confirmed_consultant_is_told(host, offered, staff):
    type(offered).objects.update(price=0)
    type(host).objects.update(user=factories.user("host@example.org"))
    booking = factories.pending(host, offered)

    services.approve(booking_id=booking.pk, viewer=staff, now=NOW)

    assert told(booking)[-1] == ("consultant_confirmed", "host@example.org")


@pytest.mark.parametrize("chosen", [None, 90], ids=["usual length", "chosen length"])
def test_approve__wish_has_the_price_and_the_length_of_drafting(host, offered, staff, chosen):
    type(offered).objects.update(max_duration=120)
    booking = shapes.pending(offered, wish=shapes.MORNING)
    type(offered).objects.update(price=600, duration=30, step=30)
    start = TEN + timedelta(days=1)

    services.approve(
        booking_id=booking.pk,
        viewer=staff,
        starts_at=start,
        ends_at=start + timedelta(minutes=chosen) if chosen else None,
        now=NOW,
    )

    booking.refresh_from_db()
    assert (booking.duration, booking.ends_at - start) == (chosen or 60, timedelta(minutes=chosen or 60))
    assert booking.price == (90 if chosen else 60)
    check_invariants()


@pytest.mark.parametrize("start", [TEN - timedelta(days=7), NOW], ids=["past", "now"])
def test_approve__what_has_to_be_paid_online_does_not_go_to_the_past(host, offered, staff, start):
    booking = factories.pending(host, offered)
    before = everything()

    error = refusal(
        services.approve, booking_id=booking.pk, viewer=staff, starts_at=start, override=True, now=NOW
    )

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, ["startsAt"])
    assert everything() == before


def test_approve__what_is_paid_on_site_may_have_taken_place(host, offered, staff):
    type(offered).objects.update(payment_policy="ON_SITE")
    booking = factories.pending(host, offered)
    before = TEN - timedelta(days=7)

    services.approve(booking_id=booking.pk, viewer=staff, starts_at=before, override=True, now=NOW)

    booking.refresh_from_db()
    assert (booking.status, booking.starts_at, booking.deadline_at) == (Status.CONFIRMED, before, None)
    check_invariants()


@pytest.mark.parametrize("joins", [True, False], ids=["shared", "alone"])
def test_approve__in_another_room_is_not_for_a_session_that_is_shared(staff, joins, offered):
    group = factories.service(offered.business, holds="BOTH", seats=4)
    host = factories.consultant(group)
    rooms = [factories.resource(group) for _ in range(2)]
    others = factories.pending(host, group) if joins else None
    booking = factories.pending(host, group, starts_at=TEN + timedelta(hours=1))
    before = everything()
    asked = {
        "booking_id": booking.pk,
        "viewer": staff,
        "starts_at": TEN,
        "resource_id": rooms[1].pk,
        "now": NOW,
    }

    if others is None:
        assert services.approve(**asked).resource == rooms[1]
        return
    error = refusal(services.approve, **asked)

    assert error.code == ErrorCode.SLOT_UNAVAILABLE
    assert everything() == before
    joined = services.approve(**{**asked, "resource_id": rooms[0].pk})
    assert (joined.slot, joined.resource) == (others.slot, rooms[0])


def test_approve__twice_is_refused_and_tells_nobody(host, offered, staff):
    booking = factories.approved(host, offered)
    before = everything()

    error = refusal(services.approve, booking_id=booking.pk, viewer=staff, now=NOW)

    assert error.code == ErrorCode.INVALID_TRANSITION
    assert everything() == before


def test_approve__another_practices_staff_see_no_such_booking(host, offered):
    booking = factories.pending(host, offered)
    stranger = factories.staff_of(factories.business())

    error = refusal(services.approve, booking_id=booking.pk, viewer=stranger, now=NOW)

    assert error.code == ErrorCode.NOT_FOUND


def test_approve__at_the_deadline_the_request_has_lapsed(host, offered, staff):
    booking = factories.pending(host, offered)

    error = refusal(services.approve, booking_id=booking.pk, viewer=staff, now=TEN)

    assert error.code == ErrorCode.INVALID_TRANSITION
    assert history(booking)[-1] == Status.EXPIRED
    check_invariants()
