import logging
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from bookings.accounts.models import RefreshToken, User
from bookings.accounts.services import log_in
from bookings.accounts.sessions import (
    GRACE,
    KEPT,
    end_session,
    forget_expired,
    log_out,
    log_out_everywhere,
    refresh_session,
    start_session,
)
from bookings.accounts.tokens import read_access_token
from bookings.accounts.viewer import Viewer
from bookings.common.errors import DomainError, ErrorCode
from bookings.common.secrecy import token_hash
from bookings.notifications.models import OutboxMessage
from bookings.notifications.rendering import render
from bookings.verification.services import grant_access
from tests import factories
from tests.factories import NOW, PASSWORD, later
from tests.witness import everything, refusal

pytestmark = pytest.mark.django_db(transaction=True)

LIFETIME = timedelta(days=30)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(transactional_db):
    return factories.user("ana@example.org", full_name="Ana Horvat")


@pytest.fixture
def first(ana):
    return start_session(user=ana, user_agent="Browser 1.0", now=NOW)


def refresh(session, *, at=NOW):
    return refresh_session(refresh_token=session.refresh_token, now=at)


def why(session, *, at=NOW):
    return refusal(refresh, session=session, at=at).code


def is_in(session):
    try:
        read_access_token(session.access_token)
    except DomainError:
        return False
    return True


def row_of(session):
    return RefreshToken.objects.get(token_hash=token_hash(session.refresh_token))


def test_log_in__gives_both_tokens(ana):
    session = log_in(email=" ANA@example.org", password=PASSWORD, user_agent="Browser 1.0", now=NOW)

    row = row_of(session)
    assert (session.user, row.user, row.user_agent) == (ana, ana, "Browser 1.0")
    assert (row.created_at, row.expires_at) == (NOW, NOW + LIFETIME)
    assert read_access_token(session.access_token).session == row.family


@pytest.mark.parametrize(
    ("told", "kept"),
    [("x" * 201, "x" * 199 + "…"), ("a\x00b\nc\u202ed", "a b cd"), ("", "")],
    ids=["long", "control marks", "none"],
)
def test_start_session__cuts_and_cleans_what_the_client_calls_itself(ana, told, kept):
    session = start_session(user=ana, user_agent=told, now=NOW)

    assert row_of(session).user_agent == kept


def test_start_session__keeps_no_token(first):
    kept = str(everything())

    assert first.refresh_token not in kept
    assert first.access_token not in kept
    assert token_hash(first.refresh_token) in kept


def test_refresh_session__gives_the_next_tokens_of_the_session(ana, first):
    second = refresh_session(refresh_token=first.refresh_token, user_agent="Browser 1.1", now=later(hours=1))

    old, new = row_of(first), row_of(second)
    assert (old.rotated_at, old.replaced_by, old.revoked_at) == (later(hours=1), new, None)
    assert (new.family, new.user, new.user_agent) == (old.family, ana, "Browser 1.1")
    assert (new.created_at, new.expires_at) == (later(hours=1), later(hours=1) + LIFETIME)
    assert (new.rotated_at, new.replaced_by, new.revoked_at) == (None, None, None)
    assert second.refresh_token != first.refresh_token
    assert is_in(first)


def test_refresh_session__goes_on_for_as_long_as_it_is_used(first):
    session = first
    for weeks in range(4, 40, 4):
        session = refresh(session, at=later(weeks=weeks))

    assert RefreshToken.objects.count() == 10
    assert is_in(session) is False  # issued in the future of this test's clock
    with time_machine.travel(later(weeks=36), tick=False):
        assert is_in(session)


def test_refresh_session__ends_with_its_days(first):
    assert why(first, at=NOW + LIFETIME) == ErrorCode.TOKEN_EXPIRED

    refresh(first, at=NOW + LIFETIME - timedelta(seconds=1))


@pytest.mark.parametrize("given", ["", "nonsense", "é", "\ud800", "\x00"])
def test_refresh_session__that_is_none_of_ours_is_refused(given):
    error = refusal(refresh_session, refresh_token=given, now=NOW)

    assert (error.code, error.field) == (ErrorCode.TOKEN_INVALID, ["refreshToken"])


def test_refresh_session__takes_no_token_of_another_purpose(first):
    access, _ = grant_access(subject="booking:1", email="ana@example.org", purposes=["view"], now=NOW)
    before = everything()

    for other in (first.access_token, access, token_hash(first.refresh_token), first.refresh_token[:-1]):
        assert refusal(refresh_session, refresh_token=other, now=NOW).code == ErrorCode.TOKEN_INVALID
    assert everything() == before


def test_refresh_session__of_a_closed_account_is_refused_and_changes_nothing(ana, first):
    second = refresh(first)
    User.objects.filter(pk=ana.pk).update(is_active=False)
    before = everything()

    for session in (first, second):
        assert why(session, at=later(hours=1)) == ErrorCode.TOKEN_INVALID
    assert everything() == before


def test_refresh_session__parallel_tab_is_refused_and_nobody_is_out(first):
    second = refresh(first)
    before = everything()

    assert why(first, at=NOW + GRACE - timedelta(milliseconds=1)) == ErrorCode.TOKEN_ROTATED

    assert everything() == before
    refresh(second, at=NOW + GRACE)


@pytest.mark.parametrize("thief", ["first", "second"])
def test_refresh_session__stolen_token_puts_both_holders_out(ana, first, thief, caplog):
    """Whoever exchanges it first, the other's try reveals the copy; neither gets in again."""
    bystander = start_session(user=ana, now=NOW)
    winner = refresh(first)
    winner = refresh(winner, at=NOW + GRACE) if thief == "first" else winner
    caplog.set_level(logging.INFO)

    assert why(first, at=NOW + GRACE) == ErrorCode.TOKEN_REUSED

    for holder in (first, winner):
        assert not is_in(holder)
        assert why(holder, at=later(hours=1)) == ErrorCode.TOKEN_INVALID
    assert is_in(bystander)
    (record,) = [record for record in caplog.records if record.name == "bookings.accounts.sessions"]
    row = row_of(first)
    assert (record.levelname, record.getMessage()) == (
        "WARNING",
        f"refresh token reused, session ended: user={ana.pk} session={row.family} token={row.pk}",
    )
    mail = OutboxMessage.objects.get()
    assert (mail.template, mail.recipient) == ("session_stolen", "ana@example.org")
    assert "Hello Ana Horvat" in render(mail).text
    assert "Browser 1.0" in render(mail).text


def test_refresh_session__old_token_still_reveals_the_copy_after_its_days(first):
    second = refresh(first, at=later(days=29))

    assert why(first, at=later(days=31)) == ErrorCode.TOKEN_REUSED
    assert why(second, at=later(days=31)) == ErrorCode.TOKEN_INVALID


def test_refresh_session__copy_of_a_session_that_is_over_alarms_nobody(ana, first):
    second = refresh(first)
    end_session(user_id=ana.pk, family=row_of(first).family, now=NOW)

    assert why(first, at=later(hours=1)) == ErrorCode.TOKEN_INVALID
    assert why(second, at=later(hours=1)) == ErrorCode.TOKEN_INVALID
    assert not OutboxMessage.objects.exists()


def test_sessions__put_no_token_or_hash_into_logs(ana, first, caplog):
    caplog.set_level(logging.INFO)

    second = refresh(first)
    why(first)
    why(first, at=later(hours=1))
    log_out(refresh_token=second.refresh_token, viewer=None, everywhere=False, now=NOW)

    assert caplog.records
    for session in (first, second):
        for secret in (session.refresh_token, token_hash(session.refresh_token), session.access_token):
            assert secret not in caplog.text


@pytest.mark.parametrize("name", ["live", "rotated"])
def test_log_out__by_refresh_token_ends_its_session_alone(ana, first, name):
    other = start_session(user=ana, now=NOW)
    second = refresh(first)
    given = {"live": second, "rotated": first}[name].refresh_token

    ended = log_out(refresh_token=given, viewer=None, everywhere=False, now=NOW)

    assert ended == 1
    assert (is_in(first), is_in(second), is_in(other)) == (False, False, True)
    assert why(second) == ErrorCode.TOKEN_INVALID
    assert log_out(refresh_token=given, viewer=None, everywhere=False, now=NOW) == 0


def test_log_out__by_the_viewers_own_session(ana, first):
    other = start_session(user=ana, now=NOW)
    viewer = Viewer(user=ana, session=read_access_token(first.access_token).session)

    assert log_out(refresh_token=None, viewer=viewer, everywhere=False, now=NOW) == 1
    assert (is_in(first), is_in(other)) == (False, True)


@pytest.mark.parametrize("by", ["viewer", "refresh token"])
def test_log_out__everywhere_ends_all_of_the_account_alone(ana, first, by):
    other = start_session(user=ana, now=NOW)
    eve = start_session(user=factories.user(), now=NOW)
    token = first.refresh_token if by == "refresh token" else None

    assert log_out(refresh_token=token, viewer=Viewer(user=ana), everywhere=True, now=NOW) == 2

    assert (is_in(first), is_in(other), is_in(eve)) == (False, False, True)
    assert why(other) == ErrorCode.TOKEN_INVALID
    assert is_in(start_session(user=User.objects.get(pk=ana.pk), now=NOW))


def test_log_out__everywhere_wants_a_token_that_is_still_good(first):
    second = refresh(first)

    for token, at in ((first, NOW), (second, NOW + LIFETIME), (first, later(hours=1))):
        error = refusal(log_out, refresh_token=token.refresh_token, viewer=None, everywhere=True, now=at)
        assert error.code == ErrorCode.TOKEN_INVALID
    assert is_in(second)


@pytest.mark.parametrize("everywhere", [False, True])
def test_log_out__of_nobody_is_refused(everywhere):
    for viewer in (None, Viewer()):
        error = refusal(log_out, refresh_token=None, viewer=viewer, everywhere=everywhere, now=NOW)
        assert error.code == ErrorCode.UNAUTHENTICATED


def test_log_out__without_a_session_to_name_is_refused(ana):
    error = refusal(log_out, refresh_token=None, viewer=Viewer(user=ana), everywhere=False, now=NOW)

    assert error.code == ErrorCode.UNAUTHENTICATED


def test_end_session__of_somebody_else_does_nothing(ana, first):
    eve = factories.user()

    assert end_session(user_id=eve.pk, family=row_of(first).family, now=NOW) == 0
    assert end_session(user_id=ana.pk, family=uuid4(), now=NOW) == 0
    assert is_in(first)


def test_log_out_everywhere__ends_the_cookies_of_browsers_too(client):
    staff = factories.user(is_staff=True)
    client.force_login(staff)
    assert client.get(reverse("admin:index")).status_code == 200

    log_out_everywhere(user_id=staff.pk, now=NOW)

    assert client.get(reverse("admin:index")).status_code == 302


def test_forget_expired__keeps_whatever_can_still_tell(ana, first):
    second = refresh(first, at=later(days=10))
    start_session(user=ana, now=later(days=20))
    gone = NOW + LIFETIME + KEPT

    assert forget_expired(now=gone - timedelta(seconds=1)) == 0
    assert forget_expired(now=gone) == 1
    assert RefreshToken.objects.count() == 2
    refresh(second, at=gone)
    assert forget_expired(now=gone + timedelta(days=100)) == 3
    assert not RefreshToken.objects.exists()


def test_family__has_one_live_token_by_the_database(ana, first):
    row = row_of(first)
    with pytest.raises(IntegrityError), transaction.atomic():
        RefreshToken.objects.create(
            user=ana, family=row.family, token_hash="x", token_version=0, expires_at=NOW + LIFETIME
        )
