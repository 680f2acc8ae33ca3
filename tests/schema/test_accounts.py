"""Logging in, staying in, and leaving, as clients do it."""

import logging
from typing import Any

import pytest
import time_machine

from bookings.accounts.models import RefreshToken, User
from bookings.common.secrecy import token_hash
from bookings.notifications.models import OutboxMessage
from schema.common.inputs import write_id
from tests import factories
from tests.factories import NOW, PASSWORD, later
from tests.schema.client import ask, code_of, post

pytestmark = pytest.mark.django_db(transaction=True)

LOG_IN = """
mutation LogIn($input: TokenAuthInput!) {
  tokenAuth(input: $input) { token refreshToken account { id email } errors { code field } }
}
"""
REFRESH = """
mutation Refresh($input: RefreshTokenInput!) {
  refreshToken(input: $input) { token refreshToken account { email } errors { code field } }
}
"""
VERIFY = """
mutation Verify($input: VerifyTokenInput!) {
  verifyToken(input: $input) { valid account { email } expiresAt errors { code } }
}
"""
REVOKE = """
mutation Revoke($input: RevokeTokenInput!) { revokeToken(input: $input) { revoked errors { code } } }
"""
ME = "{ me { email } }"


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(transactional_db: None) -> User:
    return factories.user("ana@example.org")


def log_in(**headers: str) -> dict[str, Any]:
    given = {"email": "ana@example.org", "password": PASSWORD}
    return dict(ask(LOG_IN, {"input": given}, **headers)["tokenAuth"])


def refresh(tokens: dict[str, Any], **headers: str) -> dict[str, Any]:
    return dict(ask(REFRESH, {"input": {"refreshToken": tokens["refreshToken"]}}, **headers)["refreshToken"])


def codes(payload: dict[str, Any]) -> list[str]:
    return [error["code"] for error in payload["errors"]]


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    return {"authorization": f"Bearer {tokens['token']}"}


def is_in(tokens: dict[str, Any]) -> bool:
    body = post(ME, **bearer(tokens))
    if "errors" in body:
        assert code_of(body) == "UNAUTHENTICATED"
        return False
    return bool(body["data"]["me"] == {"email": "ana@example.org"})


def test_token_auth__gives_both_tokens(ana: User) -> None:
    given = log_in(user_agent="Browser 1.0")

    assert given["account"] == {"id": write_id("Account", ana.pk), "email": ana.email}
    assert given["errors"] == []
    assert is_in(given)
    row = RefreshToken.objects.get()
    assert (row.token_hash, row.user_agent) == (token_hash(given["refreshToken"]), "Browser 1.0")


def test_refresh_token__is_exchanged_once(ana: User) -> None:
    first = log_in()

    second = refresh(first)

    assert (second["account"], second["errors"]) == ({"email": ana.email}, [])
    assert is_in(second)
    assert refresh(first) == {
        "token": None,
        "refreshToken": None,
        "account": None,
        "errors": [{"code": "TOKEN_ROTATED", "field": ["refreshToken"]}],
    }


def test_refresh_token__needs_no_good_access_token_beside_it(ana: User) -> None:
    first = log_in()
    with time_machine.travel(later(hours=2), tick=False):
        assert not is_in(first)

        second = refresh(first, **bearer(first))

        assert is_in(second)


def test_refresh_token__stolen_one_puts_both_out_and_tells_the_owner(
    ana: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    first = log_in()
    second = refresh(first)
    with time_machine.travel(later(seconds=10), tick=False):
        assert codes(refresh(first)) == ["TOKEN_REUSED"]
        assert codes(refresh(second)) == ["TOKEN_INVALID"]
        assert (is_in(first), is_in(second)) == (False, False)
        assert is_in(log_in())

    assert list(OutboxMessage.objects.values_list("template", "recipient")) == [("session_stolen", ana.email)]
    assert [r.levelname for r in caplog.records if "refresh token reused" in r.getMessage()] == ["WARNING"]
    for tokens in (first, second):
        for secret in (tokens["token"], tokens["refreshToken"], token_hash(tokens["refreshToken"])):
            assert secret not in caplog.text


def test_refresh_token__of_a_closed_account_is_refused(ana: User) -> None:
    first = log_in()
    User.objects.filter(pk=ana.pk).update(is_active=False)

    assert codes(refresh(first)) == ["TOKEN_INVALID"]
    assert not is_in(first)


def test_refresh_token__in_an_answer_is_no_second_try(ana: User) -> None:
    """The field of the payload shares its name with the mutation; only mutations are counted."""
    both = LOG_IN.replace("mutation LogIn(", "mutation LogIn($again: RefreshTokenInput!, ").replace(
        "tokenAuth(", "refreshToken(input: $again) { token } tokenAuth("
    )
    given = {"input": {"email": ana.email, "password": PASSWORD}, "again": {"refreshToken": "x"}}

    assert code_of(post(both, given)) == "QUERY_TOO_COMPLEX"
    assert log_in()["refreshToken"]


def test_verify_token__says_for_whom_and_until_when(ana: User) -> None:
    given = log_in()

    assert ask(VERIFY, {"input": {"token": given["token"]}})["verifyToken"] == {
        "valid": True,
        "account": {"email": ana.email},
        "expiresAt": "2030-01-07T09:00:00Z",
        "errors": [],
    }


def test_verify_token__says_why_one_is_no_good(ana: User) -> None:
    given = log_in()
    ended = log_in()
    ask(REVOKE, {"input": {}}, **bearer(ended))

    def worth(token: str) -> dict[str, Any]:
        return dict(ask(VERIFY, {"input": {"token": token}})["verifyToken"])

    nothing = {"valid": False, "account": None, "expiresAt": None}
    for token in ("", "nonsense", given["token"][:-2], given["refreshToken"], ended["token"]):
        assert worth(token) == {**nothing, "errors": [{"code": "TOKEN_INVALID"}]}
    with time_machine.travel(later(hours=1), tick=False):
        assert worth(given["token"]) == {**nothing, "errors": [{"code": "TOKEN_EXPIRED"}]}


def test_revoke_token__logs_out_here_at_once(ana: User) -> None:
    here, there = log_in(), log_in()

    assert ask(REVOKE, {"input": {}}, **bearer(here))["revokeToken"] == {"revoked": 1, "errors": []}

    assert (is_in(here), is_in(there)) == (False, True)
    assert codes(refresh(here)) == ["TOKEN_INVALID"]


def test_revoke_token__logs_out_by_refresh_token_without_another(ana: User) -> None:
    here, there = log_in(), log_in()
    given = {"input": {"refreshToken": here["refreshToken"]}}

    assert ask(REVOKE, given)["revokeToken"] == {"revoked": 1, "errors": []}
    assert ask(REVOKE, given, **bearer(here))["revokeToken"] == {"revoked": 0, "errors": []}

    assert (is_in(here), is_in(there)) == (False, True)


def test_revoke_token__logs_out_everywhere(ana: User) -> None:
    here, there = log_in(), log_in()

    assert ask(REVOKE, {"input": {"everywhere": True}}, **bearer(here))["revokeToken"]["revoked"] == 2

    assert (is_in(here), is_in(there)) == (False, False)
    assert codes(refresh(there)) == ["TOKEN_INVALID"]
    assert is_in(log_in())


def test_revoke_token__of_nobody_is_refused() -> None:
    for given in ({}, {"everywhere": True}):
        assert code_of(post(REVOKE, {"input": given})) == "UNAUTHENTICATED"
    assert codes(ask(REVOKE, {"input": {"refreshToken": ""}})["revokeToken"]) == ["TOKEN_INVALID"]
