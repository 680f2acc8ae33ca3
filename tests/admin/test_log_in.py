"""Logging in to the admin obeys the limit of `tokenAuth`, and counts with it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from django.urls import reverse

from tests import factories
from tests.factories import NOW, PASSWORD
from tests.schema.client import ask

pytestmark = pytest.mark.django_db(transaction=True)

LOG_IN = 'mutation { tokenAuth(input: {email: "ADA@example.org", password: "wrong"}) { errors { code } } }'


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


@pytest.fixture(autouse=True)
def ada(transactional_db: None) -> None:
    factories.user("ada@example.org", is_staff=True, is_superuser=True)


def log_in(password: str, email: str = "ada@example.org") -> Any:
    return Client().post(reverse("admin:login"), {"username": email, "password": password})


def is_refused(answer: Any) -> bool:
    return "Too many tries. The next one makes sense in" in answer.content.decode()


def test_log_in__of_a_hundred_requests_ten_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    verify = MD5PasswordHasher.verify
    monkeypatch.setattr(
        MD5PasswordHasher,
        "verify",
        lambda self, password, encoded: hashed.append(password) or verify(self, password, encoded),
    )

    answers = [log_in("wrong") for _ in range(100)]

    assert [is_refused(answer) for answer in answers] == [False] * 10 + [True] * 90
    assert len(hashed) == 10
    assert "in 300 seconds" in answers[-1].content.decode()


def test_log_in__with_the_right_password_waits_as_well_and_then_works(clock: Any) -> None:
    for _ in range(10):
        log_in("wrong")
    assert is_refused(log_in(PASSWORD))

    clock.shift(timedelta(minutes=5))

    answer = log_in(PASSWORD)
    assert (answer.status_code, answer["Location"]) == (302, reverse("admin:index"))


def test_log_in__counts_together_with_that_of_the_api() -> None:
    codes = [ask(LOG_IN)["tokenAuth"]["errors"][0]["code"] for _ in range(10)]

    assert codes == ["CREDENTIALS_INVALID"] * 10
    assert is_refused(log_in(PASSWORD))
    assert not is_refused(log_in(PASSWORD, "ben@example.org"))


def test_log_in__of_a_form_that_is_not_filled_in_counts_nothing() -> None:
    for _ in range(20):
        log_in("")

    assert log_in(PASSWORD).status_code == 302
