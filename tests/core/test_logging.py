"""What a log line leaves out, and that the watch over all tests sees what it must not hold."""

import logging
import sys
import time

import pytest

from bookings.common.ids import new_token
from core.logging import Line, StrangersFilter, configuration, unsaid
from tests import logwatch
from tests.factories import PASSWORD

TOKEN = "bG9uZy1yYW5kb20tdGV4dC0wMTIzNDU2Nzg5LWFiY2R"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
SAID = {
    "a mail address": "ana@example.org",
    "an access token": JWT,
    "a token": TOKEN,
    "a service key": f"slw_ab3d5f7h_{TOKEN}",
    "a payment provider's key": "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
}
"""What is taken out of every line."""
KEPT_OUT = {
    **SAID,
    "a password": PASSWORD,
    "a password's hash": "argon2$argon2id$v=19$m=102400,t=2,p=8$abcdefgh",
    "a code": "the code 123456",
    "what a person wrote": "very private",
}
"""What the watch sees."""


@pytest.fixture
def product() -> logging.Logger:
    return logging.getLogger("bookings.test")


def taken() -> list[str]:
    """What the watch found; taken from it, so that this test does not fail for it."""
    return logwatch.WATCH.take()


@pytest.mark.parametrize("text", SAID.values(), ids=SAID)
def test_unsaid__takes_out_addresses_tokens_and_keys(text: str) -> None:
    line = unsaid(f"could not send to {text}, {text}.")

    assert text not in line
    assert line.startswith("could not send to [")
    assert line.endswith("].")


def test_unsaid__takes_out_any_token_of_ours() -> None:
    tokens = [new_token() for _ in range(200)]
    telling = [each for each in tokens if any(letter.isdigit() for letter in each)]

    assert [each for each in telling if each in unsaid(f"/uploads/{each}")] == []


@pytest.mark.parametrize(
    "path",
    [
        f"/calendar/{TOKEN.lower()}.ics",
        f"/calendar/{'x' * 43}.ics",
        f"/calendar/booking/12-c-{'0a' * 32}.ics",
    ],
)
def test_unsaid__takes_out_where_calendars_are(path: str) -> None:
    assert unsaid(f"Not Found: {path} (GET)") == "Not Found: /calendar/[secret] (GET)"


def test_unsaid__takes_out_who_logs_in_to_a_database() -> None:
    assert unsaid("postgres://slotwell:hush@db.example.org/x") == "postgres://[secret]@db.example.org/x"


@pytest.mark.parametrize(
    "text",
    [
        "booking 12 could not lapse",
        "request 0123456789abcdef0123456789abcdef failed",
        'File "tests/schema/test_offer_rights.py", in test_offer__is_changed_by_those_whose_duty_it_is',
        "2030-01-07 10:00:00+00:00 @ Europe/Warsaw",
    ],
)
def test_unsaid__leaves_the_rest(text: str) -> None:
    assert unsaid(text) == text


@pytest.mark.parametrize(
    "part", ["a", "a.b-", "aB1", "a@b.", "eyJ-", "://a", "sk_live_"], ids=lambda part: f"{part} many times"
)
def test_unsaid__takes_time_in_proportion_to_the_text(part: str) -> None:
    def seconds(times: int) -> float:
        text = part * times
        begun = time.thread_time()
        unsaid(text)
        return time.thread_time() - begun

    assert seconds(100_000) < 60 * seconds(10_000) + 0.1


def test_line__takes_secrets_out_of_tracebacks_too() -> None:
    try:
        raise ValueError("Key (email)=(ana@example.org) already exists.")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "failed", None, sys.exc_info())

    text = Line("{message}", style="{").format(record)

    assert "ValueError: Key (email)=([address]) already exists." in text


def test_configuration__writes_every_line_through_it() -> None:
    for level in ("INFO", "DEBUG"):
        (handler,) = configuration(level)["handlers"].values()
        assert configuration(level)["formatters"][handler["formatter"]]["()"] is Line


def test_configuration__never_writes_statements_and_requests() -> None:
    quiet = {name: each["level"] for name, each in configuration("DEBUG")["loggers"].items()}

    assert quiet["django"] == "INFO"
    assert {quiet[name] for name in ("boto3", "botocore", "httpcore", "httpx", "urllib3")} == {"WARNING"}


@pytest.mark.parametrize("text", KEPT_OUT.values(), ids=KEPT_OUT)
def test_watch__sees_what_our_own_code_says(text: str, product: logging.Logger) -> None:
    product.debug("about %s", text)

    (found,) = taken()
    assert found.startswith("bookings.test logged ")
    assert {text: kind for kind, text in KEPT_OUT.items()}[text] in found


def test_watch__sees_six_digits_in_what_our_own_code_says(product: logging.Logger) -> None:
    product.info("they typed 123456")

    assert len(taken()) == 1


@pytest.mark.parametrize("kind", ["a password", "a code", "what a person wrote"])
def test_watch__sees_what_others_say_where_no_line_takes_it_out(kind: str) -> None:
    logging.getLogger("django.request").error("about %s", KEPT_OUT[kind])

    assert len(taken()) == 1


def test_watch__sees_tracebacks(product: logging.Logger) -> None:
    try:
        raise RuntimeError(PASSWORD)
    except RuntimeError:
        product.exception("failed")

    assert len(taken()) == 1


def test_watch__reads_what_a_program_printed_since(tmp_path) -> None:
    log = tmp_path / "web.log"
    log.write_text("fine\n")
    logwatch.WATCH.read_file(log)
    assert taken() == []

    with log.open("a") as file:
        file.write(f"GET /uploads/{TOKEN}\n")
    logwatch.WATCH.read_file(log)
    logwatch.WATCH.read_file(log)

    assert taken() == [f"web.log logged a token: GET /uploads/{TOKEN}"]


def test_watch__lets_what_may_be_said_pass(product: logging.Logger) -> None:
    seen = logwatch.WATCH.seen

    product.debug("booking %s: payment %s confirms nothing", 12, 345)

    assert logwatch.WATCH.seen == seen + 1
    assert taken() == []


def test_log__of_what_a_stranger_sends_wrong_is_one_line(client, caplog):
    caplog.handler.addFilter(StrangersFilter())

    client.get("/", headers={"host": "evil.example"})

    (record,) = [each for each in caplog.records if each.name == "django.security.DisallowedHost"]
    assert (record.levelname, record.exc_info) == ("WARNING", None)
