import base64
import json
from datetime import timedelta

import jwt
import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.accounts.models import User
from bookings.accounts.sessions import end_session, refresh_session, start_session
from bookings.accounts.tokens import read_access_token
from bookings.common import clock
from bookings.common.errors import ErrorCode
from tests import factories
from tests.factories import NOW, later
from tests.witness import refusal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(transactional_db):
    return factories.user("ana@example.org")


@pytest.fixture
def token(ana):
    return start_session(user=ana, now=NOW).access_token


def why(token):
    return refusal(read_access_token, token=token).code


def claims_of(token):
    return jwt.decode(token, options={"verify_signature": False})


def signed(claims, key=settings.SECRET_KEY, algorithm="HS256"):
    return jwt.encode(claims, key, algorithm=algorithm)


def test_read_access_token__says_whose_it_is_and_until_when(ana, token):
    bearer = read_access_token(token)

    family = ana.refresh_tokens.get().family
    assert (bearer.user, bearer.session, bearer.expires_at) == (ana, family, later(minutes=60))


def test_read_access_token__takes_one_statement(token):
    with CaptureQueriesContext(connection) as told:
        read_access_token(token)

    assert len(told) == 1


def test_read_access_token__ends_with_its_hour(token):
    with time_machine.travel(later(minutes=59, seconds=59), tick=False):
        read_access_token(token)
    with time_machine.travel(later(minutes=60), tick=False):
        assert why(token) == ErrorCode.TOKEN_EXPIRED


def test_read_access_token__goes_on_while_its_session_is_prolonged(ana):
    first = start_session(user=ana, now=NOW)

    refresh_session(refresh_token=first.refresh_token, now=NOW)

    assert read_access_token(first.access_token).user == ana


@pytest.mark.parametrize("claim", ["sub", "sid", "tv", "iat", "exp", "aud", "iss"])
def test_read_access_token__wants_every_claim(token, claim):
    claims = claims_of(token)
    read_access_token(signed(claims))  # whole, it is good

    del claims[claim]

    assert why(signed(claims)) == ErrorCode.TOKEN_INVALID


@pytest.mark.parametrize(
    "changed",
    [
        {"sid": "7f0a48b5-9059-4758-8b14-73fa062a152e"},
        {"sid": "x"},
        {"sid": 7},
        {"sid": None},
        {"sub": "0"},
        {"sub": "99999999999999999999999"},
        {"sub": "x"},
        {"tv": 1},
        {"tv": "x"},
        {"aud": "somebody-else"},
        {"iss": "somebody-else"},
    ],
    ids=str,
)
def test_read_access_token__of_another_purpose_is_refused_though_signed(token, changed):
    assert why(signed(claims_of(token) | changed)) == ErrorCode.TOKEN_INVALID


def test_read_access_token__of_another_accounts_session_is_refused(ana, token):
    eve = factories.user("eve@example.org")

    assert why(signed(claims_of(token) | {"sub": str(eve.pk)})) == ErrorCode.TOKEN_INVALID


def unsigned(claims):
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    return (
        ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
        + "."
    )


def test_read_access_token__that_was_tampered_with_is_refused(ana, token):
    claims = claims_of(token)
    head, _, signature = token.split(".")
    longer = signed(claims | {"exp": claims["exp"] + 1}).split(".")[1]

    for forged in (
        f"{head}.{longer}.{signature}",
        token[:-2],
        signed(claims, key="another-key-" + "0" * 40),
        signed(claims, algorithm="HS384"),
        unsigned(claims),
    ):
        assert why(forged) == ErrorCode.TOKEN_INVALID


@pytest.mark.parametrize("given", ["", "nonsense", "a.b.c", "é", "\ud800", "\x00", "." * 1000])
def test_read_access_token__that_is_no_token_is_refused(given):
    assert why(given) == ErrorCode.TOKEN_INVALID


def test_read_access_token__takes_no_refresh_token(ana):
    assert why(start_session(user=ana, now=NOW).refresh_token) == ErrorCode.TOKEN_INVALID


def test_read_access_token__of_a_session_that_ended_is_refused_at_once(ana, token):
    other = start_session(user=ana, now=NOW)

    end_session(user_id=ana.pk, family=read_access_token(token).session, now=NOW)

    assert why(token) == ErrorCode.TOKEN_INVALID
    assert read_access_token(other.access_token).user == ana


def close(user):
    User.objects.filter(pk=user.pk).update(is_active=False)


def change_password(user):
    user.set_password("another horse battery")
    user.save()


def change_password_alone(user):
    user.set_password("another horse battery")
    user.save(update_fields=["password"])


def take_password(user):
    user.set_unusable_password()
    user.save()


ENDS = [close, change_password, change_password_alone, take_password]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
def test_tokens__die_with_the_account_or_its_password(ana, end):
    session = start_session(user=ana, now=NOW)

    end(ana)

    assert why(session.access_token) == ErrorCode.TOKEN_INVALID
    error = refusal(refresh_session, refresh_token=session.refresh_token, now=NOW)
    assert error.code == ErrorCode.TOKEN_INVALID


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
def test_tokens__of_a_log_in_that_the_change_overtook_are_worthless(ana, end):
    read_before = User.objects.get(pk=ana.pk)
    end(ana)

    late = start_session(user=read_before, now=NOW)

    assert why(late.access_token) == ErrorCode.TOKEN_INVALID
    error = refusal(refresh_session, refresh_token=late.refresh_token, now=NOW)
    assert error.code == ErrorCode.TOKEN_INVALID


def test_tokens__live_on_where_the_account_is_saved_with_its_password(ana, token):
    ana.full_name = "Ana Horvat"
    ana.save()

    assert read_access_token(token).user.full_name == "Ana Horvat"


def test_tokens__live_on_where_a_log_in_only_renews_the_hash(ana, token, settings):
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]

    assert ana.check_password(factories.PASSWORD)

    ana.refresh_from_db()
    assert ana.password.startswith("pbkdf2")
    assert read_access_token(token).user == ana


def test_tokens__of_the_next_log_in_are_good_after_a_new_password(ana):
    change_password(ana)

    session = start_session(user=ana, now=clock.now())

    assert read_access_token(session.access_token).user == ana
    refresh_session(refresh_token=session.refresh_token, now=NOW + timedelta(days=1))
