"""What cannot be drafted, and that a refusal leaves nothing behind."""

from datetime import UTC, datetime, timedelta

import pytest

from bookings.booking import services
from bookings.booking.models import Booking
from bookings.booking.states import Status
from bookings.booking.wishes import Period, Wish
from bookings.common.errors import ErrorCode
from tests import factories
from tests.factories import NOW, TEN
from tests.witness import everything, refusal


def refused(host, offered, *, now=NOW, **changes):
    """The refusal of a draft with these changes, which left nothing behind."""
    request = factories.request_for(host, offered, **changes)
    before = everything()
    error = refusal(services.draft, request=request, now=now)
    assert everything() == before
    return error


@pytest.mark.parametrize("passing", [timedelta(minutes=90), timedelta(minutes=90, microseconds=1)])
def test_draft__notice_of_exactly_30_minutes_is_enough(host, offered, passing):
    now = NOW + passing

    if now == TEN - timedelta(minutes=30):
        assert factories.draft(host, offered, now=now).status == Status.DRAFT
    else:
        assert refused(host, offered, now=now).code == ErrorCode.SLOT_UNAVAILABLE


@pytest.mark.parametrize(
    "start",
    [
        TEN + timedelta(minutes=30),
        TEN + timedelta(seconds=1),
        TEN + timedelta(microseconds=1),
        TEN.replace(hour=17),
        TEN.replace(hour=8),
        TEN - timedelta(days=1),
        TEN + timedelta(days=61),
    ],
    ids=["off the step", "a second late", "a microsecond late", "closing", "before hours", "past", "horizon"],
)
def test_draft__time_that_is_not_offered_is_refused(host, offered, start):
    assert refused(host, offered, starts_at=start).code == ErrorCode.SLOT_UNAVAILABLE


def test_draft__last_day_of_the_horizon_is_open(host, offered):
    assert factories.draft(host, offered, starts_at=TEN + timedelta(days=60)).status == Status.DRAFT


def test_draft__time_in_use_is_refused_and_others_are_proposed(host, offered):
    factories.pending(host, offered)

    error = refused(host, offered)

    assert error.code == ErrorCode.SLOT_UNAVAILABLE
    proposed = [opening.start for opening in error.suggestions(now=NOW)]
    assert proposed == [int((TEN + timedelta(hours=hours)).timestamp()) for hours in (1, 2, 3)]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": "a@b"}, "email"),
        ({"email": "\ud800@example.org"}, "email"),
        ({"email": f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 63}.org"}, "email"),
        ({"full_name": "  "}, "fullName"),
        ({"full_name": "A" * 201}, "fullName"),
        ({"full_name": "Ana\nBcc: eve@example.org"}, "fullName"),
        ({"phone": "1" * 33}, "phone"),
        ({"message": "x" * 5001}, "message"),
        ({"message": "nul \x00"}, "message"),
        ({"intake": {"a": "x" * 10_000}}, "intake"),
        ({"locale": ""}, "locale"),
        ({"locale": "x" * 17}, "locale"),
        ({"locale": "en-abcdefgh-abcdefgh"}, "locale"),
        ({"seats": 0}, "seats"),
        ({"seats": -1}, "seats"),
        ({"seats": 1001}, "seats"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
    ],
)
def test_draft__value_that_is_not_acceptable_is_refused_with_its_field(host, offered, changes, field):
    error = refused(host, offered, **changes)

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, [field])


@pytest.mark.parametrize("year", [1, 1970, 2500, 9999])
def test_draft__year_in_which_no_session_can_lie_is_refused(host, offered, year):
    moment = datetime(year, 1, 1, tzinfo=UTC) if year < 2030 else datetime(year, 12, 31, 23, 59, tzinfo=UTC)

    for field, fields in (
        ("startsAt", {"starts_at": moment}),
        ("endsAt", {"ends_at": moment}),
        ("preferredDate", {"starts_at": None, "wish": Wish(moment.date(), Period.MORNING)}),
    ):
        error = refused(host, offered, **fields)
        assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, [field])


@pytest.mark.parametrize("field", ["phone", "message", "locale"])
def test_draft__text_that_no_database_can_keep_is_refused(host, offered, field):
    assert refused(host, offered, **{field: "\ud800"}).code == ErrorCode.VALIDATION_FAILED
    assert refused(host, offered, **{field: "\x00"}).code == ErrorCode.VALIDATION_FAILED


@pytest.mark.parametrize("intake", [{"a": "\ud800"}, {"\ud800": "a"}, {"a": ["\udfff"]}])
def test_draft__intake_that_no_database_can_keep_is_refused(host, offered, intake):
    assert refused(host, offered, intake=intake).code == ErrorCode.VALIDATION_FAILED


def test_draft__needs_consent(host, offered):
    error = refused(host, offered, consent=False)

    assert (error.code, error.field) == (ErrorCode.CONSENT_REQUIRED, ["consent"])


@pytest.mark.parametrize("closed", ["service", "consultant", "business", "not offered", "unknown"])
def test_draft__what_is_not_sold_is_not_found(host, offered, closed):
    changes = {}
    if closed == "service":
        type(offered).objects.update(is_active=False)
    elif closed == "consultant":
        type(host).objects.update(is_active=False)
    elif closed == "business":
        type(offered.business).objects.update(is_active=False)
    elif closed == "not offered":
        host.services.clear()
    else:
        changes = {"service_id": offered.pk + 1}

    assert refused(host, offered, **changes).code == ErrorCode.NOT_FOUND


def test_draft__mode_is_the_services_only_one_or_the_clients_choice(host, offered):
    assert factories.draft(host, offered).mode == Booking.Mode.ONLINE

    offered.location_kind = "IN_PERSON"
    offered.save()
    assert factories.draft(host, offered).mode == Booking.Mode.IN_PERSON
    assert refused(host, offered, mode="ONLINE").field == ["mode"]


def test_draft__payment_mode_is_the_services_only_one_or_the_clients_choice(host, offered):
    assert factories.draft(host, offered).payment_mode == Booking.PaymentMode.ONLINE
    assert refused(host, offered, payment_mode="ON_SITE").field == ["paymentMode"]

    offered.payment_policy = "EITHER"
    offered.save()
    assert factories.draft(host, offered, payment_mode="ON_SITE").payment_mode == Booking.PaymentMode.ON_SITE


def test_draft__more_seats_than_the_service_has_are_refused(host, offered):
    assert refused(host, offered, seats=2).code == ErrorCode.SLOT_UNAVAILABLE


@pytest.mark.parametrize("name", ["\u200d", "\u00a0\u200c", "a\u202eb", "a\u2028b", "a\nb"])
def test_draft__name_that_shows_nothing_or_more_than_a_line_is_refused(host, offered, name):
    assert refused(host, offered, full_name=name).field == ["fullName"]


@pytest.mark.parametrize("zone", ["localtime", "Factory", "posixrules"])
def test_draft__zone_of_this_machine_alone_is_refused(host, offered, zone):
    assert refused(host, offered, timezone=zone).field == ["timezone"]


@pytest.mark.parametrize(
    ("policy", "wish", "mode"),
    [
        ("ONLINE", None, None),
        ("EITHER", "ONLINE", None),
        ("EITHER", None, "ON_SITE"),
        ("ON_SITE", None, "ON_SITE"),
    ],
)
def test_draft__online_payment_is_not_promised_where_no_provider_is_set_up(db, settings, policy, wish, mode):
    settings.PAYMENT_PROVIDER = "none"
    service = factories.service(payment_policy=policy)
    host = factories.consultant(service)

    if mode is None:
        error = refusal(factories.draft, host=host, offered=service, payment_mode=wish)
        assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, ["paymentMode"])
    else:
        assert factories.draft(host, service, payment_mode=wish).payment_mode == mode
