"""docs/error-codes.md has every code, once, and says of each what a client needs."""

from django.core.management import call_command

from bookings.common.errors import ErrorCode
from schema.common.advice import ADVICE
from schema.common.error_page import ELSEWHERE, OF_REQUESTS
from schema.common.errors import TOP_LEVEL
from schema.http.errors import STATUS_OF, Code
from tests.docs import markdown

CODES = {str(each) for each in (*ErrorCode, *Code)}


def test_advice__is_given_for_every_code_and_for_no_other():
    assert {str(each) for each in ADVICE} == CODES


def test_advice__says_when_and_what_to_do_in_sentences():
    for each, advice in ADVICE.items():
        assert advice.when.endswith((".", "null.")), each
        assert advice.do.endswith("."), each
        assert "|" not in advice.when + advice.do, each


def test_page__is_what_the_code_gives():
    call_command("error_codes", "--check")


def test_page__has_each_code_once_in_order():
    listed = [
        row[0].strip("`") for row in markdown.rows(markdown.read("docs/error-codes.md"), "code", "when")
    ]

    assert listed == sorted(CODES)


def test_page__says_where_each_code_stands():
    rows = markdown.rows(markdown.read("docs/error-codes.md"), "code", "when")
    where = {row[0].strip("`"): row[3] for row in rows}

    assert where["RATE_LIMITED"].startswith("payload; top level, 429")
    assert where["UNAUTHENTICATED"] == "top level, 401"
    assert where["SLOT_UNAVAILABLE"] == "payload"
    assert where["UPLOAD_LINK_USED"] == "upload, 409"
    assert {code for code, text in where.items() if "top level" in text} == {
        *map(str, TOP_LEVEL),
        *map(str, Code),
    }
    assert set(STATUS_OF) == set(TOP_LEVEL)
    assert set(OF_REQUESTS) <= {*Code, *TOP_LEVEL}


def test_page__names_no_code_that_there_is_not():
    told = " ".join(text for _, text in ELSEWHERE)
    named = {
        word for word in told.replace("`", " ").replace(",", " ").split() if word.isupper() and "_" in word
    }

    assert named <= CODES | {"IN_THE_PAST"}
