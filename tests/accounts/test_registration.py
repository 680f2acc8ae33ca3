"""Registering: nobody gets an account without reading the mailbox, and none with a password that is not theirs."""

import pytest
import time_machine
from django.contrib.auth.hashers import check_password

from bookings.accounts import passwords
from bookings.accounts.models import RefreshToken, Registration, RoleRequest, User
from bookings.accounts.registration import (
    Applicant,
    register,
    request_verification,
    resend,
    verify_by_code,
    verify_by_link,
)
from bookings.accounts.tokens import read_access_token
from bookings.accounts.viewer import Viewer
from bookings.common.errors import ErrorCode
from bookings.common.secrecy import token_hash
from bookings.notifications.models import OutboxMessage
from bookings.notifications.rendering import render
from bookings.retention.services import purge
from bookings.verification.models import Challenge
from tests import factories
from tests.factories import NOW, PASSWORD, later
from tests.witness import everything, refusal

pytestmark = pytest.mark.django_db(transaction=True)

ANA = "ana@example.org"
CHOSEN = "a kettle of green tea"
ANOTHER = "seven grey herons wade"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def applicant(**said):
    return Applicant(**{"email": ANA, "password": CHOSEN, "full_name": "Ana Horvat", **said})


def registered(*, now=NOW, **said):
    """A registration's handle, and the secrets of its mail."""
    handle = register(applicant=applicant(**said), now=now)
    return handle, newest_mail().secrets


def newest_mail():
    return OutboxMessage.objects.latest("pk")


def token_of(secrets):
    return secrets["link"].partition("#token=")[2]


def accounts():
    return list(User.objects.order_by("pk").values_list("email", flat=True))


def test_register__makes_no_account_and_keeps_hashes_alone():
    handle, secrets = registered(timezone="Europe/Warsaw", locale="pl")

    assert accounts() == []
    row = Registration.objects.get()
    assert (row.email, row.full_name, row.role) == (ANA, "Ana Horvat", "CLIENT")
    assert (row.locale, row.timezone) == ("pl", "Europe/Warsaw")
    assert (row.created_at, row.expires_at) == (NOW, later(hours=24))
    assert row.handle_hash == token_hash(handle)
    assert check_password(CHOSEN, row.password)
    kept = str(everything(without=frozenset({"OutboxMessage"})))
    assert not any(secret in kept for secret in (handle, CHOSEN, secrets["code"], token_of(secrets)))


def test_register__mails_the_proof_and_names_nobody():
    """Anybody may type any name beside somebody else's address."""
    registered(full_name="Buy cheap pills at pills.example")

    mail = newest_mail()
    assert (mail.template, mail.recipient) == ("register", ANA)
    assert set(mail.secrets) == {"code", "link"}
    assert mail.secrets["link"].startswith("http://127.0.0.1:8000/account/verify-email#token=")
    rendered = render(mail)
    assert mail.secrets["code"] in rendered.text
    assert "pills" not in rendered.text + rendered.html + rendered.subject


def test_register__link_leads_to_the_front_end_where_there_is_one(settings):
    settings.FRONTEND_URL = "https://www.example.org"

    _, secrets = registered()

    assert secrets["link"].startswith("https://www.example.org/account/verify-email#token=")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"email": "ana"}, "email"),
        ({"full_name": "x" * 201}, "fullName"),
        ({"full_name": "two\nlines"}, "fullName"),
        ({"full_name": "nul \0"}, "fullName"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"locale": "x" * 17}, "locale"),
        ({"locale": "not a locale"}, "locale"),
        ({"password": "short"}, "password"),
    ],
)
def test_register__refuses_what_is_wrong_before_anything_is_kept(said, field):
    before = everything()

    error = refusal(register, applicant=applicant(**said), now=NOW)

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, [field])
    assert everything() == before


def test_verify__by_code_opens_the_account_and_a_session():
    handle, secrets = registered(timezone="Europe/Warsaw", locale="pl")

    proven = verify_by_code(handle=handle, code=secrets["code"], user_agent="Browser 1.0", now=NOW)

    user = User.objects.get()
    assert proven.user == user
    assert (user.email, user.full_name, user.role) == (ANA, "Ana Horvat", "CLIENT")
    assert (user.locale, user.timezone) == ("pl", "Europe/Warsaw")
    assert (user.email_verified_at, user.created_at) == (NOW, NOW)
    assert (user.is_staff, user.is_superuser, user.is_active) == (False, False, True)
    assert user.check_password(CHOSEN)
    assert RefreshToken.objects.get().user_agent == "Browser 1.0"
    assert Registration.objects.get().password == ""


def test_verify__by_link_asks_for_the_password_of_the_registration():
    _, secrets = registered()

    proven = verify_by_link(token=token_of(secrets), password=CHOSEN, now=NOW)

    assert proven.user.check_password(CHOSEN)
    assert proven.session is not None


def test_verify__begins_a_session_that_is_good():
    handle, secrets = registered()

    proven = verify_by_code(handle=handle, code=secrets["code"], now=NOW)

    assert read_access_token(proven.session.access_token).user == proven.user


def test_verify__on_the_page_begins_no_session():
    _, secrets = registered()

    proven = verify_by_link(token=token_of(secrets), password=CHOSEN, log_in=False, now=NOW)

    assert (proven.session, RefreshToken.objects.count()) == (None, 0)


def test_verify__opened_by_a_victim_gives_nobody_an_account():
    """Somebody registers an address that is not theirs; its owner follows the link with a password of their own."""
    registered(password=ANOTHER)
    token = token_of(newest_mail().secrets)

    error = refusal(verify_by_link, token=token, password=CHOSEN, now=NOW)

    assert (error.code, error.field) == (ErrorCode.CREDENTIALS_INVALID, ["proof", "link", "password"])
    assert accounts() == []


def test_verify__by_a_victim_who_registers_too_opens_the_account_with_their_password():
    attackers, attackers_mail = registered(password=ANOTHER, full_name="Mallory")
    victims, victims_mail = registered()

    proven = verify_by_code(handle=victims, code=victims_mail["code"], now=NOW)

    assert proven.user.check_password(CHOSEN)
    assert not proven.user.check_password(ANOTHER)
    for late in (
        {"handle": attackers, "code": attackers_mail["code"]},
        {"handle": attackers, "code": victims_mail["code"]},
    ):
        error = refusal(verify_by_code, **late, now=NOW)
        assert error.code in {ErrorCode.EMAIL_TAKEN, ErrorCode.CHALLENGE_INVALID}
    user = User.objects.get()
    assert (user.full_name, user.check_password(CHOSEN)) == ("Ana Horvat", True)


@pytest.mark.parametrize("handle", ["", "x", "\ud800", "0" * 10_000])
def test_verify__code_without_the_registrations_handle_is_worthless(handle):
    _, secrets = registered()

    error = refusal(verify_by_code, handle=handle, code=secrets["code"], now=NOW)

    assert error.code == ErrorCode.CHALLENGE_INVALID
    assert accounts() == []


def test_verify__code_of_another_registration_of_the_same_address_is_worthless():
    first, _ = registered()
    _, second = registered()

    error = refusal(verify_by_code, handle=first, code=second["code"], now=NOW)

    assert error.code == ErrorCode.CHALLENGE_INVALID
    assert accounts() == []


def test_verify__code_without_handle_or_account_is_nobodys():
    _, secrets = registered()

    error = refusal(verify_by_code, handle=None, code=secrets["code"], viewer=Viewer(), now=NOW)

    assert error.code == ErrorCode.UNAUTHENTICATED


def test_verify__wrong_password_leaves_the_link_good_for_five_tries_in_all():
    _, secrets = registered()
    token = token_of(secrets)

    for wrong in ("", "wrong", "nul \0", "\ud800"):
        error = refusal(verify_by_link, token=token, password=wrong, now=NOW)
        assert error.code == ErrorCode.CREDENTIALS_INVALID
    assert verify_by_link(token=token, password=CHOSEN, now=NOW).user.email == ANA


def test_verify__sixth_try_of_a_link_is_refused_with_the_right_password():
    handle, secrets = registered()
    token = token_of(secrets)
    for _ in range(5):
        refusal(verify_by_link, token=token, password="wrong", now=NOW)

    for given in ({"token": token, "password": CHOSEN}, {"token": token, "password": "wrong"}):
        assert refusal(verify_by_link, **given, now=NOW).code == ErrorCode.CHALLENGE_INVALID
    assert accounts() == []

    resend(handle=handle, now=later(minutes=1))
    again = token_of(newest_mail().secrets)
    assert verify_by_link(token=again, password=CHOSEN, now=later(minutes=1)).user.email == ANA


def test_verify__sixth_code_is_refused_even_if_right():
    handle, secrets = registered()
    wrong = f"{(int(secrets['code']) + 1) % 10**6:06}"

    for code in [wrong] * 5 + [secrets["code"]]:
        error = refusal(verify_by_code, handle=handle, code=code, now=NOW)
        assert error.code == ErrorCode.CHALLENGE_INVALID
    assert accounts() == []


def test_verify__a_second_time_is_refused_by_either_way():
    handle, secrets = registered()
    verify_by_code(handle=handle, code=secrets["code"], now=NOW)
    before = everything(without=frozenset({"Challenge"}))

    by_code = refusal(verify_by_code, handle=handle, code=secrets["code"], now=NOW)
    by_link = refusal(verify_by_link, token=token_of(secrets), password=CHOSEN, now=NOW)

    assert (by_code.code, by_link.code) == (ErrorCode.CHALLENGE_ALREADY_USED,) * 2
    assert everything(without=frozenset({"Challenge"})) == before


def test_verify__too_late_is_refused():
    handle, secrets = registered()
    token = token_of(secrets)

    by_code = refusal(verify_by_code, handle=handle, code=secrets["code"], now=later(minutes=10))
    by_link = refusal(verify_by_link, token=token, password=CHOSEN, now=later(hours=24))

    assert (by_code.code, by_link.code) == (ErrorCode.CHALLENGE_EXPIRED,) * 2
    assert accounts() == []


def test_verify__takes_no_proof_of_another_purpose():
    factories.user(ANA)
    passwords.request_reset(email=ANA, now=NOW)

    error = refusal(verify_by_link, token=token_of(newest_mail().secrets), password=PASSWORD, now=NOW)

    assert error.code == ErrorCode.CHALLENGE_INVALID


def test_verify__address_that_got_an_account_meanwhile_is_told_after_the_proof():
    handle, secrets = registered()
    factories.user(ANA)

    error = refusal(verify_by_code, handle=handle, code=secrets["code"], now=NOW)

    assert error.code == ErrorCode.EMAIL_TAKEN
    assert User.objects.get().check_password(PASSWORD)


@pytest.mark.parametrize("role", ["CONSULTANT", "BUSINESS_OWNER"])
def test_verify__role_that_was_asked_for_waits_for_an_admin(role):
    handle, secrets = registered(role=role)
    assert not RoleRequest.objects.exists()

    user = verify_by_code(handle=handle, code=secrets["code"], now=NOW).user

    asked = RoleRequest.objects.get()
    assert (user.role, asked.user, asked.role, asked.status) == ("CLIENT", user, role, "WAITING")


def test_register__known_address_is_told_by_mail_and_nothing_comes_of_it():
    ana = factories.user(ANA)

    handle, secrets = registered()

    mail = newest_mail()
    rendered = render(mail)
    assert (mail.template, mail.recipient) == ("register_known", ANA)
    assert not any(secret in rendered.text + rendered.html for secret in (secrets["code"], token_of(secrets)))
    # Even with what the mail did not give.
    assert refusal(verify_by_code, handle=handle, code=secrets["code"], now=NOW).code == ErrorCode.EMAIL_TAKEN
    ana.refresh_from_db()
    assert ana.check_password(PASSWORD)


def test_register__twice_gives_two_registrations_of_which_either_can_be_proven():
    first, first_mail = registered()
    second, _ = registered(password=ANOTHER)
    assert first != second

    user = verify_by_code(handle=first, code=first_mail["code"], now=NOW).user

    assert user.check_password(CHOSEN)


def test_resend__mails_anew_once_a_minute_and_the_older_proof_dies():
    handle, old = registered()

    resend(handle=handle, now=later(seconds=59))
    assert OutboxMessage.objects.count() == 1
    resend(handle=handle, now=later(minutes=1))
    assert OutboxMessage.objects.count() == 2

    new = newest_mail().secrets
    now = later(minutes=1)
    assert (
        refusal(verify_by_code, handle=handle, code=old["code"], now=now).code == ErrorCode.CHALLENGE_INVALID
    )
    by_link = refusal(verify_by_link, token=token_of(old), password=CHOSEN, now=now)
    assert by_link.code == ErrorCode.CHALLENGE_INVALID
    assert verify_by_code(handle=handle, code=new["code"], now=now).user.email == ANA


def test_resend__does_not_prolong_the_registration():
    handle, _ = registered()

    resend(handle=handle, now=later(hours=23))

    assert Challenge.objects.latest("pk").link_expires_at == later(hours=24)


@pytest.mark.parametrize("handle", ["", "x", "\ud800"])
def test_resend__of_an_unknown_handle_mails_nobody(handle):
    registered()
    before = everything()

    resend(handle=handle, now=later(minutes=1))

    assert everything() == before


def test_resend__of_what_lapsed_or_became_an_account_mails_nobody():
    lapsed, _ = registered()
    used, secrets = registered(email="bob@example.org")
    verify_by_code(handle=used, code=secrets["code"], now=NOW)
    before = everything()

    resend(handle=lapsed, now=later(hours=24))
    resend(handle=used, now=later(minutes=1))

    assert everything() == before


def test_request_verification__proves_the_address_of_an_account_that_an_admin_made():
    ana = factories.user(ANA, email_verified_at=None)
    viewer = Viewer(user=ana)

    request_verification(viewer=viewer, now=NOW)
    request_verification(viewer=viewer, now=later(seconds=59))
    mail = OutboxMessage.objects.get()
    assert (mail.template, mail.recipient) == ("verify_email", ANA)
    proven = verify_by_code(handle=None, code=mail.secrets["code"], viewer=viewer, now=later(minutes=1))

    ana.refresh_from_db()
    assert (proven.user, proven.session, ana.email_verified_at) == (ana, None, later(minutes=1))


def test_verify_by_code__of_ones_own_address_counts_its_tries_whatever_mails_are_sent(settings):
    settings.RATE_LIMITS = {"code.subject": "2/hour"}
    viewer = Viewer(user=factories.user(ANA, email_verified_at=None))

    codes = []
    for minute in range(3):
        request_verification(viewer=viewer, now=later(minutes=minute))
        right = newest_mail().secrets["code"]
        wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
        found = refusal(verify_by_code, handle=None, code=wrong, viewer=viewer, now=later(minutes=minute))
        codes.append(found.code)

    assert codes == [ErrorCode.CHALLENGE_INVALID] * 2 + [ErrorCode.RATE_LIMITED]


def test_request_verification__link_asks_for_the_accounts_password():
    ana = factories.user(ANA, email_verified_at=None)
    request_verification(viewer=Viewer(user=ana), now=NOW)
    token = token_of(newest_mail().secrets)

    wrong = refusal(verify_by_link, token=token, password=CHOSEN, now=NOW)
    proven = verify_by_link(token=token, password=PASSWORD, now=NOW)

    assert wrong.code == ErrorCode.CREDENTIALS_INVALID
    assert (proven.user, proven.user.email_verified_at) == (ana, NOW)


def test_request_verification__of_an_account_whose_address_changed_meanwhile_proves_nothing():
    ana = factories.user(ANA, email_verified_at=None)
    request_verification(viewer=Viewer(user=ana), now=NOW)
    code = newest_mail().secrets["code"]
    User.objects.update(email="other@example.org")

    error = refusal(verify_by_code, handle=None, code=code, viewer=Viewer(user=ana), now=NOW)

    assert error.code == ErrorCode.CHALLENGE_INVALID
    ana.refresh_from_db()
    assert ana.email_verified_at is None


def test_request_verification__of_a_proven_address_mails_nothing():
    request_verification(viewer=Viewer(user=factories.user()), now=NOW)

    assert not OutboxMessage.objects.exists()


def test_request_verification__is_for_accounts():
    assert refusal(request_verification, viewer=Viewer(), now=NOW).code == ErrorCode.UNAUTHENTICATED


def test_purge__forgets_registrations_whose_time_is_over():
    registered()
    handle, secrets = registered(email="bob@example.org")
    verify_by_code(handle=handle, code=secrets["code"], now=NOW)

    purge(now=later(hours=24, seconds=-1))
    assert Registration.objects.count() == 2
    purge(now=later(hours=24))
    assert Registration.objects.count() == 0
    assert accounts() == ["bob@example.org"]
