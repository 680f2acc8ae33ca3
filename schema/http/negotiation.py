"""What a client sends and wants to get: media types, methods, and the proof that a browser asked first."""

from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from schema.http.errors import Code, Refused

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
METHODS = "GET, HEAD, OPTIONS, POST"

_SIMPLE_TYPES = frozenset({"", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})
"""Content types that a page of any other site may send without the browser asking us first."""
_OWN_SITE = frozenset({"", "none", "same-origin"})


@lru_cache(maxsize=256)
def answer_type(accept: str) -> str:
    """Give the media type to answer in: JSON unless the draft's own type is named and liked no less."""
    liked = _weights(accept)
    graphql = liked.get(GRAPHQL, 0.0)
    return GRAPHQL if graphql > 0 and graphql >= liked.get(JSON, 0.0) else JSON


@lru_cache(maxsize=256)
def wants_page(accept: str) -> bool:
    """Whether this is a browser that goes to the address, not a program."""
    liked = _weights(accept)
    return liked.get("text/html", 0.0) > 0 and JSON not in liked and GRAPHQL not in liked


@lru_cache(maxsize=256)
def read_content_type(header: str) -> tuple[str, str]:
    """Give (media type, charset) in lower case; the charset is utf-8 where none is named."""
    kind, *parameters = header.split(";")
    charset = "utf-8"
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip('"').lower()
    return kind.strip().lower(), charset


def check_content_type(request: HttpRequest) -> None:
    """Refuse what a foreign page could post unasked (400), and what is not JSON in UTF-8 (415).

    A browser sends forms and text to any site without asking it first, cookies included. Every other content
    type, and every header of ours, makes it ask (CORS) and lets the allow-list of origins decide. This is
    Apollo Server's rule.
    """
    kind, charset = read_content_type(request.META.get("CONTENT_TYPE", ""))
    if kind in _SIMPLE_TYPES and not _asked_first(request):
        raise Refused(400, "Send `Content-Type: application/json`.", code=Code.FORBIDDEN)
    if kind != JSON or charset not in ("utf-8", "utf8"):
        raise Refused(
            415, "The content type must be application/json, in UTF-8.", headers={"Accept-Post": JSON}
        )


def check_origin_of_get(request: HttpRequest) -> None:
    """Refuse a GET that a browser sends for a page of another site without having asked (400).

    Queries by GET change nothing and their answer is unreadable across sites without CORS, so programs need
    no special header, as the audits of GraphQL over HTTP demand. A browser says by itself that another site's
    page is behind a request; that page must use a header or a content type that makes the browser ask.
    """
    if request.META.get("HTTP_SEC_FETCH_SITE", "") in _OWN_SITE or _asked_first(request):
        return
    if read_content_type(request.META.get("CONTENT_TYPE", ""))[0] in _SIMPLE_TYPES:
        raise Refused(
            400, "From another site, send the header `apollo-require-preflight: true`.", code=Code.FORBIDDEN
        )


def check_session(request: HttpRequest) -> None:
    """Demand Django's CSRF token (403) where the caller is known by the session's cookie alone."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or "HTTP_AUTHORIZATION" in request.META:
        return
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return
    if _CSRF.process_view(request, _protected, (), {}) is not None:
        raise Refused(403, "A session needs the header `X-CSRFToken`.", code=Code.FORBIDDEN)


def _protected(request: HttpRequest) -> HttpResponse:
    """Stand for a view that is not exempt; never called."""
    raise NotImplementedError


_CSRF = CsrfViewMiddleware(_protected)


def _asked_first(request: HttpRequest) -> bool:
    return bool(
        request.META.get("HTTP_APOLLO_REQUIRE_PREFLIGHT") or request.META.get("HTTP_X_APOLLO_OPERATION_NAME")
    )


def _weights(accept: str) -> dict[str, float]:
    """Read an Accept header; what is malformed in it counts for nothing."""
    liked: dict[str, float] = {}
    for part in accept.split(",")[:32]:
        kind, *parameters = part.split(";")
        weight = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip().lower() == "q":
                weight = _weight(value.strip())
        liked[kind.strip().lower()] = weight
    return liked


def _weight(value: str) -> float:
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
