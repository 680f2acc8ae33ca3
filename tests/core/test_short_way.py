"""The short way of a request without cookies is shorter, and nothing else: the same answers, to the last header."""

import re
from typing import Any

import pytest
from django.conf import settings as of_this_process
from django.test import Client

from bookings.limits.services import forget_everything
from core.short_way import ADDRESS
from tests import factories
from tests.schema.client import access_token

SHORT = "core.short_way.short_way"
LONG = list(of_this_process.MIDDLEWARE[1:])
JSON = "application/json"
FRONT_END = "https://www.example.org"
HELLO = '{"query": "{ __typename }"}'
STATUS = '{"query": "{ bookingStatus(acknowledgementId: \\"MS-000000\\") { status } }"}'
WHO = '{"query": "{ me { email } }"}'
LOG_IN = """{"query": "mutation { tokenAuth(input: {email: \\"a@example.org\\", password: \\"no\\"}) {
  token errors { code message } } }"}""".replace("\n", " ")

pytestmark = pytest.mark.django_db


def sent(
    body: str = HELLO, *, kind: str = JSON, method: str = "POST", secure: bool = True, **headers: str
) -> Any:
    return {"method": method, "data": body, "CONTENT_TYPE": kind, "secure": secure, "headers": headers}


REQUESTS = {
    "nothing special": sent(),
    "who asks is looked for": sent(WHO),
    "nothing is found": sent(STATUS),
    "a mutation that is refused": sent(LOG_IN),
    "the newer media type": sent(accept="application/graphql-response+json"),
    "an error of the newer media type": sent(
        '{"query": "{ none }"}', accept="application/graphql-response+json"
    ),
    "another language": sent(STATUS, accept_language="pl, en;q=0.5"),
    "a page of ours": sent(origin=FRONT_END),
    "a page of ours that asks who asks": sent(WHO, origin=FRONT_END),
    "a page of another site": sent(origin="https://evil.example"),
    "an origin that is none": sent(origin="https://[evil"),
    "no origin that a browser names": sent(origin="null"),
    "an origin that says nothing": sent(origin=""),
    "a host that is not ours": sent(host="evil.example"),
    "a host that is none": sent(host="a b"),
    "not encrypted": sent(secure=False),
    "not encrypted, by another host": sent(secure=False, host="evil.example"),
    "its own request id": sent(x_request_id="mine-1"),
    "a request id that is none": sent(x_request_id="mine 1"),
    "a token that is no good": sent(WHO, authorization="Bearer abc"),
    "a key that is no good": sent(WHO, authorization="Api-Key abc"),
    "a booking's token that is no good": sent(WHO, x_booking_token="abc"),
    "a form": sent("query=1", kind="application/x-www-form-urlencoded"),
    "text": sent(kind="text/plain"),
    "no type": sent(kind=""),
    "no body": sent(""),
    "no JSON": sent("{"),
    "too long a body": sent(" " * 300_000),
    "a batch": sent("[]"),
    "a cookie": sent(WHO, cookie="sessionid=abc"),
    "an empty cookie": sent(WHO, cookie=""),
    "two cookies": sent(WHO, cookie="csrftoken=abc; other=1"),
    "a query by GET": sent("", method="GET"),
    "a browser's GET": sent("", method="GET", accept="text/html"),
    "a preflight": sent("", method="OPTIONS", origin=FRONT_END, access_control_request_method="POST"),
    "another method": sent("", method="PUT"),
}


@pytest.fixture(autouse=True)
def _as_deployed(settings: Any) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_PRELOAD = 31_536_000, True
    settings.CORS_ALLOWED_ORIGINS, settings.CORS_ALLOWED_ORIGIN_REGEXES = [FRONT_END], []
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.DEBUG = settings.GRAPHIQL = False


def answered(settings: Any, middleware: list[str], request: Any, address: str = ADDRESS) -> Any:
    """Give status, headers in their order and body, without what is another in each answer."""
    settings.MIDDLEWARE = middleware
    forget_everything()
    headers = {name.replace("_", "-"): value for name, value in request["headers"].items()}
    answer = Client().generic(path=address, **{**request, "headers": headers})
    made = re.compile(r"[0-9a-f]{32}")
    shown = [(name, made.sub("made", value)) for name, value in answer.items()]
    return answer.status_code, shown, sorted(answer.cookies), made.sub("made", answer.content.decode())


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
def test_short_way__answers_as_the_long_one(settings, request_):
    assert answered(settings, [SHORT, *LONG], request_) == answered(settings, LONG, request_)


def test_short_way__answers_who_is_known_as_the_long_one(settings):
    ana = factories.user("ana@example.org")
    request = sent(WHO, authorization=f"Bearer {access_token(ana)}")

    short, long = answered(settings, [SHORT, *LONG], request), answered(settings, LONG, request)

    assert short == long
    assert "ana@example.org" in short[-1]


def test_short_way__passes_by_all_that_stands_below_it(settings):
    status, headers, _, _ = answered(settings, [SHORT], sent())

    names = {name for name, _ in headers}
    assert status == 200
    assert {"X-Request-ID", "Strict-Transport-Security", "X-Content-Type-Options", "X-Frame-Options"} <= names


@pytest.mark.parametrize(
    ("request_", "address"),
    [
        (sent(cookie="sessionid=abc"), ADDRESS),
        (sent("", method="GET"), ADDRESS),
        (sent("", method="OPTIONS"), ADDRESS),
        (sent(), "/graphql"),
        (sent("", method="GET"), "/health/live"),
    ],
)
def test_short_way__is_for_posts_to_the_api_without_cookies_alone(settings, request_, address):
    _, headers, _, _ = answered(settings, [SHORT], request_, address)

    assert "X-Request-ID" not in dict(headers)


def test_short_way__is_for_addresses_that_have_the_api(settings):
    settings.ROOT_URLCONF = "bookings.payments.urls"

    assert answered(settings, [SHORT], sent())[0] == 404


def test_middleware__is_what_the_short_way_was_made_for():
    """Whoever adds one says here that requests without cookies may pass it by, or puts it into the short way."""
    passed_by = {
        "core.middleware.health_checks",
        "core.middleware.sound_cookies",
        "core.middleware.private_admin",
        "whitenoise.middleware.WhiteNoiseMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "core.middleware.idle_log_out",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    }

    assert [name for name in of_this_process.MIDDLEWARE if name not in passed_by] == [
        SHORT,
        "core.middleware.request_id",
        "django.middleware.security.SecurityMiddleware",
        "corsheaders.middleware.CorsMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ]
