"""What a client keeps at hand, as an export lists it and an erasure forgets it."""

from datetime import timedelta

import pytest

from bookings.accounts.viewer import Viewer
from bookings.booking import services
from bookings.consultants.models import ConsultantLanguage
from bookings.favourites.models import Favourite
from bookings.favourites.services import toggle
from bookings.privacy.erasure import erase_person
from bookings.privacy.export import export_person
from tests import factories
from tests.factories import NOW, TEN
from tests.lifecycle import ended

pytestmark = pytest.mark.django_db(transaction=True)


def test_favourites__are_exported_and_forgotten_with_the_person() -> None:
    ana, other = factories.user("ana@example.org"), factories.user()
    host = factories.consultant(factories.service(), full_name="Mira Novak")
    toggle(viewer=Viewer(user=ana), business_id=host.business_id, now=NOW)
    toggle(viewer=Viewer(user=ana), consultant_id=host.pk, now=NOW)
    toggle(viewer=Viewer(user=other), consultant_id=host.pk, now=NOW)

    part = export_person(email=ana.email, now=NOW)["parts"]["favourites"]
    erase_person(email=ana.email, now=NOW)

    assert part["rows"] == [
        {"practice": None, "consultant": "Mira Novak", "createdAt": NOW.isoformat()},
        {"practice": host.business.name, "consultant": None, "createdAt": NOW.isoformat()},
    ]
    assert list(Favourite.objects.values_list("user", flat=True)) == [other.pk]


def test_profile__is_exported_with_its_languages_and_stays_the_practices() -> None:
    mira = factories.user("mira@example.org")
    host = factories.consultant(factories.service(), user=mira, practising_since=2011)
    ConsultantLanguage.objects.create(consultant=host, code="pl")

    (work,) = export_person(email=mira.email, now=NOW)["parts"]["work"]["rows"]
    erase_person(email=mira.email, now=NOW)

    assert (work["practisingSince"], work["languages"]) == (2011, ["pl"])
    host.refresh_from_db()
    assert (host.user, list(host.languages.values_list("code", flat=True))) == (None, ["pl"])


def test_booking__is_exported_with_what_it_follows_and_how_to_meet() -> None:
    offered = factories.service()
    before = ended(services.complete)(factories.consultant(offered), offered, meeting_platform="ZOOM")
    again = services.follow_up(
        booking_id=before.pk,
        given=services.FollowUp(starts_at=TEN + timedelta(days=1)),
        viewer=Viewer(user=offered.business.owner),
        now=TEN,
    ).booking

    newest, oldest = export_person(email=before.email, now=NOW)["parts"]["bookings"]["rows"]

    assert (newest["id"], newest["follows"]) == (again.acknowledgement_id, before.acknowledgement_id)
    assert (oldest["follows"], oldest["meetingPlatform"], newest["meetingPlatform"]) == (None, "ZOOM", "ZOOM")
