"""Registering and proving an address, as clients do it."""

from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from bookings.accounts.models import RoleRequest, User
from bookings.notifications.models import OutboxMessage
from bookings.verification.models import Challenge
from schema.common.inputs import write_id
from tests import factories
from tests.factories import NOW, PASSWORD
from tests.schema.client import ask, code_of, post

pytestmark = pytest.mark.django_db(transaction=True)

ANA = "ana@example.org"
CHOSEN = "a kettle of green tea"
REGISTER = """
mutation Register($input: RegisterInput!) {
  register(input: $input) { registrationId errors { code message field } }
}
"""
VERIFY = """
mutation Verify($input: VerifyEmailInput!) {
  verifyEmail(input: $input) {
    account { email fullName emailVerifiedAt } token refreshToken errors { code field }
  }
}
"""
RESEND = """
mutation Resend($input: ResendEmailVerificationInput!) {
  resendEmailVerification(input: $input) { errors { code } }
}
"""
REQUEST = "mutation { requestEmailVerification(input: {}) { errors { code } } }"
BOOKINGS = "{ bookings { edges { node { acknowledgementId } } } }"
DRAFT_PROOF = """
mutation Verify($input: VerifyBookingInput!) {
  verifyBooking(input: $input) { booking { status } errors { code } }
}
"""


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def register(**said: Any) -> dict[str, Any]:
    given = {"email": ANA, "password": CHOSEN, "fullName": "Ana Horvat", **said}
    return dict(ask(REGISTER, {"input": given})["register"])


def secrets() -> dict[str, str]:
    return dict(OutboxMessage.objects.latest("pk").secrets)


def token() -> str:
    return secrets()["link"].partition("#token=")[2]


def verify(proof: dict[str, Any], **options: Any) -> dict[str, Any]:
    return dict(ask(VERIFY, {"input": {"proof": proof}}, **options)["verifyEmail"])


def by_code(registered: dict[str, Any]) -> dict[str, Any]:
    return {"code": {"registrationId": registered["registrationId"], "code": secrets()["code"]}}


def seen(**headers: str) -> list[str]:
    edges = ask(BOOKINGS, **headers)["bookings"]["edges"]
    return [edge["node"]["acknowledgementId"] for edge in edges]


def test_register_and_verify__by_code_gives_account_and_session() -> None:
    registered = register()
    assert registered["errors"] == []

    proven = verify(by_code(registered))

    assert proven["errors"] == []
    assert proven["account"] == {
        "email": ANA,
        "fullName": "Ana Horvat",
        "emailVerifiedAt": "2030-01-07T08:00:00Z",
    }
    assert ask("{ me { email } }", authorization=f"Bearer {proven['token']}") == {"me": {"email": ANA}}
    assert len(proven["refreshToken"]) > 30


def test_verify__by_link_takes_the_password() -> None:
    register(role="CONSULTANT")

    wrong = verify({"link": {"token": token(), "password": "wrong"}})
    right = verify({"link": {"token": token(), "password": CHOSEN}})

    assert wrong["errors"] == [{"code": "CREDENTIALS_INVALID", "field": ["proof", "link", "password"]}]
    assert (right["account"]["email"], right["errors"]) == (ANA, [])
    assert RoleRequest.objects.get().role == "CONSULTANT"


def test_register__weak_password_is_refused_with_all_reasons_alike_for_a_known_address() -> None:
    factories.user(ANA)

    answers = [register(email=email, password="123456") for email in (ANA, "bob@example.org")]

    assert answers[0] == answers[1]
    (error,) = answers[0]["errors"]
    assert (error["code"], error["field"]) == ("VALIDATION_FAILED", ["password"])
    assert all(reason in error["message"] for reason in ("too short", "too common", "entirely numeric"))


def test_bookings__of_a_registered_address_are_seen_after_the_proof_and_not_before() -> None:
    service = factories.service()
    booking = factories.pending(factories.consultant(service), service, email=ANA)
    other = factories.pending(factories.consultant(service), service)

    registered = register()
    before = post(BOOKINGS)
    proven = verify(by_code(registered))

    assert code_of(before) == "UNAUTHENTICATED"
    assert seen(authorization=f"Bearer {proven['token']}") == [booking.acknowledgement_id]
    assert other.acknowledgement_id not in seen(authorization=f"Bearer {proven['token']}")


def test_bookings__of_an_account_are_seen_once_its_address_is_proven() -> None:
    service = factories.service()
    booking = factories.pending(factories.consultant(service), service, email=ANA)
    ana = factories.user(ANA, email_verified_at=None)
    assert seen_by(ana) == []

    assert ask(REQUEST, user=ana) == {"requestEmailVerification": {"errors": []}}
    proven = verify({"code": {"code": secrets()["code"]}}, user=ana)

    assert (proven["account"]["email"], proven["token"], proven["errors"]) == (ANA, None, [])
    assert seen_by(ana) == [booking.acknowledgement_id]


def seen_by(user: User) -> list[str]:
    edges = ask(BOOKINGS, user=user)["bookings"]["edges"]
    return [edge["node"]["acknowledgementId"] for edge in edges]


def test_verify_booking__by_an_account_without_a_proven_address_says_what_comes_first() -> None:
    service = factories.service()
    booking = factories.draft(factories.consultant(service), service, email=ANA)
    ana = factories.user(ANA, email_verified_at=None)

    for pk in (booking.pk, booking.pk + 1000):
        given = {"input": {"proof": {"account": write_id("Booking", pk)}}}
        answer = ask(DRAFT_PROOF, given, user=ana)["verifyBooking"]
        assert answer == {"booking": None, "errors": [{"code": "EMAIL_NOT_VERIFIED"}]}


def test_resend__answers_alike_for_a_registration_and_for_none() -> None:
    registered = register()

    with time_machine.travel(factories.later(minutes=1), tick=False):
        answers = [
            ask(RESEND, {"input": {"registrationId": handle}})
            for handle in (registered["registrationId"], "unknown")
        ]

    assert answers == [{"resendEmailVerification": {"errors": []}}] * 2
    assert OutboxMessage.objects.count() == 2


def test_request_email_verification__is_for_accounts() -> None:
    assert code_of(post(REQUEST)) == "UNAUTHENTICATED"


def test_verify__of_nobody_is_unauthenticated() -> None:
    body = post(VERIFY, {"input": {"proof": {"code": {"code": "123456"}}}})

    assert code_of(body) == "UNAUTHENTICATED"


def test_verify__takes_one_proof() -> None:
    proof = {"code": {"code": "123456"}, "link": {"token": "x", "password": "y"}}

    assert code_of(post(VERIFY, {"input": {"proof": proof}})) == "BAD_USER_INPUT"


def test_register__is_limited_by_the_table() -> None:
    answers = [register(email=f"a{number}@example.org") for number in range(6)]

    assert [answer["errors"] for answer in answers[:5]] == [[]] * 5
    assert [error["code"] for error in answers[5]["errors"]] == ["RATE_LIMITED"]
    assert Challenge.objects.count() == 5


def test_verify__codes_are_limited_by_the_table() -> None:
    """Five tries of one registration, even where every one were fresh."""
    registered = register()
    proof = {"code": {"registrationId": registered["registrationId"], "code": "000000"}}

    codes = [verify(proof)["errors"][0]["code"] for _ in range(6)]

    assert codes == ["CHALLENGE_INVALID"] * 5 + ["RATE_LIMITED"]


@pytest.mark.parametrize("method", ["get", "head"])
def test_page__opened_by_a_scanner_changes_nothing(method: str) -> None:
    register()

    answer = getattr(Client(), method)(reverse("account-verify-email"), {"token": token()})

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert not User.objects.exists()
    assert (Challenge.objects.get().consumed_at, Challenge.objects.get().tries) == (None, 0)


def test_page__takes_the_password_beside_the_token_once() -> None:
    register()
    given = {"token": token(), "password": CHOSEN}
    page = reverse("account-verify-email")

    wrong = Client().post(page, given | {"password": "wrong"})
    right = Client().post(page, given)
    again = Client().post(page, given)

    assert (wrong.status_code, right.status_code, again.status_code) == (409, 200, 409)
    assert b"This is not the password." in wrong.content
    assert given["token"].encode() in wrong.content  # for the next try
    assert b"wrong" not in wrong.content
    assert b'data-done="verified"' in right.content
    assert b"used before" in again.content
    assert User.objects.get().email_verified_at == NOW


def test_page__tries_are_limited_as_those_of_the_api() -> None:
    register()
    given = {"token": token(), "password": "wrong"}

    answers = [Client().post(reverse("account-verify-email"), given) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [409] * 5 + [429]
    assert int(answers[5]["Retry-After"]) > 0


@pytest.mark.parametrize("page", ["verify-email", "reset-password"])
def test_pages__run_nothing_but_our_own_files_and_need_the_forms_token(page: str) -> None:
    address = reverse(f"account-{page}")

    answer = Client().get(address)
    forged = Client(enforce_csrf_checks=True).post(address, {"token": "x", "password": PASSWORD})

    assert answer.status_code == 200
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert b"<script>" not in answer.content
    # With "no-referrer" browsers post the form with `Origin: null`, and it is refused.
    assert answer["Referrer-Policy"] == "same-origin"
    assert b'<meta name="referrer" content="same-origin">' in answer.content
    assert forged.status_code == 403


def test_pages__show_what_was_sent_as_text() -> None:
    given = {"token": '"><script>x</script>', "email": '"><script>y</script>', "password": "x"}

    for page in ("verify-email", "reset-password"):
        assert b"<script>x" not in Client().post(reverse(f"account-{page}"), given).content
    answer = Client().post(reverse("account-reset-password"), given | {"token": ""})
    assert b"<script>y" not in answer.content


def test_verify_email__codes_of_one_address_are_guessed_no_oftener_from_many_networks(settings):
    """Each network registers the address anew, with five tries; the link beside the password is as good as ever."""
    settings.TRUSTED_PROXIES = 1
    told = []
    for number in range(8):
        network = {"x_forwarded_for": f"2001:db8:0:{number}::1"}
        registered = ask(REGISTER, {"input": {"email": ANA, "password": CHOSEN}}, **network)["register"]
        wrong = {"registrationId": registered["registrationId"], "code": "not it"}
        told += [verify({"code": wrong}, **network)["errors"][0]["code"] for _ in range(5)]

    link = verify({"link": {"token": token(), "password": CHOSEN}}, x_forwarded_for="192.0.2.7")

    assert told == ["CHALLENGE_INVALID"] * 30 + ["RATE_LIMITED"] * 10
    assert link["errors"] == []
