"""Texts of consent through the API: what is shown now, what was shown then, and what a booking keeps."""

from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.accounts.viewer import Viewer
from bookings.booking.models import Booking
from bookings.businesses import consents
from bookings.catalogue.models import Service
from tests import factories
from tests.factories import NOW, TEN
from tests.schema.client import ask, gid

pytestmark = pytest.mark.django_db(transaction=True)

PUBLISH = """
mutation P($input: PublishConsentTextInput!) {
  publishConsentText(input: $input) {
    consentText { version text } publishedAt business { consentVersion } errors { code field }
  }
}
"""
SHOWN = "query B($slug: String!) { business(slug: $slug) { consentText consentVersion } }"
OLDER = "query C($id: ID!, $version: String!) { consentText(businessId: $id, version: $version) { version text } }"
DRAFT = """
mutation D($input: DraftBookingInput!) {
  draftBooking(input: $input) { booking { consent { version } } errors { code field message } }
}
"""
AGREED = "query A($first: Int!) { bookings(first: $first) { edges { node { consent { version text agreedAt } } } } }"
LIST = "query L($first: Int!) { businesses(first: $first) { edges { node { consentVersion } } } }"


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def offered() -> Service:
    return factories.service()


def publish(offered: Service, text: str) -> dict[str, Any]:
    given = {"businessId": gid(offered.business), "text": text}
    return dict(ask(PUBLISH, {"input": given}, user=offered.business.owner)["publishConsentText"])


def draft(offered: Service, **fields: Any) -> dict[str, Any]:
    given = {
        "serviceId": gid(offered),
        "consultantId": gid(factories.consultant(offered)),
        "startsAt": TEN.isoformat(),
        "email": "ana@example.org",
        "fullName": "Ana",
        "consent": True,
        **fields,
    }
    return dict(ask(DRAFT, {"input": given})["draftBooking"])


def test_publish_consent_text__is_shown_from_now_on_and_the_older_one_by_its_version(
    offered: Service,
) -> None:
    before = ask(SHOWN, {"slug": offered.business.slug})["business"]

    made = publish(offered, "Our own words.")

    assert made["consentText"] == {"version": "2030-01-07.1", "text": "Our own words."}
    assert made["business"] == {"consentVersion": "2030-01-07.1"}
    after = ask(SHOWN, {"slug": offered.business.slug})["business"]
    assert after == {"consentText": "Our own words.", "consentVersion": "2030-01-07.1"}
    older = {"id": gid(offered.business), "version": before["consentVersion"]}
    assert ask(OLDER, older)["consentText"]["text"] == before["consentText"]
    assert ask(OLDER, {**older, "version": "2030-01-07.2"})["consentText"] is None


def test_draft_booking__with_an_outdated_version_is_refused_and_says_which_to_show(offered: Service) -> None:
    old = ask(SHOWN, {"slug": offered.business.slug})["business"]["consentVersion"]
    publish(offered, "Our own words.")

    (error,) = draft(offered, consentVersion=old)["errors"]

    assert (error["code"], error["field"]) == ("CONSENT_REQUIRED", ["consentVersion"])
    assert "2030-01-07.1" in error["message"]
    assert not Booking.objects.exists()
    assert draft(offered, consentVersion="2030-01-07.1")["errors"] == []
    assert draft(offered)["errors"] == []


def test_booking_consent__keeps_what_was_shown(offered: Service) -> None:
    factories.pending(factories.consultant(offered), offered)
    publish(offered, "Our own words.")
    factories.pending(factories.consultant(offered), offered)
    publish(offered, "Newer words.")

    edges = ask(AGREED, {"first": 10}, user=offered.business.owner)["bookings"]["edges"]

    agreed = sorted((edge["node"]["consent"]["version"], edge["node"]["consent"]["text"]) for edge in edges)
    assert [version for version, _ in agreed] == ["2026-11", "2030-01-07.1"]
    assert agreed[1][1] == "Our own words."
    assert agreed[0][1].startswith("I agree that the practice")
    assert edges[0]["node"]["consent"]["agreedAt"] == "2030-01-07T08:00:00Z"


def test_booking_consent__is_null_for_whoever_proved_nothing(offered: Service) -> None:
    assert draft(offered)["booking"]["consent"] is None


@pytest.mark.parametrize("document", [AGREED, LIST])
def test_texts__of_a_list_cost_as_many_statements_as_of_one(offered: Service, document: str) -> None:
    for number in range(3):
        publish(offered, f"Words {number}.")
        factories.pending(factories.consultant(offered), offered)
        other = factories.business()
        consents.publish(business_id=other.pk, text="Theirs.", viewer=Viewer(user=other.owner), now=NOW)
    owner = offered.business.owner
    ask(document, {"first": 1}, user=owner)

    counts = []
    for first in (1, 3):
        with CaptureQueriesContext(connection) as statements:
            ask(document, {"first": first}, user=owner)
        counts.append(len(statements))

    assert counts[0] == counts[1]
