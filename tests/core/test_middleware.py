import logging
import re

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from core.logging import RequestIdFilter
from core.middleware import request_id, sound_cookies

MADE = re.compile(r"[0-9a-f]{32}")


def ask(*, header: str | None = None) -> tuple[str, str, str]:
    """Give what a view sees on the request, what its log line says, and what the response carries."""
    seen = []

    def view(request: HttpRequest) -> HttpResponse:
        record = logging.makeLogRecord({})
        RequestIdFilter().filter(record)
        seen.extend([request.request_id, record.request_id])
        return HttpResponse()

    request = RequestFactory().get("/", **({} if header is None else {"HTTP_X_REQUEST_ID": header}))
    response = request_id(view)(request)
    return seen[0], seen[1], response["X-Request-ID"]


@pytest.mark.parametrize("header", ["a", "0123-abc.DEF_9", "x" * 64])
def test_request_id__takes_a_sane_one(header: str) -> None:
    assert ask(header=header) == (header, header, header)


@pytest.mark.parametrize(
    "header", [None, "", "x" * 65, "a b", "a\nb", "a\n", "<script>", "é", "١٢", 'a"b', "a;b"]
)
def test_request_id__makes_one_for_anything_else(header: str | None) -> None:
    on_request, in_log, on_response = ask(header=header)

    assert MADE.fullmatch(on_request)
    assert on_request == in_log == on_response


def test_request_id__is_another_for_each_request() -> None:
    assert ask()[0] != ask()[0]


def test_request_id__ends_with_the_request_even_where_the_view_breaks() -> None:
    def view(_request: HttpRequest) -> HttpResponse:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError):
        request_id(view)(RequestFactory().get("/", HTTP_X_REQUEST_ID="mine"))

    record = logging.makeLogRecord({})
    RequestIdFilter().filter(record)
    assert record.request_id == "-"


def test_sound_cookies__drops_what_holds_nul_and_keeps_the_rest() -> None:
    kept: dict[str, str] = {}

    def view(request: HttpRequest) -> HttpResponse:
        kept.update(request.COOKIES)
        return HttpResponse()

    sound_cookies(view)(RequestFactory().get("/", HTTP_COOKIE=r'sessionid="\000abcdefgh"; csrftoken=abc'))

    assert kept == {"csrftoken": "abc"}


@pytest.mark.django_db
def test_sound_cookies__session_that_no_database_can_hold_is_no_session() -> None:
    answer = Client().get("/admin/", headers={"cookie": r'sessionid="\000abcdefgh"'})

    assert answer.status_code == 302


def test_request_id__is_on_the_line_that_django_logs_of_a_refusal(caplog: pytest.LogCaptureFixture) -> None:
    caplog.handler.addFilter(RequestIdFilter())

    Client().get("/no-such-page", headers={"x-request-id": "mine"})

    lines = [record for record in caplog.records if record.name == "django.request"]
    assert [record.request_id for record in lines] == ["mine"]  # type: ignore[attr-defined]


def test_favicon__none_is_no_error(client):
    answer = client.get("/favicon.ico")

    assert (answer.status_code, answer.content) == (204, b"")
    assert "max-age" in answer["Cache-Control"]
