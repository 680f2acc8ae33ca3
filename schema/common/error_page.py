"""docs/error-codes.md, made from the enums of codes and what is to be said of each."""

from collections.abc import Mapping

from bookings.common.errors import ErrorCode
from bookings.common.markdown import code, table
from bookings.pictures.views import STATUSES as OF_UPLOADS
from schema.common.advice import ADVICE, Again
from schema.common.errors import TOP_LEVEL
from schema.http.errors import STATUS_OF, Code

HEAD = """# Error codes

Made from `bookings/common/errors.py`, `schema/http/errors.py` and `schema/common/advice.py` by `manage.py error_codes`;
`make check` compares. Change them there, then `make generate`.

A rule that refuses a mutation is data: its code stands in `errors` of the payload, the HTTP status is 200, and nothing
was changed. A top-level error has its code in `extensions.code`, beside the `requestId` of our log. Which of the two a
code can be, and which HTTP status a top-level one has where the whole request is refused before it runs, is in the
column *where*; met while a field runs, a top-level error comes with 200 too. Where a client asks for plain
`application/json`, a document that was not executed is answered with 200 instead of 400.

Switch on codes, never on messages. A code that you do not know is one that came later: show its message, and do not
send the call again.
"""
AGAIN = {
    Again.CHANGED: "with other input: the same call is refused again",
    Again.LATER: "the same call, after a while",
    Again.LOGGED_IN: "the same call, with a new token",
    Again.PROVEN: "with a new link or code",
    Again.NO: "no: it would be refused again",
}
OF_REQUESTS: Mapping[ErrorCode | Code, str] = {
    Code.BAD_USER_INPUT: "400 (405, 413 or 415 where HTTP has a word for it)",
    Code.INTERNAL_ERROR: "500",
    ErrorCode.FORBIDDEN: "403 (400 for what a form of another site could send)",
}
"""HTTP statuses of refused requests, where one number does not say it."""
ELSEWHERE = (
    ("credentials are wrong", "`CREDENTIALS_INVALID`"),
    (
        "the address is taken",
        "`EMAIL_TAKEN`, and only to who has proven the mailbox: `register` tells nobody",
    ),
    ("the address is not verified", "`EMAIL_NOT_VERIFIED`"),
    (
        "the token is invalid",
        "`TOKEN_INVALID` where a token is the input, `UNAUTHENTICATED` where it is a header",
    ),
    (
        "the token is expired",
        "`TOKEN_EXPIRED` where a token is the input, `UNAUTHENTICATED` where it is a header",
    ),
    ("nobody is logged in", "`UNAUTHENTICATED`"),
    ("no permission", "`FORBIDDEN`, or `NOT_FOUND` for who may not even know that it is there"),
    ("validation", "`VALIDATION_FAILED` with `field`; `BAD_USER_INPUT` for what is malformed"),
    ("the slot is unavailable", "`SLOT_UNAVAILABLE` with `reasons`, `clashes` and `suggestedSlots`"),
    ("the booking would be in the past", "`SLOT_UNAVAILABLE` with the reason `IN_THE_PAST`"),
    ("the booking is past", "`TOO_LATE`, or `INVALID_TRANSITION` once it is finished"),
    ("it is cancelled already", "`INVALID_TRANSITION`"),
    ("user, business, service, staff member, booking or category not found", "`NOT_FOUND`; null in a query"),
    ("the code is invalid", "`CHALLENGE_INVALID`"),
    ("the code is expired", "`CHALLENGE_EXPIRED`"),
    ("the code is used", "`CHALLENGE_ALREADY_USED`"),
    ("too many requests", "`RATE_LIMITED`"),
    ("server error", "`INTERNAL_ERROR`"),
)


def render() -> str:
    """Give the page's text."""
    return "\n".join(
        [
            HEAD,
            table(("code", "when", "what to do", "where", "again"), map(_row, _codes())),
            "\nThe column *again*:\n",
            table(("", "the call that was refused"), ((f"*{again}*", text) for again, text in AGAIN.items())),
            "\n## Coming from elsewhere\n",
            "What other booking services tell apart, and what it is here:\n",
            table(("what happened", "here"), ELSEWHERE),
            "",
        ]
    )


def _codes() -> list[ErrorCode | Code]:
    rules = {str(each) for each in ErrorCode}
    return sorted([*ErrorCode, *(each for each in Code if str(each) not in rules)], key=str)


def _row(one: ErrorCode | Code) -> tuple[str, ...]:
    told = ADVICE[one]
    return code(str(one)), told.when, told.do, "; ".join(_where(one)), f"*{told.again}*"


def _where(one: ErrorCode | Code) -> list[str]:
    """Say in which part of which answer a code can stand."""
    if not isinstance(one, ErrorCode):
        return [f"top level, {OF_REQUESTS.get(one, 400)}"]
    places = [] if one in TOP_LEVEL - {ErrorCode.RATE_LIMITED} or one in _UPLOADS_ALONE else ["payload"]
    if one in TOP_LEVEL:
        places.append(f"top level, {OF_REQUESTS.get(one, STATUS_OF[one])}")
    return places + ([f"upload, {OF_UPLOADS[one]}"] if one in OF_UPLOADS else [])


_UPLOADS_ALONE = {one for one in OF_UPLOADS if one.startswith(("PICTURE_", "UPLOAD_"))}
"""Codes that come where bytes are sent to an upload link, and nowhere in GraphQL."""
