"""What a practice says of itself, held to its rules; and one slug each, whoever is first."""

from datetime import timedelta
from math import inf, nan

import pytest

from bookings.accounts.models import User
from bookings.accounts.viewer import Viewer
from bookings.businesses import practices
from bookings.businesses.models import Business, Category, StaffMember
from bookings.common.countries import COUNTRIES, read_country
from bookings.common.errors import DomainError
from bookings.common.idempotency import AlreadyDone, Once
from tests import factories
from tests.factories import NOW
from tests.races.threads import race

pytestmark = pytest.mark.django_db


@pytest.fixture
def kind(db: None) -> Category:
    return Category.objects.create(slug="massage", name="Massage")


@pytest.fixture
def olga(db: None) -> Viewer:
    return Viewer(user=factories.user("olga@example.org", role=User.Role.BUSINESS_OWNER))


def opened(viewer: Viewer, kind: Category, once: Once | None = None, **changes: object) -> Business:
    asked = {"name": "Harbour", "category_id": kind.pk, **changes}
    return practices.create_business(viewer=viewer, changes=asked, now=NOW, once=once)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "a\x00b"}, "name"),
        ({"description": "a\x00b"}, "description"),
        ({"city": "\ud800"}, "city"),
        ({"latitude": nan, "longitude": 0.0}, "latitude"),
        ({"latitude": inf, "longitude": 0.0}, "latitude"),
        ({"latitude": 0.0, "longitude": -inf}, "longitude"),
        ({"website": "https://x\x00.example"}, "website"),
        ({"refund_tiers": "all of it"}, "refundTiers"),
        ({"draft_lifetime": timedelta(days=731)}, "draftLifetimeMinutes"),
        ({"category_id": None}, "categoryId"),
        ({"name": None}, "name"),
    ],
)
def test_create_business__what_databases_cannot_keep_is_refused(olga, kind, changes, field):
    with pytest.raises(DomainError) as refused:
        opened(olga, kind, **changes)

    assert (refused.value.code, refused.value.field) == ("VALIDATION_FAILED", [field])
    assert not Business.objects.exists()


def test_create_business__for_somebody_else_is_the_admins_alone(olga, kind):
    other = factories.user()
    admin = Viewer(user=factories.user(is_superuser=True))

    with pytest.raises(DomainError) as refused:
        practices.create_business(
            viewer=olga, changes={"name": "X", "category_id": kind.pk}, owner=other, now=NOW
        )
    made = practices.create_business(
        viewer=admin, changes={"name": "X", "category_id": kind.pk}, owner=other, now=NOW
    )

    assert refused.value.code == "FORBIDDEN"
    assert made.owner == other


def test_create_business__of_many_alike_takes_one_look_and_ends_in_letters(olga, kind, settings):
    settings.MAX_PRACTICES_PER_OWNER = 100
    slugs = [opened(olga, kind).slug for _ in range(21)]

    assert slugs[:2] == ["harbour", "harbour-2"]
    assert slugs[18] == "harbour-19"
    assert all(slug.startswith("harbour-") and len(slug) == len("harbour-") + 8 for slug in slugs[19:])
    assert len(set(slugs)) == 21


def test_create_business__slugs_fit_their_column(olga, kind):
    assert len(opened(olga, kind, name="a" * 200).slug) <= 50


def test_update_business__asks_the_database_what_somebody_is_now():
    place = factories.business()
    viewer = factories.staff_of(place)
    assert viewer.roles[place.pk] == "MANAGER"
    StaffMember.objects.all().delete()

    with pytest.raises(DomainError) as refused:
        practices.update_business(viewer=viewer, business_id=place.pk, changes={"city": "X"}, now=NOW)

    assert refused.value.code == "FORBIDDEN"


def test_update_business__leaves_what_reviews_wrote_meanwhile(monkeypatch):
    place = factories.business()
    owner = Viewer(user=place.owner)
    apply = practices.apply

    def reviewed(row, changes, **how):
        Business.objects.filter(pk=place.pk).update(rating_count=1, rating_sum=5, rating_average=5)
        return apply(row, changes, **how)

    monkeypatch.setattr(practices, "apply", reviewed)
    practices.update_business(viewer=owner, business_id=place.pk, changes={"city": "X"}, now=NOW)

    place.refresh_from_db()
    assert (place.city, place.rating_count) == ("X", 1)


def test_countries__are_those_of_iso_in_any_case():
    assert len(COUNTRIES) == 249
    assert (read_country(" pl "), read_country(" ")) == ("PL", "")


@pytest.mark.django_db(transaction=True)
@pytest.mark.only_on("postgresql")
def test_create_business__twice_at_once_under_one_key_opens_one(olga, kind):
    key = Once.of(scope="user:1:practices", mutation="createBusiness", key="k", given={"a": 1})

    result = race([lambda: opened(olga, kind, once=key)] * 4)

    done = [end for end in result.ends if isinstance(end, AlreadyDone)]
    (made,) = result.results
    assert (len(done), {each.object_id for each in done}) == (3, {made.pk})
    assert Business.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.only_on("postgresql")
def test_create_business__racing_for_a_slug_one_has_it_and_others_get_numbers(kind):
    owners = [Viewer(user=factories.user(role=User.Role.BUSINESS_OWNER)) for _ in range(4)]

    free = race([lambda owner=owner: opened(owner, kind) for owner in owners])
    named = race([lambda owner=owner: opened(owner, kind, slug="mine") for owner in owners])

    assert (free.accidents, free.refusals) == ([], [])
    assert sorted(row.slug for row in free.results) == ["harbour", "harbour-2", "harbour-3", "harbour-4"]
    assert (named.accidents, named.refusals, len(named.results)) == ([], ["VALIDATION_FAILED"] * 3, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.only_on("postgresql")
def test_create_business__racing_accounts_get_no_more_than_they_may(olga, kind, settings):
    settings.MAX_PRACTICES_PER_OWNER = 2

    result = race([lambda: opened(olga, kind)] * 4)

    assert (result.accidents, result.refusals) == ([], ["VALIDATION_FAILED"] * 2)
    assert Business.objects.count() == 2
