"""What is listed of practices, and when it is looked at anew."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.booking import services as booking
from bookings.businesses.changes import note_change
from bookings.businesses.models import Business
from bookings.directory import free, selectors, services
from bookings.directory.models import ConsultantListing, Listing
from bookings.directory.services import (
    LOOK_EVERY,
    refresh_all,
    refresh_changed,
    refresh_due,
    refresh_listing,
)
from bookings.schedules.models import Schedule, WeeklyHours
from tests import factories
from tests.factories import NOW, TEN, later

pytestmark = pytest.mark.django_db

NINE = TEN - timedelta(hours=1)


def words_of(place: Business) -> set[str]:
    return set(Listing.objects.get(pk=place.pk).words.values_list("word", flat=True))


def pks(waiting: list[selectors.Waiting]) -> list[int]:
    return [each.pk for each in waiting]


def test_refresh__lists_words_city_price_and_the_next_open_time() -> None:
    place = factories.business(name="Müller & Søn", city="Łódź")
    talk = factories.service(place, name="Rozmowa 50", price=Decimal(80))
    factories.service(place, name="Short", price=Decimal(30))
    factories.service(place, name="In dollars", price=Decimal(1), currency="USD")
    ana = factories.consultant(talk, full_name="Ana Żółć", specialisation="Grief")

    assert refresh_listing(business_id=place.pk, now=NOW)

    listing = Listing.objects.get(pk=place.pk)
    assert (listing.city, listing.currency, listing.price_from) == ("lodz", "EUR", Decimal(30))
    assert (listing.next_free_at, listing.due_at) == (NINE, NOW + timedelta(minutes=15))
    assert {"muller", "son", "lodz", "rozmowa", "50", "ana", "zolc", "grief", "counselling"} <= words_of(
        place
    )
    assert ConsultantListing.objects.get(pk=ana.pk).next_free_at == NINE


def test_refresh__knows_nothing_of_what_is_out_of_use() -> None:
    talk = factories.service(name="Shown")
    factories.service(talk.business, name="Secretplan", is_active=False, price=Decimal(1))
    factories.consultant(talk, full_name="Left Long", is_active=False)

    refresh_listing(business_id=talk.business_id, now=NOW)

    listing = Listing.objects.get(pk=talk.business_id)
    assert (listing.price_from, listing.next_free_at) == (Decimal(60), None)
    assert words_of(talk.business).isdisjoint({"secretplan", "left", "long"})
    assert not ConsultantListing.objects.exists()


def test_refresh__again_changes_words_and_forgets_who_left() -> None:
    talk = factories.service(name="Before")
    ana = factories.consultant(talk)
    refresh_listing(business_id=talk.business_id, now=NOW)
    talk.name = "After"
    talk.save()
    ana.is_active = False
    ana.save()

    refresh_listing(business_id=talk.business_id, now=later(minutes=1))

    assert "after" in words_of(talk.business)
    assert "before" not in words_of(talk.business)
    assert not ConsultantListing.objects.exists()


def test_refresh__practice_out_of_use_has_no_listing() -> None:
    talk = factories.service()
    factories.consultant(talk)
    refresh_listing(business_id=talk.business_id, now=NOW)
    Business.objects.filter(pk=talk.business_id).update(is_active=False)

    assert refresh_changed(now=NOW) == 1
    assert not Listing.objects.exists()
    assert not ConsultantListing.objects.exists()
    assert not refresh_listing(business_id=talk.business_id + 1, now=NOW)


def test_next_free__is_the_earliest_of_any_service_for_each_person() -> None:
    long = factories.service(notice=60 * 24 * 3)
    ana = factories.consultant(long)
    ben = factories.consultant(long, hours=(13, 17))
    soon = factories.service(long.business, notice=60 * 24)
    soon.consultants.add(ben)

    refresh_listing(business_id=long.business_id, now=NOW)

    free = dict(ConsultantListing.objects.values_list("pk", "next_free_at"))
    assert free == {ana.pk: NINE + timedelta(days=3), ben.pk: TEN + timedelta(days=1, hours=3)}
    assert Listing.objects.get().next_free_at == free[ben.pk]


def test_next_free__is_found_as_far_as_the_horizon_and_no_further() -> None:
    far = factories.service(notice=60 * 24 * 80, horizon=100)
    never = factories.service(notice=60 * 24 * 80, horizon=70)
    for offered in (far, never):
        factories.consultant(offered)
        refresh_listing(business_id=offered.business_id, now=NOW)

    assert Listing.objects.get(pk=far.business_id).next_free_at == NINE + timedelta(days=80)
    assert Listing.objects.get(pk=never.business_id).next_free_at is None


def test_refresh__takes_as_many_statements_for_1_person_as_for_3() -> None:
    counts = []
    talk = factories.service()
    for more in (1, 2):
        for _ in range(more):
            factories.consultant(talk)
        refresh_listing(business_id=talk.business_id, now=NOW)
        with CaptureQueriesContext(connection) as captured:
            refresh_listing(business_id=talk.business_id, now=NOW)
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert counts[0] <= 25


def test_next_free__two_services_look_no_further_than_is_found() -> None:
    talk = factories.service()
    ana = factories.consultant(talk)
    others = [factories.service(talk.business, horizon=700) for _ in range(2)]
    ana.services.add(*others)

    with CaptureQueriesContext(connection) as captured:
        refresh_listing(business_id=talk.business_id, now=NOW)

    looked = [query["sql"] for query in captured.captured_queries if "bookings_occupation" in query["sql"]]
    assert len(looked) == 3


@pytest.mark.parametrize(("most", "looks"), [(1, 3), (4, 6), (100, 3 * 14)])
def test_next_free__where_nothing_is_open_looks_nearby_for_all_and_so_far_and_no_further(
    monkeypatch: pytest.MonkeyPatch, most: int, looks: int
) -> None:
    monkeypatch.setattr(free, "MOST_LOOKS", most)
    talk = factories.service(horizon=365)
    services = [talk, *(factories.service(talk.business, horizon=365) for _ in range(2))]
    factories.consultant(talk).services.add(*services)
    WeeklyHours.objects.all().delete()

    with CaptureQueriesContext(connection) as captured:
        refresh_listing(business_id=talk.business_id, now=NOW)

    asked = [query["sql"] for query in captured.captured_queries if "bookings_weeklyhours" in query["sql"]]
    assert len(asked) == looks
    assert Listing.objects.get().next_free_at is None


def test_due__once_the_listed_time_cannot_be_asked_for_any_more() -> None:
    talk = factories.service(notice=50)
    factories.consultant(talk)

    refresh_listing(business_id=talk.business_id, now=NOW)

    assert Listing.objects.get().due_at == later(minutes=10, seconds=1)
    assert refresh_due(now=later(minutes=10)) == 0
    assert refresh_due(now=later(minutes=11)) == 1
    assert Listing.objects.get().next_free_at == TEN


def test_booked__practice_is_looked_at_at_once_and_when_late_events_are_in() -> None:
    talk = factories.service()
    ana = factories.consultant(talk, hours=(10, 12))
    other = factories.service()
    for place in (talk.business_id, other.business_id):
        refresh_listing(business_id=place, now=NOW - timedelta(minutes=1))
    factories.pending(ana, talk)

    assert pks(selectors.booked_since(later(seconds=2), 10)) == [talk.business_id]
    refresh_due(now=later(seconds=2))
    assert Listing.objects.get(pk=talk.business_id).next_free_at == TEN + timedelta(hours=1)
    assert selectors.booked_since(later(seconds=10), 10) == []
    assert pks(selectors.booked_since(later(seconds=31), 10)) == [talk.business_id]
    refresh_due(now=later(seconds=31))
    assert selectors.booked_since(later(seconds=60), 10) == []


def test_booked__time_given_back_is_found_again() -> None:
    talk = factories.service()
    ana = factories.consultant(talk, hours=(10, 12))
    held = factories.pending(ana, talk)
    refresh_listing(business_id=talk.business_id, now=later(minutes=1))
    booking.reject(
        booking_id=held.pk, viewer=factories.staff_of(held.business), reason="Ill", now=later(minutes=2)
    )

    refresh_due(now=later(minutes=2, seconds=1))

    assert Listing.objects.get().next_free_at == TEN


def test_changed__finds_new_practices_and_those_with_a_newer_version() -> None:
    new, changed, same = (factories.business() for _ in range(3))
    for place in (changed, same):
        refresh_listing(business_id=place.pk, now=NOW)
    note_change(changed.pk)

    assert pks(selectors.behind(NOW, 10)) == [new.pk, changed.pk]
    assert refresh_changed(now=NOW) == 2
    assert refresh_changed(now=NOW) == 0


class Meanwhile:
    """Does something once, just before the first statement about a table: as another process would."""

    def __init__(self, table: str, act: Callable[[], object]) -> None:
        self.table, self.act, self.done = table, act, False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if f'"{self.table}"' in sql and not self.done:
            self.done = True
            self.act()
        return execute(sql, params, many, context)


def test_refresh__who_saw_an_older_version_leaves_what_a_newer_look_wrote() -> None:
    place = factories.business(name="Old")

    def change() -> None:
        note_change(place.pk)
        Business.objects.filter(pk=place.pk).update(name="New")
        refresh_listing(business_id=place.pk, now=later(seconds=1))

    with connection.execute_wrapper(Meanwhile("bookings_service", change)):
        refresh_listing(business_id=place.pk, now=NOW)

    assert "new" in words_of(place)
    assert "old" not in words_of(place)
    assert selectors.behind(NOW, 10) == []


def test_refresh__change_that_commits_during_the_look_is_looked_at_again() -> None:
    place = factories.business()

    with connection.execute_wrapper(Meanwhile("bookings_service", lambda: note_change(place.pk))):
        refresh_listing(business_id=place.pk, now=NOW)

    assert pks(selectors.behind(NOW, 10)) == [place.pk]


def test_refresh__one_that_fails_is_logged_and_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    talk = factories.service()
    factories.consultant(talk)
    fine = factories.business()
    Schedule.objects.update(timezone="Nowhere/None")

    assert refresh_changed(now=NOW) == 2
    assert words_of(fine)
    unseen = Listing.objects.get(pk=talk.business_id)
    assert (unseen.seen_version, unseen.sets_hours) == (0, True)
    assert unseen.due_at >= NOW + LOOK_EVERY
    assert f"practice {talk.business_id} could not be listed" in caplog.text


def test_refresh__those_that_fail_again_and_again_let_others_go_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failing = [factories.service() for _ in range(2)]
    for talk in failing:
        factories.consultant(talk)
    Schedule.objects.update(timezone="Nowhere/None")
    fine = factories.business()
    monkeypatch.setattr(services, "BATCH", 2)

    assert refresh_changed(now=NOW) == 2
    assert len(Listing.objects.filter(due_at__gte=NOW + LOOK_EVERY)) == 2
    assert pks(selectors.behind(later(minutes=1), 2)) == [fine.pk, failing[0].business_id]
    refresh_changed(now=later(minutes=1))

    assert words_of(fine)
    assert set(pks(selectors.behind(later(minutes=2), 9))) == {talk.business_id for talk in failing}


def test_refresh__name_of_a_city_whose_letters_become_words_is_cut_and_still_found() -> None:
    place = factories.business(city="莊" * 100)

    assert refresh_listing(business_id=place.pk, now=NOW)

    assert len(Listing.objects.get().city) == 200
    assert list(selectors.found(selectors.Wish(city="莊" * 100), NOW)) == [place]


def test_behind__many_changes_in_a_row_are_seen_by_one_look() -> None:
    place = factories.business()
    for _ in range(3):
        note_change(place.pk)

    looks = [services.refresh_behind(business_id=place.pk, now=later(minutes=each)) for each in range(3)]

    assert looks == [True, False, False]
    assert Listing.objects.get().looked_at == NOW
    Business.objects.filter(pk=place.pk).update(is_active=False)
    assert services.refresh_behind(business_id=place.pk, now=later(minutes=3))
    assert not Listing.objects.exists()


def test_refresh_all__lists_every_practice_and_may_be_repeated() -> None:
    places = [factories.business() for _ in range(3)]

    for _ in range(2):
        assert refresh_all(now=lambda: NOW) == 3
    assert set(Listing.objects.values_list("pk", flat=True)) == {place.pk for place in places}
    assert timedelta(minutes=15) == LOOK_EVERY
