"""Security questions over the API, turned off and on."""

from typing import Any

import pytest
import time_machine

from bookings.accounts.models import SecurityAnswer, User
from bookings.notifications.models import OutboxMessage
from tests import factories
from tests.factories import NOW, PASSWORD
from tests.schema.client import access_token, ask, code_of, post

pytestmark = pytest.mark.django_db(transaction=True)

SET = """
mutation S($input: SetSecurityQuestionInput!) {
  setSecurityQuestion(input: $input) { account { securityQuestion } errors { code field } }
}
"""
RECOVER = """
mutation R($input: RecoverWithSecurityQuestionInput!) {
  recoverWithSecurityQuestion(input: $input) { account { email } errors { code field message retryAfter } }
}
"""
LOG_IN = "mutation L($input: TokenAuthInput!) { tokenAuth(input: $input) { token } }"
NEW = "another horse battery"


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(transactional_db: None) -> User:
    return factories.user("ana@example.org")


@pytest.fixture
def turned_on(settings: Any) -> None:
    settings.SECURITY_QUESTIONS = True


def set_question(user: User, **given: Any) -> dict[str, Any]:
    told = {"question": "FIRST_PET", "answer": "Rex", "password": PASSWORD, **given}
    return dict(ask(SET, {"input": told}, user=user)["setSecurityQuestion"])


def recover(**given: Any) -> dict[str, Any]:
    told = {
        "email": "ana@example.org",
        "question": "FIRST_PET",
        "answer": "Rex",
        "newPassword": NEW,
        **given,
    }
    return dict(ask(RECOVER, {"input": told})["recoverWithSecurityQuestion"])


def codes(payload: dict[str, Any]) -> list[str]:
    return [error["code"] for error in payload["errors"]]


def can_log_in(password: str) -> bool:
    given = {"email": "ana@example.org", "password": password}
    return ask(LOG_IN, {"input": given})["tokenAuth"]["token"] is not None


def test_both__are_off_by_default(ana: User) -> None:
    assert (codes(set_question(ana)), codes(recover())) == (["NOT_ENABLED"], ["NOT_ENABLED"])
    assert not SecurityAnswer.objects.exists()
    assert can_log_in(PASSWORD)


@pytest.mark.usefixtures("turned_on")
def test_recover__from_the_question_to_a_new_password(ana: User) -> None:
    before = access_token(ana)

    assert set_question(ana) == {"account": {"securityQuestion": "FIRST_PET"}, "errors": []}
    assert recover(answer=" rex.") == {"account": {"email": "ana@example.org"}, "errors": []}

    assert (can_log_in(PASSWORD), can_log_in(NEW)) == (False, True)
    assert code_of(post("{ me { email } }", authorization=f"Bearer {before}")) == "UNAUTHENTICATED"
    assert list(OutboxMessage.objects.order_by("pk").values_list("template", flat=True)) == [
        "security_question_set",
        "password_recovered",
    ]


@pytest.mark.usefixtures("turned_on")
def test_set_security_question__refusals(ana: User) -> None:
    assert set_question(ana, answer="??") == {
        "account": None,
        "errors": [{"code": "VALIDATION_FAILED", "field": ["answer"]}],
    }
    assert set_question(ana, password="wrong")["errors"] == [
        {"code": "CREDENTIALS_INVALID", "field": ["password"]}
    ]
    given = {"question": "FIRST_PET", "answer": "Rex", "password": PASSWORD}
    assert code_of(post(SET, {"input": given})) == "UNAUTHENTICATED"
    assert code_of(post(SET, {"input": {**given, "question": "MAIDEN_NAME"}}, user=ana)) == "BAD_USER_INPUT"
    assert not SecurityAnswer.objects.exists()


@pytest.mark.usefixtures("turned_on")
def test_set_security_question__of_null_takes_it_away(ana: User) -> None:
    set_question(ana)

    answer = set_question(ana, question=None, answer="")

    assert answer == {"account": {"securityQuestion": None}, "errors": []}
    assert codes(recover()) == ["CREDENTIALS_INVALID"]


@pytest.mark.usefixtures("turned_on")
def test_recover__known_and_unknown_addresses_get_the_same_answers(ana: User) -> None:
    set_question(ana)
    factories.user("eve@example.org")
    wrong = [
        recover(email=email, answer="Max")
        for email in ("ana@example.org", "eve@example.org", "no@example.org")
    ]

    assert wrong == [wrong[0]] * 3
    assert codes(wrong[0]) == ["CREDENTIALS_INVALID"]


@pytest.mark.usefixtures("turned_on")
@pytest.mark.parametrize("address", ["ana@example.org", "nobody@example.org"])
def test_recover__three_tries_an_hour_however_the_address_is_written(ana: User, address: str) -> None:
    set_question(ana)
    for written in (address, f" {address.upper()} ", address.title()):
        assert codes(recover(email=written, answer="Max")) == ["CREDENTIALS_INVALID"]

    refused = recover(email=address)

    assert codes(refused) == ["RATE_LIMITED"]
    assert refused["errors"][0]["retryAfter"] > 0
    assert can_log_in(PASSWORD)


@pytest.mark.usefixtures("turned_on")
def test_recover__twice_in_one_document_is_refused_before_any_try(ana: User) -> None:
    set_question(ana)
    twice = RECOVER.replace("recoverWith", "a: recoverWith", 1).replace(
        "errors { code field message retryAfter } }",
        "errors { code } } b: recoverWithSecurityQuestion(input: $input) { errors { code } }",
    )
    given = {"email": ana.email, "question": "FIRST_PET", "answer": "Rex", "newPassword": NEW}

    assert code_of(post(twice, {"input": given})) == "QUERY_TOO_COMPLEX"
    assert can_log_in(PASSWORD)


@pytest.mark.usefixtures("turned_on")
def test_set__without_a_question_takes_it_away(ana):
    set_question(ana)

    payload = ask(SET, {"input": {"password": PASSWORD}}, user=ana)["setSecurityQuestion"]

    assert payload == {"account": {"securityQuestion": None}, "errors": []}
