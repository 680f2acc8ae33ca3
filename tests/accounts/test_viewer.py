import pytest

from bookings.accounts.viewer import Viewer
from bookings.common.errors import ErrorCode
from bookings.verification.services import grant_access
from tests import factories
from tests.factories import NOW, later
from tests.witness import refusal

pytestmark = pytest.mark.django_db


def token(subject="booking:12"):
    return grant_access(subject=subject, email="ana@example.org", purposes=["view"], now=NOW)[0]


def test_viewer__nobody_is_nothing():
    viewer = Viewer()

    assert (viewer.is_admin, viewer.proven_email) == (False, None)
    assert viewer.business_ids == viewer.consultant_ids == frozenset()
    assert refusal(viewer.require_user).code == ErrorCode.UNAUTHENTICATED


def test_use_access_token__adds_what_it_opens():
    viewer = Viewer()

    viewer.use_access_token(token("booking:12"), now=NOW)
    viewer.use_access_token(token("booking:13"), now=NOW)

    assert viewer.subjects == {"booking:12", "booking:13"}


@pytest.mark.parametrize("given", ["", "nonsense", "é", "\ud800"])
def test_use_access_token__that_is_none_of_ours_is_refused(given):
    viewer = Viewer()

    assert refusal(viewer.use_access_token, token=given, now=NOW).code == ErrorCode.UNAUTHENTICATED
    assert viewer.subjects == set()


def test_use_access_token__ends_after_half_an_hour():
    error = refusal(Viewer().use_access_token, token=token(), now=later(minutes=30))

    assert error.code == ErrorCode.UNAUTHENTICATED


def test_proven_email__is_of_an_account_that_proved_it():
    assert Viewer(user=factories.user("ana@example.org")).proven_email == "ana@example.org"
    assert Viewer(user=factories.user("eve@example.org", email_verified_at=None)).proven_email is None


def test_business_ids__are_those_owned_and_worked_for():
    place = factories.business()
    other = factories.business()
    staff = factories.staff_of(place)

    assert staff.business_ids == {place.pk}
    assert Viewer(user=place.owner).business_ids == {place.pk}
    assert Viewer(user=other.owner).business_ids == {other.pk}


def test_consultant_ids__are_those_that_the_account_is():
    account = factories.user()
    host = factories.consultant(factories.service(), user=account)

    assert Viewer(user=account).consultant_ids == {host.pk}
    assert Viewer(user=account).business_ids == frozenset()
