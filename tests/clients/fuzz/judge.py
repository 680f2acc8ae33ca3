"""What every answer must be, whatever was asked: well formed, told in published codes, without secrets."""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

CODES = Path(__file__).parents[3] / "docs" / "error-codes.md"
MOST_ERRORS = 5
INSIDES = {
    "a traceback": re.compile(r"Traceback \(most recent|File \\?\"[^\"]+\\?\", line \d+"),
    "a statement of SQL": re.compile(
        r"\b(?:SELECT|INSERT|UPDATE|DELETE)\b.{1,200}\b(?:FROM|INTO|SET)\b \\?\""
    ),
    "a driver's words": re.compile(r"psycopg2|sqlite3\.|django\.|OperationalError|IntegrityError"),
    "a password's hash": re.compile(r"\b(?:md5|argon2\w*|pbkdf2_\w+)\$\S{16,}"),
    "a payment provider's key": re.compile(r"\b(?:[rs]k_(?:live|test)|whsec)_\w{4,}"),
}


def published(where: str) -> set[str]:
    """Give the codes of docs/error-codes.md that can be met there: "payload" or "top level"."""
    rows = [line.split(" | ") for line in CODES.read_text().splitlines() if line.startswith("| `")]
    return {row[0].strip("| `") for row in rows if where in row[3]}


def faults_of(status: int, body: str, *, secrets: Iterable[str] = ()) -> list[str]:
    """Say what is wrong with an answer; nothing, where it is as it must be.

    secrets: texts that no answer may hold.
    """
    found = [f"it holds {kind}" for kind, pattern in INSIDES.items() if pattern.search(body)]
    found += ["it holds a secret of somebody else" for secret in secrets if secret in body]
    if status >= 500:
        return [*found, f"its status is {status}"]
    try:
        answer = json.loads(body)
    except ValueError:
        return [*found, "it is no JSON"]
    if not isinstance(answer, dict) or not answer.keys() & {"data", "errors"}:
        return [*found, "it has neither data nor errors"]
    if strange := answer.keys() - {"data", "errors", "extensions"}:
        found.append(f"it has {sorted(strange)}")
    return found + _faults_of_errors(answer) + _faults_of_payloads(answer.get("data"))


def refused_before(answer: dict[str, Any]) -> bool:
    """Tell whether the document never ran: there is no data for any field."""
    return answer.get("data") is None


def payload_codes(data: Any) -> set[str]:
    """Give the codes in `errors` of every payload."""
    payloads = [value for value in (data or {}).values() if isinstance(value, dict)]
    errors = [error for payload in payloads for error in payload.get("errors") or []]
    return {error["code"] for error in errors if isinstance(error, dict) and "code" in error}


def top_codes(answer: dict[str, Any]) -> set[str]:
    """Give the codes of the top-level errors."""
    return {str(error.get("extensions", {}).get("code")) for error in answer.get("errors") or []}


def _faults_of_errors(answer: dict[str, Any]) -> list[str]:
    errors = answer.get("errors")
    if errors is None:
        return []
    if not isinstance(errors, list) or not 1 <= len(errors) <= MOST_ERRORS:
        return ["its errors are no list of one to five"]
    found = [f"{code} is no top-level code" for code in top_codes(answer) - published("top level")]
    if "INTERNAL_ERROR" in top_codes(answer):
        found.append("something of ours broke: INTERNAL_ERROR")
    if not all(error.get("message") and error["extensions"].get("requestId") for error in errors):
        found.append("an error lacks its message or requestId")
    return found


def _faults_of_payloads(data: Any) -> list[str]:
    return [f"{code} is no code of a payload" for code in payload_codes(data) - published("payload")]
