"""The one endpoint: GraphQL over HTTP, as its draft and the `graphql-http` audits want it.

A document is read and judged (documents), its parameters are checked (body), who may ask so is checked
(negotiation), and only then anything runs (execution). Whatever goes wrong is one JSON shape (errors).
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import strawberry
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from graphql import OperationType

from bookings.common.errors import DomainError
from schema.http import body, errors, graphiql, negotiation
from schema.http.body import Call
from schema.http.documents import Documents, Problems
from schema.http.errors import Code, Refused
from schema.http.execution import Outcome, core_schema, run

MakeContext = Callable[[HttpRequest, HttpResponse], object]

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_INTROSPECTION_IS_CLOSED = errors.problem(
    "Introspection is for staff here; see schema.graphql.", Code.FORBIDDEN
)


class GraphQLView:
    """One instance serves all requests of a process; it holds the schema and what it read of documents."""

    def __init__(self, schema: strawberry.Schema, make_context: MakeContext) -> None:
        self.schema = schema
        self.make_context = make_context
        self.documents = Documents(core_schema(schema))

    @classmethod
    def as_view(
        cls, *, schema: strawberry.Schema, get_context: MakeContext | None = None
    ) -> Callable[[HttpRequest], HttpResponse]:
        """Give the view for a URL pattern. `get_context` makes what resolvers get as `info.context`."""
        if get_context is None:
            from schema.common.context import make_context  # noqa: PLC0415 - it imports the domain, tests here do not

            get_context = make_context
        view = cls(schema, get_context)

        @csrf_exempt  # negotiation.check_session asks for the token where a session counts
        def graphql(request: HttpRequest) -> HttpResponse:
            """Answer one request."""
            return view.answer(request)

        return graphql

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Answer one request; nothing is raised."""
        kind = negotiation.answer_type(request.META.get("HTTP_ACCEPT", ""))
        response = HttpResponse(content_type=f"{kind}; charset=utf-8")
        try:
            response = self._dispatch(request, response)
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
        document = self.documents.read(call.query)
        context = self.make_context(request, response)
        if document.introspects and not graphiql.may_introspect(request, context):
            return _reject(request, response, [_INTROSPECTION_IS_CLOSED])
        if document.document is None:
            return _reject(request, response, document.problems)
        operation = document.operation(call.operation_name)
        if isinstance(operation, dict):
            return _reject(request, response, [operation])
        if request.method != "POST" and operation.operation is OperationType.MUTATION:
            raise Refused(405, "Mutations are served by POST only.", headers={"Allow": "POST"})
        if dear := self.documents.check_cost(document, operation, call.variables or {}):
            return _reject(request, response, dear)
        outcome = run(
            self.schema,
            document.document,
            operation,
            text=call.query,
            variables=call.variables,
            context=context,
        )
        if not outcome.started:
            refused = [errors.problem_of(error, Code.BAD_USER_INPUT) for error in outcome.errors]
            return _reject(request, response, refused)
        return _fill(response, _payload(request, outcome))


def _payload(request: HttpRequest, outcome: Outcome) -> dict[str, Any]:
    payload: dict[str, Any] = {"data": outcome.data}
    if outcome.errors:
        payload["errors"] = errors.describe_failures(outcome.errors, errors.request_id_of(request))
    if outcome.extensions:
        payload["extensions"] = outcome.extensions
    return payload


def _reject(request: HttpRequest, response: HttpResponse, problems: Problems) -> HttpResponse:
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
    response.content = _encode(payload).encode("utf-8", "replace")
    return response
