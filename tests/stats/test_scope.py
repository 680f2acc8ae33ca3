"""Whose figures one may ask for, of which days."""

from datetime import date, timedelta

import pytest

from bookings.accounts.viewer import Viewer
from bookings.businesses.models import StaffMember
from bookings.common.errors import DomainError
from bookings.stats.scope import Days
from bookings.stats.selectors import statistics
from tests import factories
from tests.factories import NOW
from tests.reviews.sessions import practice, reviewed

pytestmark = pytest.mark.django_db

FIRST = date(2030, 1, 1)


def refused(**asked) -> tuple[str, list[str] | None]:
    with pytest.raises(DomainError) as refusal:
        statistics(now=NOW, **asked)
    return str(refusal.value.code), refusal.value.field


def test_statistics__are_for_who_runs_the_practice_and_each_consultant_sees_their_own() -> None:
    host = practice()
    place = host.business
    colleague = factories.consultant(host.services.get(), user=factories.user())
    own = Viewer(user=host.user)

    for viewer in (Viewer(user=place.owner), factories.staff_of(place)):
        assert statistics(viewer=viewer, business_id=place.pk, now=NOW).revenue == []
    found = statistics(viewer=own, business_id=place.pk, consultant_id=host.pk, now=NOW)
    assert found.revenue is None
    assert refused(viewer=own, business_id=place.pk) == ("FORBIDDEN", None)
    assert refused(viewer=own, business_id=place.pk, consultant_id=colleague.pk)[0] == "FORBIDDEN"
    staff = factories.staff_of(place, StaffMember.Role.STAFF)
    assert refused(viewer=staff, business_id=place.pk)[0] == "FORBIDDEN"
    assert refused(viewer=Viewer(), business_id=place.pk)[0] == "UNAUTHENTICATED"


def test_statistics__of_another_practice_are_refused_and_its_consultants_not_found() -> None:
    host, other = practice(), practice()
    lead = factories.staff_of(host.business)

    assert refused(viewer=lead, business_id=other.business_id)[0] == "FORBIDDEN"
    wrong = refused(viewer=lead, business_id=host.business_id, consultant_id=other.pk)
    assert wrong == ("NOT_FOUND", ["consultantId"])
    stranger = Viewer(user=other.user)
    assert refused(viewer=stranger, business_id=host.business_id, consultant_id=other.pk)[0] == "NOT_FOUND"


def test_statistics__of_the_platform_are_its_admin_s_and_tell_no_parts() -> None:
    host = practice()
    reviewed(host, 4)
    reviewed(practice(), 2)
    admin = Viewer(user=factories.user(is_superuser=True))

    found = statistics(viewer=admin, first=FIRST, last=FIRST + timedelta(days=9), now=NOW)

    assert refused(viewer=Viewer(user=host.business.owner)) == ("FORBIDDEN", None)
    assert (found.whole.total, found.stars.number, found.stars.total, found.zone) == (2, 2, 6, "UTC")
    assert (found.services, found.consultants, found.consultants_use) == ([], [], None)
    assert refused(viewer=admin, business_id=10**9)[0] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (FIRST, FIRST - timedelta(days=1)),
        (FIRST, FIRST + timedelta(days=366)),
        (date(1, 1, 1), date(1, 1, 2)),
        (date(9999, 12, 30), date(9999, 12, 31)),
    ],
)
def test_days__are_in_order_and_not_too_many(first: date, last: date) -> None:
    with pytest.raises(DomainError) as refusal:
        Days.read(first, last)
    assert str(refusal.value.code) == "VALIDATION_FAILED"


def test_days__of_a_whole_leap_year_can_be_asked_about() -> None:
    assert len(list(Days.read(date(2032, 1, 1), date(2032, 12, 31)))) == 366


def test_statistics__of_the_last_30_days_unless_told_otherwise() -> None:
    host = practice()

    found = statistics(viewer=Viewer(user=host.business.owner), business_id=host.business_id, now=NOW)

    assert (found.first, found.last) == (date(2029, 12, 9), date(2030, 1, 7))
    assert list(found.days) == list(found.lately)
    assert len(found.days) == 30
    assert (found.whole.no_show_rate, found.whole.cancellation_rate, found.whole.average_lead) == (None,) * 3
    assert found.consultants_use is not None
    assert found.consultants_use.share == 0
