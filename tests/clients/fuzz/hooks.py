"""What schemathesis runs with (SCHEMATHESIS_HOOKS): scalars that make sense, documents that fit, and the checks.

FUZZ_WORLD: a JSON file of a World (world.py); FUZZ_URL: where; FUZZ_REPORT: a file to which each answer adds a line;
FUZZ_FIT=0: leave documents as they were drawn.
"""

import json
import os
from copy import copy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zlib import crc32

import httpx
import schemathesis
from graphql import DirectiveNode, InputObjectTypeDefinitionNode, build_schema, parse
from hypothesis import strategies as st
from schemathesis.graphql import nodes, scalar

from tests.clients.fuzz.fitting import Fitting
from tests.clients.fuzz.judge import faults_of, payload_codes, refused_before, top_codes

WORLD = json.loads(Path(os.environ["FUZZ_WORLD"]).read_text())
REPORT = Path(os.environ["FUZZ_REPORT"])
SDL = (Path(__file__).parents[3] / "schema.graphql").read_text()
TODAY = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


def one_of() -> set[str]:
    """Give the names of inputs of which exactly one field is given; introspection does not tell."""

    def marks(directives: tuple[DirectiveNode, ...]) -> set[str]:
        return {directive.name.value for directive in directives}

    inputs = [each for each in parse(SDL).definitions if isinstance(each, InputObjectTypeDefinitionNode)]
    return {each.name.value for each in inputs if "oneOf" in marks(each.directives)}


def mostly(sensible: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Give texts that make sense, and any text now and then."""
    return st.one_of(*[sensible] * 5, st.text(max_size=30)).map(nodes.String)


HOURS = st.integers(-24 * 20, 24 * 60).map(lambda hours: TODAY + timedelta(hours=hours))
scalar("DateTime", mostly(HOURS.map(datetime.isoformat) | st.sampled_from(WORLD["known"]["startsAt"])))
scalar("Date", mostly(HOURS.map(lambda at: at.date().isoformat())))
scalar("Email", mostly(st.sampled_from(WORLD["known"]["email"])))
scalar("Decimal", mostly(st.sampled_from(["0", "10", "40.00", "12.5", "-1", "1e3", "999999999", "NaN"])))
scalar("TimeZone", mostly(st.sampled_from(["UTC", "Europe/Warsaw", "Asia/Tokyo", "America/New_York"])))
scalar("URL", mostly(st.sampled_from(["https://example.org/", "http://example.org:80/a?b", "javascript:1"])))
scalar("UUID", mostly(st.uuids().map(str) | st.sampled_from(WORLD["known"]["any"])))
scalar("JSON", st.text(max_size=10).map(nodes.String))

FITTING = Fitting(build_schema(SDL), WORLD["known"], one_of())

if os.environ.get("FUZZ_FIT") != "0":

    @schemathesis.hook
    def flatmap_body(_context: Any, body: Any) -> st.SearchStrategy[Any]:
        """Fit each document, by a source of chance that the seed decides; a copy for each, since two threads draw."""
        return st.integers(0, 2**32).map(lambda seed: copy(FITTING).fit(body, Random(seed)))


LOG_IN = "mutation LogIn($input: TokenAuthInput!) { tokenAuth(input: $input) { token } }"
HEADERS: dict[str, dict[str, str]] = {"anonymous": {}, "key": {"Authorization": f"Api-Key {WORLD['key']}"}}
CALLERS = ("anonymous", "client", "key", "staff", "admin")


def caller_of(case: Any) -> str:
    """Give who sends a document: it says so itself, so that the same one comes from the same caller."""
    return CALLERS[crc32(str(case.body).encode()) % len(CALLERS)]


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    """Send it in a caller's name, logged in anew where what was called before ended the session."""
    caller = caller_of(case)
    if caller not in HEADERS:
        email, password = WORLD["logins"][caller]
        given = {"input": {"email": email, "password": password}}
        answer = httpx.post(os.environ["FUZZ_URL"], json={"query": LOG_IN, "variables": given}, timeout=30)
        token = ((answer.json().get("data") or {}).get("tokenAuth") or {}).get("token")
        HEADERS[caller] = {"Authorization": f"Bearer {token}"} if token else {}
    case.headers = {**(case.headers or {}), **HEADERS[caller]}


@schemathesis.hook
def after_call(_context: Any, case: Any, response: Any) -> None:
    """Judge every answer, also where schemathesis drops the case itself, and note what came of which root field."""
    body = response.content.decode(errors="replace")
    faults = faults_of(response.status_code, body, secrets=WORLD["secrets"])
    line: dict[str, Any] = {
        "field": case.operation.label,
        "caller": caller_of(case),
        "status": response.status_code,
    }
    if faults:
        line |= {"faults": faults, "document": case.body, "answer": body[:2000]}
    else:
        line |= summary(json.loads(body))
        if "UNAUTHENTICATED" in line["top"] and line["caller"] in WORLD["logins"]:
            HEADERS.pop(line["caller"], None)
    with REPORT.open("a") as report:
        report.write(json.dumps(line) + "\n")


def summary(answer: dict[str, Any]) -> dict[str, Any]:
    """Give what is counted of a sound answer."""
    return {
        "ran": not refused_before(answer),
        "top": sorted(top_codes(answer)),
        "payload": sorted(payload_codes(answer.get("data"))),
        "given": any(value is not None for value in (answer.get("data") or {}).values()),
        "said": [str(error["message"])[:150] for error in answer.get("errors", [])],
    }
