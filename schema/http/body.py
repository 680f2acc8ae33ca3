"""Reading a GraphQL request out of an HTTP request: bounded in bytes and in nesting, strict in its text."""

import json
import math
import re
from dataclasses import dataclass
from typing import Any, NoReturn

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, UnreadablePostError

from schema.http.errors import Refused
from schema.http.persisted import Persisted, read_persisted

_STRING_OR_MARK = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{\]},]', re.DOTALL)
_ODD_ESCAPE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")


@dataclass(frozen=True, slots=True)
class Call:
    """The parameters of a GraphQL request. Without a `query` there is a `persisted`."""

    query: str | None
    variables: dict[str, Any] | None
    operation_name: str | None
    extensions: dict[str, Any] | None
    persisted: Persisted | None


def read_post(request: HttpRequest) -> Call:
    """Give the call in a JSON body. Raise Refused: 413 where it is too long, 400 where it is malformed."""
    parameters = parse_json(_read(request), "body")
    if isinstance(parameters, list):
        raise Refused(400, "Batches are not served: send one operation in each request.")
    if not isinstance(parameters, dict):
        raise Refused(400, "The body must be a JSON object with the key `query`.")
    return _call(parameters)


def read_get(request: HttpRequest) -> Call:
    """Give the call in a query string. Raise Refused as `read_post` does."""
    limit = settings.GRAPHQL_LIMITS["body_bytes"]
    if len(request.META.get("QUERY_STRING", "")) > limit:
        raise Refused(413, f"The query string must be no longer than {limit} bytes.")
    try:
        fields = request.GET
    except SuspiciousOperation:
        raise Refused(400, "The query string has too many parameters.") from None
    parameters: dict[str, Any] = {
        "query": fields.get("query"),
        "operationName": fields.get("operationName") or None,
    }
    for name in ("variables", "extensions"):
        if text := fields.get(name):
            parameters[name] = parse_json(text.encode(errors="replace"), name)
    return _call(parameters)


def parse_json(body: bytes, name: str) -> Any:
    """Parse what a stranger sent: JSON in UTF-8, bounded in nesting and values, without NaN, NUL and half characters.

    Raise Refused (400). `name` says what is parsed, for the message.
    """
    _check_shape(body, name)
    try:
        value = _DECODER.decode(body.decode())
        if _ODD_ESCAPE.search(body):
            _check_text(value)
    except (ValueError, RecursionError):  # of which bad UTF-8, bad JSON and half characters are kinds
        raise Refused(400, f"The {name} must be well-formed JSON in UTF-8.") from None
    return value


def _read(request: HttpRequest) -> bytes:
    limit = settings.GRAPHQL_LIMITS["body_bytes"]
    too_long = Refused(413, f"The body must be no longer than {limit} bytes.")
    declared = request.META.get("CONTENT_LENGTH") or ""
    if declared.isascii() and declared.isdigit() and (len(declared) > 15 or int(declared) > limit):
        raise too_long
    try:
        # Past Django's own reader, whose limit of memory would answer in its own way.
        stream: Any = request
        if not declared and request.META.get("wsgi.input_terminated"):
            stream = request.META["wsgi.input"]  # a chunked body, which Django takes for an empty one
        body = request.body if hasattr(request, "_body") else _read_up_to(stream, limit + 1)
    except RequestDataTooBig:
        raise too_long from None
    except (UnreadablePostError, OSError):
        raise Refused(400, "The body ended early.") from None
    if len(body) > limit:
        raise too_long
    return body


def _read_up_to(stream: Any, size: int) -> bytes:
    """Read to the end or to the size, whichever comes first; one read may give less than it was asked for."""
    parts: list[bytes] = []
    while size > 0 and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _check_shape(body: bytes, name: str) -> None:
    """Count brackets and commas outside of strings, without recursion and before anything recursive sees the text."""
    deepest, most = settings.GRAPHQL_LIMITS["json_depth"], settings.GRAPHQL_LIMITS["json_values"]
    if body.count(b"[") + body.count(b"{") <= deepest and body.count(b",") < most:
        return
    depth, values = 0, 1
    for match in _STRING_OR_MARK.finditer(body):
        first = match.group()[0]
        if first in b"[{":
            depth += 1
            if depth > deepest:
                raise Refused(400, f"The {name} is nested more than {deepest} deep.")
        elif first in b"]}":
            depth -= 1
        elif first in b",":
            values += 1
            if values > most:
                raise Refused(400, f"The {name} holds more than {most} values.")


def _check_text(value: Any) -> None:
    """Raise ValueError where a string holds NUL or half of a surrogate pair, which no database takes."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            item.encode()
            if "\0" in item:
                raise ValueError("NUL")
        elif isinstance(item, dict):
            stack.extend(item)
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)


def _call(parameters: dict[str, Any]) -> Call:
    extensions = parameters.get("extensions")
    persisted = read_persisted(extensions) if isinstance(extensions, dict) else None
    query = parameters.get("query")
    if query is not None or persisted is None:
        _check_query(query)
    name = parameters.get("operationName")
    if name is not None and not isinstance(name, str):
        raise Refused(400, "`operationName` must be text.")
    for key in ("variables", "extensions"):
        if not isinstance(parameters.get(key), dict | None):
            raise Refused(400, f"`{key}` must be a JSON object.")
    return Call(query, parameters.get("variables"), name or None, extensions, persisted)


def _check_query(query: Any) -> None:
    if not isinstance(query, str) or not query.strip() or "\0" in query:
        raise Refused(400, "Send a GraphQL document as text in `query`.")


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is out of range")
    return value


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite)
