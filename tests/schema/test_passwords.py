"""Resetting and changing a password, as clients do it."""

from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from bookings.accounts.models import User
from bookings.notifications.models import OutboxMessage
from bookings.verification.models import Challenge
from tests import factories
from tests.factories import NOW, PASSWORD
from tests.schema.client import ask, code_of, post

pytestmark = pytest.mark.django_db(transaction=True)

ANA = "ana@example.org"
CHOSEN = "a kettle of green tea"
REQUEST = """
mutation Request($input: RequestPasswordResetInput!) {
  requestPasswordReset(input: $input) { errors { code field } }
}
"""
RESET = """
mutation Reset($input: ResetPasswordInput!) {
  resetPassword(input: $input) { account { email } errors { code field } }
}
"""
CHANGE = """
mutation Change($input: ChangePasswordInput!) {
  changePassword(input: $input) { account { email } token errors { code field } }
}
"""
LOG_IN = """
mutation LogIn($input: TokenAuthInput!) {
  tokenAuth(input: $input) { token refreshToken errors { code } }
}
"""
REFRESH = """
mutation Refresh($input: RefreshTokenInput!) {
  refreshToken(input: $input) { token errors { code } }
}
"""
ME = "{ me { email } }"


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(transactional_db: None) -> User:
    return factories.user(ANA)


def log_in(password: str = PASSWORD) -> dict[str, Any]:
    return dict(ask(LOG_IN, {"input": {"email": ANA, "password": password}})["tokenAuth"])


def request(email: str = ANA) -> dict[str, str]:
    assert ask(REQUEST, {"input": {"email": email}}) == {"requestPasswordReset": {"errors": []}}
    return dict(OutboxMessage.objects.latest("pk").secrets)


def reset(proof: dict[str, Any], password: str = CHOSEN) -> dict[str, Any]:
    return dict(ask(RESET, {"input": {"proof": proof, "newPassword": password}})["resetPassword"])


def change(old: str, new: str, **headers: str) -> dict[str, Any]:
    return dict(ask(CHANGE, {"input": {"oldPassword": old, "newPassword": new}}, **headers)["changePassword"])


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def test_reset__by_link_lets_in_with_the_new_password_alone(ana: User) -> None:
    before = log_in()

    done = reset({"token": request()["link"].partition("#token=")[2]})

    assert done == {"account": {"email": ANA}, "errors": []}
    assert code_of(post(ME, **bearer(before["token"]))) == "UNAUTHENTICATED"
    assert log_in()["errors"] == [{"code": "CREDENTIALS_INVALID"}]
    assert log_in(CHOSEN)["errors"] == []


def test_reset__opens_a_log_in_that_guesses_from_many_networks_have_shut(ana: User, settings: Any) -> None:
    settings.TRUSTED_PROXIES = 1
    settings.RATE_LIMITS = {"login.address": "4/hour"}
    for number in range(4):
        wrong = {"input": {"email": ANA, "password": "guessed"}}
        ask(LOG_IN, wrong, x_forwarded_for=f"2001:db8:0:{number}::1")
    shut = log_in()

    reset({"token": request()["link"].partition("#token=")[2]})

    assert shut["errors"] == [{"code": "RATE_LIMITED"}]
    assert log_in(CHOSEN)["errors"] == []


def test_reset__by_code_beside_the_address(ana: User) -> None:
    code = request()["code"]

    weak = reset({"code": {"email": ANA, "code": code}}, "short")
    done = reset({"code": {"email": ANA.upper(), "code": code}})

    assert weak["errors"] == [{"code": "VALIDATION_FAILED", "field": ["newPassword"]}]
    assert done["errors"] == []


@pytest.mark.parametrize("proof", [{"token": ""}, {"token": "x"}, {"code": {"email": ANA, "code": ""}}])
def test_reset__what_proves_nothing_is_refused(ana: User, proof: dict[str, Any]) -> None:
    assert reset(proof)["errors"][0]["code"] == "CHALLENGE_INVALID"


def test_reset__code_for_an_unknown_address_is_refused_as_a_wrong_one(ana: User) -> None:
    request()

    answers = [reset({"code": {"email": email, "code": "000000"}}) for email in (ANA, "bob@example.org")]

    assert answers[0] == answers[1]
    assert answers[0]["errors"][0]["code"] == "CHALLENGE_INVALID"


def test_change__session_goes_on_with_the_new_token_and_its_refresh_token(ana: User) -> None:
    mine, other = log_in(), log_in()

    changed = change(PASSWORD, CHOSEN, **bearer(mine["token"]))

    assert (changed["account"], changed["errors"]) == ({"email": ANA}, [])
    assert ask(ME, **bearer(changed["token"])) == {"me": {"email": ANA}}
    for old in (mine, other):
        assert code_of(post(ME, **bearer(old["token"]))) == "UNAUTHENTICATED"
    renewed = ask(REFRESH, {"input": {"refreshToken": mine["refreshToken"]}})["refreshToken"]
    assert ask(ME, **bearer(renewed["token"])) == {"me": {"email": ANA}}
    ended = ask(REFRESH, {"input": {"refreshToken": other["refreshToken"]}})["refreshToken"]
    assert ended["errors"] == [{"code": "TOKEN_INVALID"}]


def test_change__wrong_old_password_is_refused(ana: User) -> None:
    refused = change("wrong", CHOSEN, **bearer(log_in()["token"]))

    assert refused == {
        "account": None,
        "token": None,
        "errors": [{"code": "CREDENTIALS_INVALID", "field": ["oldPassword"]}],
    }


def test_change__of_nobody_is_unauthenticated() -> None:
    body = post(CHANGE, {"input": {"oldPassword": PASSWORD, "newPassword": CHOSEN}})

    assert code_of(body) == "UNAUTHENTICATED"


def test_change__by_cookie_goes_on_and_ends_the_other_browsers(ana: User) -> None:
    mine, other = Client(enforce_csrf_checks=True), Client()
    for browser in (mine, other):
        browser.force_login(ana)
    mine.get("/account/reset-password")  # any page that sets Django's token
    csrf = mine.cookies["csrftoken"].value
    sent = {"query": CHANGE, "variables": {"input": {"oldPassword": PASSWORD, "newPassword": CHOSEN}}}

    answer = mine.post(
        "/graphql/", sent, content_type="application/json", headers={"X-CSRFToken": csrf}
    ).json()

    assert answer["data"]["changePassword"] == {"account": {"email": ANA}, "token": None, "errors": []}
    csrf = mine.cookies["csrftoken"].value
    assert me(mine, csrf) == {"email": ANA}
    assert me(other, None) is None


def me(browser: Client, csrf: str | None) -> Any:
    headers = {"X-CSRFToken": csrf} if csrf else {}
    answer = browser.post("/graphql/", {"query": ME}, content_type="application/json", headers=headers)
    return answer.json()["data"]["me"]


@pytest.mark.parametrize("method", ["get", "head"])
def test_page__opened_by_a_scanner_changes_nothing(ana: User, method: str) -> None:
    token = request()["link"].partition("#token=")[2]

    answer = getattr(Client(), method)(reverse("account-reset-password"), {"token": token})

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert Challenge.objects.get().consumed_at is None


def test_page__sets_the_new_password_by_the_link(ana: User) -> None:
    given = {"token": request()["link"].partition("#token=")[2], "new_password": CHOSEN}
    page = reverse("account-reset-password")

    weak = Client().post(page, given | {"new_password": "short"})
    done = Client().post(page, given)
    again = Client().post(page, given)

    assert (weak.status_code, done.status_code, again.status_code) == (409, 200, 409)
    assert b"too short" in weak.content
    assert b'data-done="reset"' in done.content
    assert log_in(CHOSEN)["errors"] == []


def test_page__sets_the_new_password_by_address_and_code(ana: User) -> None:
    given = {"email": ANA, "code": request()["code"], "new_password": CHOSEN}

    assert Client().post(reverse("account-reset-password"), given).status_code == 200

    ana.refresh_from_db()
    assert ana.check_password(CHOSEN)
