"""Saving a service: what is kept, what is refused and by which name, and what never changes with it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bookings.accounts.viewer import Viewer
from bookings.businesses.models import Business
from bookings.catalogue.models import Service
from bookings.catalogue.services import COLUMNS, save_service
from bookings.common.errors import ErrorCode
from bookings.common.idempotency import AlreadyDone, Once
from tests import factories
from tests.booking import shapes
from tests.factories import NOW
from tests.witness import everything, refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(db: None) -> Business:
    return factories.business(currency="PLN")


@pytest.fixture
def owner(place: Business) -> Viewer:
    return Viewer(user=place.owner)


EVERYTHING: dict[str, Any] = {
    "name": "Massage",
    "description": "Of the back.",
    "is_active": False,
    "duration": 45,
    "max_duration": 90,
    "step": 15,
    "buffer_before": 5,
    "buffer_after": 10,
    "notice": 120,
    "horizon": 30,
    "max_per_day": 4,
    "max_per_week": 12,
    "seats": 3,
    "holds": "BOTH",
    "location_kind": "IN_PERSON",
    "payment_policy": "EITHER",
    "needs_approval": False,
    "price": Decimal("120.50"),
    "deposit_percent": 30,
    "tax_rate": Decimal("8.500"),
    "refund_tiers": [[2880, 100], [60, 0]],
    "colour": "#2a9d8f",
    "reminders": [2880, 30],
}


def save(
    viewer: Viewer, *, service: Service | None = None, place: Business | None = None, **given: Any
) -> Service:
    links = {name: given.pop(name) for name in ("consultant_ids", "resource_ids", "once") if name in given}
    return save_service(
        viewer=viewer,
        changes=given,
        service_id=service.pk if service else None,
        business_id=place.pk if place else None,
        now=NOW,
        **links,
    )


def test_save__adds_a_service_with_all_that_can_be_said_of_it(place: Business, owner: Viewer) -> None:
    assert set(EVERYTHING) == set(COLUMNS)

    service = save(owner, place=place, **EVERYTHING)

    row = Service.objects.values(*COLUMNS).get(pk=service.pk)
    assert row == EVERYTHING
    assert (service.business_id, service.currency) == (place.pk, "PLN")


def test_save__leaves_what_is_not_named_as_it_is(place: Business, owner: Viewer) -> None:
    before = save(owner, place=place, **EVERYTHING)

    save(owner, service=before, name="Long massage")

    row = Service.objects.values(*COLUMNS).get(pk=before.pk)
    assert row == {**EVERYTHING, "name": "Long massage"}


EMPTIED = (
    "deposit_percent", "max_duration", "max_per_day", "max_per_week", "refund_tiers", "reminders", "tax_rate",
)  # fmt: skip


@pytest.mark.parametrize("column", EMPTIED)
def test_save__null_clears_what_may_be_empty(place: Business, owner: Viewer, column: str) -> None:
    before = save(owner, place=place, **EVERYTHING)

    save(owner, service=before, **{column: None})

    row = Service.objects.values(*COLUMNS).get(pk=before.pk)
    assert row == {**EVERYTHING, column: None}


@pytest.mark.parametrize("column", sorted(set(COLUMNS) - set(EMPTIED)))
def test_save__null_is_refused_where_a_value_is_needed(place: Business, owner: Viewer, column: str) -> None:
    before = save(owner, place=place, **EVERYTHING)

    error = refusal(save, viewer=owner, service=before, **{column: None})

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, [COLUMNS[column]])


BAD = [
    ("name", "   "),
    ("name", "x" * 201),
    ("name", "two\nlines"),
    ("name", "nul\x00"),
    ("name", "half \ud83d"),
    ("name", "\u200c"),
    ("description", "x" * 5001),
    ("description", "nul\x00"),
    ("duration", 0),
    ("duration", -1),
    ("duration", 1441),
    ("duration", 2**31),
    ("max_duration", 0),
    ("max_duration", 44),
    ("max_duration", 7 * 1440 + 1),
    ("step", 0),
    ("step", 1441),
    ("buffer_before", -1),
    ("buffer_before", 1441),
    ("buffer_after", -1),
    ("buffer_after", 1441),
    ("notice", -1),
    ("notice", 730 * 1440 + 1),
    ("horizon", -1),
    ("horizon", 731),
    ("max_per_day", 0),
    ("max_per_day", 32_768),
    ("max_per_week", 0),
    ("max_per_week", -1),
    ("seats", 0),
    ("seats", 1001),
    ("holds", "NOBODY"),
    ("location_kind", "MOON"),
    ("payment_policy", "IOU"),
    ("price", Decimal("-0.01")),
    ("price", Decimal("0.001")),
    ("price", Decimal("NaN")),
    ("price", Decimal("Infinity")),
    ("price", Decimal("1E+9")),
    ("price", Decimal("1E-999999999")),
    ("deposit_percent", 0),
    ("deposit_percent", 100),
    ("deposit_percent", -1),
    ("tax_rate", Decimal("-0.001")),
    ("tax_rate", Decimal("100.001")),
    ("tax_rate", Decimal("0.0001")),
    ("tax_rate", Decimal("NaN")),
    ("tax_rate", Decimal("Infinity")),
    ("tax_rate", Decimal("1E+999999999")),
    ("refund_tiers", [[60, 101]]),
    ("refund_tiers", [[-1, 50]]),
    ("refund_tiers", [[60, 50], [60, 40]]),
    ("refund_tiers", [[60, 50], [30, 60]]),
    ("refund_tiers", [[minutes, 0] for minutes in range(7)]),
    ("refund_tiers", [[60.0, 50]]),
    ("refund_tiers", [[60]]),
    ("colour", "red"),
    ("colour", "#2A9D8G"),
    ("colour", "#2a9d8"),
    ("reminders", [0]),
    ("reminders", [60, 60]),
    ("reminders", [43_201]),
    ("reminders", [1, 2, 3, 4, 5, 6]),
]


@pytest.mark.parametrize(
    ("column", "value"), BAD, ids=[f"{column}-{number}" for number, (column, _) in enumerate(BAD)]
)
def test_save__bad_value_is_named_and_nothing_changes(
    place: Business, owner: Viewer, column: str, value: Any
) -> None:
    before = save(owner, place=place, **EVERYTHING)
    rows = everything()

    error = refusal(save, viewer=owner, service=before, **{column: value})

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, [COLUMNS[column]])
    assert everything() == rows


def test_save__refund_tiers_are_kept_the_longest_notice_first(place: Business, owner: Viewer) -> None:
    service = save(owner, place=place, **{**EVERYTHING, "refund_tiers": [[0, 10], [1440, 100], [60, 10]]})

    assert Service.objects.get(pk=service.pk).refund_tiers == [[1440, 100], [60, 10], [0, 10]]


def test_save__a_deposit_where_nothing_is_paid_online_is_refused(place: Business, owner: Viewer) -> None:
    before = save(owner, place=place, **EVERYTHING)

    error = refusal(save, viewer=owner, service=before, payment_policy="ON_SITE")

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, ["depositPercent"])
    assert save(owner, service=before, payment_policy="ON_SITE", deposit_percent=None).pk


def test_save__shortest_beyond_the_longest_is_refused(place: Business, owner: Viewer) -> None:
    before = save(owner, place=place, **EVERYTHING)

    error = refusal(save, viewer=owner, service=before, duration=91)

    assert error.field == ["maxDurationMinutes"]


@pytest.mark.parametrize(
    ("currency", "price", "kept"),
    [
        ("JPY", Decimal(500), Decimal(500)),
        ("JPY", Decimal("0.5"), None),
        ("KWD", Decimal("0.125"), Decimal("0.125")),
        ("KWD", Decimal("0.0625"), None),
        ("EUR", Decimal("-0"), Decimal(0)),
        ("EUR", Decimal("1E+2"), Decimal(100)),
        ("EUR", Decimal("0E-999999999"), Decimal(0)),
        ("EUR", Decimal("0.50"), Decimal("0.5")),
    ],
)
def test_save__price_fits_the_minor_units_of_the_currency(
    currency: str, price: Decimal, kept: Decimal | None
) -> None:
    place = factories.business(currency=currency)
    given = {
        "viewer": Viewer(user=place.owner),
        "place": place,
        "name": "Talk",
        "duration": 60,
        "price": price,
    }

    if kept is None:
        assert refusal(save, **given).field == ["price"]
    else:
        assert Service.objects.get(pk=save(**given).pk).price == kept


def test_save__price_that_no_booking_of_all_seats_could_hold_is_refused(
    place: Business, owner: Viewer
) -> None:
    given = {"name": "Talk", "duration": 60, "max_duration": 600, "seats": 10}

    error = refusal(save, viewer=owner, place=place, price=Decimal(10**7), **given)

    assert error.field == ["price"]
    assert save(owner, place=place, price=Decimal(10**7 - 1), **given).pk


def test_save__new_one_needs_a_practice_a_name_and_a_length(place: Business, owner: Viewer) -> None:
    assert refusal(save, viewer=owner, name="Talk", duration=60).field == ["businessId"]
    assert refusal(save, viewer=owner, place=place, duration=60).field == ["name"]
    assert refusal(save, viewer=owner, place=place, name="Talk").field == ["durationMinutes"]
    assert not Service.objects.exists()


def test_save__does_not_move_to_another_practice(place: Business, owner: Viewer) -> None:
    service = save(owner, place=place, name="Talk", duration=60)
    other = factories.business(owner=place.owner)

    error = refusal(save, viewer=owner, service=service, place=other, name="Chat")

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, ["businessId"])


def test_save__who_offers_it_is_replaced_in_the_same_call(place: Business, owner: Viewer) -> None:
    other = factories.service(place)
    people = [factories.consultant(other).pk for _ in range(3)]
    rooms = [shapes.room(place, name=f"Room {number}").pk for number in range(2)]

    service = save(
        owner, place=place, name="Talk", duration=60, consultant_ids=people[:2], resource_ids=rooms
    )
    assert sorted(service.consultants.values_list("pk", flat=True)) == people[:2]
    save(owner, service=service, consultant_ids=[people[2], people[2]])
    assert list(service.consultants.values_list("pk", flat=True)) == [people[2]]
    assert sorted(service.resources.values_list("pk", flat=True)) == rooms
    save(owner, service=service, resource_ids=[])
    assert not service.resources.exists()


@pytest.mark.parametrize("whose", ["another practice's", "nobody's", "deleted"])
@pytest.mark.parametrize("link", ["consultant_ids", "resource_ids"])
def test_save__link_that_is_not_of_the_practice_is_not_found_and_nothing_changes(
    place: Business, owner: Viewer, link: str, whose: str
) -> None:
    mine, foreign = factories.service(place), factories.service()
    known = {
        ("consultant_ids", "another practice's"): lambda: factories.consultant(foreign).pk,
        ("resource_ids", "another practice's"): lambda: shapes.room(foreign.business).pk,
        ("resource_ids", "deleted"): lambda: shapes.room(place, is_active=False).pk,
    }
    key = known.get((link, whose), lambda: 10**15)()
    rows = everything()

    error = refusal(save, viewer=owner, service=mine, name="Changed", **{link: [key]})

    named = {"consultant_ids": "consultantIds", "resource_ids": "resourceIds"}
    assert (error.code, error.field) == (ErrorCode.NOT_FOUND, [named[link]])
    assert everything() == rows


def test_save__changes_no_slot_and_no_booking(place: Business, owner: Viewer) -> None:
    service = factories.service(place, seats=5)
    host = factories.consultant(service)
    drafted = factories.draft(host, service, seats=5)
    factories.pending(host, service, starts_at=factories.TEN + timedelta(hours=2), seats=4)
    kept = frozenset({"Service"})
    rows = everything(without=kept)

    save(
        owner, service=service, seats=1, duration=30, buffer_after=60, price=Decimal(99), needs_approval=False
    )

    assert everything(without=kept) == rows
    drafted.refresh_from_db()
    assert (drafted.price, drafted.ends_at, drafted.buffer_after) == (
        300, factories.TEN + timedelta(hours=1), 0,
    )  # fmt: skip


@pytest.mark.parametrize("reach", [factories.draft, factories.pending])
def test_save__what_it_holds_is_fixed_once_somebody_asked_for_it(
    place: Business, owner: Viewer, reach: Any
) -> None:
    service = factories.service(place)
    host = factories.consultant(service)
    save(owner, service=service, holds="BOTH")
    save(owner, service=service, holds="CONSULTANT")
    reach(host, service)
    rows = everything()

    error = refusal(save, viewer=owner, service=service, holds="BOTH")

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, ["holds"])
    assert error.message == "What a service holds is fixed once it was asked for; add another service."
    assert everything() == rows
    assert save(owner, service=service, holds="CONSULTANT", name="Chat").name == "Chat"


def test_save__currency_and_lifetimes_are_held_to_their_rules(place: Business, owner: Viewer) -> None:
    service = save(owner, place=place, name="Talk", duration=60, price=Decimal("60.50"))

    error = refusal(save, viewer=owner, service=service, currency="JPY")
    assert error.field == ["price"]
    for nobodys in ("QQQ", "DEM", "XXX", "CLF", "pln"):
        assert refusal(save, viewer=owner, service=service, currency=nobodys).field == ["currency"]
    for length in (timedelta(days=-1), timedelta(days=731), timedelta.max):
        assert refusal(save, viewer=owner, service=service, draft_lifetime=length).field == ["draft_lifetime"]
    changed = {"currency": "JPY", "price": Decimal(6000), "draft_lifetime": timedelta(hours=2)}
    save(owner, service=service, **changed)

    assert Service.objects.values(*changed).get(pk=service.pk) == changed


def test_save__one_key_adds_one_service(place: Business, owner: Viewer) -> None:
    once = Once.of(scope="user", mutation="saveService", key="k", given={"name": "Talk"})
    other = Once.of(scope="user", mutation="saveService", key="k", given={"name": "Chat"})
    service = save(owner, place=place, name="Talk", duration=60, once=once)

    with pytest.raises(AlreadyDone) as again:
        save(owner, place=place, name="Talk", duration=60, once=once)
    mismatch = refusal(save, viewer=owner, place=place, name="Chat", duration=60, once=other)

    assert again.value.object_id == service.pk
    assert mismatch.code == ErrorCode.IDEMPOTENCY_MISMATCH
    assert Service.objects.count() == 1
