"""Where the bytes of pictures come in, through links that are good once, and go out."""

import logging
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from bookings.accounts.tokens import account_named_by
from bookings.common import clock, languages
from bookings.common.errors import DomainError, ErrorCode
from bookings.limits.addresses import network_of
from bookings.limits.policies import Limit
from bookings.limits.services import hit
from bookings.pictures import files, services
from bookings.pictures.images import MOST_BYTES
from bookings.pictures.models import PictureUpload
from bookings.pictures.selectors import address_of

log = logging.getLogger(__name__)

STATUSES: Final = {
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.PICTURE_BROKEN: 422,
    ErrorCode.PICTURE_NOT_KEPT: 503,
    ErrorCode.PICTURE_TOO_LARGE: 413,
    ErrorCode.PICTURE_TYPE_REFUSED: 415,
    ErrorCode.RATE_LIMITED: 429,
    ErrorCode.UPLOAD_LINK_EXPIRED: 410,
    ErrorCode.UPLOAD_LINK_INVALID: 404,
    ErrorCode.UPLOAD_LINK_USED: 409,
}
"""What HTTP says beside each code."""
SMALL: Final = 64 * 1024
"""Bytes of a body that is read only to keep the connection."""
_POLICY: Final = "default-src 'none'; sandbox"
_KEPT_FOR: Final = "public, max-age=86400, immutable"
"""A name never gets other bytes. A day, since a picture that was taken away must not live on in caches for long."""

View = Callable[[HttpRequest, str], HttpResponse]


def quiet(view: View) -> View:
    """Keep Django from logging refusals with their addresses: here the address is a secret."""

    @wraps(view)
    def unlogged(request: HttpRequest, token: str) -> HttpResponse:
        with languages.of_request(request):
            answer = languages.tell(view(request, token))
        answer._has_been_logged = True  # type: ignore[attr-defined]  # what django.utils.log looks for
        answer["Cache-Control"] = "no-store"
        return answer

    return unlogged


@quiet
@csrf_exempt
def upload(request: HttpRequest, token: str) -> HttpResponse:
    """Take the bytes of one picture by PUT or POST, whatever type they are said to have; nothing else does anything.

    The token is the proof, so neither cookie nor Django's token is asked for. The first body that arrives whole, or
    is too long, uses the link up, whatever becomes of it; one that breaks off does not.
    """
    if request.method not in {"PUT", "POST"}:
        return HttpResponse(status=405, headers={"Allow": "PUT, POST"})
    now = clock.now()
    try:
        hit(Limit.ANONYMOUS, {"ip": network_of(request)}, now=now)
        link = services.open_link(token=token, now=now)
        _refuse_another(request, link)
        raw = _body(request)
        services.use_up(upload=link, now=now)
        if raw is None:
            raise DomainError(ErrorCode.PICTURE_TOO_LARGE)
        name = services.take_picture(upload=link, raw=raw)
    except DomainError as error:
        _drain(request)
        return _refusal(error)
    return JsonResponse({"pictureUrl": address_of(name), "errors": []})


@require_safe
def show(request: HttpRequest, name: str) -> HttpResponse:
    """Serve a picture to anybody who knows its name, which nobody guesses."""
    try:
        content = files.read(name)
    except files.Unreachable:
        return HttpResponse(status=503, headers={"Retry-After": "5", "Cache-Control": "no-store"})
    if content is None:
        raise Http404
    headers = {
        "Cache-Control": _KEPT_FOR,
        "Content-Security-Policy": _POLICY,
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type="image/webp", headers=headers)


def _refuse_another(request: HttpRequest, link: PictureUpload) -> None:
    """Refuse whoever says that they are somebody else than who asked for the link; they need not say who they are."""
    kind, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if kind and (kind.lower() != "bearer" or account_named_by(bearer.strip()) != link.asked_by_id):
        raise DomainError(ErrorCode.UPLOAD_LINK_INVALID, gettext("This upload link is somebody else's."))


def _body(request: HttpRequest) -> bytes | None:
    """Read the body, MOST_BYTES and one at most; None where it is longer. Raises PICTURE_BROKEN where it breaks off."""
    stated = _stated_length(request)
    if stated is not None and stated > MOST_BYTES:
        return None
    stream: Any = request
    if not request.META.get("CONTENT_LENGTH") and request.META.get("wsgi.input_terminated"):
        stream = request.META["wsgi.input"]  # a chunked body, which Django takes for an empty one
    parts, room = [], MOST_BYTES + 1
    try:
        while room > 0 and (part := stream.read(min(room, 64 * 1024))):
            parts.append(part)
            room -= len(part)
    except (UnreadablePostError, OSError) as error:
        raise DomainError(
            ErrorCode.PICTURE_BROKEN, gettext("The upload broke off. Send it again.")
        ) from error
    raw = b"".join(parts)
    if stated is not None and len(raw) < stated:
        raise DomainError(ErrorCode.PICTURE_BROKEN, gettext("The upload broke off. Send it again."))
    return raw if len(raw) <= MOST_BYTES else None


def _stated_length(request: HttpRequest) -> int | None:
    """Give how many bytes the body has, as the sender says; None where they do not, or not so that one can count."""
    declared = request.META.get("CONTENT_LENGTH") or ""
    return int(declared) if declared.isascii() and declared.isdigit() and len(declared) < 16 else None


def _drain(request: HttpRequest) -> None:
    """Read a small body that nobody wanted: a server drops the connection of one that was not read."""
    if (_stated_length(request) or 0) <= SMALL:
        with suppress(UnreadablePostError, OSError):
            request.read(SMALL)


def _refusal(error: DomainError) -> HttpResponse:
    log.info("an upload was refused: %s", error.code)
    told: dict[str, Any] = {"code": error.code, "message": error.message}
    headers = {}
    if error.retry_after is not None:
        told["retryAfter"] = error.retry_after
        headers["Retry-After"] = str(error.retry_after)
    return JsonResponse({"errors": [told]}, status=STATUSES.get(error.code, 400), headers=headers)
