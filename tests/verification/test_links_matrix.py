"""What becomes of a link or a code that is not, or not any more, good, for every purpose through the API.

Each gets its code, and nothing changes: every row of every table is compared, but for the tries that are counted.
"""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client

from bookings.verification.models import Challenge
from tests import factories
from tests.factories import NOW
from tests.schema.client import access_token, post
from tests.verification.proofs import BY_CODE, KINDS, MINUTE, Kind, Mail, Stage
from tests.witness import everything

pytestmark = pytest.mark.django_db
INSTANT = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def stage(db: None) -> Stage:
    offered = factories.service(seats=20)
    return Stage(offered, factories.consultant(offered))


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


@pytest.fixture(params=BY_CODE)
def coded(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


def hand_in(kind: Kind, given: dict[str, Any], mail: Mail) -> dict[str, Any]:
    """The first error with which the mutation is refused; nothing of it where it is done."""
    name = kind.mutation
    document = (
        f"mutation ($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{ {ERRORS} }} }}"
    )
    body = post(document, {"input": given}, user=mail.by)
    assert "errors" not in body, body
    errors = body["data"][name]["errors"]
    return errors[0] if errors else {"code": None}


ERRORS = "errors { code retryAfter }"


def by_link(kind: Kind, mail: Mail, token: str | None = None) -> Any:
    return hand_in(kind, kind.by_link(token or mail.token), mail)["code"]


def by_code(kind: Kind, mail: Mail, code: str | None = None) -> Any:
    assert kind.by_code is not None
    return hand_in(kind, kind.by_code(mail.about, code or mail.code), mail)["code"]


def rows(mail: Mail | None = None) -> dict[str, Any]:
    """Everything there is, save how often something was tried."""
    if mail is not None and mail.by is not None:
        access_token(mail.by)  # whoever hands it in is logged in by now
    found = everything(without=frozenset({"LimitWindow"}))
    found["Challenge"] = [{**row, "tries": None} for row in found["Challenge"]]
    return found


def test_purposes__are_all_there():
    assert {name.partition(",")[0] for name in KINDS} == set(Challenge.Purpose.values)


def test_link__lives_as_long_as_its_purpose_wants_and_not_an_instant_longer(kind, stage, clock):
    mail, other = kind.first(stage, 1), kind.first(stage, 2)
    assert mail.challenge.link_expires_at == NOW + kind.lives

    clock.move_to(NOW + kind.lives, tick=False)
    before = rows(mail)
    assert by_link(kind, mail) == "CHALLENGE_EXPIRED"
    assert rows() == before

    clock.move_to(NOW + kind.lives - INSTANT, tick=False)
    assert by_link(kind, other) is None


def test_code__lives_ten_minutes_and_not_an_instant_longer(coded, stage, clock):
    mail, other = coded.first(stage, 1), coded.first(stage, 2)

    clock.move_to(NOW + 10 * MINUTE, tick=False)
    before = rows(mail)
    assert by_code(coded, mail) == "CHALLENGE_EXPIRED"
    assert rows() == before

    clock.move_to(NOW + 10 * MINUTE - INSTANT, tick=False)
    assert by_code(coded, other) is None


def test_used__by_link_is_good_no_more_by_link_or_code(kind, stage):
    mail = kind.first(stage)
    assert by_link(kind, mail) is None
    before = rows(mail)

    again = [by_link(kind, mail), *([by_code(kind, mail)] if kind.by_code else [])]

    assert set(again) == {kind.spent}
    assert rows() == before


def test_used__by_code_is_good_no_more_by_link_or_code(coded, stage):
    mail = coded.first(stage)
    assert by_code(coded, mail) is None
    before = rows(mail)

    assert {by_code(coded, mail), by_link(coded, mail)} == {coded.spent}

    assert rows() == before


def test_older__than_a_newer_one_is_not_good(kind, stage, clock):
    old = kind.first(stage)
    clock.move_to(NOW + MINUTE, tick=False)
    new = kind.mailed(stage, old.about, old.by)
    before = rows(old)

    assert by_link(kind, old) == "CHALLENGE_INVALID"
    if kind.by_code and old.code != new.code:
        assert by_code(kind, old) == "CHALLENGE_INVALID"
    assert rows() == before

    assert by_link(kind, new) is None


@pytest.mark.parametrize(("one", "other"), list(permutations(KINDS, 2)))
def test_another_purpose__is_not_good(one, other, stage):
    kind = KINDS[one]
    mine, theirs = kind.first(stage, 1), KINDS[other].first(stage, 2)
    before = rows(mine)

    assert by_link(kind, mine, theirs.token) == "CHALLENGE_INVALID"
    if kind.by_code and theirs.code and theirs.code != mine.code:
        assert by_code(kind, mine, theirs.code) == "CHALLENGE_INVALID"
    assert rows() == before

    assert by_link(kind, mine) is None


def test_another_subject__is_not_opened_by_a_code(coded, stage):
    mine, theirs = coded.first(stage, 1), coded.first(stage, 2)
    code = theirs.code if theirs.code != mine.code else mine.wrong_code
    before = rows()

    assert by_code(coded, mine, code) == "CHALLENGE_INVALID"

    assert rows() == before
    assert by_code(coded, mine) is None
    assert by_code(coded, theirs) is None


def test_another_account__does_not_take_an_invitation(stage):
    kind = KINDS["JOIN_STAFF"]
    mine, theirs = kind.first(stage, 1), kind.first(stage, 2)
    before = rows(mine)

    assert by_link(kind, mine, theirs.token) == "CHALLENGE_INVALID"

    assert rows() == before
    assert by_link(kind, theirs) is None


def test_guessed__the_sixth_is_refused_though_it_is_right(coded, stage, clock):
    mail = coded.first(stage)
    before = rows(mail)

    guesses = [by_code(coded, mail, mail.wrong_code) for _ in range(5)]
    sixth = hand_in(coded, coded.by_code(mail.about, mail.code), mail)
    clock.move_to(NOW + timedelta(seconds=sixth["retryAfter"]), tick=False)
    later = by_code(coded, mail)

    assert guesses == ["CHALLENGE_INVALID"] * 5
    assert sixth["code"] == "RATE_LIMITED"
    assert NOW + timedelta(seconds=sixth["retryAfter"]) < mail.challenge.code_expires_at
    assert later == "CHALLENGE_INVALID"
    assert rows() == before


def test_guessed__a_password_beside_a_link_has_five_tries(stage, clock):
    kind = KINDS["VERIFY_EMAIL"]
    mail = kind.first(stage)
    wrong = {"proof": {"link": {"token": mail.token, "password": "not the one that was set"}}}
    before = rows()

    guesses = [hand_in(kind, wrong, mail)["code"] for _ in range(5)]
    clock.move_to(NOW + 6 * MINUTE, tick=False)

    assert guesses == ["CREDENTIALS_INVALID"] * 5
    assert by_link(kind, mail) == "CHALLENGE_INVALID"
    assert rows() == before


@pytest.mark.parametrize("method", ["get", "head"])
def test_scanner__that_opens_the_link_changes_nothing(kind, method, stage):
    mail = kind.first(stage)
    page = urlsplit(mail.link)
    before = everything()

    for address in (page.path, f"{page.path}?{page.fragment}", f"{page.path}?code={mail.code}"):
        answer = getattr(Client(), method)(address)

        assert answer.status_code == 200
        assert not re.search(re.escape(mail.token), answer.content.decode())

    assert everything() == before
    assert by_link(kind, mail) is None


@pytest.mark.parametrize("method", ["get", "head"])
def test_scanner__that_opens_the_link_to_pay_changes_nothing(method, stage):
    kind = KINDS["BOOKING_ACCESS"]
    mail = kind.first(stage)
    before = everything()

    assert getattr(Client(), method)(f"/bookings/pay?token={mail.token}").status_code == 200

    assert everything() == before


def test_mutation__by_get_is_refused_and_changes_nothing(kind, stage):
    mail = kind.first(stage)
    name = kind.mutation
    document = (
        f"mutation ($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{ {ERRORS} }} }}"
    )
    before = rows(mail)

    answer = Client().get(
        "/graphql/",
        {"query": document, "variables": json.dumps({"input": kind.by_link(mail.token)})},
        headers={"apollo-require-preflight": "true"},
    )

    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert rows() == before
