"""The client with which providers' JSON APIs are asked."""

import traceback

import pytest
from django.conf import settings as configured

from bookings.payments.providers import http
from bookings.payments.providers.base import ProviderRefused, ProviderUnavailable
from bookings.payments.providers.http import JsonApi, NothingDone, Refused
from tests.payments.doubles.server import HUGE, Answer, Double, Entry
from tests.servers import free_port

SECRET = "sk_live_quite_secret"
EMAIL = "carla@example.org"


class Echo(Double):
    """Answers what it is told to, else with what it was asked."""

    answer: Answer | None = None

    def handle(self, call):
        return self.answer or Answer(200, {"method": call.method, "path": call.path, "query": call.query})

    def ledger(self):
        return {"SW-echo": Entry("EUR")}

    def sign(self, raw):
        return {}


@pytest.fixture
def far(settings):
    settings.PAYMENT_TIMEOUTS = (2.0, 2.0)
    with Echo() as running:
        yield running


def api(url):
    return JsonApi("Echo", url, headers={"authorization": f"Bearer {SECRET}"})


def unheard(act):
    """Give the error of a call that is not answered; it repeats nothing of what was sent or came."""
    with pytest.raises(ProviderUnavailable) as caught:
        act()
    said = "".join(traceback.format_exception(caught.value))
    for unsaid in (SECRET, "carla", "quokka"):
        assert unsaid not in said
    return caught.value


def get(far):
    return api(far.url).get("/payments", {"of": EMAIL})


def post(far):
    return api(far.url).post("/payments", {"email": EMAIL})


# What is sent


def test_get__asks_by_the_query(far):
    assert get(far) == {"method": "GET", "path": "/payments", "query": {"of": EMAIL}}


def test_post__sends_json(far):
    post(far)

    (call,) = far.requests
    assert call.json() == {"email": EMAIL}
    assert call.headers["content-type"] == "application/json"
    assert call.headers["authorization"] == f"Bearer {SECRET}"
    assert call.headers["accept-encoding"] == "identity"


def test_get__goes_by_no_proxy_and_no_password_of_the_environment(far, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    get(far)

    assert far.requests[0].headers["authorization"] == f"Bearer {SECRET}"


def test_get__a_key_that_cannot_be_sent_is_not_repeated_in_the_error(far):
    broken = JsonApi("Echo", far.url, headers={"authorization": f"Bearer {SECRET}\nx: y"})

    unheard(lambda: broken.get("/payments"))
    assert far.requests == []


# How long


def test_timeouts__are_5_seconds_to_connect_and_15_to_answer():
    assert configured.PAYMENT_TIMEOUTS == (5.0, 15.0)


@pytest.mark.parametrize("ask", [get, post])
@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after", "trickle"])
def test_call__that_takes_too_long_is_made_once(ask, fault, far, settings):
    settings.PAYMENT_TIMEOUTS = (1.0, 0.2)
    far.fail_next(fault, times=9)

    error = unheard(lambda: ask(far))

    assert len(far.requests) == 1
    assert not isinstance(error, NothingDone)


# How often


@pytest.mark.parametrize(
    "fault", ["500_before", "500_after", "503_before", "drop_before", "drop_after", "truncated"]
)
def test_get__is_repeated_where_the_far_side_failed(fault, far):
    far.fail_next(fault, times=2)

    assert get(far)["method"] == "GET"
    assert len(far.requests) == 3


@pytest.mark.parametrize("fault", ["500_before", "drop_before"])
def test_get__is_given_up_after_the_third_time(fault, far):
    far.fail_next(fault, times=9)

    unheard(lambda: get(far))
    assert len(far.requests) == http.TRIES == 3


def test_get__no_try_begins_late(far, monkeypatch):
    monkeypatch.setattr(http, "REPEATS_WITHIN", 0.0)
    far.fail_next("500_before")

    unheard(lambda: get(far))
    assert len(far.requests) == 1


@pytest.mark.parametrize(
    "fault", ["500_before", "500_after", "503_before", "drop_before", "drop_after", "truncated"]
)
def test_post__that_may_have_acted_is_not_repeated(fault, far):
    far.fail_next(fault)

    error = unheard(lambda: post(far))

    assert len(far.requests) == 1
    assert not isinstance(error, NothingDone)


def test_post__that_was_told_to_wait_is_repeated(far):
    far.fail_next("429", times=2)

    assert post(far)["method"] == "POST"
    assert len(far.requests) == 3


@pytest.mark.parametrize("ask", ["get", "post"])
def test_call__where_nobody_listens_did_nothing(ask, settings):
    settings.PAYMENT_TIMEOUTS = (2.0, 2.0)
    nobody = api(f"http://127.0.0.1:{free_port()}")

    error = unheard(lambda: getattr(nobody, ask)("/payments", {}))

    assert isinstance(error, NothingDone)


# What comes back


def test_call__more_than_is_read_is_no_answer(far):
    far.fail_next("huge")

    error = unheard(lambda: get(far))

    assert http.LARGEST < HUGE
    assert str(error) == "Echo answered more than is read"


def test_call__as_much_as_is_read_is_an_answer(far):
    far.answer = Answer(200, b'{"a":"' + b"x" * (http.LARGEST - 8) + b'"}')

    assert len(get(far)["a"]) == http.LARGEST - 8


def test_call__what_is_packed_is_not_unpacked(far):
    far.answer = Answer(200, b"{}", {"Content-Encoding": "gzip"})

    unheard(lambda: get(far))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"5",
        b"<html>quokka</html>",
        b"\xff\xfe",
        b"[" * 100_000,
        b"9" * 5000,
        b'{"a": "quokka',
    ],
)
@pytest.mark.parametrize("status", [200, 201, 400, 404])
def test_call__what_is_no_object_is_no_answer(status, raw, far):
    far.answer = Answer(status, raw)

    unheard(lambda: get(far))
    assert len(far.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_call__is_led_nowhere_else(status, far):
    with Echo() as elsewhere:
        far.answer = Answer(status, {}, {"Location": f"{elsewhere.url}/payments"})

        unheard(lambda: get(far))
        unheard(lambda: post(far))

        assert elsewhere.requests == []
    assert len(far.requests) == 2


@pytest.mark.parametrize("status", [400, 402, 403, 404, 409, 410, 422])
def test_call__a_no_is_a_refusal_that_tells_its_status_alone(status, far):
    far.answer = Answer(status, {"message": "quokka of carla@example.org", "code": "too_large"})

    with pytest.raises(ProviderRefused) as caught:
        post(far)

    refusal = caught.value
    assert isinstance(refusal, Refused)
    assert (refusal.status, refusal.body["code"]) == (status, "too_large")
    assert str(refusal) == f"Echo refused with HTTP {status} (too_large)"
    assert len(far.requests) == 1


@pytest.mark.parametrize("code", ["Carla Doe", "carla@example.org", "a" * 41, "", None, 5, "größer"])
def test_call__a_code_that_may_be_more_than_a_word_is_not_told(code, far):
    far.answer = Answer(400, {"code": code})

    with pytest.raises(Refused) as caught:
        post(far)
    assert str(caught.value) == "Echo refused with HTTP 400"


@pytest.mark.parametrize("status", [401, 408, 425, 429])
def test_call__what_is_about_us_is_no_refusal(status, far):
    far.answer = Answer(status, {"message": "no"})

    unheard(lambda: post(far))


def test_call__a_key_that_is_not_taken_is_logged(far, caplog):
    far.answer = Answer(401, {"message": f"{SECRET} is no key"})

    unheard(lambda: get(far))

    assert [record.getMessage() for record in caplog.records if record.name == http.__name__] == [
        "Echo does not take our key"
    ]
