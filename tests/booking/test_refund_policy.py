"""What goes back to whom when a paid booking is cancelled, and what a client reads of it beforehand."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bookings.accounts.viewer import Viewer
from bookings.booking import refund_policy, services
from bookings.booking.models import Booking
from bookings.booking.refund_policy import CLIENT
from bookings.booking.states import Status
from bookings.businesses.models import StaffMember
from bookings.catalogue.models import Service
from bookings.common.errors import ErrorCode
from bookings.common.money import Money
from bookings.notifications.models import OutboxMessage
from bookings.notifications.rendering import render
from bookings.payments.models import Payment, Refund
from bookings.verification import services as verification
from tests import factories
from tests.factories import NOW, TEN
from tests.invariants import check_invariants
from tests.lifecycle import confirmed
from tests.witness import everything, refusal

INSTANT = timedelta(microseconds=1)
DAY, HALF = timedelta(hours=24), timedelta(hours=12)
START = TEN + timedelta(days=7)


@pytest.fixture
def offered(db):
    """An hour for 60.00 EUR that clients may cancel until it starts: all back with a day's notice, half with 12 h."""
    return factories.service(cancellation_notice=timedelta(0))


@pytest.fixture
def host(offered):
    return factories.consultant(offered, user=factories.user())


@pytest.fixture
def manager(offered):
    return factories.staff_of(offered.business)


@pytest.fixture
def paid(host, offered):
    return confirmed(host, offered, starts_at=START)


def account_of(booking):
    return Viewer(user=factories.user(booking.email))


def eur(amount):
    return Money(Decimal(amount), "EUR")


def given_back():
    return [refund.amount for refund in Refund.objects.filter(reason="CANCELLATION")]


def refunded(booking, amount, manager):
    payment = Payment.objects.get(booking=booking)
    services.refund_payment(
        payment_id=payment.pk, viewer=manager, amount=Decimal(amount), reason="Kind.", now=NOW
    )


@pytest.mark.parametrize(
    ("notice", "back"),
    [
        (DAY, 60),
        (DAY - INSTANT, 30),
        (HALF, 30),
        (HALF - INSTANT, 0),
        (INSTANT, 0),
    ],
    ids=["a day", "less", "half a day", "less than that", "at the last moment"],
)
def test_cancel__by_the_client_gives_back_what_the_tier_says_and_exactly_its_notice_is_enough(
    paid, notice, back
):
    now = START - notice
    due = refund_policy.refund_due(paid, CLIENT, now)

    services.cancel_as(booking_id=paid.pk, viewer=account_of(paid), now=now)

    assert due == eur(back)
    assert given_back() == ([back] if back else [])
    assert Payment.objects.get().left == eur(60 - back)
    told = OutboxMessage.objects.get(template="cancelled").context
    assert (told["refund"], told["kept"]) == (
        f"{back}.00 EUR" if back else "",
        f"{60 - back}.00 EUR" if back < 60 else "",
    )
    check_invariants()


@pytest.mark.parametrize("who", ["consultant", "staff", "manager", "admin"])
def test_cancel__by_the_practice_gives_everything_back_however_late(paid, host, offered, manager, who):
    viewer = {
        "consultant": Viewer(user=host.user),
        "staff": factories.staff_of(offered.business, StaffMember.Role.STAFF),
        "manager": manager,
        "admin": Viewer(user=factories.user(is_superuser=True)),
    }[who]

    services.cancel_as(booking_id=paid.pk, viewer=viewer, now=START - INSTANT)

    assert given_back() == [60]
    assert Refund.objects.get().requested_by == viewer.user


@pytest.mark.parametrize(("before", "back"), [("10", [20]), ("30", []), ("45", [])])
def test_cancel__takes_off_what_went_back_before_and_never_gets_below_zero(paid, manager, before, back):
    refunded(paid, before, manager)

    services.cancel_as(booking_id=paid.pk, viewer=account_of(paid), now=START - HALF)

    assert given_back() == back
    assert Payment.objects.get().refunded_amount == Decimal(before) + sum(back)
    check_invariants()


@pytest.mark.parametrize(("percent", "back"), [(100, [60]), (33, [Decimal("19.80")]), (0, [])])
def test_cancel__gives_back_as_much_as_who_may_refund_says(paid, manager, percent, back):
    services.cancel_as(booking_id=paid.pk, viewer=manager, refund_percent=percent, now=START - HALF)

    assert given_back() == back
    assert paid.events.latest("sequence").data == {"refund_percent": percent}
    check_invariants()


@pytest.mark.parametrize("who", ["client", "consultant", "staff"])
def test_cancel__percentage_is_refused_from_who_may_not_refund(paid, host, offered, who):
    viewer = {
        "client": account_of(paid),
        "consultant": Viewer(user=host.user),
        "staff": factories.staff_of(offered.business, StaffMember.Role.STAFF),
    }[who]
    before = everything()

    error = refusal(services.cancel_as, booking_id=paid.pk, viewer=viewer, refund_percent=100, now=NOW)

    assert error.code == ErrorCode.FORBIDDEN
    assert everything() == before


@pytest.mark.parametrize("percent", [-1, 101])
def test_cancel__percentage_is_from_0_to_100(paid, manager, percent):
    before = everything()

    error = refusal(services.cancel_as, booking_id=paid.pk, viewer=manager, refund_percent=percent, now=NOW)

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, ["refundPercent"])
    assert everything() == before


def test_cancel__tiers_are_those_of_drafting(paid, offered):
    Service.objects.filter(pk=offered.pk).update(refund_tiers=[])

    services.cancel_as(booking_id=paid.pk, viewer=account_of(paid), now=START - DAY)

    assert given_back() == [60]


@pytest.mark.parametrize(
    ("currency", "price", "back"), [("JPY", "333", "167"), ("KWD", "1.001", "0.501"), ("EUR", "0.01", "0.01")]
)
def test_cancel__share_is_to_the_nearest_minor_unit_half_up(db, currency, price, back):
    offered = factories.service(currency=currency, price=Decimal(price), cancellation_notice=timedelta(0))
    booking = confirmed(factories.consultant(offered), offered, starts_at=START)

    services.cancel_as(booking_id=booking.pk, viewer=account_of(booking), now=START - HALF)

    assert given_back() == [Decimal(back)]
    check_invariants()


def test_cancel__of_a_deposit_counts_what_was_paid_online(host, offered):
    Service.objects.filter(pk=offered.pk).update(deposit_percent=50)
    booking = confirmed(host, Service.objects.get(pk=offered.pk), starts_at=START)

    services.cancel_as(booking_id=booking.pk, viewer=account_of(booking), now=START - HALF)

    assert given_back() == [15]


def test_cancel__leaves_what_was_paid_on_site_to_staff_and_says_so(db):
    offered = factories.service(payment_policy="ON_SITE")
    booking = factories.approved(factories.consultant(offered), offered)
    staff = factories.staff_of(offered.business)
    services.record_on_site_payment(booking_id=booking.pk, viewer=staff, method="CASH", now=NOW)

    services.cancel_as(booking_id=booking.pk, viewer=staff, now=NOW)

    assert not Refund.objects.exists()
    message = OutboxMessage.objects.get(template="cancelled")
    assert (message.context["refund"], message.context["at_practice"]) == ("", "60.00 EUR")
    assert "60.00 EUR that you paid at the practice" in render(message).text
    check_invariants()


def test_cancel__tells_the_consultant_nothing_of_money(paid, manager):
    services.cancel_as(booking_id=paid.pk, viewer=manager, refund_percent=50, now=NOW)

    told = OutboxMessage.objects.get(template="consultant_cancelled").context
    assert "EUR" not in repr(told)


def test_cancel_to_forget__counts_as_the_clients_own(paid):
    services.cancel_to_forget(booking_id=paid.pk, now=START - HALF)

    assert given_back() == [30]


def test_cancel__by_link_counts_as_the_clients_own(paid):
    now = START - HALF
    services.request_cancellation(acknowledgement_id=paid.acknowledgement_id, now=now)
    token = factories.secrets_of(paid, "confirm_cancellation")["link"].partition("#token=")[2]
    proof = verification.pass_by_token(purpose="CANCEL_BOOKING", token=token, now=now)

    services.cancel(passed=proof, now=now)

    assert given_back() == [30]


def test_reschedule__by_the_client_gives_no_more_back_than_cancelling_then(paid):
    client = account_of(paid)
    later = START + timedelta(days=7)

    services.reschedule(booking_id=paid.pk, viewer=client, starts_at=later, now=START - HALF)
    services.cancel_as(booking_id=paid.pk, viewer=client, now=START)

    assert given_back() == [30]


@pytest.mark.parametrize("who", ["client in time", "manager"])
def test_reschedule__in_time_or_by_staff_leaves_the_tiers(paid, manager, who):
    viewer, now = (manager, START - HALF) if who == "manager" else (account_of(paid), START - DAY)

    moved = services.reschedule(
        booking_id=paid.pk, viewer=viewer, starts_at=START + timedelta(days=1), now=now
    )

    assert moved.refund_tiers == [[1440, 100], [720, 50]]


# Before cancelling


@pytest.mark.parametrize(
    ("at", "refund", "until"),
    [
        (START - DAY - INSTANT, 60, START - DAY),
        (START - DAY, 60, START - DAY),
        (START - DAY + INSTANT, 30, START - HALF),
        (START - HALF + INSTANT, 0, START),
    ],
)
def test_offer__tells_what_goes_back_now_and_until_when(paid, at, refund, until):
    offer = refund_policy.offer(paid, at, Payment.objects.get())

    assert (offer.refund, offer.paid, offer.until) == (eur(refund), eur(60), until)


def test_offer__ends_with_the_clients_own_notice(paid):
    Booking.objects.filter(pk=paid.pk).update(cancellation_notice=timedelta(hours=18))
    paid.refresh_from_db()

    in_time = refund_policy.offer(paid, START - DAY + INSTANT, Payment.objects.get())
    too_late = refund_policy.offer(paid, START - timedelta(hours=18), Payment.objects.get())

    assert in_time.until == START - timedelta(hours=18)
    assert too_late is None


def test_offer__is_none_where_nothing_was_paid_or_is_left(host, offered, paid, manager):
    approved = factories.approved(host, offered)
    refunded(paid, "60", manager)

    assert refund_policy.offer(approved, NOW, None) is None
    assert refund_policy.offer(paid, NOW, Payment.objects.get()) is None
    assert refund_policy.refund_due(paid, CLIENT, NOW) is None
    assert refund_policy.refund_due(approved, CLIENT, NOW) is None


def test_steps__tell_each_tier_with_what_it_comes_to(paid, manager):
    refunded(paid, "40", manager)

    steps = refund_policy.steps(paid)

    assert [(step.notice, step.percent, step.refund, step.until) for step in steps] == [
        (DAY, 100, eur(20), START - DAY),
        (HALF, 50, eur(0), START - HALF),
    ]


@pytest.mark.parametrize(
    ("notice", "words"),
    [
        (
            DAY,
            "If you cancel by Sunday 13 January 2030, 10:00 (UTC), you get back 60.00 EUR of the 60.00 EUR",
        ),
        (
            HALF,
            "If you cancel by Sunday 13 January 2030, 22:00 (UTC), you get back 30.00 EUR of the 60.00 EUR",
        ),
        (
            INSTANT,
            "It is too late to get back any of the 60.00 EUR that you paid. You can still cancel until Monday 14",
        ),
    ],
)
def test_request_cancellation__mail_says_what_goes_back_now_and_until_when(paid, notice, words):
    services.request_cancellation(acknowledgement_id=paid.acknowledgement_id, now=START - notice)

    mail = render(OutboxMessage.objects.get(template="confirm_cancellation"))
    assert words in mail.text
    assert words in mail.html


def test_request_cancellation__mail_about_what_was_not_paid_says_nothing_of_money(host, offered):
    booking = factories.pending(host, offered)

    services.request_cancellation(acknowledgement_id=booking.acknowledgement_id, now=NOW)

    mail = render(OutboxMessage.objects.get(template="confirm_cancellation"))
    assert "you paid" not in mail.text
    assert booking.status == Status.PENDING
