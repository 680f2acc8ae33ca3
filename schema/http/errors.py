"""Errors as clients see them: a code, a request id, and nothing of our insides."""

import logging
import re
import uuid
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from graphql import FieldNode, GraphQLError
from strawberry.exceptions import StrawberryInputCoercionError

from bookings.common.errors import DomainError, ErrorCode

log = logging.getLogger("schema.errors")

MASK = _("Something went wrong on our side.")
LONGEST_MESSAGE = 500
_SUGGESTION = re.compile(r" Did you mean .*\?$", re.DOTALL)


class Code(StrEnum):
    """The closed set of `extensions.code` that this layer itself gives; rules that refuse bring their own."""

    BAD_USER_INPUT = "BAD_USER_INPUT"
    FORBIDDEN = "FORBIDDEN"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    INTERNAL_ERROR = "INTERNAL_ERROR"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    PERSISTED_QUERY_NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
    QUERY_TOO_COMPLEX = "QUERY_TOO_COMPLEX"


STATUS_OF = {ErrorCode.UNAUTHENTICATED: 401, ErrorCode.FORBIDDEN: 403, ErrorCode.RATE_LIMITED: 429}
"""HTTP statuses of rules that refuse a whole request before anything ran; others give 400."""


class Refused(Exception):
    """The request is not executed.

    status: of HTTP; headers: what the status demands beside it; more: what the error's extensions hold.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str = Code.BAD_USER_INPUT,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        self.status = status
        self.message = message
        self.code = code
        self.headers = dict(headers or {})
        self.extensions = more
        super().__init__(message)


class Rejected(Exception):
    """The request is a good one of HTTP, and its document is not executed, for these problems.

    is_usual: clients that do all as they should are told so again and again.
    """

    def __init__(self, *problems: Mapping[str, Any], is_usual: bool = False) -> None:
        self.problems = problems
        self.is_usual = is_usual
        super().__init__("; ".join(each["message"] for each in problems))


def request_id_of(request: HttpRequest) -> str:
    """Give the id that the middleware put on the request; one of our own where it did not run."""
    known: str | None = getattr(request, "request_id", None)
    if known is None:
        known = uuid.uuid4().hex
        request.request_id = known  # type: ignore[attr-defined]
    return known


def problem(message: str | Promise, code: str, **more: Any) -> dict[str, Any]:
    """Give one error in its final shape, but for the request id. `more` goes into the extensions."""
    return {"message": _short(str(message)), "extensions": {"code": str(code), **more}}


def problem_of(error: GraphQLError, code: str) -> dict[str, Any]:
    """Give the final shape of an error of parsing, validation or coercion. Its own code goes first."""
    shape = problem(_for_outsiders(error.message), (error.extensions or {}).get("code", code))
    if error.locations:
        shape["locations"] = [place.formatted for place in error.locations[:10]]
    return shape


def with_request_id(problems: Iterable[Mapping[str, Any]], request_id: str) -> list[dict[str, Any]]:
    """Copy problems, which may be cached and shared, with the id of this request; no more than the limit."""
    kept = list(problems)[: settings.GRAPHQL_LIMITS["errors"]]
    return [{**each, "extensions": {**each["extensions"], "requestId": request_id}} for each in kept]


def refusal_of(error: DomainError) -> Refused:
    """Give the refusal of a whole request for a rule that was met before the document ran."""
    status = STATUS_OF.get(error.code, 400)
    if error.retry_after is None:
        return Refused(status, error.message, code=error.code)
    headers = {"Retry-After": str(error.retry_after)}
    return Refused(status, error.message, code=error.code, headers=headers, retryAfter=error.retry_after)


def describe_failures(errors: Iterable[GraphQLError], request_id: str) -> list[dict[str, Any]]:
    """Give what clients may know of errors met while executing; log whatever is a bug, with its traceback."""
    kept = list(errors)[: settings.GRAPHQL_LIMITS["errors"]]
    return with_request_id([_located(error, request_id) for error in kept], request_id)


def describe_bug(error: BaseException, request_id: str) -> list[dict[str, Any]]:
    """Give the masked error for an exception outside of any field, and log it."""
    log.error("request %s failed", request_id, exc_info=error)
    return with_request_id([problem(MASK, Code.INTERNAL_ERROR)], request_id)


def _located(error: GraphQLError, request_id: str) -> dict[str, Any]:
    shape = _known(error)
    if shape is None:
        path = ".".join(str(step) for step in error.path or [])
        log.error("request %s: field %s failed", request_id, path, exc_info=_root_cause(error))
        shape = problem(MASK, Code.INTERNAL_ERROR)
    if error.locations:
        shape["locations"] = [place.formatted for place in error.locations]
    if error.path:
        shape["path"] = list(error.path)
    return shape


def _known(error: GraphQLError) -> dict[str, Any] | None:
    """Give the answer for an error that somebody meant a client to read; None for a bug."""
    cause = _root_cause(error)
    if isinstance(cause, DomainError):
        more = {} if cause.retry_after is None else {"retryAfter": cause.retry_after}
        return problem(cause.message, cause.code, **more)
    if isinstance(cause, PermissionDenied):
        return problem(str(ErrorCode.FORBIDDEN.label), Code.FORBIDDEN)
    if isinstance(cause, GraphQLError):
        if code := (cause.extensions or {}).get("code"):
            return problem(cause.message, code)
        # Input that only a run can judge is refused at the value where it stands; a leaf that cannot be
        # serialised has no node, a type that cannot be resolved has its field: these are our bugs.
        at_value = cause.nodes is not None and not isinstance(cause.nodes[0], FieldNode)
        if at_value or isinstance(cause, StrawberryInputCoercionError):
            return problem(_for_outsiders(cause.message), Code.BAD_USER_INPUT)
    return None


def _root_cause(error: GraphQLError) -> BaseException:
    """Give what was raised, out of the wrappers that locate it."""
    cause: BaseException = error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _short(message: str) -> str:
    """Echo no more of a client's own text than a person reads."""
    return message if len(message) <= LONGEST_MESSAGE else message[:LONGEST_MESSAGE] + "…"


def _for_outsiders(message: str) -> str:
    """Cut a "Did you mean …?", which tells the schema's names, where not everybody may read them."""
    return message if settings.GRAPHIQL else _SUGGESTION.sub("", message)
