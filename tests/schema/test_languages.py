"""In which language the API speaks: words change, codes never do, and no request leaves its language behind."""

import json
from typing import Any, cast

import pytest
import time_machine
from django.db.models import TextChoices
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext_lazy

from bookings.accounts.models import Registration, ServiceKey
from bookings.booking import services
from bookings.booking.models import Booking
from bookings.notifications.models import OutboxMessage
from schema.common.scalars import describe_enum
from tests import factories
from tests.factories import NOW, TEN
from tests.schema.client import access_token, ask, gid, post

pytestmark = pytest.mark.django_db

STATUS = "query ($id: String!) { bookingStatus(acknowledgementId: $id) { status statusLabel } }"
LOG_IN = """
mutation { tokenAuth(input: {email: "nobody@example.org", password: "wrong"}) { errors { code field message } } }
"""
UPDATE = "mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { errors { code field message } } }"
DRAFT = (
    "mutation ($input: DraftBookingInput!) { draftBooking(input: $input) { errors { code field message } } }"
)
REGISTER = "mutation ($input: RegisterInput!) { register(input: $input) { errors { code field message } } }"
VERIFY = (
    "mutation ($input: VerifyEmailInput!) { verifyEmail(input: $input) { errors { code field message } } }"
)
RESET = "mutation ($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { errors { code } } }"
POLISH = "Adres lub hasło są nieprawidłowe."
ENGLISH = "The address or the password is not right."


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def sent(document: str, variables: dict[str, Any] | None = None, **headers: str) -> Any:
    """The whole response, from the thread of the test."""
    return Client().post(
        "/graphql/",
        {"query": document, "variables": variables or {}},
        content_type="application/json",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def refused(document: str, variables: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    (payload,) = ask(document, variables, **options).values()
    return dict(payload["errors"][0])


def drafted(**given: Any) -> dict[str, Any]:
    offered = factories.service()
    host = factories.consultant(offered)
    return {
        "serviceId": gid(offered),
        "consultantId": gid(host),
        "startsAt": TEN.isoformat(),
        "email": "ana@example.org",
        "fullName": "Ana Horvat",
        "consent": True,
        **given,
    }


@pytest.mark.parametrize(
    ("header", "language", "message"),
    [
        ("pl", "pl", POLISH),
        ("pl-PL,pl;q=0.9,en;q=0.8", "pl", POLISH),
        ("de-DE,de;q=0.9,pl;q=0.5,en;q=0.3", "pl", POLISH),
        ("en-GB,en;q=0.9,pl;q=0.8", "en", ENGLISH),
        ("pl;q=0.1,en;q=0.8", "en", ENGLISH),
        ("de,fr", "en", ENGLISH),
        ("*", "en", ENGLISH),
        ("", "en", ENGLISH),
        ("plx-??, ;;q=, \x7f", "en", ENGLISH),
        ("pl;q=0,en", "en", ENGLISH),
    ],
)
def test_request__is_answered_in_the_language_that_it_asks_for(header, language, message):
    answer = sent(LOG_IN, accept_language=header)

    assert answer["Content-Language"] == language
    assert "Accept-Language" in answer["Vary"]
    assert answer.json()["data"]["tokenAuth"]["errors"][0]["message"] == message


def test_request__leaves_no_language_behind_in_its_thread():
    before = translation.get_language()
    spoken = [
        sent(LOG_IN, accept_language=language).json()["data"]["tokenAuth"]["errors"][0]["message"]
        for language in ("pl", "", "en", "pl")
    ]

    assert spoken == [POLISH, ENGLISH, ENGLISH, POLISH]
    assert translation.get_language() == before


def test_account__is_spoken_to_in_its_own_language():
    ana = factories.user(locale="pl-PL")

    with_header = refused(UPDATE, {"input": {"locale": "Polish, please"}}, user=ana, accept_language="en")
    next_to_it = sent(LOG_IN)

    assert with_header["message"] == "Język zapisuje się jak en lub pl-PL."
    assert next_to_it["Content-Language"] == "en"


def test_account__its_answer_says_its_language():
    ana = factories.user(locale="pl")

    answer = sent("{ me { locale } }", authorization=f"Bearer {access_token(ana)}", accept_language="en")

    assert answer["Content-Language"] == "pl"


def test_account__with_a_language_of_which_there_is_none_reads_english():
    bo = factories.user(locale="de-AT")

    assert (
        refused(UPDATE, {"input": {"locale": "?"}}, user=bo)["message"] == "A locale looks like en or pl-PL."
    )


def test_service_key__speaks_as_it_asks_not_as_its_owner():
    owner = factories.user(locale="pl")
    place = factories.business(owner=owner)
    made = factories.service_key(ServiceKey.Scope.PRACTICE, owner=owner, place=place)

    answer = sent("{ __typename }", authorization=f"Api-Key {made.text}", accept_language="en")

    assert answer["Content-Language"] == "en"


def cases() -> dict[str, tuple[str, dict[str, Any]]]:
    return {
        "login": (LOG_IN, {}),
        "profile": (UPDATE, {"input": {"phone": "12"}}),
        "no consent": (DRAFT, {"input": drafted(consent=False)}),
        "taken time": (DRAFT, {"input": drafted(startsAt="2030-01-07T03:00:00Z")}),
        "bad locale": (DRAFT, {"input": drafted(locale="?")}),
        "weak password": (REGISTER, {"input": {"email": "bo@example.org", "password": "password"}}),
        "no address": (REGISTER, {"input": {"email": "nobody", "password": factories.PASSWORD}}),
        "bad proof": (VERIFY, {"input": {"proof": {"link": {"token": "x", "password": factories.PASSWORD}}}}),
    }


@pytest.mark.parametrize(
    "case",
    [
        "login", "profile", "no consent", "taken time", "bad locale", "weak password", "no address", "bad proof",
    ],
)  # fmt: skip
def test_refusal__has_other_words_and_the_same_code(case):
    document, variables = cases()[case]
    user = factories.user(locale="en") if case == "profile" else None
    polish_user = factories.user(locale="pl") if case == "profile" else None

    english = refused(document, variables, user=user)
    polish = refused(document, variables, user=polish_user, accept_language="pl")

    assert polish.pop("message") != english.pop("message")
    assert polish == english
    assert english["code"].isupper()


def test_top_level_error__has_other_words_and_the_same_code():
    english, polish = (
        post("{ me { id } staffOf: nodes(ids: []) { id } }", authorization="Bearer x", accept_language=each)[
            "errors"
        ][0]
        for each in ("en", "pl")
    )

    assert english["extensions"]["code"] == polish["extensions"]["code"] == "UNAUTHENTICATED"
    assert polish["message"].startswith("Token z nagłówka Authorization wygasł")
    assert english["message"].startswith("The token of the Authorization header")


def test_status__its_label_is_translated_and_its_value_is_not():
    offered = factories.service()
    booking = factories.pending(factories.consultant(offered), offered)

    english, polish = (
        ask(STATUS, {"id": booking.acknowledgement_id}, accept_language=each)["bookingStatus"]
        for each in ("en", "pl")
    )

    assert english == {"status": "PENDING", "statusLabel": "Waiting for the practice"}
    assert polish == {"status": "PENDING", "statusLabel": "Oczekuje na odpowiedź placówki"}


def test_descriptions__are_as_the_code_has_them_whoever_s_request_reads_the_schema_first():
    choices = cast("Any", TextChoices)("Choices", [("CONFIRMED", ("CONFIRMED", gettext_lazy("Confirmed")))])

    with translation.override("pl"):
        describe_enum(choices, name="Choices", description="Some.")

    assert [value.description for value in choices.__strawberry_definition__.values] == ["Confirmed"]


def test_descriptions__stay_as_they_are(settings):
    settings.GRAPHIQL = True
    asked = '{ __type(name: "BookingStatus") { enumValues { name description } } }'

    english, polish = (sent(asked, accept_language=each).json()["data"] for each in ("en", "pl"))

    assert english == polish
    assert json.dumps(english).count("Waiting for the practice") == 1


def test_malformed_request__is_told_to_its_developer_in_english():
    english, polish = (sent("{ nothing }", accept_language=each).json()["errors"][0] for each in ("en", "pl"))

    assert english["message"] == polish["message"]


def test_idempotent_draft__keeps_the_language_of_its_first_request():
    given = drafted(idempotencyKey="k1")

    ask(DRAFT, {"input": given}, accept_language="pl")
    ask(DRAFT, {"input": given}, accept_language="en")

    booking = Booking.objects.get()
    assert booking.locale == "pl"
    assert [row.locale for row in OutboxMessage.objects.filter(template="verify_booking")] == ["pl"]


@pytest.mark.parametrize(
    ("given", "kept"), [({}, "pl"), ({"locale": "en-GB"}, "en-GB"), ({"locale": None}, "pl")]
)
def test_draft__keeps_the_client_s_language(given, kept):
    ask(DRAFT, {"input": drafted(**given)}, accept_language="pl")

    assert Booking.objects.get().locale == kept


def test_draft__of_an_account_keeps_the_account_s_language():
    ana = factories.user("ana@example.org", locale="pl")

    ask(DRAFT, {"input": drafted()}, user=ana, accept_language="en")

    assert Booking.objects.get().locale == "pl"


def test_register__keeps_the_language_of_the_request():
    ask(
        REGISTER, {"input": {"email": "bo@example.org", "password": factories.PASSWORD}}, accept_language="pl"
    )

    assert Registration.objects.get().locale == "pl"
    assert OutboxMessage.objects.get().locale == "pl"


def test_reset__writes_to_an_account_in_its_language_and_to_others_in_that_of_the_request():
    factories.user("ana@example.org", locale="pl")

    for email, language in (("ana@example.org", "en"), ("bo@example.org", "pl"), ("cy@example.org", "en")):
        ask(RESET, {"input": {"email": email}}, accept_language=language)

    assert {row.recipient: row.locale for row in OutboxMessage.objects.all()} == {
        "ana@example.org": "pl",
        "bo@example.org": "pl",
        "cy@example.org": "en",
    }


def test_mails__reach_client_consultant_and_owner_each_in_their_language():
    place = factories.business(owner=factories.user(locale="pl"))
    offered = factories.service(place, price=0, needs_approval=True)
    host = factories.consultant(offered, user=factories.user(locale="en"))
    booking = factories.pending(host, offered, locale="en")

    services.approve(booking_id=booking.pk, viewer=factories.staff_of(place), now=NOW)

    rows = {row.template: row.locale for row in OutboxMessage.objects.all()}
    assert rows["request_received"] == "en"
    assert rows["staff_request_waits"] == "pl"
    assert rows["consultant_confirmed"] == "en"
