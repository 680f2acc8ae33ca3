"""The one endpoint: GraphQL over HTTP, as its draft and the `graphql-http` audits want it.

A document is found (persisted) where it is not sent, read and judged (documents), its parameters are checked (body),
who may ask so is checked (negotiation), and only then anything runs (execution). Whatever goes wrong is one JSON shape
(errors).
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson
import strawberry
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from graphql import OperationType

from bookings.common import languages
from bookings.common.errors import DomainError
from schema.http import body, errors, graphiql, negotiation, persisted
from schema.http.body import Call
from schema.http.documents import Documents
from schema.http.errors import Code, Refused, Rejected
from schema.http.execution import Outcome, core_schema, run
from schema.http.persisted import PersistedQueries

MakeContext = Callable[[HttpRequest, HttpResponse], object]
Admit = Callable[[Any, int], None]
"""Takes the context and a count of root fields. Raises RATE_LIMITED where the caller has asked for too many."""

_slow = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_PLAIN = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
_INTROSPECTION_IS_CLOSED = errors.problem(
    "Introspection is for staff here; see schema.graphql.", Code.FORBIDDEN
)


class GraphQLView:
    """One instance serves all requests of a process; it holds the schema and what it read of documents."""

    def __init__(
        self, schema: strawberry.Schema, make_context: MakeContext, admit: Admit | None = None
    ) -> None:
        self.schema = schema
        self.make_context = make_context
        self.admit = admit
        self.documents = Documents(core_schema(schema))
        self.persisted = PersistedQueries()

    @classmethod
    def as_view(
        cls, *, schema: strawberry.Schema, get_context: MakeContext | None = None
    ) -> Callable[[HttpRequest], HttpResponse]:
        """Give the view for a URL pattern. `get_context` makes what resolvers get as `info.context`.

        Without it the context is the product's own, and so is the limit on what one caller asks for.
        """
        if get_context is None:
            # Both import the domain; the tests of this layer do not.
            from schema.common.context import make_context  # noqa: PLC0415
            from schema.common.limiting import admit  # noqa: PLC0415

            view = cls(schema, make_context, admit)
        else:
            view = cls(schema, get_context)

        @csrf_exempt  # negotiation.check_session asks for the token where a session counts
        def graphql(request: HttpRequest) -> HttpResponse:
            """Answer one request."""
            return view.answer(request)

        return graphql

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer one request, in its language; nothing is raised."""
        with languages.of_request(request):
            return languages.tell(self._answer(request))

    def _answer(self, request: HttpRequest) -> HttpResponse:
        kind = negotiation.answer_type(request.META.get("HTTP_ACCEPT", ""))
        response = HttpResponse(content_type=f"{kind}; charset=utf-8")
        try:
            response = self._dispatch(request, response)
        except Rejected as rejection:
            _reject(request, response, rejection.problems)
            response._has_been_logged = rejection.is_usual  # type: ignore[attr-defined]  # no warning of Django's
        except Refused as refusal:
            _refuse(request, response, refusal)
        except DomainError as rule:
            _refuse(request, response, errors.refusal_of(rule))
        except Exception as bug:  # the last line: masked for the client, logged for us
            response.status_code = 500
            _fill(response, {"errors": errors.describe_bug(bug, errors.request_id_of(request))})
        response["Cache-Control"] = "no-store"
        patch_vary_headers(response, ["Accept"])
        return response

    def _dispatch(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        if request.method == "POST":
            negotiation.check_content_type(request)
            negotiation.check_session(request)
            return self._execute(request, response, body.read_post(request))
        if request.method in ("GET", "HEAD"):
            if negotiation.wants_page(request.META.get("HTTP_ACCEPT", "")):
                return graphiql.page(request)
            negotiation.check_origin_of_get(request)
            return self._execute(request, response, body.read_get(request))
        if request.method == "OPTIONS":
            return HttpResponse(status=204, headers={"Allow": negotiation.METHODS})
        raise Refused(
            405, "GraphQL is served by POST, and queries by GET.", headers={"Allow": negotiation.METHODS}
        )

    def _execute(self, request: HttpRequest, response: HttpResponse, call: Call) -> HttpResponse:
        text = self._text_of(call)
        document = self.documents.read(text)
        context = self.make_context(request, response)
        if document.introspects and not graphiql.may_introspect(request, context):
            raise Rejected(_INTROSPECTION_IS_CLOSED)
        if document.document is None:
            raise Rejected(*document.problems)
        operation = document.operation(call.operation_name)
        if isinstance(operation, dict):
            raise Rejected(operation)
        if request.method != "POST" and operation.operation is OperationType.MUTATION:
            raise Refused(405, "Mutations are served by POST only.", headers={"Allow": "POST"})
        if dear := self.documents.check_cost(document, operation, call.variables or {}):
            raise Rejected(*dear)
        if self.admit is not None:
            self.admit(context, document.width(operation))
        if call.persisted is not None and call.query is not None:
            self.persisted.keep(text)
        outcome = run(
            self.schema,
            document.document,
            operation,
            text=text,
            variables=call.variables,
            context=context,
        )
        if not outcome.started:
            raise Rejected(*(errors.problem_of(error, Code.BAD_USER_INPUT) for error in outcome.errors))
        return _fill(response, _payload(request, outcome))

    def _text_of(self, call: Call) -> str:
        """Give the document's text, as it was sent or as its hash finds it. Raise Rejected or Refused."""
        named = call.persisted
        if named is not None and named.version != persisted.VERSION:
            raise Rejected(persisted.NOT_SUPPORTED)
        if call.query is None:
            found = self.persisted.find(named.digest) if named is not None else None
            if found is None:
                raise Rejected(persisted.NOT_FOUND, is_usual=True)
            return found
        if named is not None and not named.is_of(call.query):
            raise Refused(400, "`persistedQuery.sha256Hash` is not the hash of `query`.")
        return call.query


def _payload(request: HttpRequest, outcome: Outcome) -> dict[str, Any]:
    payload: dict[str, Any] = {"data": outcome.data}
    if outcome.errors:
        payload["errors"] = errors.describe_failures(outcome.errors, errors.request_id_of(request))
    if outcome.extensions:
        payload["extensions"] = outcome.extensions
    return payload


def _reject(
    request: HttpRequest, response: HttpResponse, problems: Iterable[Mapping[str, Any]]
) -> HttpResponse:
    """Answer that nothing was executed: 400, or 200 to clients of the older media type, as the draft says."""
    if response["Content-Type"].startswith(negotiation.GRAPHQL):
        response.status_code = 400
    return _fill(response, {"errors": errors.with_request_id(problems, errors.request_id_of(request))})


def _refuse(request: HttpRequest, response: HttpResponse, refusal: Refused) -> HttpResponse:
    response.status_code = refusal.status
    for name, value in refusal.headers.items():
        response[name] = value
    told = [errors.problem(refusal.message, refusal.code, **refusal.extensions)]
    return _fill(response, {"errors": errors.with_request_id(told, errors.request_id_of(request))})


def _fill(response: HttpResponse, payload: Mapping[str, Any]) -> HttpResponse:
    response.content = _encode(payload)
    return response


def _encode(payload: Mapping[str, Any]) -> bytes:
    """Write JSON. What the fast writer refuses (halves of surrogate pairs, numbers beyond 64 bits) the slow one writes.

    No field gives NaN, which the fast one would write as null: GraphQL's Float refuses it, and so do databases.
    """
    try:
        return orjson.dumps(payload, option=_PLAIN)
    except TypeError:
        return _slow(payload).encode("utf-8", "replace")
