"""What consultants say of themselves beside words: in which languages they work, and for how long."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bookings.accounts.viewer import Viewer
from bookings.common.errors import ErrorCode
from bookings.consultants.languages import MOST, read_languages
from bookings.consultants.models import Consultant
from bookings.consultants.selectors import years_of_experience
from bookings.consultants.services import save_consultant
from tests import factories
from tests.factories import NOW
from tests.witness import refusal

pytestmark = pytest.mark.django_db


def person() -> Consultant:
    return factories.consultant(factories.service(), user=factories.user())


def save(who: Viewer, host: Consultant, **given: Any) -> Consultant:
    languages = given.pop("languages", None)
    return save_consultant(
        viewer=who, consultant_id=host.pk, changes=given, languages=languages, now=given.pop("now", NOW)
    )


def spoken(host: Consultant) -> list[str]:
    return list(host.languages.order_by("code").values_list("code", flat=True))


def test_save__languages_are_kept_in_one_form_and_each_once() -> None:
    host = person()

    save(Viewer(user=host.business.owner), host, languages=["PL", "pt_BR", " pl ", "pt-br", "en"])

    assert spoken(host) == ["en", "pl", "pt-br"]


def test_save__languages_replace_those_before_and_nothing_leaves_them() -> None:
    host = person()
    owner = Viewer(user=host.business.owner)
    save(owner, host, languages=["pl", "en"])
    kept = host.languages.get(code="en").pk

    save(owner, host, languages=["en", "de"])
    save(owner, host, bio="New.")

    assert spoken(host) == ["de", "en"]
    assert host.languages.get(code="en").pk == kept
    save(owner, host, languages=[])
    assert spoken(host) == []


@pytest.mark.parametrize(
    "tags",
    [["english"], ["e"], ["en;drop"], ["en-"], [""], ["pl\n"[:1] + "ł"], ["en\x00"], ["de"] * (MOST + 1)],
)
def test_save__what_is_no_tag_and_too_many_are_refused_and_change_nothing(tags: list[str]) -> None:
    host = person()
    owner = Viewer(user=host.business.owner)
    save(owner, host, languages=["pl"])

    error = refusal(save, who=owner, host=host, languages=tags, bio="New.")

    host.refresh_from_db()
    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, ["languages"])
    assert (spoken(host), host.bio) == (["pl"], "")


def test_read_languages__takes_the_most_there_may_be() -> None:
    tags = [f"{first}{second}" for first in "abcd" for second in "abcde"]

    assert read_languages(tags) == tags
    assert len(tags) == MOST


def test_save__consultants_say_of_themselves_in_which_languages_and_since_when_they_work() -> None:
    host, colleague = person(), person()
    own = Viewer(user=host.user)

    save(own, host, languages=["pl"], practising_since=2012)

    host.refresh_from_db()
    assert (spoken(host), host.practising_since) == (["pl"], 2012)
    assert refusal(save, who=own, host=host, full_name="Mira", languages=["en"]).code == ErrorCode.FORBIDDEN
    assert refusal(save, who=own, host=colleague, languages=["en"]).code == ErrorCode.NOT_FOUND
    assert (spoken(host), spoken(colleague)) == (["pl"], [])


@pytest.mark.parametrize("year", [1899, 2031, -1, 40000])
def test_save__year_before_anybody_and_a_year_to_come_are_refused(year: int) -> None:
    host = person()

    error = refusal(save, who=Viewer(user=host.business.owner), host=host, practising_since=year)

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, ["practisingSince"])


def test_save__year_is_that_of_the_practices_calendar() -> None:
    host = person()
    host.business.timezone = "Pacific/Auckland"
    host.business.save()
    new_year_there = datetime(2030, 12, 31, 12, tzinfo=UTC)

    save_consultant(
        viewer=Viewer(user=host.business.owner),
        consultant_id=host.pk,
        changes={"practising_since": 2031},
        now=new_year_there,
    )

    host.refresh_from_db()
    assert host.practising_since == 2031
    assert years_of_experience(2031, "Pacific/Auckland", new_year_there) == 0
    assert years_of_experience(2031, "UTC", new_year_there) == 0
    assert years_of_experience(2020, "UTC", new_year_there) == 10
    assert years_of_experience(None, "UTC", new_year_there) is None
