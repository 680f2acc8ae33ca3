"""Texts of consent: published once, never changed, and kept by version."""

import pytest
from django.db import IntegrityError, connection, transaction

from bookings.accounts.viewer import Viewer
from bookings.booking import consent
from bookings.businesses import consents
from bookings.businesses.models import ConsentText, StaffMember
from bookings.common.errors import ErrorCode
from bookings.common.guards import purge_permit
from tests import factories
from tests.factories import NOW, later
from tests.witness import refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return factories.business(timezone="Pacific/Auckland")


def publish(place, text, *, now=NOW, viewer=None):
    viewer = viewer or Viewer(user=place.owner)
    return consents.publish(business_id=place.pk, text=text, viewer=viewer, now=now)


def test_publish__counts_versions_by_the_practices_own_date(place):
    made = [publish(place, "One."), publish(place, "Two."), publish(place, "Three.", now=later(hours=4))]

    assert [row.version for row in made] == ["2030-01-07.1", "2030-01-07.2", "2030-01-08.1"]
    assert consent.present(place) == consent.Consent("2030-01-08.1", "Three.")
    assert consent.of_version(place.pk, "2030-01-07.1").text == "One."


def test_publish__of_the_same_text_is_the_version_there_is(place):
    first = publish(place, "One.")

    assert publish(place, " One. ", now=later(days=3)) == first
    assert ConsentText.objects.count() == 1


def test_present__is_the_built_in_text_where_a_practice_has_none_of_its_own(place):
    publish(factories.business(), "Another's.")

    assert consent.present(place).version == consent.VERSION
    assert consent.of_version(place.pk, consent.VERSION).text == str(consent.TEXT)
    assert consent.of_version(place.pk, "2030-01-07.1") is None


@pytest.mark.parametrize("text", ["", "  ", "x" * 5001, "nul \x00"])
def test_publish__refuses_what_is_no_text(place, text):
    assert refusal(publish, place=place, text=text).code == ErrorCode.VALIDATION_FAILED


def test_publish__is_for_owner_and_managers(place):
    staff = factories.staff_of(place, StaffMember.Role.STAFF)
    manager = factories.staff_of(place, StaffMember.Role.MANAGER)
    stranger = factories.staff_of(factories.business())

    assert refusal(publish, place=place, text="No.", viewer=staff).code == ErrorCode.FORBIDDEN
    assert refusal(publish, place=place, text="No.", viewer=stranger).code == ErrorCode.FORBIDDEN
    assert refusal(publish, place=place, text="No.", viewer=Viewer()).code == ErrorCode.UNAUTHENTICATED
    assert publish(place, "Yes.", viewer=manager).text == "Yes."


@pytest.mark.parametrize(
    "change", ["UPDATE bookings_consenttext SET text = 'Other.'", "DELETE FROM bookings_consenttext"]
)
def test_consent_text__is_neither_changed_nor_deleted_whoever_asks(place, change):
    publish(place, "One.")

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)

    assert ConsentText.objects.get().text == "One."


def test_consent_text__goes_under_a_purge_permit_alone(place):
    publish(place, "One.")

    with purge_permit():
        ConsentText.objects.all().delete()

    assert not ConsentText.objects.exists()
