"""The short way of a request to the API that comes without cookies, as every program's does.

Of settings.MIDDLEWARE it passes what can make a difference to such a request, and nothing else: no session to look
for, no messages, no static file, no address to compare. Answers are the same to the last header; `tests/core` compares
the two ways over a table of requests. Who sends a cookie, or asks for any other address, goes the long way.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from corsheaders.middleware import CorsMiddleware
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware
from django.middleware.security import SecurityMiddleware
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject

from core.middleware import request_id

Answer = Callable[[HttpRequest], HttpResponse]

ADDRESS = "/graphql/"


def short_way(get_response: Answer) -> Answer:
    """Send a POST without cookies to the API by the short way, and everything else by the long one."""
    # Answers for what they raise stand where the long way has them: below what is written on every answer.
    answered: Any = convert_exception_to_response
    inner: Any = answered(CommonMiddleware(XFrameOptionsMiddleware(answered(_view))))
    outer: Any = answered(SecurityMiddleware(_cross_origin(_nobody(inner))))
    short = request_id(outer)

    def middleware(request: HttpRequest) -> HttpResponse:
        is_short = (
            request.path_info == ADDRESS
            and request.method == "POST"
            and not request.META.get("HTTP_COOKIE")
            and _match(settings.ROOT_URLCONF) is not None
        )
        return short(request) if is_short else get_response(request)

    return middleware


def _nobody(get_response: Answer) -> Answer:
    """Say that nobody is logged in, which a session would say, and what a session would say of the answer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        asked: list[bool] = []

        def nobody() -> AnonymousUser:
            asked.append(True)
            return AnonymousUser()

        request.user = SimpleLazyObject(nobody)  # type: ignore[assignment]
        response = get_response(request)
        if asked:  # with a cookie the answer might be another
            patch_vary_headers(response, ("Cookie",))
        return response

    return middleware


def _cross_origin(get_response: Answer) -> Answer:
    """Tell pages of other sites whether they may read; of what no page sent there is only to say that it matters."""
    allow_list = CorsMiddleware(get_response)

    def middleware(request: HttpRequest) -> HttpResponse:
        if "HTTP_ORIGIN" in request.META:
            return allow_list(request)  # type: ignore[return-value]  # async alone gives something else
        response = get_response(request)
        patch_vary_headers(response, ("origin",))
        return response

    return middleware


def _view(request: HttpRequest) -> HttpResponse:
    match = request.resolver_match = _match(settings.ROOT_URLCONF)
    assert match is not None  # noqa: S101 - or the request would not go this way
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    return response


@lru_cache(maxsize=4)
def _match(urlconf: str) -> ResolverMatch | None:
    """Give the view of the API, or None where the addresses have none."""
    try:
        return resolve(ADDRESS, urlconf)
    except Resolver404:
        return None
