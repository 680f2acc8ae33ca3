"""Which passwords are good enough, setting a new one by mail, and changing it."""

import pytest
import time_machine
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password

from bookings.accounts.models import RefreshToken, User
from bookings.accounts.passwords import (
    change_password,
    judge,
    request_reset,
    reset_by_code,
    reset_by_token,
)
from bookings.accounts.registration import Applicant, register
from bookings.accounts.sessions import refresh_session, start_session
from bookings.accounts.tokens import read_access_token
from bookings.accounts.viewer import Viewer
from bookings.common.errors import DomainError, ErrorCode
from bookings.notifications.models import OutboxMessage
from bookings.notifications.rendering import render
from bookings.verification.models import Challenge
from tests import factories
from tests.factories import NOW, PASSWORD, later
from tests.witness import everything, refusal

pytestmark = pytest.mark.django_db(transaction=True)

ANA = "ana@example.org"
CHOSEN = "a kettle of green tea"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(transactional_db):
    return factories.user(ANA, full_name="Ana Horvatovic")


def reset_mail(*, email=ANA, now=NOW):
    """The secrets of the mail that a request brings."""
    request_reset(email=email, now=now)
    return OutboxMessage.objects.latest("pk").secrets


def token_of(secrets):
    return secrets["link"].partition("#token=")[2]


def is_good(session):
    """Whether the session's access token is taken, and its refresh token exchanged."""
    try:
        read_access_token(session.access_token)
        refresh_session(refresh_token=session.refresh_token, now=NOW)
    except DomainError:
        return False
    return True


@pytest.mark.parametrize(
    ("password", "reasons"),
    [
        ("12345", ["too short", "too common", "entirely numeric"]),
        ("nine chars"[:9], ["too short"]),
        ("password123", ["too common"]),
        ("73950118264", ["entirely numeric"]),
        ("ana@example.org", ["similar to the email"]),
        ("horvatovic1", ["similar to the full name"]),
        ("x" * 1001, ["1000 characters at most"]),
        ("nul \0 nul \0", ["all of them text"]),
        ("half \ud800 a pair", ["all of them text"]),
        ("", ["too short"]),
    ],
)
def test_judge__refuses_what_is_easily_guessed_and_gives_every_reason(password, reasons):
    error = refusal(judge, password=password, email=ANA, full_name="Ana Horvatovic", field="newPassword")

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, ["newPassword"])
    assert [reason for reason in reasons if reason not in error.message] == []


@pytest.mark.parametrize(
    "password", [CHOSEN, "ten  chars", "x9-" * 333 + "y", "пароль из слов", "🐙🐙🐙🐙🐙🐙🐙🐙🐙🐙"]
)
def test_judge__takes_long_ones_of_any_letters(password):
    assert judge(password, email=ANA, full_name="Ana Horvatovic") is None


def test_judge__does_not_say_by_its_answer_whether_the_address_is_known(ana):
    """What is stored of the account would refuse this; what the caller said does not."""
    given = {"password": "horvatovic1", "full_name": "Somebody"}

    assert register(applicant=Applicant(email=ANA, **given), now=NOW)
    assert register(applicant=Applicant(email="bob@example.org", **given), now=NOW)


def test_passwords__are_hashed_by_argon2id(settings):
    settings.PASSWORD_HASHERS = settings.PASSWORD_HASHERS[1:]  # the first is the tests' own, a fast one
    hasher = Argon2PasswordHasher()

    register(applicant=Applicant(email=ANA, password=CHOSEN, full_name=""), now=NOW)
    factories.user("bob@example.org")
    secrets = reset_mail(email="bob@example.org")
    reset_by_token(token=token_of(secrets), new_password=CHOSEN, now=NOW)

    from_registration = User._meta.apps.get_model("bookings", "Registration").objects.get().password
    for hashed in (from_registration, User.objects.get().password, make_password(CHOSEN)):
        assert hashed.startswith("argon2$argon2id$v=19$")
        parts = hasher.decode(hashed)
        assert (parts["variety"], parts["memory_cost"], parts["time_cost"]) == (
            "argon2id",
            hasher.memory_cost,
            hasher.time_cost,
        )
        assert hasher.memory_cost >= 19_456  # KiB; OWASP's least


def test_request_reset__mails_link_and_code_to_the_account(ana):
    secrets = reset_mail(email=" ANA@Example.org ")

    mail = OutboxMessage.objects.get()
    assert (mail.template, mail.recipient) == ("reset_password", ANA)
    assert secrets["link"].startswith("http://127.0.0.1:8000/account/reset-password#token=")
    challenge = Challenge.objects.get()
    assert (challenge.link_expires_at, challenge.code_expires_at) == (later(hours=1), later(minutes=10))
    assert ANA not in challenge.subject


@pytest.mark.parametrize("why", ["unknown", "closed"])
def test_request_reset__without_an_open_account_the_mail_says_so_and_brings_no_proof(why):
    if why == "closed":
        factories.user(ANA, is_active=False)

    secrets = reset_mail()

    mail = OutboxMessage.objects.get()
    rendered = render(mail)
    assert (mail.template, mail.recipient) == ("reset_password_unknown", ANA)
    assert not any(secret in rendered.text + rendered.html for secret in (secrets["code"], token_of(secrets)))
    error = refusal(reset_by_token, token=token_of(secrets), new_password=CHOSEN, now=NOW)
    assert error.code == ErrorCode.CHALLENGE_INVALID


@pytest.mark.parametrize("email", [ANA, "bob@example.org"])
def test_request_reset__mails_an_address_at_most_once_a_minute(ana, email):
    request_reset(email=email, now=NOW)
    before = everything()

    request_reset(email=email, now=later(seconds=59))
    assert everything() == before
    request_reset(email=email, now=later(minutes=1))
    assert OutboxMessage.objects.count() == 2


def test_reset__by_token_sets_the_password_and_ends_every_session(ana):
    sessions = [start_session(user=ana, now=NOW) for _ in range(2)]
    cookie = ana.get_session_auth_hash()

    user = reset_by_token(token=token_of(reset_mail()), new_password=CHOSEN, now=NOW)

    ana.refresh_from_db()
    assert user == ana
    assert (ana.check_password(CHOSEN), ana.check_password(PASSWORD)) == (True, False)
    assert not any(map(is_good, sessions))
    assert ana.get_session_auth_hash() != cookie
    told = OutboxMessage.objects.latest("pk")
    assert (told.template, told.recipient, told.secrets) == ("password_changed", ANA, {})


def test_reset__by_address_and_code_does_the_same(ana):
    code = reset_mail()["code"]

    reset_by_code(email=" Ana@EXAMPLE.org", code=f"{code[:3]} {code[3:]}", new_password=CHOSEN, now=NOW)

    ana.refresh_from_db()
    assert ana.check_password(CHOSEN)


def test_reset__proves_the_address_as_well():
    ana = factories.user(ANA, email_verified_at=None)

    reset_by_token(token=token_of(reset_mail()), new_password=CHOSEN, now=later(minutes=5))

    ana.refresh_from_db()
    assert ana.email_verified_at == later(minutes=5)


def test_reset__opens_an_account_that_had_no_password():
    ana = User.objects.create_user(ANA)

    reset_by_token(token=token_of(reset_mail()), new_password=CHOSEN, now=NOW)

    ana.refresh_from_db()
    assert ana.check_password(CHOSEN)


@pytest.mark.parametrize("password", ["short", "horvatovic1", "ana@example.org"])
@pytest.mark.parametrize("way", ["link", "code"])
def test_reset__password_that_is_refused_leaves_the_proof_good(ana, way, password):
    secrets = reset_mail()
    reset, proof = (
        (reset_by_token, {"token": token_of(secrets)})
        if way == "link"
        else (reset_by_code, {"email": ANA, "code": secrets["code"]})
    )

    error = refusal(reset, **proof, new_password=password, now=NOW)

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, ["newPassword"])
    assert reset(**proof, new_password=CHOSEN, now=NOW).check_password(CHOSEN)


def test_reset__name_of_the_account_is_told_only_to_who_knows_the_code(ana):
    """Otherwise a password like a guessed name would tell whether the address has an account of that name."""
    reset_mail()

    for email in (ANA, "bob@example.org"):
        error = refusal(reset_by_code, email=email, code="not it", new_password="horvatovic1", now=NOW)
        assert error.code == ErrorCode.CHALLENGE_INVALID


def test_reset__used_link_or_code_is_refused(ana):
    secrets = reset_mail()
    reset_by_token(token=token_of(secrets), new_password=CHOSEN, now=NOW)

    by_link = refusal(reset_by_token, token=token_of(secrets), new_password=CHOSEN, now=NOW)
    by_code = refusal(reset_by_code, email=ANA, code=secrets["code"], new_password=CHOSEN, now=NOW)

    assert (by_link.code, by_code.code) == (ErrorCode.CHALLENGE_ALREADY_USED,) * 2


def test_reset__too_late_is_refused(ana):
    secrets = reset_mail()

    by_code = refusal(
        reset_by_code, email=ANA, code=secrets["code"], new_password=CHOSEN, now=later(minutes=10)
    )
    by_link = refusal(reset_by_token, token=token_of(secrets), new_password=CHOSEN, now=later(hours=1))

    assert (by_code.code, by_link.code) == (ErrorCode.CHALLENGE_EXPIRED,) * 2
    ana.refresh_from_db()
    assert ana.check_password(PASSWORD)


def test_reset__older_than_a_newer_one_is_refused(ana):
    old = reset_mail()
    new = reset_mail(now=later(minutes=1))

    by_link = refusal(reset_by_token, token=token_of(old), new_password=CHOSEN, now=later(minutes=1))
    by_code = refusal(reset_by_code, email=ANA, code=old["code"], new_password=CHOSEN, now=later(minutes=1))

    assert (by_link.code, by_code.code) == (ErrorCode.CHALLENGE_INVALID,) * 2
    assert reset_by_token(token=token_of(new), new_password=CHOSEN, now=later(minutes=1)) == ana


def test_reset__takes_no_proof_of_another_purpose(ana):
    register(applicant=Applicant(email="bob@example.org", password=CHOSEN, full_name=""), now=NOW)
    secrets = OutboxMessage.objects.get().secrets

    error = refusal(reset_by_token, token=token_of(secrets), new_password=CHOSEN, now=NOW)

    assert error.code == ErrorCode.CHALLENGE_INVALID


def test_reset__sixth_code_is_refused_even_if_right(ana):
    right = reset_mail()["code"]
    wrong = f"{(int(right) + 1) % 10**6:06}"

    for code in [wrong] * 5 + [right]:
        error = refusal(reset_by_code, email=ANA, code=code, new_password=CHOSEN, now=NOW)
        assert error.code == ErrorCode.CHALLENGE_INVALID
    ana.refresh_from_db()
    assert ana.check_password(PASSWORD)


def test_reset__of_an_account_that_was_closed_meanwhile_is_refused(ana):
    secrets = reset_mail()
    User.objects.update(is_active=False)

    error = refusal(reset_by_token, token=token_of(secrets), new_password=CHOSEN, now=NOW)

    assert error.code == ErrorCode.CHALLENGE_INVALID


def change(session_or_none, user, *, old=PASSWORD, new=CHOSEN):
    family = read_access_token(session_or_none.access_token).session if session_or_none else None
    return change_password(
        viewer=Viewer(user=user, session=family), old_password=old, new_password=new, now=NOW
    )


def test_change__keeps_this_session_and_ends_every_other(ana):
    mine, other = (start_session(user=ana, now=NOW) for _ in range(2))

    user, token = change(mine, ana)

    assert user.check_password(CHOSEN)
    with pytest.raises(DomainError):
        read_access_token(mine.access_token)  # made under the old password
    assert read_access_token(token).user == ana
    assert not is_good(other)
    renewed = refresh_session(refresh_token=mine.refresh_token, now=NOW)
    assert is_good(renewed)
    assert RefreshToken.objects.filter(rotated_at=None, revoked_at=None).count() == 1
    told = OutboxMessage.objects.get()
    assert (told.template, told.recipient) == ("password_changed", ANA)


def test_change__by_cookie_gives_no_token_and_ends_every_session_with_one(ana):
    session = start_session(user=ana, now=NOW)

    user, token = change(None, ana)

    assert (token, is_good(session)) == (None, False)
    assert user.get_session_auth_hash() != ana.get_session_auth_hash()


@pytest.mark.parametrize("old", ["wrong", "", "nul \0", "\ud800", "x" * 2000])
def test_change__wrong_old_password_is_refused_and_changes_nothing(ana, old):
    session = start_session(user=ana, now=NOW)
    before = everything(without=frozenset({"LimitWindow"}))

    error = refusal(change, session_or_none=session, user=ana, old=old)

    assert (error.code, error.field) == (ErrorCode.CREDENTIALS_INVALID, ["oldPassword"])
    assert everything(without=frozenset({"LimitWindow"})) == before


@pytest.mark.parametrize("new", ["short", "horvatovic1", "password123"])
def test_change__new_password_that_is_easily_guessed_is_refused(ana, new):
    error = refusal(change, session_or_none=None, user=ana, new=new)

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, ["newPassword"])


def test_change__is_limited(ana):
    codes = [refusal(change, session_or_none=None, user=ana, old="wrong").code for _ in range(11)]

    assert codes == [ErrorCode.CREDENTIALS_INVALID] * 10 + [ErrorCode.RATE_LIMITED]


def test_change__kills_a_reset_that_was_mailed_before(ana):
    secrets = reset_mail()

    change(None, ana)

    error = refusal(reset_by_token, token=token_of(secrets), new_password="another good one", now=NOW)
    assert error.code == ErrorCode.CHALLENGE_INVALID


def test_change__is_for_accounts():
    error = refusal(change_password, viewer=Viewer(), old_password=PASSWORD, new_password=CHOSEN, now=NOW)

    assert error.code == ErrorCode.UNAUTHENTICATED
